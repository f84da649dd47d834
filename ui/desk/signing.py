"""The key that signs the desk's cookies: a file in the home folder, made once, by whichever process is first."""

import os
import secrets
from pathlib import Path

from filelock import FileLock, Timeout

from desk.errors import DeskError

FILE = "desk.key"
"""Name of the file in the home folder. Whoever deletes it signs everybody out."""
KEY_BYTES = 32
WAIT = 5.0
"""Longest wait for another process that makes it, seconds."""


def signing_key(home: Path) -> bytes:
    """Return the key, made if there is none; raises DeskError when it can be neither read nor made."""
    path = home / FILE
    try:
        return _read(path) if path.exists() else _make(path)
    except (OSError, Timeout) as error:
        raise DeskError(f"无法读写签名密钥 / the signing key cannot be read or made: {path}") from error


def _read(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise DeskError(f"签名密钥文件已损坏，请删除它，然后重新登录 / the signing key is damaged, delete it: {path}")
    if path.stat().st_mode & 0o077:  # it may have been copied here by hand
        path.chmod(0o600)
    return key


def _make(path: Path) -> bytes:
    """Make the key in one step that nothing can interrupt; of two processes the second takes the first one's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{path}.lock", timeout=WAIT):
        if not path.exists():
            new = path.with_name(f".{path.name}.new")
            new.unlink(missing_ok=True)  # of one that was killed
            new.touch(mode=0o600)
            with new.open("w", encoding="ascii") as file:
                file.write(secrets.token_hex(KEY_BYTES) + "\n")
                file.flush()
                os.fsync(file.fileno())
            new.replace(path)
        return _read(path)
