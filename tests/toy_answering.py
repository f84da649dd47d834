"""A deterministic answering side over three small reports, one of them hostile: for the tests of the page and API."""

import re
import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from itertools import pairwise

from index.records import Document, Heading
from rag.explain import Explanation, Found, Judged, Part, Place, Signal
from rag.records import Answer, AnswerEvent, Citation, DeltaEvent, Event, Mode, PassagesEvent, Request, StaffReply
from rag.staff_answers import PassageSource, StaffAnswer

HOUSING_TEXT = (
    "员工住房\n缙云新居有920套人才公寓。公寓由专业公司运营，可以配备家具。\n商务配套\n洽谈商务可以去生活服务馆。"
)
HOUSING = Document(
    path="住房.md",
    title="住房与商务配套",
    date="2023-10",
    source="园区办公室",
    text=HOUSING_TEXT,
    headings=tuple(
        Heading(1, title, HOUSING_TEXT.index(title), HOUSING_TEXT.index(title) + len(title))
        for title in ("员工住房", "商务配套")
    ),
)
CANTEEN = Document(
    path="餐饮.md",
    title="餐饮与生活服务",
    date="2023-10-27",
    text="食堂\n食堂于2022年10月启用，可供500人同时就餐。🍚生活服务馆于2023年启用。",
    headings=(Heading(1, "食堂", 0, 2),),
)
HOSTILE = Document(
    path="<b>恶意</b>.md",
    title='<img src=x onerror="window.pwned=1">恶意报告',
    source="<script>window.pwned=2</script>",
    text="恶意内容有<script>window.pwned=3</script>和[x](javascript:window.pwned=4)，"
    '还有<img src=x onerror="window.pwned=5">、$x^2$、**粗体**、${window.pwned=6}与{{value}}。',
)


class ToyLibrary:
    """A few reports by id."""

    def __init__(self, *documents: Document, staff: tuple[StaffAnswer, ...] = ()) -> None:
        self._documents = {document.id: document for document in documents}
        self._answers = {
            given.document_id: Document(path="", title=given.question, date=str(given.answered_on), text=given.answer)
            for given in staff
        }

    def document(self, document_id: str) -> Document:
        return self._documents.get(document_id) or self._answers[document_id]

    def documents(self) -> list[Document]:
        return list(self._documents.values())


class ToyAnswering:
    """Answers with the sentences that share the most character pairs with the question; `pause` seconds between events.

    Two shared pairs answer, one is only near, none is a plain refusal. A question with 故障 fails. One of
    `staff` is answered as they did.
    """

    def __init__(self, *documents: Document, pause: float = 0.0, staff: tuple[StaffAnswer, ...] = ()) -> None:
        self.index = ToyLibrary(*(documents or (HOUSING, CANTEEN, HOSTILE)), staff=staff)
        self.staff = {question: each for each in staff for question in (each.question, *each.similar)}
        self.pause = pause
        self.requests: list[Request] = []

    writes = False
    mode: Mode = "quote"

    def invoke(self, request: Request) -> Answer:
        *_, last = self.stream(request)
        assert isinstance(last, AnswerEvent)
        return last.answer

    def stream(self, request: Request) -> Generator[Event, None, None]:
        self.requests.append(request)
        if "故障" in request.question:
            raise RuntimeError("toy failure")
        found, score = self._find(request.question)
        given = self.staff.get(request.question)
        answer = _staffs(request, given) if given else _answer(request, found, score)
        yield PassagesEvent(answer.citations, answer.nearby)
        for piece in re.findall(r".{1,12}", answer.answer, re.DOTALL):
            time.sleep(self.pause)
            yield DeltaEvent(piece)
        yield AnswerEvent(answer)

    def nearest(self, question: str, limit: int) -> tuple[Citation, ...]:
        """The sentences that share any character pair with the question, those that share most first."""
        near = sorted((row for row in self._scored(question) if row[0]), key=lambda row: -row[0])[:limit]
        return tuple(
            replace(citation, number=number, score=min(1.0, 0.75 + 0.25 * score / max(1, len(question))))
            for number, (score, citation) in enumerate(near, 1)
        )

    def explain(self, request: Request) -> Explanation:
        return toy_explanation(self.invoke(request))

    def _find(self, question: str) -> tuple[list[Citation], int]:
        scored = self._scored(question)
        best = max(score for score, _ in scored)
        return [citation for score, citation in scored if score == best > 0][:3], best

    def _scored(self, question: str) -> list[tuple[int, Citation]]:
        wanted = set(map("".join, pairwise(question)))
        return [
            (len(wanted & set(map("".join, pairwise(citation.quote)))), citation)
            for document in self.index.documents()
            for citation in _sentences(document)
        ]


