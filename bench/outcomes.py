"""The nouns of the benchmark: what came of one question, and of one set."""

from dataclasses import dataclass, field

PARK = "park"
"""The park's own reports and questions, measured like a set."""
STOCK = "LangChain stock (k=4)"
FREE_KINDS = frozenset({"event_summary", "summary", "multi_doc", "multi_hop"})
"""Kinds of questions whose answers are free text: there is nothing to look for in the evidence."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one question. `condition` says what was given to it: "" for the whole index.

    `first` is the number of evidence sentences, best first, that hold the answer, None when the first ten do not;
    `literal` whether the documents given hold it at all. `shown` says whether the citations' quotes hold it, `right`
    whether the answer's text does. `verbatim` is None where nothing is cited. `cited` counts citations and `supported`
    those that are sentences the set marks; `marked` counts those, `covered` the ones cited. `cpu_ms` is CPU time.
    """

    set_name: str
    condition: str
    kind: str
    answerable: bool
    literal: bool
    first: int | None
    shown: bool
    right: bool
    refused: bool
    confidence: float
    verbatim: bool | None
    cited: int = 0
    supported: int = 0
    marked: int = 0
    covered: int = 0
    cpu_ms: float = 0.0

    @property
    def looked_for(self) -> bool:
        """Whether the answer is a few words that stand in the documents."""
        return self.literal and self.kind not in FREE_KINDS


@dataclass
class Measured:
    """What came of one set.

    `rankings` holds the figures of every system's ranking of `ranked` questions, by its name; `stock_shows` is the
    share of answers that the chunks of LangChain's recipe hold. Seconds are wall-clock time.
    """

    name: str
    documents: int
    characters: int
    chunks: int
    rankings: dict[str, dict[str, float]] = field(default_factory=dict)
    ranked: int = 0
    stock_shows: float | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    embedded: int = 0
    building_s: float = 0.0
    asking_s: float = 0.0

    def given(self, what: str) -> list[Outcome]:
        """Return the outcomes of one condition."""
        return [outcome for outcome in self.outcomes if outcome.condition == what]


def condition(noise_rate: float) -> str:
    """Return what five passages at this share of noise are called."""
    return "noise only" if noise_rate == 1 else f"noise {noise_rate:g}"
