"""A visitor's verdict on an answer, read at the door."""

from dataclasses import dataclass
from typing import get_args

from desk.tables import Verdict
from ui.door import invalid, printable, read_object

REASONS = ("off_topic", "wrong", "too_short", "outdated", "other")
MAX_COMMENT_CHARS = 500
MAX_TURN_ID_CHARS = 64


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a visitor thinks of the answer `turn_id`; only an unhelpful one has reasons and a comment."""

    turn_id: str
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    comment: str = ""


def read_opinion(body: bytes) -> Opinion:
    """Return the verdict of a JSON body; raise Rejection for anything else. Fields that are not known are ignored."""
    fields = read_object(body)
    turn_id, verdict = read_turn_id(fields.get("turn")), _read_verdict(fields.get("verdict"))
    reasons, comment = _read_reasons(fields.get("reasons")), _read_comment(fields.get("comment"))
    return Opinion(turn_id, verdict, reasons, comment) if verdict == "unhelpful" else Opinion(turn_id, verdict)


def read_turn_id(value: object) -> str:
    """Return an answer's id, whether there is such an answer or not."""
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TURN_ID_CHARS:
        raise invalid("turn_type", "turn 必须是回答的编号。 turn must be the id of an answer.")
    return printable(value)


def _read_verdict(value: object) -> Verdict:
    for verdict in get_args(Verdict):
        if value == verdict:
            return verdict  # type: ignore[no-any-return]
    raise invalid("verdict", "verdict 必须是 helpful 或 unhelpful。 verdict must be helpful or unhelpful.")


def _read_reasons(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(reason, str) and reason in REASONS for reason in value):
        known = ", ".join(REASONS)
        raise invalid("reasons", f"reasons 只能是 {known} 的列表。 reasons must be a list of any of {known}.")
    return tuple(reason for reason in REASONS if reason in value)


def _read_comment(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise invalid("comment_type", "comment 必须是字符串。 comment must be a string.")
    comment = printable(value).strip()
    if len(comment) > MAX_COMMENT_CHARS:
        raise invalid(
            "comment_too_long",
            f"说明最多 {MAX_COMMENT_CHARS} 个字。 A comment has at most {MAX_COMMENT_CHARS} characters.",
        )
    return comment
