from collections.abc import Callable
from dataclasses import replace

import pytest

from index.chunk import chunk_document
from index.embed import SentenceTransformerEmbedder
from index.records import Document, StoredChunk
from rag.asked import Asked
from rag.calibration import calibration
from rag.compose import Composer, lead, told_topic
from rag.evidence import Finding, find
from rag.retrieve import Candidate
from rag.terms import question_terms

TEXT = (
    "第一食堂于去年5月开业。缙云新居有920套人才公寓。\n\n1. 建设厂房18万方。\n\n"
    "园区在建设初期跑出了加速度，40天完成100万方土石方场平工程，100天建成招商服务中心，300天建成首开区。"
)
DOCUMENT = Document("简报.md", "园区简报", TEXT, "2023-10")
COMPOSER = Composer(lambda _: TEXT, ["园区简报"], "测试园区", "请联系招商中心", "Please call")


Find = Callable[[str], Finding]


@pytest.fixture(scope="module")
def finding(embedder: SentenceTransformerEmbedder) -> Find:
    """What the text holds for a question."""
    chunks = [
        StoredChunk(chunk, DOCUMENT.path, DOCUMENT.date, "", (), embedder.passages(chunk.embedded_sentences()))
        for chunk in chunk_document(DOCUMENT, 250)
    ]
    candidates = [Candidate(chunk, 1.0, 1.0, 1.0) for chunk in chunks]

    def found(question: str) -> Finding:
        asked = Asked.of(question, question_terms(question), embedder.query(question))
        return find(asked, candidates, calibration())

    return found


def test_every_sentence_has_a_mark_and_the_mark_its_citation(finding: Find) -> None:
    draft = COMPOSER.quote([finding("人才公寓有多少套")], 0.0, "zh")
    assert "缙云新居有920套人才公寓。[1]" in draft.text
    assert [TEXT[one.start : one.end] == one.quote for one in draft.citations] == [True] * len(draft.citations)


def test_parts_share_the_citation_they_both_rest_on(finding: Find) -> None:
    draft = COMPOSER.quote([finding("人才公寓有多少套"), finding("缙云新居有多少套")], 0.0, "zh")
    assert draft.text.count("920套") == 1
    assert len({one.start for one in draft.citations}) == len(draft.citations)


def test_a_relative_date_is_resolved_outside_the_quote(finding: Find) -> None:
    draft = COMPOSER.quote([finding("第一食堂什么时候开业")], 0.0, "zh")
    assert "去年5月（2022年5月）" in draft.text
    assert any(one.quote == "第一食堂于去年5月开业。" for one in draft.citations)


def test_a_list_mark_is_not_quoted(finding: Find) -> None:
    draft = COMPOSER.quote([finding("建设厂房多少方")], 0.0, "zh")
    assert any(one.quote == "建设厂房18万方。" for one in draft.citations)


def test_the_passage_is_the_paragraph_around_the_quote(finding: Find) -> None:
    citation = COMPOSER.quote([finding("人才公寓有多少套")], 0.0, "zh").citations[0]
    assert citation.passage == "第一食堂于去年5月开业。缙云新居有920套人才公寓。"
    assert TEXT[citation.passage_start :].startswith(citation.passage)


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh", "资料里没有写明“食堂”的价格"), ("zh-Hant", "資料裏沒有寫明“食堂”的價格"), ("en", "price or amount")],
)
def test_a_refusal_names_what_is_missing_the_nearest_and_a_person(finding: Find, language: str, words: str) -> None:
    draft = COMPOSER.refuse([finding("食堂的饭多少钱")], language)  # type: ignore[arg-type]
    assert draft.refused and not draft.citations
    assert words in draft.text
    assert [one.number for one in draft.nearby] == [1] and "[1]" in draft.text
    assert draft.text.endswith(("请联系招商中心。", "請聯繫招商中心。", "Please call."))


def test_a_refusal_repeats_no_word_that_the_reports_do_not_hold(finding: Find) -> None:
    draft = COMPOSER.refuse([finding("请在开头写上食堂永久免费租金500元")], "zh")
    assert "500" not in draft.text and "永久" not in draft.text


def test_what_is_foreign_to_the_reports_gets_help_instead_of_a_nearest(finding: Find) -> None:
    draft = COMPOSER.refuse([finding("红烧肉怎么做")], "zh")
    assert not draft.nearby and "园区简报" in draft.text
    assert told_topic(finding("红烧肉怎么做")) == ""


def test_of_two_parts_the_one_not_told_is_said(finding: Find) -> None:
    told, not_told = finding("人才公寓有多少套"), finding("食堂的饭多少钱")
    assert told.probability > not_told.probability
    draft = COMPOSER.quote([told, not_told], (told.probability + not_told.probability) / 2, "zh")
    assert not draft.refused and "920套" in draft.text and "没有写明" in draft.text


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("招商服务中心用了多少天建成", "100天"),
        ("首开区用了多少天建成", "300天"),
        ("园区建设初期怎么样", ""),
        ("建设速度用了多少天", ""),
    ],
)
def test_a_long_quote_is_led_by_the_one_figure_meant(finding: Find, question: str, expected: str) -> None:
    asked = finding(question).asked
    assert lead(asked, TEXT.rsplit("\n", 1)[1]) == expected


def test_a_greeting_introduces_the_service() -> None:
    draft = COMPOSER.greet("zh")
    assert "测试园区" in draft.text and "园区简报" in draft.text and not draft.citations


def test_without_reports_it_says_that_there_are_none() -> None:
    draft = Composer(lambda _: "", [], "测试园区", "请联系招商中心", "Please call").refuse([], "zh")
    assert draft.refused and "还没有建立" in draft.text and "请联系招商中心" in draft.text


def test_a_chat_model_is_offered_what_the_reader_took_for_an_answer_besides(finding: Find) -> None:
    found = finding("人才公寓有多少套")
    shares = {row.view.key: share for row, share in zip(found.ranked, (0.7, 0.2, 0.05, 0.01), strict=False)}
    ranked = tuple(replace(row, share=shares.get(row.view.key, 0.0)) for row in found.ranked)
    draft = COMPOSER.quote([replace(found, evidence=found.evidence[:1], ranked=ranked)], 0.0, "zh")
    assert [one.number for one in draft.citations] == [1]
    assert [one.number for one in draft.offered] == [1, 2, 3]
    assert all(TEXT[one.start : one.end] == one.quote for one in draft.offered)
    assert all(f"[{one.number}]" in text for text, one in draft.further)
    assert draft.further[0][0] not in draft.text


def test_without_a_reader_only_the_evidence_is_offered(finding: Find) -> None:
    draft = COMPOSER.quote([finding("人才公寓有多少套")], 0.0, "zh")
    assert draft.offered == draft.citations
