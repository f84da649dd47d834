"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make every table of the desk."""
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("password_changed_at", MOMENT, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", MOMENT),
        sa.CheckConstraint("role IN ('staff', 'admin')", name=op.f("ck_account_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("name", name=op.f("uq_account_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_at"), "audit", ["at"])

    op.create_table(
        "conversation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("visitor", sa.Text(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.CheckConstraint("channel IN ('web', 'api')", name=op.f("ck_conversation_channel")),
        sa.CheckConstraint("language IN ('zh', 'zh-Hant', 'en')", name=op.f("ck_conversation_language")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation")),
    )
    op.create_index(op.f("ix_conversation_last_at"), "conversation", ["last_at"])
    op.create_index(op.f("ix_conversation_visitor"), "conversation", ["visitor"])

    op.create_table(
        "faq_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_to", sa.Date()),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("review_by", sa.Date()),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        sa.Column("review_reason", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("valid_from <= valid_to", name=op.f("ck_faq_entry_valid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faq_entry")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "faq_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("snapshot", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faq_revision")),
        sa.UniqueConstraint("entry_id", "number", name=op.f("uq_faq_revision_entry_id_number")),
    )
    op.create_table(
        "faq_phrase",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('similar', 'negative')", name=op.f("ck_faq_phrase_kind")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["faq_entry.id"], name=op.f("fk_faq_phrase_entry_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faq_phrase")),
        sa.UniqueConstraint("entry_id", "kind", "text", name=op.f("uq_faq_phrase_entry_id_kind_text")),
    )
    op.create_table(
        "faq_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("document_id", sa.Text()),
        sa.Column("path", sa.Text()),
        sa.Column("title", sa.Text()),
        sa.Column("quote", sa.Text()),
        sa.Column("start", sa.Integer()),
        sa.Column("end", sa.Integer()),
        sa.Column("staff_name", sa.Text()),
        sa.Column("told_on", sa.Date()),
        sa.CheckConstraint("kind <> 'staff' OR staff_name IS NOT NULL", name=op.f("ck_faq_source_staff")),
        sa.CheckConstraint("kind IN ('passage', 'staff')", name=op.f("ck_faq_source_kind")),
        sa.CheckConstraint(
            "kind <> 'passage' OR (document_id IS NOT NULL AND path IS NOT NULL AND quote IS NOT NULL"
            ' AND "start" IS NOT NULL AND "end" IS NOT NULL)',
            name=op.f("ck_faq_source_passage"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["faq_entry.id"], name=op.f("fk_faq_source_entry_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faq_source")),
    )
    op.create_index(op.f("ix_faq_source_document_id"), "faq_source", ["document_id"])
    op.create_index(op.f("ix_faq_source_entry_id"), "faq_source", ["entry_id"])

    op.create_table(
        "lead",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("need", sa.Text(), nullable=False),
        sa.Column("consent_at", MOMENT, nullable=False),
        sa.Column("consent_text", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.String(length=32)),
        sa.Column("transcript", DOCUMENT, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.CheckConstraint("state IN ('new', 'called', 'closed')", name=op.f("ck_lead_state")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_lead_conversation_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead")),
    )
    op.create_index(op.f("ix_lead_conversation_id"), "lead", ["conversation_id"])
    op.create_index(op.f("ix_lead_state"), "lead", ["state"])

    op.create_table(
        "open_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("assignee", sa.Text()),
        sa.Column("faq_entry_id", sa.Integer()),
        sa.Column("merged_into", sa.Integer()),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'answered', 'dismissed')", name=op.f("ck_open_question_state")),
        sa.ForeignKeyConstraint(
            ["faq_entry_id"], ["faq_entry.id"], name=op.f("fk_open_question_faq_entry_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["merged_into"], ["open_question.id"], name=op.f("fk_open_question_merged_into"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_question")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_open_question_faq_entry_id"), "open_question", ["faq_entry_id"])
    op.create_index(op.f("ix_open_question_merged_into"), "open_question", ["merged_into"])
    op.create_index(op.f("ix_open_question_state"), "open_question", ["state"])

    op.create_table(
        "turn",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("standalone_question", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("citations", DOCUMENT, nullable=False),
        sa.Column("nearby", DOCUMENT, nullable=False),
        sa.Column("timings_ms", DOCUMENT, nullable=False),
        sa.Column("faq_entry_id", sa.Integer()),
        sa.CheckConstraint("language IN ('zh', 'zh-Hant', 'en')", name=op.f("ck_turn_language")),
        sa.CheckConstraint("mode IN ('quote', 'written', 'faq', 'refused')", name=op.f("ck_turn_mode")),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_turn_confidence")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_turn_number")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_turn_conversation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["faq_entry_id"], ["faq_entry.id"], name=op.f("fk_turn_faq_entry_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turn")),
        sa.UniqueConstraint("conversation_id", "number", name=op.f("uq_turn_conversation_id_number")),
    )
    op.create_index(op.f("ix_turn_asked_at"), "turn", ["asked_at"])
    op.create_index(op.f("ix_turn_faq_entry_id"), "turn", ["faq_entry_id"])
    op.create_index(op.f("ix_turn_refused"), "turn", ["refused"])

    op.create_table(
        "feedback",
        sa.Column("turn_id", sa.String(length=32), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("reasons", DOCUMENT, nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.CheckConstraint("verdict IN ('helpful', 'unhelpful')", name=op.f("ck_feedback_verdict")),
        sa.ForeignKeyConstraint(["turn_id"], ["turn.id"], name=op.f("fk_feedback_turn_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("turn_id", name=op.f("pk_feedback")),
    )
    op.create_table(
        "open_question_turn",
        sa.Column("open_question_id", sa.Integer(), nullable=False),
        sa.Column("turn_id", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.CheckConstraint("reason IN ('refused', 'unsure', 'unhelpful')", name=op.f("ck_open_question_turn_reason")),
        sa.ForeignKeyConstraint(
            ["open_question_id"],
            ["open_question.id"],
            name=op.f("fk_open_question_turn_open_question_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["turn_id"], ["turn.id"], name=op.f("fk_open_question_turn_turn_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("open_question_id", "turn_id", name=op.f("pk_open_question_turn")),
    )
    op.create_index(op.f("ix_open_question_turn_turn_id"), "open_question_turn", ["turn_id"])


def downgrade() -> None:
    """Drop every table of the desk, and with them all that it knows."""
    op.drop_table("open_question_turn")
    op.drop_table("feedback")
    op.drop_table("turn")
    op.drop_table("open_question")
    op.drop_table("lead")
    op.drop_table("faq_source")
    op.drop_table("faq_phrase")
    op.drop_table("faq_revision")
    op.drop_table("faq_entry")
    op.drop_table("conversation")
    op.drop_table("audit")
    op.drop_table("account")
