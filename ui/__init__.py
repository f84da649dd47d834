"""What people see. Knows Answers; knows nothing of how they were found."""
