"""What may come in: questions, conversations and ranges, checked once for the page and the API alike."""

import json
import re
from typing import Any

from rag.records import Request, Turn

MAX_TURNS = 20
MAX_TURN_CHARS = 4_000
MAX_ID_CHARS = 200
MAX_BODY_BYTES = 1_000_000
INVISIBLE = re.compile(r"[\s\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]+")


class Rejection(Exception):
    """A request that is refused at the door; `message` is fit to be shown, `status` is its HTTP status."""

    def __init__(self, status: int, code: str, message: str, retry_after: int = 0) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after

    def as_json(self) -> dict[str, Any]:
        """Return the error as the public contract spells it."""
        return {"error": {"code": self.code, "message": self.message}}


def invalid(code: str, message: str) -> Rejection:
    """Return the rejection of something that was understood but cannot be used."""
    return Rejection(422, code, message)


def read_question(value: object, limit: int) -> str:
    """Return the question without outer blanks; raise Rejection when it is empty or over `limit` characters."""
    if not isinstance(value, str):
        raise invalid("question_type", "question 必须是字符串。 question must be a string.")
    question = printable(value).strip()
    if not INVISIBLE.sub("", question):
        raise invalid("question_empty", "问题不能为空。 The question must not be empty.")
    if len(question) > limit:
        raise invalid(
            "question_too_long",
            f"问题有 {len(question)} 个字，最多 {limit} 个字。 "
            f"The question has {len(question)} characters, at most {limit} are accepted.",
        )
    return question


def printable(text: str) -> str:
    """Replace lone surrogates, which JSON can spell and no encoder, index or database accepts."""
    return text.encode("utf-8", "replace").decode("utf-8")


def read_history(value: object) -> tuple[Turn, ...]:
    """Return the last turns of a conversation given as [question, answer] pairs; longer ones are cut, not refused."""
    if value is None:
        return ()
    if not isinstance(value, list):
        raise _bad_history()
    return tuple(_read_turn(item) for item in value[-MAX_TURNS:])


def _read_turn(item: object) -> Turn:
    match item:
        case [str() as question, str() as answer]:
            return Turn(printable(question)[:MAX_TURN_CHARS], printable(answer)[:MAX_TURN_CHARS])
    raise _bad_history()


def _bad_history() -> Rejection:
    return invalid(
        "history_type",
        "history 必须是 [[问, 答], …] 形式的字符串对。 history must be a list of [question, answer] pairs of strings.",
    )


def read_request(body: bytes, limit: int) -> Request:
    """Return the request of a JSON body; fields that are not known are ignored."""
    fields = read_object(body)
    identifier = fields.get("id")
    if identifier is not None and not isinstance(identifier, str | int):
        raise invalid("id_type", "id 必须是字符串。 id must be a string.")
    return Request(
        question=read_question(fields.get("question", ""), limit),
        history=read_history(fields.get("history")),
        id="" if identifier is None else printable(str(identifier))[:MAX_ID_CHARS],
    )


def read_object(body: bytes) -> dict[str, Any]:
    """Return the fields of a JSON body; raise Rejection when it holds anything else."""
    try:
        fields = json.loads(body)
    # Nested a hundred thousand deep, JSON exhausts the parser's stack; numbers of thousands of digits are refused too.
    except (ValueError, RecursionError) as error:
        raise Rejection(400, "bad_json", "请求不是有效的 JSON。 The body is not valid JSON.") from error
    if not isinstance(fields, dict):
        raise invalid("body_type", "请求必须是 JSON 对象。 The body must be a JSON object.")
    return fields


def read_range(start: str | None, end: str | None, length: int) -> tuple[int, int] | None:
    """Return the character range asked for, None when none is; raise Rejection when outside a text of `length`."""
    if start is None and end is None:
        return None
    first, last = _read_offset("start", start, 0), _read_offset("end", end, length)
    if not 0 <= first < last <= length:
        raise invalid(
            "range",
            f"start 与 end 应满足 0 ≤ start < end ≤ {length}。 Expected 0 <= start < end <= {length}.",
        )
    return first, last


def _read_offset(name: str, value: str | None, default: int) -> int:
    if value is None:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", value):
        raise invalid("range", f"{name} 必须是非负整数。 {name} must be a non-negative integer.")
    return int(value)
