"""The desk's command line, as a person runs it: in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent


def command(home: Path, *words: str | Path) -> list[str]:
    return [sys.executable, "-m", "desk", *map(str, words), "--home", str(home)]


def run(home: Path, *words: str | Path, given: bytes = b"", **variables: str) -> tuple[int, str, str]:
    """Return the exit status and what was written to either stream."""
    return outcome(command(home, *words), given, **variables)


def outcome(line: Sequence[str], given: bytes = b"", **variables: str) -> tuple[int, str, str]:
    environment = {**os.environ, **variables}
    done = subprocess.run(line, cwd=ROOT, env=environment, input=given, capture_output=True, timeout=120)
    return done.returncode, done.stdout.decode(), done.stderr.decode()
