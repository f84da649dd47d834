"""`python -m bench.support`: which false sentences the check of written ones lets through, which true ones it stops.

Needs the public sets (PARK_EVAL_DATA). What the coefficients were fitted on is told apart from the rest.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.sets import DataMissingError
from bench.support_pairs import KINDS, SETS, Pair, load
from index.embed import open_embedder
from index.load import read_bytes
from index.names import names_of
from index.tokens import names_in
from rag.support import Support
from settings import load_settings

LIMIT = 150
"""Documents of each set."""
RESULTS = Path(__file__).with_name("SUPPORT.md")
_BARS = {"true": 8, "number": 2, "name": 5, "swapped": 10, "added": 10}


def opened(home: Path, corpus: Path) -> Support:
    """Return the check as the service opens it: the built-in model, the names of the park's reports."""
    names = names_of(read_bytes(path.name, path.read_bytes()) for path in sorted(corpus.glob("*.md")))
    return Support(open_embedder(load_settings(home=home)), lambda text: names_in(text, names))


def measured(pairs: Iterable[Pair], support: Support) -> dict[tuple[str, str, str], list[bool]]:
    """Return whether each pair was let through, by set, half ("fitted" or "unseen") and kind."""
    found: dict[tuple[str, str, str], list[bool]] = defaultdict(list)
    for pair in pairs:
        half = "fitted" if pair.is_fitted_on else "unseen"
        found[pair.set, half, pair.kind].append(support.check(pair.sentence, pair.sources).supported)
    return found


def table(found: dict[tuple[str, str, str], list[bool]]) -> str:
    """Return the Markdown table: percent of true sentences stopped, of false ones let through, and of how many."""
    kinds = ("true", *KINDS)
    head = ["set", "half", "true ones stopped", *(f"{kind} let through" for kind in KINDS)]
    lines = [f"| {' | '.join(head)} |", "|---|---|" + "---:|" * len(kinds)]
    for name, half in sorted({(name, half) for name, half, _ in found}):
        cells = [_share(found[name, half, kind], stopped=kind == "true") for kind in kinds if (name, half, kind)]
        lines.append(f"| {name} | {half} | {' | '.join(cells)} |")
    bars = [f"≤ {_BARS[kind]} %" if kind in _BARS else "" for kind in kinds]
    return "\n".join([*lines, f"| bar | | {' | '.join(bars)} |"])


def _share(passed: Sequence[bool], stopped: bool) -> str:
    if not passed:
        return "-"
    share = sum(passed) / len(passed)
    return f"{100 * (1 - share if stopped else share):.1f} % ({len(passed)})"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write the table; 2 when the data is not there."""
    parser = argparse.ArgumentParser(prog="python -m bench.support", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of the public sets (default: PARK_EVAL_DATA)")
    parser.add_argument("--limit", type=int, default=LIMIT, help="documents of each set")
    options = parser.parse_args(arguments)
    settings = load_settings()
    data = options.data or settings.eval_data
    if data is None:
        print("Set PARK_EVAL_DATA to the folder of the public sets.", file=sys.stderr)
        return 2
    try:
        pairs = [pair for name in SETS for pair in load(name, data, options.limit)]
    except (FileNotFoundError, DataMissingError) as error:
        print(error, file=sys.stderr)
        return 2
    text = table(measured(pairs, opened(settings.home, settings.corpus)))
    print(text)
    RESULTS.write_text(
        f"# The check of written sentences\n\nWritten by `python -m bench.support`.\n\n{text}\n", "utf-8"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
