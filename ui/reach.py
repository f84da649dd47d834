"""Whether a text is a way to reach somebody: a phone number, Chinese or foreign, or a WeChat id. Knows forms only."""

import re
import unicodedata

_MAINLAND = r"(?:\+|00)?86"
_AREA = r"(?:10|2\d|[3-9]\d{2})"
_MOBILE = rf"(?:{_MAINLAND})?1[3-9]\d{{9}}"
_LANDLINE = rf"(?:{_MAINLAND}0?{_AREA}|0{_AREA})?(?:[2-9]\d{{7}}|[2-8]\d{{6}})"
_SERVICE = r"[48]00\d{7}"
# The country's code and the number, 15 digits at most (ITU-T E.164); Taiwan's mobiles are often written without it.
_FOREIGN = r"(?:\+|00)(?!86)[1-9]\d{6,14}|09\d{8}"
_PHONE = re.compile(rf"{_MOBILE}|{_LANDLINE}|{_SERVICE}|{_FOREIGN}", re.ASCII)
_MOBILE_WITHIN = re.compile(rf"(?<!\d){_MOBILE}(?!\d)", re.ASCII)
_EXTENSION = re.compile(r"(?:-|#|转|分机|ext\.?|x) ?\d{1,6}$", re.ASCII | re.IGNORECASE)
_WECHAT = re.compile(r"[a-z][a-z0-9_-]{5,19}", re.ASCII | re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s.()·‐‑‒–—―-]+")
_APART = re.compile(r"[/|,;、\n]|或者?|和")
_NAMES = re.compile(
    r"手机|电话|座机|微信|薇信|(?:微信)?同号|同微信|号码?|\b(?:wechat|weixin|wx|vx|tel|phone|mobile|cell|id)\b\.?|[:=]",
    re.IGNORECASE,
)


def is_reachable(text: str) -> bool:
    """Whether a phone number or a WeChat id stands in `text`, alone or beside other ways or what it is called."""
    plain = unicodedata.normalize("NFKC", text)
    return any(_is_one(piece) for piece in _APART.split(plain))


def _is_one(piece: str) -> bool:
    named = _NAMES.sub(" ", piece).strip()
    phones = [_SEPARATORS.sub("", written) for written in (named, _EXTENSION.sub("", named))]
    is_phone = any(_PHONE.fullmatch(phone) for phone in phones) or _MOBILE_WITHIN.search(phones[0])
    return bool(is_phone or _WECHAT.fullmatch(piece.strip()) or _WECHAT.fullmatch(named))
