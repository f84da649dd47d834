"""A visitor who asks to be called, read at the door: what may be left, and what is wrong with it in his language."""

import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from desk.kept import Left
from ui import contact_strings
from ui.contact_strings import ContactStrings
from ui.door import INVISIBLE, Rejection, invalid, printable, read_object
from ui.feedback import read_turn_id
from ui.reach import is_reachable

LIMITS: Mapping[str, int] = MappingProxyType(
    {"name": 50, "contact": 60, "company": 100, "area": 50, "industry": 50, "move_in": 50, "need": 500}
)
"""The fields, and how many characters each takes."""
REQUIRED = ("name", "contact")
_LINES = re.compile(rf"(?!\n){INVISIBLE.pattern[:-1]}")  # every run of what is invisible, one character at a time
_PLAIN_NUMBER = re.compile(r"[0-9０-９][0-9０-９,，.]*")


class LeadRejection(Rejection):
    """What was left cannot be used as it is; `fields` says of each why, in the visitor's language."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(422, "lead", "请更正标出的内容。 Please correct the fields that are named.")
        self.fields = dict(fields)

    def as_json(self) -> dict[str, Any]:
        """Return the error as the public contract spells it, and which fields it is about."""
        return {"error": {"code": self.code, "message": self.message, "fields": self.fields}}


def consent_text(park: str, strings: ContactStrings) -> str:
    """Return the words that a visitor agrees to."""
    return strings.consent.format(park=park)


def read_lead(body: bytes, park: str, strings: ContactStrings, now: datetime) -> Left:
    """Return what a JSON body leaves; raise LeadRejection with every field that is wrong, Rejection for other bodies.

    Fields that are not known are ignored. Without a consent text, the one in the language of `strings` was shown.
    """
    fields = read_object(body)
    texts = {name: _read_text(name, fields.get(name)) for name in LIMITS}
    wrong = {name: why for name in LIMITS if (why := _wrong(name, texts[name], strings))}
    shown = _shown(fields.get("consent_text"), park, strings)
    if fields.get("consent") is not True or not shown:
        wrong["consent"] = strings.consent_missing if shown else strings.consent_changed
    if wrong:
        raise LeadRejection(wrong)
    if _PLAIN_NUMBER.fullmatch(texts["area"]):
        texts["area"] += " 平方米"
    turn = fields.get("turn")
    return Left(**texts, consent_text=shown, left_at=now, turn_id=read_turn_id(turn) if turn else "")


def _read_text(name: str, value: object) -> str:
    """Return a field as it is kept: what cannot be seen is a blank, and only the need has more lines than one."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise invalid("field_type", f"{name} 必须是字符串。 {name} must be a string.")
    text = printable(value).replace("\r\n", "\n")
    if name != "need":
        return " ".join(INVISIBLE.sub(" ", text).split())
    return _LINES.sub(" ", text).strip()


def _wrong(name: str, text: str, strings: ContactStrings) -> str:
    if len(text) > LIMITS[name]:
        return strings.too_long.format(limit=LIMITS[name])
    if not text:
        return strings.missing if name in REQUIRED else ""
    return strings.reach_format if name == "contact" and not is_reachable(text) else ""


def _shown(value: object, park: str, strings: ContactStrings) -> str:
    """Return the words agreed to; "" when they are not ours, as on a page from before they were changed."""
    known = [consent_text(park, each) for each in (contact_strings.ZH, contact_strings.EN)]
    if value is None:
        return consent_text(park, strings)
    return value if isinstance(value, str) and value in known else ""
