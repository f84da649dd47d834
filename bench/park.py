"""`python -m bench.park`: how well the park's own questions are answered, kind by kind.

bench/park.jsonl holds one JSON object a line:
  id          unique, "<kind>-NN"
  kind        fact | paraphrase | colloquial | typo | traditional | english | follow_up | multi_part
              | near_miss | off_topic | wrong_premise | injection
  split       "tune" (may be looked at while tuning) or "hold" (only scored); all were written before being asked
  question    what the visitor types; history: [[question, answer], ...], oldest first
  answerable  true: a refusal is a false refusal; false: a refusal is right
  answers     groups of alternatives: right when every group has an alternative literally in the answer, both normalised
  corrections optional, same shape: an answer to a wrong premise that holds every group corrects it, and is right
  must_not    strings that make any answer wrong when they stand in it
  note        for people
"""

import argparse
import json
import random
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.chain import Chain, open_chain
from rag.records import Answer, Request, Turn
from rag.writing import normalise
from settings import load_settings

QUESTIONS = Path(__file__).with_name("park.jsonl")


@dataclass(frozen=True)
class Outcome:
    """One question's result. `verbatim` and `cited` are None where there is nothing to cite."""

    kind: str
    split: str
    answerable: bool
    right: bool
    refused: bool
    verbatim: bool | None
    cited: bool | None


def judge(item: dict[str, Any], answer: Answer, text_of: Callable[[str], str]) -> Outcome:
    """Score one answer. `text_of` gives a document's canonical text by id, to check the quotes against."""
    shown = squeezed(answer.answer)
    quotes = squeezed(" ".join(citation.quote for citation in answer.citations))
    told = not answer.refused
    clean = not any(squeezed(text) in shown for text in item.get("must_not", []))
    if item["answerable"]:
        right = told and holds(shown, item["answers"])
    else:
        right = answer.refused or (bool(item.get("corrections")) and holds(shown, item["corrections"]))
    slices = [text_of(one.document_id)[one.start : one.end] == one.quote for one in (*answer.citations, *answer.nearby)]
    return Outcome(
        kind=item["kind"],
        split=item["split"],
        answerable=item["answerable"],
        right=right and clean,
        refused=answer.refused,
        verbatim=all(slices) if slices else None,
        cited=holds(quotes, item["answers"]) if item["answerable"] and told else None,
    )


def squeezed(text: str) -> str:
    """Return `text` as it is compared: NFKC, simplified, lower case, without marks and whitespace."""
    return "".join(normalise(re.sub(r"\[\d+\]", " ", text)).lower().split())


def holds(text: str, groups: Iterable[Sequence[str]]) -> bool:
    """Whether every group has an alternative in `text` (squeezed)."""
    return all(any(squeezed(alternative) in text for alternative in group) for group in groups)


def ask(chain: Chain, item: dict[str, Any]) -> Answer:
    """Put one question of the set to the chain."""
    return chain.invoke(Request(item["question"], tuple(Turn(*turn) for turn in item.get("history", [])), item["id"]))


def among_others(chain: Chain, items: Sequence[dict[str, Any]], turns: int = 3, seed: int = 3) -> list[dict[str, Any]]:
    """Return the questions without a history, each after `turns` others, with their answers, that it does not need."""
    alone = [item for item in items if not item.get("history")]
    said = {item["id"]: [item["question"], ask(chain, item).answer] for item in alone}
    dice = random.Random(seed)  # noqa: S311 - a repeatable choice, no secret
    return [
        item
        | {"history": [said[other["id"]] for other in dice.sample([one for one in alone if one is not item], turns)]}
        for item in alone
    ]


def table(outcomes: Sequence[Outcome]) -> str:
    """Return the figures, a row a kind, then the totals the aims are set on."""
    rows = defaultdict(list)
    for outcome in outcomes:
        rows[outcome.kind].append(outcome)
    lines = [f"{'kind':14}{'n':>5}{'right':>8}{'refused':>9}{'false ref.':>11}{'verbatim':>10}{'cites fact':>12}"]
    lines += [_row(kind, group) for kind, group in rows.items()]
    answerable = [one for one in outcomes if one.answerable]
    unanswerable = [one for one in outcomes if not one.answerable]
    lines += [
        _row("answerable", answerable),
        _row("unanswerable", unanswerable),
        f"unanswerable refused or corrected: {share([one.right for one in unanswerable])}",
    ]
    return "\n".join(lines)


def _row(kind: str, group: Sequence[Outcome]) -> str:
    false_refusals = share([one.refused for one in group if one.answerable])
    return (
        f"{kind:14}{len(group):>5}{share([one.right for one in group]):>8}{share([one.refused for one in group]):>9}"
        f"{false_refusals:>11}{share([one.verbatim for one in group]):>10}{share([one.cited for one in group]):>12}"
    )


def share(values: Iterable[bool | None]) -> str:
    """Return the share of true values among those that are known, in percent."""
    known = [value for value in values if value is not None]
    return f"{100 * sum(known) / len(known):.1f}%" if known else "-"


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask every question and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.park", description=__doc__.splitlines()[0])
    parser.add_argument("--home", help="folder of the index (default: PARK_HOME or var)")
    parser.add_argument("--questions", type=Path, default=QUESTIONS)
    parser.add_argument("--split", choices=["tune", "hold"], help="only this half")
    parser.add_argument("--conversation", action="store_true", help="ask each question after three unrelated ones")
    parser.add_argument("--wrong", action="store_true", help="print each wrong answer")
    options = parser.parse_args(arguments)
    items = [json.loads(line) for line in options.questions.read_text(encoding="utf-8").splitlines()]
    items = [item for item in items if options.split in (None, item["split"])]
    chain = open_chain(load_settings(home=options.home))
    if options.conversation:
        items = among_others(chain, items)
    outcomes = []
    for item in items:
        answer = ask(chain, item)
        outcomes.append(judge(item, answer, lambda id_: chain.index.document(id_).text))
        if options.wrong and not outcomes[-1].right:
            print(f"{item['id']} {item['question']} [{answer.standalone_question}] p={answer.confidence:.2f}")
            print(f"    {answer.answer!r}")
    print(table(outcomes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
