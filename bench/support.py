"""`python -m bench.support`: which false sentences the check of written ones lets through, which true ones it stops.

Makes pairs of a sentence and its quotes, true and false, from public sets (PARK_EVAL_DATA, or --data) and from texts of
our own, checks them, and prints what comes of them by set and kind, and what each signal is for. `--fit` fits the
weights in rag/support.json anew. A run without --limit writes bench/SUPPORT.md.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench.fit import write_coefficients
from bench.sets import DataMissingError
from bench.support_fit import Case, fitted, shares
from bench.support_pairs import KINDS, SETS, load
from index.embed import open_embedder
from index.load import read_bytes
from index.names import names_of
from index.tokens import names_in
from rag import support as checked
from rag.support import Coefficients, Support, shipped
from settings import load_settings

LIMIT = 150
"""Documents of each set: some 20 pairs each."""
RESULTS = Path(__file__).with_name("SUPPORT.md")
BARS = {"true": 8, "number": 2, "name": 5, "swapped": 10, "added": 10}
"""Percent of true sentences that may be stopped, and of false ones of each kind that may be let through."""
_COEFFICIENTS = Path(checked.__file__).with_name("support.json")
_HALVES = {True: "fitted", False: "unseen"}


def opened(home: Path, corpus: Path) -> Support:
    """Return the check as the service opens it: the built-in model, the names of the park's reports."""
    names = names_of(read_bytes(path.name, path.read_bytes()) for path in sorted(corpus.glob("*.md")))
    return Support(open_embedder(load_settings(home=home)), lambda text: names_in(text, names))


def cases_of(support: Support, data: Path, limit: int) -> list[Case]:
    """Return the pairs of every set, made of `limit` documents each, with their signals."""
    pairs = [pair for name in SETS for pair in load(name, data, limit)]
    return [Case(pair, support.signals(pair.sentence, pair.sources)) for pair in pairs]


def table(cases: Sequence[Case], coefficients: Coefficients) -> str:
    """Return the Markdown table: percent of true sentences stopped, of false ones let through, and of how many."""
    lines = [f"| set | half | true ones stopped | {' | '.join(f'{kind} let through' for kind in KINDS)} |"]
    lines.append("|---|---|" + "---:|" * (1 + len(KINDS)))
    for name in (*SETS, "all"):
        for is_fitted_on, half in _HALVES.items():
            of_set = [
                case for case in cases if name in (case.pair.set, "all") and case.pair.is_fitted_on == is_fitted_on
            ]
            if of_set:
                lines.append(f"| {name} | {half} | {' | '.join(_cells(of_set, coefficients))} |")
    bars = [f"≤ {BARS[kind]} %" if kind in BARS else "" for kind in ("true", *KINDS)]
    return "\n".join([*lines, f"| bar | | {' | '.join(bars)} |"])


def _cells(cases: Sequence[Case], coefficients: Coefficients) -> list[str]:
    wrong = shares(cases, coefficients)
    counts = {kind: sum(case.pair.kind == kind for case in cases) for kind in ("true", *KINDS)}
    return [f"{100 * wrong[kind]:.1f} % ({count})" if count else "-" for kind, count in counts.items()]


def ablation(cases: Sequence[Case], coefficients: Coefficients) -> str:
    """Return the Markdown table of what would change without each signal, in points, over the unseen halves."""
    unseen = [case for case in cases if not case.pair.is_fitted_on]
    whole = shares(unseen, coefficients)
    lines = [f"| without | true ones stopped | {' | '.join(f'{kind} let through' for kind in KINDS)} |"]
    lines.append("|---|" + "---:|" * (1 + len(KINDS)))
    for name in (*coefficients.limits, *coefficients.weights):
        less = shares(unseen, _without(coefficients, name))
        changed = [100 * (less.get(kind, 0.0) - whole.get(kind, 0.0)) for kind in ("true", *KINDS)]
        lines.append(f"| {name} | {' | '.join(f'{points:+.1f}' if points else '' for points in changed)} |")
    return "\n".join(lines)


def _without(coefficients: Coefficients, name: str) -> Coefficients:
    limits = {other: limit for other, limit in coefficients.limits.items() if other != name}
    weights = {other: weight for other, weight in coefficients.weights.items() if other != name}
    return replace(coefficients, limits=limits, weights=weights)


def page(cases: Sequence[Case], coefficients: Coefficients) -> str:
    """Return the page of results."""
    return (
        "# The check of written sentences\n\nWritten by `python -m bench.support`. Pairs made by rule, but for the set "
        '"written", whose sentences are our own; a half counts by document.\n\n'
        f"{table(cases, coefficients)}\n\nWhat would change without each signal, in points (unseen halves of all "
        f"sets):\n\n{ablation(cases, coefficients)}\n"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write the page of a whole run; 2 when the data is not there."""
    parser = argparse.ArgumentParser(prog="python -m bench.support", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of the public sets (default: PARK_EVAL_DATA)")
    parser.add_argument("--limit", type=int, help=f"documents of each set (default: {LIMIT}); nothing is written")
    parser.add_argument("--fit", action="store_true", help="fit the weights of rag/support.json, and write them there")
    options = parser.parse_args(arguments)
    settings = load_settings()
    data = options.data or settings.eval_data
    if data is None:
        print("Set PARK_EVAL_DATA, or --data, to the folder of the public sets.", file=sys.stderr)
        return 2
    try:
        cases = cases_of(opened(settings.home, settings.corpus), data, options.limit or LIMIT)
    except (FileNotFoundError, DataMissingError) as error:
        print(error, file=sys.stderr)
        return 2
    coefficients = shipped()
    if options.fit:
        new = fitted(cases, coefficients)
        write_coefficients(new, _COEFFICIENTS)
        coefficients = replace(coefficients, weights=new["weights"], intercept=new["intercept"])
    text = page(cases, coefficients)
    print(text)
    if options.limit is None:
        RESULTS.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