def toy_explanation(answer: Answer) -> Explanation:
    """Why a toy answers: what it cites is all that it found."""
    places = [
        Place(one.document_id, one.document, one.headings, one.quote, one.start, one.end)
        for one in (*answer.citations, *answer.nearby)
    ]
    found = tuple(Found(place, 1.0, 0.9, number, 0.0, None) for number, place in enumerate(places, 1))
    judged = tuple(Judged(place, 0.9, 0.5, 0.2, 3.0, chosen=not answer.refused) for place in places)
    signals = (Signal("similarity", 0.9, 18.0), Signal("", 1.0, -19.7), Signal("stranger", 1.0, -2.5))
    part = Part(answer.question, "count", (("公寓", 6.0),), answer.confidence, found, judged, signals)
    return Explanation(answer, answer.confidence, 0.5, (answer.question,), (part,))


def _sentences(document: Document) -> Iterator[Citation]:
    headings = {heading.start for heading in document.headings}
    for line in re.finditer(r"[^\n]+", document.text):
        if line.start() in headings:
            continue
        above = [heading.title for heading in document.headings if heading.start < line.start()][-1:]
        for sentence in re.finditer(r"[^。]+。", line[0]):
            start, end = line.start() + sentence.start(), line.start() + sentence.end()
            yield Citation(
                number=1,
                document_id=document.id,
                document=document.title,
                path=document.path,
                date=document.date,
                page=None,
                headings=tuple(above),
                quote=document.text[start:end],
                start=start,
                end=end,
                passage=line[0],
                passage_start=line.start(),
                score=0.9,
            )


def _answer(request: Request, found: list[Citation], score: int) -> Answer:
    numbered = tuple(replace(citation, number=number) for number, citation in enumerate(found, 1))
    refused = score < 2
    words = "\n".join(f"{citation.quote}[{citation.number}]" for citation in numbered)
    near = f"资料里没有这个问题的答案；资料中提到：\n{words}\n" if numbered else "资料里没有这个问题的答案。\n"
    return Answer(
        id=request.id,
        question=request.question,
        standalone_question=request.question,
        language="zh",
        answer=f"{near}请联系园区招商服务中心工作人员。" if refused else words,
        refused=refused,
        confidence=0.1 if refused else 0.9,
        mode="refused" if refused else "quote",
        citations=() if refused else numbered,
        nearby=numbered if refused else (),
        timings_ms={"total": 1.0},
    )


def _staffs(request: Request, given: StaffAnswer) -> Answer:
    passages = [source for source in given.sources if isinstance(source, PassageSource)]
    day = given.answered_on.isoformat()
    own = PassageSource(given.document_id, "", given.question, given.answer, 0, len(given.answer))
    citations = tuple(
        Citation(
            number, cited.document_id, cited.title, cited.path, day, None, (), cited.quote, cited.start, cited.end,
            cited.quote, cited.start, 1.0,
        )
        for number, cited in enumerate(passages or [own], 1)
    )  # fmt: skip
    return Answer(
        id=request.id,
        question=request.question,
        standalone_question=request.question,
        language="zh",
        answer=given.answer + "".join(f"[{citation.number}]" for citation in citations),
        refused=False,
        confidence=1.0,
        mode="faq",
        citations=citations,
        timings_ms={"total": 1.0},
        staff=StaffReply(given.id, given.answered_on),
    )
