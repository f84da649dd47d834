"""What leads to a person is hidden before a visitor's words are kept: phone, identity and card numbers, addresses.

    masked("我叫王芳，电话138 0013 8000")  # 我叫王芳，电话〔电话〕

Where a number could be either, it is hidden: staff lose little by it. Knows forms of writing only, neither names nor
places.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

PHONE = "〔电话〕"
IDENTITY = "〔证件号〕"
EMAIL = "〔邮箱〕"
CARD = "〔银行卡〕"
WECHAT = "〔微信〕"
QQ = "〔QQ〕"
WORDS = (PHONE, IDENTITY, EMAIL, CARD, WECHAT, QQ)

_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff\u202a\u202b\u202c\u202d\u202e"  # come along when copied from a phone
_PLAIN = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}  # full width to ASCII
_PLAIN |= {ord(space): " " for space in "\t\u00a0\u2002\u2003\u2009\u202f\u3000"}
_PLAIN |= {ord(dash): "-" for dash in "‐‑‒–—―−－"}
_PLAIN |= {ord(mark): "\u200b" for mark in _INVISIBLE}


def _code(country: str) -> str:
    return rf"(?:\((?:\+|00)?{country}\)|(?:\+|00)?{country})"


_S = r"(?:\u200b?(?: {0,2}-{1,2} {0,2}| {1,3}|[._/·])\u200b?|\u200b)"
"""Between the groups of a number."""
_IS = r"(?:号码?)?[ :]{0,3}(?:是|为)? ?"
"""Between the name of a number and the number."""
_START = r"(?<!\d)"
_UNIT = (
    r"(?:[百千万亿]{0,2}(?:[美港欧日]?元|人民币|平方|平米|㎡|亩|公顷|吨|[千兆]瓦|立方|公里)"
    r"|(?:yuan|rmb|usd|cny|sqm|m2|kwh|mwh|kw|mw)(?![a-z]))"
)
"""After a quantity, and never after the number of a phone."""
_END = rf"(?!\d)(?!\.\d\d?(?![\d.、]))(?! ?{_UNIT})"
_MAINLAND = rf"(?:{_code('86')}{_S}?)"

_MOBILE_GROUPS = (
    rf"1[3-9]\d{{9}}|1[3-9]\d{_S}\d{{4}}{_S}?\d{{4}}|1[3-9]\d{{5}}{_S}\d{{4}}|1[3-9]\d{_S}\d{{3}}{_S}\d{{5}}"
    rf"|1[3-9]\d\d{_S}\d{{3}}{_S}\d{{4}}|1[3-9]\d\d{_S}\d{{4}}{_S}\d{{3}}|1[3-9]\d(?:{_S}\d\d){{4}}"
    rf"|1[3-9]\d{{3}}{_S}\d{{6}}|1(?: [3-9])(?: \d){{9}}|1(?:-[3-9])(?:-\d){{9}}"
)
_N = r"[\d零〇一幺二三四五六七八九壹贰叁肆伍陆柒捌玖]"
_ONE = "[1一幺壹]"
_THREE_UP = "[3-9三四五六七八九叁肆伍陆柒捌玖]"
_MOBILE_IN_HAN = rf"(?<!{_N}{_N})(?<!\d){_ONE}{_THREE_UP}{_N}(?:{_S}?{_N}{{4}}){{2}}(?!{_N}{_N})(?!\d)"

_AREA = r"(?:10|2\d|[3-9]\d\d)"
_LOCAL = rf"[2-8]\d(?:\d{{5,6}}|\d{_S}\d{{4}}|\d\d{_S}\d{{4}})"
_EXTENSION = r"(?:(?: ?-{1,2} ?|[ ,]?转 ?| ?(?:ext|x|分机)[.:]? ?)\d{1,5}(?!\d))?"
_LANDLINE = (
    rf"(?:{_MAINLAND}(?:\(0?{_AREA}\)|(?:\(0\))?0?{_AREA})|\(0{_AREA}\)|0{_AREA}){_S}?{_LOCAL}(?!\d){_EXTENSION}"
    rf"|[48]00{_S}?\d{{3}}{_S}?\d{{4}}|[48]00{_S}?\d{{4}}{_S}?\d{{3}}|[48]00\d{_S}\d{{3}}{_S}\d{{3}}"
)
_ABROAD = (
    rf"{_code('85[23]')}{_S}?[2-9]\d{{3}}{_S}?\d{{4}}"
    rf"|{_code('886')}{_S}?(?:\(?0\)?)?(?:9\d\d{_S}?\d{{3}}{_S}?\d{{3}}|[2-8]{_S}?\d{{3,4}}{_S}?\d{{4}})"
    rf"|09\d\d{_S}?\d{{3}}{_S}?\d{{3}}"
    rf"|\+[1-9]\d{{0,2}}{_S}(?:\(\d{{1,4}}\)|\d{{1,4}})(?:{_S}\d{{2,5}}){{1,4}}|\+[1-9]\d{{9,14}}"
)
_AFTER_PHONE = rf"(?:电话|座机|固话|传真|联系方式|(?<![a-z])(?:tel|phone)\.?){_IS}"

_WECHAT_ID = r"(?:[a-z][\w-]{5,19}+|\d{6,20}+)(?![\w@-])"
_LINK = r"(?: {0,2}(?:号码?|账号|帐号|id\b)? {0,2}(?:[:=]|是|为|叫)? {0,2})"
_FIRM_LINK = r"(?: {0,2}(?:(?:号码?|账号|帐号|id\b) {0,2}[:=]?|[:=]) {0,2})"
_NO_ID = (
    r"(?!(?:we_?chat|weixin|windows|android|iphone|harmony|official|account|mini|program|group|pay)[a-z]*(?![\w-]))"
)
_HAS_DIGIT = r"(?=[a-z-]*[\d_])"


class _Rule(NamedTuple):
    """What is hidden: the group `it` of a match, or all of it; `holds` looks closer at it."""

    word: str
    pattern: re.Pattern[str]
    holds: Callable[[str], bool] = lambda found: True


def _rule(word: str, pattern: str, holds: Callable[[str], bool] = lambda found: True) -> _Rule:
    return _Rule(word, re.compile(pattern, re.ASCII | re.IGNORECASE), holds)


def masked(text: str) -> str:
    """Return the text with what leads to a person replaced by a word for it; everything else stays as it is.

    Masking what is masked changes nothing more. Time is proportional to the length.
    """
    while (again := _masked_once(text)) != text:  # what was beside something hidden may stand alone now
        text = again
    return text


def _masked_once(text: str) -> str:
    for rule in _RULES:
        text = _hide(text, rule)
    return text


def _hide(text: str, rule: _Rule) -> str:
    plain = _plain(text)
    kept, done = [], 0
    for match in rule.pattern.finditer(plain):
        group = "it" if "it" in match.re.groupindex else 0
        if rule.holds(match[group]):
            start, end = match.span(group)
            kept += [text[done:start], rule.word]
            done = end
    return "".join([*kept, text[done:]])


def _plain(text: str) -> str:
    """Return the text in ASCII digits, letters, spaces and dashes, character by character: places stay the same."""
    plain = text.translate(_PLAIN)
    if plain.isascii():
        return plain
    return "".join(_digit(char) if char > "\u024f" and char.isdecimal() else char for char in plain)


def _digit(char: str) -> str:
    return str(unicodedata.decimal(char))


def _figures(text: str) -> str:
    return "".join(char for char in text.upper() if char.isdigit() or char == "X")


def _is_identity(found: str) -> bool:
    """Whether 18 or 15 characters are an identity number: a province, a day of birth and, of 18, a right check digit.

    GB 11643-1999 (ISO 7064 MOD 11-2).
    """
    figures = _figures(found)
    if not ("11" <= figures[:2] <= "65" or figures[:2] in ("71", "81", "82", "83")):
        return False
    born = figures[6:14] if len(figures) == 18 else "19" + figures[6:12]
    try:
        day = date(int(born[:4]), int(born[4:6]), int(born[6:]))
    except ValueError:
        return False
    if not 1880 <= day.year <= 2099:
        return False
    return len(figures) == 15 or _has_check_digit(figures)


def _has_check_digit(figures: str) -> bool:
    total = sum(int(figure) * pow(2, 17 - place, 11) for place, figure in enumerate(figures[:17]))
    return "10X98765432"[total % 11] == figures[17]


def _is_card(found: str) -> bool:
    """Whether the digits pass Luhn's check, and are not one digit over and over."""
    digits = [int(figure) for figure in _figures(found)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return len(set(digits)) > 1 and (sum(digits[::-2]) + sum(doubled)) % 10 == 0


def _is_abroad(found: str) -> bool:
    """Whether so many digits can be a phone number: at most 15 (ITU-T E.164)."""
    return 8 <= len(_figures(found)) <= 17


_RULES = (
    _rule(EMAIL, r"(?<![\w.%+-])[\w.%+-]++ ?@ ?[a-z0-9-]++(?:\.[a-z0-9-]++)++"),
    _rule(IDENTITY, rf"{_START}[1-9]\d{{5}}{_S}?\d{{8}}{_S}?\d{{3}}[\dx](?![\da-z])", _is_identity),
    _rule(IDENTITY, rf"{_START}[1-9]\d{{14}}{_END}(?![a-z])", _is_identity),
    _rule(IDENTITY, rf"(?:身份证|证件){_IS}(?P<it>\d{{17}}[\dx]|\d{{15}})(?!\d)"),
    _rule(IDENTITY, rf"(?:护照|通行证){_IS}(?P<it>[a-z]{{1,2}}\d{{7,9}})(?!\d)"),
    _rule(
        CARD,
        rf"{_START}(?:[2-9]\d{{15,18}}|[3-6]\d{{3}}(?:{_S}\d{{4}}){{3}}(?:{_S}?\d{{1,3}})?|[3-6]\d{{5}}{_S}\d{{10,13}})(?!\d)",
        _is_card,
    ),
    _rule(PHONE, rf"{_START}(?<!\+)(?:{_MAINLAND})?(?:{_MOBILE_GROUPS}){_END}"),
    _rule(PHONE, rf"{_START}(?:{_LANDLINE}){_END}"),
    _rule(PHONE, rf"{_START}(?:{_ABROAD}){_END}", _is_abroad),
    _rule(PHONE, _MOBILE_IN_HAN, lambda found: not found.isascii()),
    _rule(PHONE, rf"{_AFTER_PHONE}(?P<it>[2-8]\d{{2,3}}{_S}?\d{{4}}){_END}"),
    _rule(WECHAT, r"(?<![\w-])wxid_[\w-]{6,40}+"),
    _rule(WECHAT, rf"(?:[微薇威]信|v信){_FIRM_LINK}(?P<it>{_WECHAT_ID})"),
    _rule(WECHAT, rf"(?:[微薇威]信|v信){_LINK}(?P<it>{_NO_ID}{_WECHAT_ID})"),
    _rule(WECHAT, rf"(?:(?<![a-z0-9])[wv]x|加 ?v)(?=[ :=号是为]){_LINK}(?P<it>{_NO_ID}{_WECHAT_ID})"),
    _rule(WECHAT, rf"(?<![a-z0-9])we_?chat(?: id)? {{0,2}}[:=] {{0,2}}(?P<it>{_WECHAT_ID})"),
    _rule(WECHAT, rf"(?<![a-z0-9])we_?chat(?: id)? (?:is )?(?P<it>{_HAS_DIGIT}{_WECHAT_ID})"),
    _rule(QQ, rf"(?:(?<![a-z0-9])qq|扣扣){_LINK}(?P<it>[1-9]\d{{4,11}})(?!\d)(?!@)"),
)
