"""Citations as the database holds them, back as values. Whatever an older version has left there, nothing breaks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rag.records import Citation


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer as it was shown."""

    question: str
    answer: str
    refused: bool = False
    citations: tuple[Citation, ...] = ()
    nearby: tuple[Citation, ...] = ()


def citations_of(kept: object) -> tuple[Citation, ...]:
    """Return the citations that JSON holds, in its order; one without a quote is none."""
    found = kept if isinstance(kept, list) else []
    return tuple(_citation(one, place) for place, one in enumerate(found, 1) if isinstance(one, dict) and _quote(one))


def exchanges_of(kept: object) -> tuple[Exchange, ...]:
    """Return the exchanges of a transcript: objects with `question` and `answer`, or pairs of these."""
    return tuple(_exchanges(kept if isinstance(kept, list) else []))


def _exchanges(kept: list[Any]) -> Iterator[Exchange]:
    for one in kept:
        if isinstance(one, list) and len(one) == 2:
            one = {"question": one[0], "answer": one[1]}
        if isinstance(one, dict) and (_text(one, "question") or _text(one, "answer")):
            refused = bool(one.get("refused"))
            citations, nearby = citations_of(one.get("citations")), citations_of(one.get("nearby"))
            yield Exchange(_text(one, "question"), _text(one, "answer"), refused, citations, nearby)


def _citation(one: dict[str, Any], place: int) -> Citation:
    quote, start = _quote(one), _number(one, "start", 0)
    headings, page = one.get("headings"), one.get("page")
    return Citation(
        number=_number(one, "number", place),
        document_id=_text(one, "document_id"),
        document=_text(one, "document") or _text(one, "path"),
        path=_text(one, "path"),
        date=_text(one, "date"),
        page=page if isinstance(page, int) else None,
        headings=tuple(part for part in headings if isinstance(part, str)) if isinstance(headings, list) else (),
        quote=quote,
        start=start,
        end=_number(one, "end", start + len(quote)),
        passage=_text(one, "passage") or quote,
        passage_start=_number(one, "passage_start", start),
        score=float(score) if isinstance(score := one.get("score"), int | float) else 0.0,
    )


def _quote(one: dict[str, Any]) -> str:
    return _text(one, "quote")


def _text(one: dict[str, Any], key: str) -> str:
    value = one.get(key)
    return value if isinstance(value, str) else ""


def _number(one: dict[str, Any], key: str, otherwise: int) -> int:
    value = one.get(key)
    return value if isinstance(value, int) else otherwise
