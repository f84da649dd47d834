from hypothesis import given
from hypothesis import strategies as st

from rag.matching import LEAD, LEAD_BEHIND, SYNONYM, Match, in_pieces, others_of
from tests.toy_match import match


def covered(found: Match, word: str) -> float:
    return next(share for token, share in found.coverage.items() if token.text == word)


def test_what_stands_in_a_quote_is_covered_and_what_does_not_is_not() -> None:
    found = match("食堂有包间和泳池。", "食堂的包间很大。")
    assert covered(found, "食堂") == covered(found, "包间") == 1
    assert covered(found, "泳池") == 0


def test_written_synonyms_cover_most_of_a_word() -> None:
    assert "创立" in others_of("成立")
    assert covered(match("公司创立。", "公司成立。"), "创立") == SYNONYM


def test_words_alike_in_meaning_cover_but_not_names_nor_things_of_one_kind() -> None:
    near = {frozenset({"察觉", "发现"}): 0.96, frozenset({"南门", "北门"}): 0.955}
    assert covered(match("他察觉了问题。", "他发现了问题。", alike=near), "察觉") == SYNONYM
    assert covered(match("车停在北门。", "车停在南门。", alike=near), "北门") == 0


def test_the_lead_covers_the_subject_and_little_behind_it() -> None:
    found = match("游泳馆位于河边。", "馆位于河边。", lead="游泳馆")
    assert covered(found, "游泳馆") in (LEAD, 1.0)
    behind = match("河边建了公寓。", "河边建了楼。", lead="公寓")
    assert covered(behind, "公寓") == LEAD_BEHIND


def test_words_that_are_cut_otherwise_are_covered_by_what_is_copied() -> None:
    found = match("生活服务馆里有缙融咖啡。", "园区生活服务馆分为三个部分:缙融咖啡、缙融餐厅。")
    assert min(found.coverage.values()) >= SYNONYM


def test_a_word_cut_together_with_what_follows_is_no_name() -> None:
    found = match("园区生活服务馆自2023年9月开设。", "园区生活服务馆于2023年9月开设。")
    assert covered(found, "馆自") == 1


def test_what_is_to_come_is_borne_out_by_a_plan() -> None:
    assert covered(match("园区未来要融入强国。", "园区将融入强国。"), "未来") == SYNONYM
    assert covered(match("园区未来要融入强国。", "园区融入强国。"), "未来") == 0


def test_keys_of_the_sentence_are_those_of_the_quotes_that_bear_them_out() -> None:
    found = match("公司创立于2023年。", "公司成立于2023年5月。")
    assert set(found.said_keys) <= set(found.keys)


def test_quotes_have_no_clause_in_common() -> None:
    found = match("甲。", "甲公司成立,上市。", "乙公司成立。")
    assert {Match.quote_number(token.clause) for token in found.tokens} == {0, 1}


def test_a_word_in_pieces() -> None:
    assert in_pieces("产业园区", "产业 园区")
    assert not in_pieces("产业园", "产业 园区")
    assert not in_pieces("园", "园")


@given(st.text(alphabet="园区食堂公寓有在2023年月套,。没", min_size=1, max_size=40))
def test_a_text_covers_itself(text: str) -> None:
    found = match(text, text)
    assert all(share == 1 for share in found.coverage.values())
    assert set(found.said_keys) <= set(found.keys)
