"""A corpus becomes an index. Knows files, chunks and vectors; knows nothing of questions."""
