"""What this machine has free for one process: cores and memory, counted as a container sees them."""

import math
import os
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")
MEMINFO = Path("/proc/meminfo")


def usable_cores(cgroup: Path = CGROUP) -> int:
    """Return how many cores this process may keep busy: its affinity, less what a container is limited to."""
    cores = len(os.sched_getaffinity(0))
    quota, _, period = _read(cgroup / "cpu.max").partition(" ")
    if quota.isdigit() and period.strip().isdigit():
        cores = min(cores, math.ceil(int(quota) / int(period)))
    return max(cores, 1)


def free_memory(cgroup: Path = CGROUP, meminfo: Path = MEMINFO) -> int | None:
    """Return how many bytes can still be used without swapping, None where the system does not say."""
    left = [int(line.split()[1]) * 1024 for line in _read(meminfo).splitlines() if line.startswith("MemAvailable:")]
    limit, used = _read(cgroup / "memory.max").strip(), _read(cgroup / "memory.current").strip()
    if limit.isdigit() and used.isdigit():
        left.append(int(limit) - int(used) + _reclaimable(cgroup))
    return max(min(left), 0) if left else None


def _reclaimable(cgroup: Path) -> int:
    """Return what a container holds of files read, which gives way when memory is needed, bytes."""
    lines = (line.split() for line in _read(cgroup / "memory.stat").splitlines())
    return sum(int(value) for name, value in lines if name in {"inactive_file", "active_file"})


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii", errors="replace")
    except OSError:
        return ""
