"""What Alembic runs for each command: the steps, on the connection and in the transaction that it was handed.

Whoever hands them in begins the transaction and commits it, so that all steps are done or none.
"""

from alembic import context

from desk.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,  # SQLite's too: desk.database sends BEGIN itself
    render_as_batch=True,
)
context.run_migrations()
