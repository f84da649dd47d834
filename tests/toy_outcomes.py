"""Outcomes as the benchmark's tests need them: each right unless said otherwise."""

from dataclasses import replace

from bench.outcomes import Outcome

RIGHT = Outcome("cmrc2018", "", "span", True, True, 1, True, True, False, 0.9, True)


def outcome(**more: object) -> Outcome:
    """A right answer to an answerable question, but for what is given."""
    return replace(RIGHT, **more)  # type: ignore[arg-type]


def refused(**more: object) -> Outcome:
    """A refusal of an unanswerable question, but for what is given."""
    silent = {"answerable": False, "literal": False, "first": None, "shown": False, "right": False, "refused": True}
    return outcome(**{**silent, "confidence": 0.1, "verbatim": None, **more})
