"""What the staff's page needs to be fast over many turns: the sections they cite, and indexes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from desk.topics import sections_of

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COUNTED = ("asked_at", "mode", "language", "confidence", "total_ms", "faq_entry_id", "conversation_id", "id")
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
PIECE = 1_000  # rows
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the table and the indexes."""
    op.create_table(
        "cited_section",
        sa.Column("turn_id", sa.String(length=32), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["turn_id"], ["turn.id"], name=op.f("fk_cited_section_turn_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("turn_id", "place", name=op.f("pk_cited_section")),
    )
    op.create_index(op.f("ix_cited_section_asked_at"), "cited_section", ["asked_at"])
    op.create_index("ix_turn_counted", "turn", COUNTED)
    _keep_sections(op.get_bind())


def _keep_sections(connection: sa.Connection) -> None:
    """Derive the sections of the turns that are there, a piece at a time."""
    turn = sa.table(
        "turn", sa.column("id"), sa.column("mode"), sa.column("asked_at", MOMENT), sa.column("citations", DOCUMENT)
    )
    kept = sa.table(
        "cited_section", *(sa.column(name) for name in ("turn_id", "place", "title")), sa.column("asked_at", MOMENT)
    )
    query = sa.select(turn).where(turn.c.mode != "faq").order_by(turn.c.id).limit(PIECE)
    last = ""
    while found := connection.execute(query.where(turn.c.id > last)).all():
        rows = [
            {"turn_id": one.id, "place": place, "title": title, "asked_at": one.asked_at}
            for one in found
            for place, title in enumerate(sections_of(one.citations or []), 1)
        ]
        if rows:
            connection.execute(kept.insert(), rows)
        last = found[-1].id


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("ix_turn_counted", "turn")
    op.drop_table("cited_section")
