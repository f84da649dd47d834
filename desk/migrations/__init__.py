"""The steps from one version of the desk's tables to the next, run by Alembic when the database is opened."""
