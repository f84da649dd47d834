"""Where files lie that staff have uploaded, until a view has taken what it needs of them."""

import logging
import shutil
import time
from pathlib import Path

FOLDER = "uploads"
"""Name of the folder in the home folder."""
MAX_FILE_BYTES = 20_000_000
"""Larger files are refused."""
KEPT = 86_400.0
"""What a process that was killed has left behind is deleted after this, seconds."""

logger = logging.getLogger(__name__)


def folder(home: Path) -> Path:
    """Return where uploads lie."""
    return home.absolute() / FOLDER


def remove_old(home: Path, now: float | None = None) -> None:
    """Delete uploads that nobody can be working on any more; `now` is in seconds since 1970."""
    before = (time.time() if now is None else now) - KEPT
    try:
        for left in [path for path in folder(home).iterdir() if path.stat().st_mtime < before]:
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)
    except FileNotFoundError:
        pass
    except OSError as error:
        logger.warning("old uploads could not be deleted: %s", error)
