"""`python -m bench.desk`: asks every regression case of the staff desk again, and says which answers have changed.

A case is a question and the answer that staff published or found right. Exit status: 0 nothing has changed, 1 something
has, 2 it could not be asked. `--accept ID…` makes the new answers of those cases the expected ones.
"""

import argparse
import difflib
import getpass
import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field

from desk.cases import Case, CaseError, Cases
from desk.database import open_database
from desk.published import Published
from index.errors import ParkError
from rag.records import Answer, Answerer, Request
from settings import Settings, SettingsError, load_settings

Opener = Callable[[Settings], Answerer]
_MARK = re.compile(r"\s*[\[［]\d+[\]］]")  # in wide brackets: staff's own, shown so that it is taken for no mark
NAMES = {"mode": "方式 mode", "entry": "问答 entry", "answer": "答复 answer", "citations": "引用 citations"}


@dataclass(frozen=True, slots=True)
class Difference:
    """What of an answer is other than expected: `part` is mode, entry, answer or citations, both sides as text."""

    part: str
    expected: str
    given: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A case whose answer is not the expected one."""

    id: int
    question: str
    differences: tuple[Difference, ...]


@dataclass
class Replay:
    """What came of asking all the cases again; seconds are wall-clock time."""

    changed: list[Changed] = field(default_factory=list)
    accepted: list[int] = field(default_factory=list)
    unchanged: int = 0
    seconds: float = 0.0


def differences(case: Case, answer: Answer) -> tuple[Difference, ...]:
    """Return what of an answer is other than a case expects.

    An entry that is deleted is known by its words only, and what an entry cites was not seen when it was published:
    neither is compared. The marks [n] in an answer are no part of its words.
    """
    entry = answer.staff.entry_id if answer.staff else None
    pairs = [
        ("mode", case.mode, answer.mode),
        ("entry", _number(case.entry_id), _number(entry if case.entry_id or case.mode != "faq" else None)),
        ("answer", _words(case.answer), _words(answer.answer)),
    ]
    if case.citations or case.mode != "faq":
        expected = "\n".join(str(citation["quote"]) for citation in case.citations)
        pairs.append(("citations", expected, "\n".join(citation.quote for citation in answer.citations)))
    return tuple(Difference(part, old, new) for part, old, new in pairs if old != new)


def _words(answer: str) -> str:
    """Return an answer without its marks and the spaces at the ends of its lines."""
    return "\n".join(line.strip() for line in _MARK.sub("", answer).strip().splitlines())


def _number(entry_id: int | None) -> str:
    return "" if entry_id is None else str(entry_id)


def replay(cases: Cases, answerer: Answerer, accept: Iterable[int], by: str) -> Replay:
    """Ask all the cases again, and accept the new answers of those told. Raises CaseError for one that is not there."""
    known, wanted = cases.all(), set(accept)
    if unknown := wanted - {case.id for case in known}:
        raise CaseError(f"没有这些回归问题 / there are no such cases: {', '.join(map(str, sorted(unknown)))}")
    done, started = Replay(), time.perf_counter()
    for case in known:
        answer = answerer.invoke(Request(case.question, case.history))
        found = differences(case, answer)
        if found and case.id in wanted:
            cases.accept(case.id, answer, by=by)
            done.accepted.append(case.id)
        elif found:
            done.changed.append(Changed(case.id, case.question, found))
        else:
            done.unchanged += 1
    done.seconds = time.perf_counter() - started
    return done


def report(done: Replay) -> str:
    """Return what has changed, for people: each changed part as a diff, what was expected marked -, what came +."""
    lines = []
    for changed in done.changed:
        lines.append(f"#{changed.id} {changed.question}")
        for one in changed.differences:
            lines.append(f"  {NAMES[one.part]}:")
            lines += [f"    {line}" for line in _diff(one.expected, one.given)]
    if done.accepted:
        lines.append(f"已接受 accepted: {', '.join(map(str, done.accepted))}")
    lines.append(
        f"有变化 changed: {len(done.changed)}, 无变化 unchanged: {done.unchanged}, 用时 seconds: {done.seconds:.1f}"
    )
    return "\n".join(lines)


def _diff(expected: str, given: str) -> Iterator[str]:
    found = difflib.unified_diff(expected.splitlines(), given.splitlines(), n=0, lineterm="")
    return (line for number, line in enumerate(found) if number > 1 and not line.startswith("@@"))


@contextmanager
def answering(settings: Settings, opener: Opener | None = None) -> Iterator[Answerer]:
    """Give what answers visitors: the chain, and before it what staff have published."""
    if opener is not None:
        yield opener(settings)
        return
    # They bring the models along, which `--help` need not wait for.
    from rag.chain import open_chain
    from rag.staff_first import staff_first

    with closing(Published(lambda: open_database(settings))) as published:
        published.refresh()
        with closing(staff_first(open_chain(settings), published)) as answerer:
            yield answerer


def main(arguments: Sequence[str] | None = None, opener: Opener | None = None) -> int:
    """Ask every case again and print what has changed."""
    parser = argparse.ArgumentParser(prog="python -m bench.desk", description=__doc__.splitlines()[0])
    parser.add_argument("--home", help="folder of the index and the database (default: PARK_HOME or var)")
    parser.add_argument("--accept", type=int, nargs="+", default=[], metavar="ID", help="expect their new answers")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    options = parser.parse_args(arguments)
    try:
        done = _replayed(load_settings(home=options.home), options.accept, opener)
    except (ParkError, SettingsError) as error:
        print(f"错误 / error: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    if done is None:
        print("{}" if options.json else "还没有回归问题，没有可重放的 / there are no cases yet, nothing to replay")
        return 0
    print(json.dumps(asdict(done), ensure_ascii=False, indent=2) if options.json else report(done))
    return 1 if done.changed else 0


def _replayed(settings: Settings, accept: Sequence[int], opener: Opener | None) -> Replay | None:
    """Return what came of the cases, None when there are none: then no model is waited for."""
    with closing(open_database(settings)) as database:
        cases = Cases(database)
        if not cases.all() and not accept:
            return None
        with answering(settings, opener) as answerer:
            return replay(cases, answerer, accept, by=f"command line ({getpass.getuser()})")


if __name__ == "__main__":
    sys.exit(main())
