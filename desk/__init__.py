"""The staff desk: what visitors asked and staff answered, kept in a database. Knows answers; knows no pages."""
