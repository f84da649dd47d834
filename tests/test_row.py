from rag.claims import claims
from rag.row import Placed, Unit, likeness, placed, units


def row(text: str) -> list[Unit]:
    tokens = claims(text).tokens
    return units(tokens, [token.key for token in tokens])


def said(unit: Unit) -> str:
    return "".join(token.text for token in unit.tokens)


def surroundings(text: str) -> dict[str, Placed]:
    found = row(text)
    return {said(one.unit): one for one in placed(found, [text] * len(found))}


def test_nouns_without_a_gap_are_one_unit_and_figures_their_own() -> None:
    assert [said(unit) for unit in row("华虹仪表的总体效率提升了20%")][:2] == ["华虹仪表", "总体效率"]
    assert [unit.amount is not None for unit in row("效率提升20%")][-1] is True


def test_a_phrase_is_the_same_by_its_names_rather_than_its_common_words() -> None:
    wang, li = row("书记王建国")[0], row("书记李卫东")[0]
    assert wang.same_as(li) < 0.5
    assert wang.same_as(wang) == 1


def test_what_is_nearer_counts_more_and_other_clauses_do_not() -> None:
    around = {said(unit): near for unit, near in surroundings("食堂提供包间,公寓提供家具")["食堂"].around}
    assert around == {"提供": 1, "包间": 0.5}


def test_a_figure_alone_in_its_clause_is_near_the_clause_before() -> None:
    assert [said(unit) for unit, _ in surroundings("中国获得冠军,得500元")["500元"].around]


def test_a_surrounding_is_like_itself_and_unlike_another() -> None:
    found = surroundings("效率提升20%,周期缩短30%")
    assert likeness(found["20%"], found["20%"]) == 1
    assert likeness(found["20%"], found["30%"]) == 0
