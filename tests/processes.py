"""What the system tells of a process."""

import os
from pathlib import Path


def _fields(pid: int) -> list[str]:
    """Return what /proc tells, from the state on; nothing of a process that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def runs(pid: int) -> bool:
    """Whether it is there, and not only waiting to be buried."""
    return _fields(pid)[:1] not in ([], ["Z"])


def busy_seconds(pid: int) -> float:
    """Processor time so far, seconds."""
    fields = _fields(pid)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
