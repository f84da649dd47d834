"""A question becomes an Answer. Knows the index; knows nothing of web pages."""
