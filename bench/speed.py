"""`python -m bench.speed`: seconds until ready, memory, milliseconds a question on one core, seconds to build an index.

Everything is measured on the corpus of the settings, in homes made for it (the model is taken from the home of the
settings); the questions are those of bench/park.jsonl. Nothing heavy is imported before the process is pinned.
"""

import argparse
import json
import math
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from settings import load_settings

ROOT = Path(__file__).parent.parent
QUESTIONS = Path(__file__).with_name("park.jsonl")
WARM_UP = 20
"""Questions asked before any is measured."""
ASKED = 100
"""Questions asked of the server before its memory is read."""
PATIENCE_S = 120


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest of `values` that at least `percent` of them do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def timing_table(timings: Sequence[Mapping[str, float]]) -> str:
    """Return median and 95th percentile of each step and of the total, in ms; a question without a step counts 0."""
    steps: dict[str, list[float]] = defaultdict(list)
    for step in dict.fromkeys(step for timing in timings for step in timing):
        steps[step] = [timing.get(step, 0.0) for timing in timings]
    rows = [f"{step:12}{statistics.median(all_):>9.1f}{percentile(all_, 95):>9.1f}" for step, all_ in steps.items()]
    return "\n".join([f"{'step, ms':12}{'median':>9}{'p95':>9}", *rows])


def resident_mb(status: str) -> float | None:
    """Return the resident memory that a Linux /proc/PID/status tells, in MB of 1,000,000 bytes; None if it does not."""
    for line in status.splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    return None


def machine() -> str:
    """Return what this runs on: processor, cores, system, Python."""
    model = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), model)
    except OSError:
        pass
    return (
        f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}"
    )


def commit() -> str:
    """Return the commit that is checked out, and whether files differ from it; "unknown" outside a repository."""
    try:
        command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=12"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def pin() -> str:
    """Keep this process to one core, before any library starts threads; return what was done."""
    if not hasattr(os, "sched_setaffinity"):
        return "all cores (this system cannot pin)"
    core = min(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return "one core"


@contextmanager
def fresh_home(model_home: Path) -> Iterator[Path]:
    """Yield a new home that holds nothing but the model of another."""
    with tempfile.TemporaryDirectory(prefix="park-speed-") as folder:
        home = Path(folder)
        if (model_home / "models").is_dir():
            (home / "models").symlink_to((model_home / "models").resolve(), target_is_directory=True)
        yield home


def build_seconds(environment: Mapping[str, str]) -> tuple[float, float]:
    """Build the index of the environment's home, twice; return the seconds of each whole command."""
    seconds = []
    for _ in range(2):
        started = time.perf_counter()
        command = [sys.executable, "-m", "index", "build"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        if done.returncode > 1:
            raise SystemExit(done.stderr.strip() or f"python -m index build ended with {done.returncode}")
        seconds.append(time.perf_counter() - started)
    return seconds[0], seconds[1]


def free_port() -> int:
    """Return a loopback port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


@contextmanager
def server(environment: Mapping[str, str]) -> Iterator[tuple[str, int, float]]:
    """Run the service on a free loopback port; yield its address, process id, and the seconds until it was ready."""
    port = free_port()
    own = {**environment, "PARK_HOST": "127.0.0.1", "PARK_PORT": str(port), "PARK_QUESTIONS_PER_MINUTE": "1000000"}
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=own, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_ready(url, process)
        yield url, process.pid, time.perf_counter() - started
    finally:
        process.terminate()
        process.wait()


def _wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5):  # noqa: S310 - our own address
                return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"The service was not ready within {PATIENCE_S} s; run `make run` to see why.")


def post(url: str, item: Mapping[str, Any]) -> dict[str, Any]:
    """Ask the service one question of the set; return the answer as JSON."""
    body = {"question": item["question"], "history": item.get("history", [])}
    request = urllib.request.Request(  # noqa: S310 - our own address
        f"{url}/api/ask", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as reply:  # noqa: S310
        answer: dict[str, Any] = json.load(reply)
        return answer


def measure_server(environment: Mapping[str, str], items: Sequence[Mapping[str, Any]]) -> tuple[float, float | None]:
    """Return the seconds until the service was ready, and its resident memory in MB after ASKED questions."""
    with server(environment) as (url, pid, ready):
        for turn in range(ASKED):
            post(url, items[turn % len(items)])
        status = Path(f"/proc/{pid}/status")
        return ready, resident_mb(status.read_text("utf-8")) if status.exists() else None


def measure_answers(home: Path, items: Sequence[Mapping[str, Any]]) -> list[dict[str, float]]:
    """Ask every question in this process, after a warm-up; return the milliseconds of each step of each."""
    # Here, not above: the libraries behind it start their threads when loaded, and those inherit the one core.
    from rag.chain import open_chain
    from rag.records import Request, Turn

    chain = open_chain(load_settings(home=home, chroma_url=""))
    requests = [Request(item["question"], tuple(Turn(*turn) for turn in item.get("history", []))) for item in items]
    for request in requests[:WARM_UP]:
        chain.invoke(request)
    timings = [chain.invoke(request).timings_ms for request in requests]
    chain.close()
    return timings


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.speed", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--questions", type=Path, default=QUESTIONS, help="the questions asked, JSON lines")
    options = parser.parse_args(arguments)
    items = [json.loads(line) for line in options.questions.read_text("utf-8").splitlines()]
    settings = load_settings()
    print(f"machine               {machine()}\ncommit                {commit()}", flush=True)
    with fresh_home(settings.home) as home:
        environment = {**os.environ, "PARK_HOME": str(home), "PARK_CORPUS": str(settings.corpus.resolve())}
        environment["PARK_CHROMA_URL"] = ""  # no server is filled with what only this measures
        first, again = build_seconds(environment)
        print(f"index built           {first:.1f} s, with nothing changed {again:.1f} s (whole command)", flush=True)
        ready, memory = measure_server(environment, items)
        print(f"start to ready        {ready:.1f} s")
        print(
            f"resident memory       {'-' if memory is None else f'{memory:.0f} MB'} after {ASKED} questions", flush=True
        )
        cores = pin()
        timings = measure_answers(home, items)
    print(f"\n{len(timings)} questions on {cores}, after {WARM_UP} to warm up\n{timing_table(timings)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
