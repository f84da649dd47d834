"""`python -m bench.fit reader | calibration`: makes the reader's weights, and fits how much its opinion counts.

Both learn from DRCD, the public half of CMRC 2018 and our own `reading/` alone, the calibration from documents that the
reader never saw.
"""

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.asking import WatchedChain, ask, opened_reader, watched_chain
from bench.reader_data import Pool, is_dev, load, swapped
from bench.reader_phrasing import aside
from bench.set_index import open_set_index
from bench.sets import DataMissingError, QuestionSet, SetDocument, SetQuestion
from rag import calibration as shipped
from rag.calibration import calibration
from rag.evidence import judge
from rag.reader import Reader
from rag.scoring import rank
from settings import load_settings

STEPS = 1500
LAYERS = 8
"""Of the built-in model's twelve: what a core reads in some 40 ms."""
_FOLDS = 5
_COEFFICIENTS = Path(shipped.__file__).with_name("calibration.json")


ANSWERED = ("span", "told")
"""Kinds of cases whose document answers."""
JOINT = ("odds", "told")
"""What the joint regression weighs: both opinions."""


@dataclass(frozen=True)
class Case:
    """One question, with its answer to be found or not: what the joint regression sees of it, and what is true."""

    document: str
    kind: str
    figures: dict[str, float]
    answered: bool


def kept_aside(pool: Pool) -> QuestionSet:
    """Return the documents that the reader is not trained on, and their questions.

    Half of the sets' questions are said as people also do; those of the kind "swapped" ask after something else. Our
    own are of the kinds "told" and "missing".
    """
    chance = random.Random(0)  # noqa: S311 - no secret
    texts = [text for text in pool.texts if is_dev(text)]
    documents = tuple(SetDocument(text.id, "".join(text.sentences), text.title) for text in texts)
    questions = []
    for number, item in enumerate(pool.items):
        text = pool.texts[item.document]
        if is_dev(text):
            asked: dict[str, str | None] = {"told" if item.answers else "missing": item.question}
            if not text.is_own:
                both = {"span": item.question, "swapped": swapped(pool, number, chance)}
                asked = {kind: aside(said, chance) if said and number % 2 else said for kind, said in both.items()}
            questions += [
                SetQuestion(f"{number}-{kind}", said, kind, kind in ANSWERED, (item.answers,), ((text.id,),))
                for kind, said in asked.items()
                if said
            ]
    return QuestionSet("fit", documents, tuple(questions))


def cases_of(chain: WatchedChain, question: SetQuestion, reader: Reader) -> Iterator[Case]:
    """Yield the question as it is and, if answered, over what was found less each sentence that holds an answer."""
    ask(chain, question)
    for part, finding in zip(chain.last.reading, chain.last.findings, strict=True):
        asked = finding.asked
        rows = rank(asked, chain.last.candidates[part], calibration())
        found = {question.kind: rows}
        if question.answerable:
            holding = {row.view.key for row in rows if any(answer in row.view.said for answer in question.answers[0])}
            found["removed"] = [row for row in rows if row.view.key not in holding]
        for kind, kept in found.items():
            if kept:
                judged = judge(asked, kept, calibration(), reader)
                figures = calibration().joint_figures(judged.signals, judged.told or 0.0)
                yield Case(question.gold[0][0], kind, figures, kind in ANSWERED)


def fitted(cases: Sequence[Case]) -> dict[str, Any]:
    """Return the report: joint coefficients, how they do on documents they were not fitted on (`_FOLDS`-fold)."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import brier_score_loss, roc_auc_score
    from sklearn.model_selection import GroupKFold, cross_val_predict

    rows = np.array([[case.figures[name] for name in JOINT] for case in cases])
    truth = np.array([case.answered for case in cases])
    model = LogisticRegression(class_weight="balanced")
    folds = list(GroupKFold(_FOLDS).split(rows, truth, [case.document for case in cases]))
    chances: NDArray[np.float64] = cross_val_predict(model, rows, truth, cv=folds, method="predict_proba")[:, 1]
    model.fit(rows, truth)
    alone = {name: rows[:, place] for place, name in enumerate(JOINT)}
    return {
        "fit": {
            "joint": {name: _short(weight) for name, weight in zip(JOINT, model.coef_[0], strict=True)},
            "joint_intercept": _short(model.intercept_[0]),
            "made": datetime.now(UTC).date().isoformat(),
            "data": "DRCD, the public half of CMRC 2018 and bench/reading, documents kept aside",
            "cases": dict(Counter(case.kind for case in cases)),
            "auc": _short(roc_auc_score(truth, chances)),
            "brier": _short(brier_score_loss(truth, chances)),
            "auc_alone": {name: _short(roc_auc_score(truth, values)) for name, values in alone.items()},
        },
    }


def _short(value: float) -> float:
    return round(float(value), 4)


def write_coefficients(new: dict[str, Any], path: Path = _COEFFICIENTS) -> None:
    """Replace some tables of the coefficients' file, a table a line."""
    table = {**json.loads(path.read_text("utf-8")), **new}
    lines = [f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in table.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


def fit_calibration(data: Path, home: Path) -> None:
    """Fit how the signals and the reader count together, and write the report of it beside the coefficients.

    `joint` itself is set by hand from it: these questions say what their documents say, and so trust the reader more
    than a visitor's words bear out (bench/LOG.md).
    """
    whole = kept_aside(load(data))
    opened = open_set_index(whole, home)
    reader = opened_reader(opened.settings.home)
    chain = watched_chain(opened.index, opened.settings)
    new = fitted([case for question in whole.questions for case in cases_of(chain, question, reader)])
    write_coefficients(new)
    print(json.dumps(new, indent=2))


def fit_reader(data: Path, steps: int, layers: int) -> None:
    """Train the reader and write its weights."""
    # torch takes seconds to import, and only training needs it
    from bench.train_reader import trained
    from rag.reader_model import WEIGHTS

    trained(load(data), steps, layers, WEIGHTS)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit what is named; 2 when the data is not there."""
    parser = argparse.ArgumentParser(prog="python -m bench.fit", description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["reader", "calibration"])
    parser.add_argument("--data", type=Path, help="folder with public/ and train/ (default: that of PARK_EVAL_DATA)")
    parser.add_argument("--steps", type=int, default=STEPS, help="steps of training, of 3,072 tokens each")
    parser.add_argument("--layers", type=int, default=LAYERS, help="layers of the reader")
    options = parser.parse_args(arguments)
    settings = load_settings()
    try:
        data = options.data or _folder(settings.eval_data)
        if options.what == "reader":
            fit_reader(data, options.steps, options.layers)
        else:
            fit_calibration(data, settings.home)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _folder(eval_data: Path | None) -> Path:
    if eval_data is None:
        raise DataMissingError("Set PARK_EVAL_DATA to the folder of the public sets; train/ has to lie beside it.")
    return eval_data.parent


if __name__ == "__main__":
    sys.exit(main())
