"""The staff desk: one page, a view for each of staff's tasks. Knows what the desk keeps, not how answers are found."""
