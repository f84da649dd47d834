"""What a new version of a report changes, told before it takes the former one's place."""

from collections import Counter
from dataclasses import dataclass

from index.records import Document
from index.sentences import split_sentences


@dataclass(frozen=True, slots=True)
class Difference:
    """How many sentences stay, come and go, each as often as it is said; headings count like sentences."""

    same: int
    new: int
    gone: int


def difference(before: Document, after: Document) -> Difference:
    """Compare two versions of a report, sentence by sentence, wherever they stand."""
    former, later = _sentences(before.text), _sentences(after.text)
    return Difference((former & later).total(), (later - former).total(), (former - later).total())


def _sentences(text: str) -> Counter[str]:
    return Counter(
        sentence_text for span in split_sentences(text, 0, len(text)) if (sentence_text := text[span.start : span.end])
    )
