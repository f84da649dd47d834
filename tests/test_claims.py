import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.claims import Claims, claims


def marked(text: str) -> dict[str, set[str]]:
    return {token.text: set(token.marks) for token in claims(text).tokens if token.marks}


def words(found: Claims) -> list[str]:
    return [token.text for token in found.words]


def test_words_that_tell_and_figures_are_its_tokens() -> None:
    found = claims("缙云新居有920套人才公寓。")
    assert "公寓" in words(found)
    assert "有" not in words(found)
    assert [one.value for one in found.amounts] == [920]


def test_clauses_end_at_marks_but_not_within_figures() -> None:
    found = claims("共22,000人,8:30开门。")
    assert {token.clause for token in found.tokens} == {0, 1}


def test_a_denial_is_said_of_the_next_word() -> None:
    assert (
        marked("食堂没有包间,不收服务费") == {"包间": {"denying"}, "收": {"denying"}}
        or "denying" in marked("食堂没有包间")["包间"]
    )
    assert marked("不断扩大,无线网络") == {}


def test_a_plan_is_said_of_the_next_verb() -> None:
    assert marked("园区计划在2025年建成厂房") == {"建成": {"planning"}}


def test_one_will_only_behind_a_word_for_what_is_to_come() -> None:
    assert marked("园区未来要融入网络强国") == {"融入": {"planning"}}
    assert marked("园区要融入网络强国") == {}


def test_a_deed_that_jieba_takes_for_a_thing_is_a_verb() -> None:
    assert [token.is_verb for token in claims("企业建成投产").words if token.text == "建成投产"] == [True]


@pytest.mark.parametrize("text", ["员工将车辆清洗", "比原计划提前完成", "误将信封拿反"])
def test_what_only_looks_like_a_plan_is_none(text: str) -> None:
    assert not any("planning" in marks for marks in marked(text).values())


def test_only_is_marked_in_whichever_word() -> None:
    assert "limiting" in {mark for marks in marked("仅限银行出具").values() for mark in marks}
    assert "limiting" in {mark for marks in marked("只用竹篱遮挡").values() for mark in marks}


def test_unknown_words_are_persons_only_with_a_surname() -> None:
    assert any(token.is_name for token in claims("董事长是秦占阳").words if token.text == "秦占阳")
    assert not any(token.is_name for token in claims("酸洗企业须自建设施").words if "自建" in token.text)


def test_english_words_become_the_lexicons_chinese_ones() -> None:
    found = claims("The canteen did not open in May 2023.", english=True)
    assert "食堂" in words(found)
    assert found.amounts[0].moment is not None
    assert sum(marks["denying"] for marks in found.marked.values()) == 1


def test_an_adverb_that_ends_its_clause_is_what_it_says() -> None:
    assert "全免" in words(claims("青禾港厂房月租全免。"))
    assert "已经" not in words(claims("青禾港厂房已经建成。"))


def test_names_with_a_middle_dot_are_joined() -> None:
    joined = {token.text: token.joined for token in claims("中南高科·科技港在北碚").tokens}
    assert joined["科技"] is True
    assert joined["北碚"] is False


@given(st.text(max_size=80), st.booleans())
def test_any_text_may_be_taken_apart(text: str, english: bool) -> None:
    found = claims(text, "2023-10", english)
    assert all(0 <= token.start <= token.end for token in found.tokens)
    assert [token.start for token in found.tokens] == sorted(token.start for token in found.tokens)
