"""`python -m bench.writing`: what the chat model of the settings makes of the evidence, and how long visitors wait.

Questions of RGB, each over five passages of its own of which two are noise, and the park's answerable ones, all through
`Chain.stream`; then some visitors at once. Where the settings name no chat model it says so, and ends.
"""

import argparse
import os
import re
import statistics
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.asking import answer_groups, literal
from bench.measure import park_set
from bench.park import holds, share, squeezed
from bench.part import Cutter, Part
from bench.samples import every, mixed
from bench.set_index import open_set_index
from bench.sets import DataMissingError, SetQuestion, load_set
from bench.speed import commit, machine, percentile
from rag.chain import Chain, open_chain
from rag.chat_model import Message, Pieces
from rag.generate import Writer
from rag.open_chat import OpenedChatModel, open_chat_model
from rag.open_writer import checker_of
from rag.records import Answer, AnswerEvent, DeltaEvent, PassagesEvent, Request, WaitingEvent
from rag.turns import Turns
from rag.writing import normalise
from settings import Settings, load_settings

NOISE = 0.4
"""Share of noise among RGB's passages."""
QUESTIONS = 30
VISITORS = 4
_SENTENCE = re.compile(r"(?:[^。！？!?\n.]|\.(?![\s\[]|$))+(?:[。！？!?.]+|$)(?:\s*\[\d+\])*")
_MARK = re.compile(r"\[\d+\]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*|[零一二三四五六七八九十百千万亿两]{2,}")


@dataclass(frozen=True)
class Seen:
    """One streamed answer: what it was, and seconds from the question until its evidence, first words and end.

    `place` is the last place in the queue that was told, 0 if none. `right` is None where no literal answer is known.
    """

    answer: Answer
    evidence: float
    first_words: float
    whole: float
    place: int
    right: bool | None

    @property
    def unmarked(self) -> list[str]:
        """Sentences in the model's words that carry no mark."""
        return unmarked(self.answer.answer) if self.answer.mode == "written" else []

    @property
    def foreign(self) -> list[str]:
        """Numbers that stand in no quote, title, heading or date that the answer cites."""
        if self.answer.refused:
            return []
        sources = (f"{one.document} {' '.join(one.headings)} {one.date} {one.quote}" for one in self.answer.citations)
        return foreign_numbers(self.answer.answer, sources)


class Lent:
    """A chat model lent to one chain after another: closing the chain leaves it open."""

    def __init__(self, model: OpenedChatModel) -> None:
        self._model = model

    def stream(self, messages: Sequence[Message], most_tokens: int) -> Pieces:
        """Return the answer piece by piece. Raises ChatModelError."""
        return self._model.stream(messages, most_tokens)

    def close(self) -> None:
        """Leave it open."""


def unmarked(answer: str) -> list[str]:
    """Return the sentences of an answer that no mark follows; what the reports do not tell, said last, has none."""
    told = re.split(r"\n(?!.*\[\d+\])", answer)[0]
    return [one for one in map(str.strip, _SENTENCE.findall(told)) if one and not _MARK.search(one)]


def foreign_numbers(answer: str, sources: Iterable[str]) -> list[str]:
    """Return the numbers of `answer`, character for character, that stand in none of `sources`."""
    known = normalise(" ".join(sources)).replace(",", "")
    said = (one[0].replace(",", "") for one in _NUMBER.finditer(_MARK.sub(" ", normalise(answer))))
    return [number for number in said if number not in known]


def watch(chain: Chain, request: Request, groups: Sequence[Sequence[str]] = ()) -> Seen:
    """Ask one question as the page does; `groups` are alternatives, one of each in a right answer."""
    begun = time.perf_counter()
    evidence = first_words = 0.0
    place = 0
    for event in chain.stream(request):
        now = time.perf_counter() - begun
        match event:
            case PassagesEvent():
                evidence = now
            case WaitingEvent():
                place = event.place or place
            case DeltaEvent():
                first_words = first_words or now
            case AnswerEvent():
                answer = event.answer
    right = None if not groups else not answer.refused and holds(squeezed(answer.answer), groups)
    return Seen(answer, evidence, first_words or now, now, place, right)


