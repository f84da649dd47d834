import tomllib
from pathlib import Path

import pytest

import rag.english
from rag.english import english, untold_signals
from tests.toy_match import match

BUS = "科学城北碚园区在2023年内开通2条公交线路。"
FLATS = "缙云新居有920套人才公寓,是园区为企业员工积极争取的住房。"
HALL = "园区生活服务馆的位置在科学城北碚园区C3栋一层。"
FIRM = "中科光智的董事长是秦占阳,采用MES系统。"
TEAM = "纳锐生物与西南大学药学院的于洋博士科研团队合作。"


def untold(said: str, *quotes: str, lead: str = "") -> float:
    return untold_signals(match(said, *quotes, lead=lead))["untold"]


@pytest.mark.parametrize(
    ("said", "quote"),
    [
        ("Two bus lines were opened in 2023.", BUS),
        ("There are 920 talent apartments in Jinyun Xinju for employees.", FLATS),
        ("The living service hall is on the first floor of Building C3.", HALL),
        ("Qin Zhanyang is the chairman, and the MES system is used.", FIRM),
        ("Narui cooperates with the team of Dr. Yu Yang at the School of Pharmacy.", TEAM),
        ("Jinyun Xinju has at least 920 talent apartments.", FLATS),
        ("The 生活服务馆 is on the first floor.", HALL),
    ],
)
def test_every_word_is_borne_out_in_chinese_or_as_it_stands(said: str, quote: str) -> None:
    assert untold(said, quote) == 0


@pytest.mark.parametrize(
    ("said", "quote"),
    [
        ("The new bus routes go to the northwestern part of the city.", BUS),
        ("Two bus lines were opened in 2023, daily.", BUS),
        ("Two free bus lines were opened in 2023.", BUS),
        ("Two metro lines were opened in 2023.", BUS),
        ("There are 920 cheap talent apartments in Jinyun Xinju.", FLATS),
        ("The living service hall is next to the north gate.", HALL),
        ("The hall has a Starbucks.", "生活服务馆有缙融咖啡。"),
        ("Qin Zhanyang is the manager.", FIRM),
        ("Narui cooperates with the team of Dr. Li Ming.", TEAM),
        ("Narui blorps the team.", TEAM),
        ("The 健身馆 is on the first floor.", HALL),
    ],
)
def test_a_word_that_nothing_stands_for_is_told(said: str, quote: str) -> None:
    assert untold(said, quote) > 0


def test_the_lead_bears_words_out_too() -> None:
    assert untold("The bus lines are new.", "新建线路。") > 0
    assert untold("The bus lines are new.", "新建线路。", lead="公交线路") == 0


def test_a_form_is_looked_up_under_its_base_but_a_word_of_its_own_is_not() -> None:
    assert untold("The park opened.", "园区开通。") == 0  # the glossary has 开业 for "opened"
    assert untold("The parking.", "园区。") > 0


def test_a_phrase_that_is_named_is_not_taken_word_by_word() -> None:
    assert untold("It is on the first floor.", "第一食堂在三层。") > 0


def test_a_chinese_sentence_is_looked_at_elsewhere() -> None:
    assert untold("园区有机场。", BUS) == 0


def test_the_words_are_written_as_they_are_looked_up() -> None:
    table = tomllib.loads(Path(rag.english.__file__).with_name("english.toml").read_text(encoding="utf-8"))
    assert all(word == word.lower() and others.split() for word, others in table["means"].items())
    assert not english().light & english().means.keys() - {"only"}
