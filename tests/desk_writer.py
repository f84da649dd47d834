"""A process that records turns until it is killed: `python -m tests.desk_writer URL`; says a line for each hundred."""

import itertools
import sys
import time
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import make_url

from desk.database import Database
from desk.kept import Said
from desk.recorder import Recorder
from rag.records import Answer
from tests.desk_rows import NOON

ANSWER = Answer(
    question="公寓有几套？",
    standalone_question="公寓有几套？",
    language="zh",
    answer="有920套。",
    refused=False,
    confidence=0.9,
    mode="quote",
    timings_ms={"total": 12.5},
)
SAID = Said("c1", "5f0c", "web", "zh", "公寓有几套？", ANSWER, NOON, "t1")


def said(number: int, conversation: str = "c1", question: str = "公寓有几套？") -> Said:
    """The turn `t<number>`, asked so many seconds after noon."""
    return replace(
        SAID,
        conversation_id=conversation,
        question=question,
        answer=replace(ANSWER, question=question, standalone_question=question),
        asked_at=NOON + timedelta(seconds=number),
        turn_id=f"t{number}",
    )


def main(url: str) -> None:
    recorder = Recorder(lambda: Database(make_url(url)))
    for number in itertools.count():
        recorder.record(said(number, conversation=f"c{number // 3}"))
        recorder.feedback(f"t{number}", "helpful")
        if number % 100 == 0:
            print(number, flush=True)  # noqa: T201 - who started it waits for this
        while recorder.state.waiting > 100:
            time.sleep(0.001)


if __name__ == "__main__":
    main(sys.argv[1])