def rgb(settings: Settings, chat: OpenedChatModel, data: Path | None, count: int) -> Iterator[Seen]:
    """Ask questions of RGB whose passages hold their answer. Raises DataMissingError."""
    whole = load_set("rgb", data)
    opened = open_set_index(whole, settings.home)
    texts = {document.id: document.text for document in whole.documents}
    cutter = Cutter(opened)
    asked = [(one, mixed(one, NOISE)) for one in whole.questions if one.kind == "rgb_zh"]
    asked = [(one, ids) for one, ids in asked if literal(one, [texts[id_] for id_ in ids])]
    for question, ids in every(asked, count):
        with cutter.chain(ids, partial(_writer, chat)) as chain:
            yield watch(chain, Request(question.question), answer_groups(question))
    cutter.close()
    opened.index.close()


def _writer(chat: OpenedChatModel, part: Part) -> Writer:
    return Writer(Lent(chat), checker_of(part), Turns(chat.slots))


def park(chain: Chain, questions: Sequence[SetQuestion]) -> Iterator[Seen]:
    """Ask the park's questions, one after another."""
    for one in questions:
        yield watch(chain, Request(one.question, one.history), answer_groups(one))


def visitors(chain: Chain, questions: Sequence[SetQuestion]) -> list[Seen]:
    """Ask all questions at the same moment, each by a visitor of its own."""
    seen: list[Seen] = []
    start = threading.Barrier(len(questions))

    def visit(one: SetQuestion) -> None:
        start.wait()
        seen.append(watch(chain, Request(one.question, one.history), answer_groups(one)))

    threads = [threading.Thread(target=visit, args=(one,)) for one in questions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seen


def table(groups: dict[str, Sequence[Seen]]) -> str:
    """Return the figures, a row a group, with what is wrong with single answers below."""
    head = ("questions", "right", "refused", "written", "unmarked", "foreign", "evidence s", "first words s", "whole s")
    lines = [f"{'':12}" + "".join(f"{name:>15}" for name in head)]
    for name, seen in groups.items():
        told = [one for one in seen if not one.answer.refused]
        cells = [
            str(len(seen)),
            share([one.right for one in seen]),
            share([one.answer.refused for one in seen]),
            share([one.answer.mode == "written" for one in told]),
            str(sum(len(one.unmarked) for one in seen)),
            str(sum(bool(one.foreign) for one in seen)),
            *(_seconds([getattr(one, what) for one in told]) for what in ("evidence", "first_words", "whole")),
        ]
        lines.append(f"{name:12}" + "".join(f"{cell:>15}" for cell in cells))
    lines.append("seconds: median / 95th percentile, of the answered ones")
    faulty = ((name, one) for name, seen in groups.items() for one in seen if one.foreign or one.unmarked)
    lines.extend(
        f"{name}: {one.answer.question} -> {one.answer.answer!r}: {one.foreign or one.unmarked}" for name, one in faulty
    )
    return "\n".join(lines)


def _seconds(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f} / {percentile(values, 95):.2f}" if values else "-"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.writing", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of the public sets (default: PARK_EVAL_DATA)")
    parser.add_argument("--limit", type=int, default=QUESTIONS, help="questions of each set (default: %(default)s)")
    parser.add_argument("--visitors", type=int, default=VISITORS, help="visitors at once (default: %(default)s)")
    options = parser.parse_args(arguments)
    settings = load_settings()
    chat = open_chat_model(settings)
    if chat is None:
        print("没有设置聊天模型，不测 / no chat model is set (see `make llm`): nothing to measure")
        return 0
    print(f"machine  {machine()}\ncommit   {commit()}\nmodel    {chat.name}, {os.cpu_count()} cores", flush=True)
    groups: dict[str, Sequence[Seen]] = {}
    try:
        groups["rgb"] = list(rgb(settings, chat, options.data, options.limit))
    except DataMissingError:
        print("PARK_EVAL_DATA 未设置，不测 RGB / is not set: RGB is left out")
    finally:
        chat.close()
    chain = open_chain(settings)
    questions = [one for one in park_set().questions if one.answerable]
    watch(chain, Request(questions[0].question))
    groups["park"] = list(park(chain, every(questions, options.limit)))
    groups[f"{options.visitors} at once"] = visitors(chain, every(questions, options.visitors))
    chain.close()
    print(table(groups))
    return 0


if __name__ == "__main__":
    sys.exit(main())
