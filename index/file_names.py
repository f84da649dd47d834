"""File names that people give become names of files in the corpus folder: what is written stays, what harms goes."""

import re
import unicodedata
from pathlib import PurePosixPath

from index.load import READERS

MOST_CHARS = 120
"""Longest name, characters, its ending included."""
_MOST_BYTES = 200  # of UTF-8; file systems take 255, and what is taken out gets a time before its name
_NAMELESS = "未命名"
_FORBIDDEN = re.compile(r'[<>:"|?*]')  # legal here, but not where the folder may be copied to
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)  # devices, on Windows


def safe_name(name: str) -> str:
    """Return a name that is safe as a file's: NFC, one path part, all of it visible, no dot in front.

    Giving what this returned gives it again. It may have an ending that no reader reads.
    """
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(map(_shown, unicodedata.normalize("NFC", last)))
    kept = _trimmed(unicodedata.normalize("NFC", _FORBIDDEN.sub("_", shown)))
    suffix = PurePosixPath(f"x{kept}").suffix
    suffix = suffix if suffix.lower() in READERS else ""
    stem = _trimmed(kept[: len(kept) - len(suffix)]) or _NAMELESS
    if _RESERVED.match(stem):
        stem = f"_{stem}"
    return _short(stem, suffix) + suffix


def _shown(char: str) -> str:
    category = unicodedata.category(char)
    if category[0] == "Z" or char in "\t\n":
        return " "
    return "" if category[0] == "C" else char


def _trimmed(name: str) -> str:
    """Return the name with single spaces, without spaces and dots in front and at its end."""
    return " ".join(name.split()).strip(". ")


def _short(stem: str, suffix: str) -> str:
    room = MOST_CHARS - len(suffix)
    cut = stem[:room].encode()[: _MOST_BYTES - len(suffix.encode())].decode(errors="ignore")
    return cut if cut == stem else _trimmed(cut)
