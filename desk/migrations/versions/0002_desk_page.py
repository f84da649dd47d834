"""What the staff's page needs: sign-ins, regression cases, meanings of questions, more of a lead, and turns' times."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
LEAD_COLUMNS = ("area", "industry", "move_in")


def upgrade() -> None:
    """Add the tables and columns, and read the turns' times from what was kept of them."""
    op.create_table(
        "sign_in",
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_sign_in")),
    )
    op.create_index(op.f("ix_sign_in_account_id"), "sign_in", ["account_id"])
    op.create_index(op.f("ix_sign_in_expires_at"), "sign_in", ["expires_at"])

    op.create_table(
        "question_vector",
        sa.Column("turn_id", sa.String(length=32), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["turn_id"], ["turn.id"], name=op.f("fk_question_vector_turn_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("turn_id", name=op.f("pk_question_vector")),
    )

    op.create_table(
        "regression_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("history", DOCUMENT, nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("citations", DOCUMENT, nullable=False),
        sa.Column("faq_entry_id", sa.Integer()),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.CheckConstraint("mode IN ('quote', 'written', 'faq', 'refused')", name=op.f("ck_regression_case_mode")),
        sa.CheckConstraint("origin IN ('published', 'trial')", name=op.f("ck_regression_case_origin")),
        sa.ForeignKeyConstraint(
            ["faq_entry_id"], ["faq_entry.id"], name=op.f("fk_regression_case_faq_entry_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regression_case")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_regression_case_faq_entry_id"), "regression_case", ["faq_entry_id"])

    for column in LEAD_COLUMNS:
        op.add_column("lead", sa.Column(column, sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("faq_entry", sa.Column("is_stopped", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.add_column("turn", sa.Column("total_ms", sa.Double(), nullable=False, server_default=sa.text("0")))
    total = "timings_ms ->> 'total'" if op.get_bind().dialect.name == "postgresql" else "timings_ms ->> '$.total'"
    op.execute(f"UPDATE turn SET total_ms = CAST(coalesce({total}, '0') AS DOUBLE PRECISION)")  # noqa: S608 - no one's words


def downgrade() -> None:
    """Take them away again."""
    op.drop_column("turn", "total_ms")
    op.drop_column("faq_entry", "is_stopped")
    for column in LEAD_COLUMNS:
        op.drop_column("lead", column)
    for table in ("regression_case", "question_vector", "sign_in"):
        op.drop_table(table)
