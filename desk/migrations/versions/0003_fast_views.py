"""What the staff's page needs to be fast over many turns: the sections they cite, and indexes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COUNTED = ("asked_at", "mode", "language", "confidence", "total_ms", "faq_entry_id", "conversation_id", "id")
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


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("ix_turn_counted", "turn")
    op.drop_table("cited_section")
