"""`python -m bench.crowd`: milliseconds that each view of the staff's page takes over 100,000 stored turns.

On a SQLite file and on a PostgreSQL server, both made for it. Every query is made once after the database was opened
anew ("first"; of a SQLite file the system has forgotten all before) and then some times more ("again", the median).
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

from bench.crowd_rows import Crowd, fill
from bench.speed import machine
from desk.database import Database, open_database
from desk.days import china_day
from desk.engine import FILE
from desk.figures import Figures
from desk.leads import Leads
from desk.talk_records import Wanted
from desk.talks import Talks
from desk.types import utc_now
from settings import Settings, load_settings

TIMES = 5
"""So many times each query is made again."""
BAR_MS = 1000
Work = Callable[[], object]


def views(database: Database) -> Mapping[str, Work]:
    """Return what each view asks of the database, by its name; those marked * are made when the view opens."""
    talks, figures, leads = Talks(database), Figures(database), Leads(database)
    today = china_day(utc_now())
    first = talks.find(Wanted())

    def span(days: int) -> Work:
        return lambda: figures.read(today - timedelta(days=days - 1), today)

    return {
        "talks: newest *": lambda: talks.find(Wanted()),
        "talks: next page": lambda: talks.find(Wanted(), first.last),
        "talks: one conversation": lambda: talks.talk(first.lines[0].conversation_id),
        "talks: refused": lambda: talks.find(Wanted(modes=("refused",))),
        "talks: not helpful": lambda: talks.find(Wanted(feedback="unhelpful")),
        "talks: a common word": lambda: talks.find(Wanted(words="公寓")),
        "talks: a word nobody said": lambda: talks.find(Wanted(words="没有人说过的话")),
        "figures: 7 days": span(7),
        "figures: 30 days *": span(30),
        "figures: 90 days": span(90),
        "figures: 180 days": span(180),
        "leads: newest *": leads.find,
        "leads: a word nobody said": lambda: leads.find(words="没有人说过的话"),
    }


def measure(open_database: Callable[[], Database], cool: Work) -> dict[str, tuple[float, float]]:
    """Return for each query the milliseconds of the first time, and the median of some more."""
    with closing(open_database()) as database:
        names = list(views(database))
    measured = {}
    for name in names:
        with closing(open_database()) as database:
            work = views(database)[name]
            cool()
            first = _milliseconds(work)
            measured[name] = first, statistics.median(_milliseconds(work) for _ in range(TIMES))
    return measured


def _milliseconds(work: Work) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def table(measured: Mapping[str, tuple[float, float]]) -> str:
    """Return the milliseconds as lines, those over the bar marked."""
    lines = [f"{'ms':28}{'first':>9}{'again':>9}"]
    for name, (first, again) in measured.items():
        lines.append(f"{name:28}{first:>9.0f}{again:>9.0f}{'  over the bar' if first > BAR_MS else ''}")
    return "\n".join(lines)


@contextmanager
def sqlite_crowd(crowd: Crowd, corpus: Path) -> Iterator[tuple[Settings, Work]]:
    """Yield the settings of a SQLite file that holds the crowd, and what makes the system forget the file."""
    with tempfile.TemporaryDirectory(prefix="park-crowd-") as folder:
        settings = load_settings(home=Path(folder), database_url="")
        _fill(settings, crowd, corpus)
        yield settings, lambda: drop_from_memory(Path(folder) / FILE)


@contextmanager
def postgresql_crowd(crowd: Crowd, corpus: Path) -> Iterator[tuple[Settings, Work]]:
    """Yield the settings of a PostgreSQL database that holds the crowd, on a server of its own."""
    # The server that the tests run on; whoever measures SQLite only does without it.
    from tests.desk_homes import postgres_server

    with postgres_server() as server, server.database() as url:
        settings = load_settings(database_url=url.render_as_string(hide_password=False))
        _fill(settings, crowd, corpus)
        yield settings, lambda: None


def _fill(settings: Settings, crowd: Crowd, corpus: Path) -> None:
    with closing(open_database(settings)) as database:
        fill(database, crowd, utc_now(), corpus)


def drop_from_memory(path: Path) -> None:
    """Let the system forget what it holds of a file, so that it is read from the disk again."""
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


KINDS = {"sqlite": sqlite_crowd, "postgresql": postgresql_crowd}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 where a view takes longer than the bar to open."""
    parser = argparse.ArgumentParser(prog="python -m bench.crowd", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--turns", type=int, default=100_000)
    parser.add_argument("--on", choices=[*KINDS, "both"], default="both", help="which database")
    parser.add_argument("--corpus", type=Path, default=Path("corpus"), help="where the citations are from")
    options = parser.parse_args(arguments)
    print(f"machine  {machine()}\nturns    {options.turns:,}", flush=True)
    slow = []
    for kind in KINDS if options.on == "both" else [options.on]:
        with KINDS[kind](Crowd.of(options.turns), options.corpus) as (settings, cool):
            measured = measure(partial(open_database, settings), cool)
        print(f"\n{kind}\n{table(measured)}", flush=True)
        slow += [name for name, (first, _) in measured.items() if name.endswith("*") and first > BAR_MS]
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
