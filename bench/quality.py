"""`python -m bench.quality`: retrieval, evidence, refusal and citations on public question sets, beside what others do.

Builds an index of each set's documents through the project's own index code, in `<PARK_HOME>/bench`, asks the sets'
questions and the park's own, and writes bench/RESULTS.md with its two plots. PARK_EVAL_DATA, or --data, is the folder
of the sets: `NAME.docs.jsonl` and `NAME.questions.jsonl` of crud_rag, cmrc2018, domainrag and dragonball_zh, and
`rgb_zh.jsonl` and `rgb_zh_int.jsonl`.
"""

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from bench.bars import bars
from bench.figures import plotted
from bench.measure import Plan, measure
from bench.outcomes import PARK, Measured
from bench.plots import write_plots
from bench.results import page
from bench.sets import MISSING, NAMES
from bench.speed import commit, machine
from index.model import ensure_model
from settings import load_settings

RESULTS = Path(__file__).with_name("RESULTS.md")
QUICK: dict[str, tuple[int | None, int | None]] = {
    "crud_rag": (60, 120), "cmrc2018": (60, 80), "domainrag": (40, 80), "dragonball_zh": (60, 12), "rgb": (12, 120),
    "park": (120, None),
}  # fmt: skip
"""Questions and documents of each set with --quick."""
WITHOUT_STOCK: set[str] = set()
LONGEST_FIRST = ("crud_rag", "domainrag", "rgb", "cmrc2018", "dragonball_zh", "park")
"""So that two processes end at about the same time."""


def options_of(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(prog="python -m bench.quality", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of the public sets (default: PARK_EVAL_DATA)")
    parser.add_argument("--set", action="append", choices=[*NAMES, "park"], help="only this set; may be repeated")
    parser.add_argument("--limit", type=int, help="at most so many questions of each set, evenly spread")
    parser.add_argument("--quick", action="store_true", help="few questions over few documents: under 4 minutes")
    parser.add_argument(
        "--no-stock", action="store_true", help="without LangChain's recipe, whose chunks are embedded too"
    )
    parser.add_argument("--processes", type=int, default=2, help="sets measured at a time, a core each")
    parser.add_argument("--home", type=Path, help="home that has the model; indexes go below it (default: PARK_HOME)")
    parser.add_argument("--output", type=Path, help=f"where to write (default: {RESULTS.name}; nowhere for a part)")
    return parser.parse_args(arguments)


def plans(options: argparse.Namespace, data: Path | None, root: Path) -> list[Plan]:
    """Return what is to be measured, the longest first."""
    names = [name for name in LONGEST_FIRST if not options.set or name in options.set]
    found = []
    for name in names:
        questions, documents = QUICK[name] if options.quick else (None, None)
        limits = [limit for limit in (questions, options.limit) if limit]
        stock = not options.no_stock and name not in WITHOUT_STOCK
        found.append(Plan(name, data, root, min(limits, default=None), documents, stock))
    return found


def measured(plans: Sequence[Plan], processes: int) -> list[Measured]:
    """Measure each plan in a process of its own, a few at a time; in the order of NAMES, the park last."""
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", TOKENIZERS_PARALLELISM="false")
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        found = {one.name: one for one in pool.map(measure, plans)}
    return [found[name] for name in (*NAMES, PARK) if name in found]


def about(options: argparse.Namespace, started: float) -> dict[str, str]:
    """Return what the page says of the run."""
    threshold = load_settings().answer_threshold
    asked = " ".join(sys.argv[1:]) or "everything"
    return {
        "date": time.strftime("%Y-%m-%d %H:%M %Z"),
        "commit": commit(),
        "machine": machine(),
        "model": "built-in multilingual-e5-small, 8 bits",
        "settings": f"{asked}; threshold {threshold:g}, {options.processes} processes",
        "whole run": f"{(time.perf_counter() - started) / 60:.1f} minutes",
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write the results."""
    started = time.perf_counter()
    options = options_of(arguments)
    settings = load_settings(home=options.home)
    data = options.data or settings.eval_data
    todo = plans(options, data, settings.home)
    if data is None and any(plan.name != PARK for plan in todo):
        print(f"{MISSING}\n--set {PARK} does without.", file=sys.stderr)
        return 2
    ensure_model(settings)
    results = measured(todo, options.processes)
    text = page(results, bars(results), about(options, started))
    print(text)
    whole = not (options.set or options.limit or options.quick or options.no_stock)
    if output := options.output or (RESULTS if whole else None):
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, "utf-8")
        write_plots(plotted(results), settings.answer_threshold, output.parent)
    return 0


if __name__ == "__main__":
    sys.exit(main())
