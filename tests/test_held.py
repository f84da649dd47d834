import pytest

from rag.held import figure_signals, name_signals
from tests.toy_match import match


def missing(said: str, *quotes: str, lead: str = "", names: tuple[str, ...] = ()) -> tuple[float, float]:
    found = match(said, *quotes, lead=lead)
    strange = name_signals(found, lambda text: [name for name in names if name in text])["name"]
    return figure_signals(found)["figure"], strange


def test_a_figure_has_to_stand_in_some_quote() -> None:
    assert missing("有920套,占20%。", "有920套。", "占百分之二十。") == (0, 0)
    assert missing("有930套。", "有920套。")[0] == 1


def test_a_figure_is_said_no_more_often_than_it_is_told() -> None:
    assert missing("有3栋楼,5个馆。", "有3栋楼,5个馆。")[0] == 0
    assert missing("有5栋楼,5个馆。", "有3栋楼,5个馆。")[0] > 0


def test_an_article_needs_no_figure_unless_another_is_told() -> None:
    assert missing("是一家企业。", "是企业。")[0] == 0
    assert missing("有一家企业。", "有两家企业。")[0] == 1
    assert missing("引进一家企业,其中一家投产。", "引进两家企业,其中一家投产。")[0] == 1


def test_a_figure_of_the_title_is_no_claim() -> None:
    assert missing("BMW 7系列上市。", "它上市。", lead="BMW 7系列")[0] == 0


@pytest.mark.parametrize(
    ("said", "quote"),
    [
        ("董事长是王建国。", "董事长是秦占阳。"),
        ("使用ERP系统。", "使用MES系统。"),
        ("《第二码头》获奖。", "《第三码头》获奖。"),
        ("纳微生物成立。", "纳锐生物成立。"),
        ("公司在上海。", "公司在重庆。"),
    ],
)
def test_a_name_that_no_quote_has_is_missed(said: str, quote: str) -> None:
    assert missing(said, quote)[1] > 0


@pytest.mark.parametrize(
    ("said", "quote"),
    [
        ("使用mes系统。", "使用MES系统。"),
        ("公司在重庆市。", "公司在重庆。"),
        ("「一院四馆」项目。", "“一院四馆”项目。"),
    ],
)
def test_a_name_written_otherwise_is_not(said: str, quote: str) -> None:
    assert missing(said, quote)[1] == 0


def test_the_corpus_knows_names_that_no_dictionary_has() -> None:
    assert missing("缙云新居开放。", "公寓开放。", names=("缙云新居",))[1] > 0
    assert missing("缙云新居开放。", "公寓开放。", lead="缙云新居", names=("缙云新居",))[1] == 0


@pytest.mark.parametrize(
    ("said", "strange"),
    [
        ("The Jinyun Xinju apartments are open.", False),
        ("Jialing Xinju has apartments.", True),
        ("Siemens runs the Jinyun apartments.", False),
        ("The flats are run by Siemens.", True),
        ("In May the Talent Apartments opened.", False),
    ],
)
def test_english_names_are_known_by_their_sound(said: str, strange: bool) -> None:
    assert (missing(said, "缙云新居人才公寓开放。")[1] > 0) is strange


@pytest.mark.parametrize(
    ("said", "strange"),
    [
        ("中国主办了“中国旅游文化周”。", 1),
        ("“中国旅游文化周”在曼谷启动。", 0),
        ("中国旅游文化周启动。", 0),
        ("中国旅游文化周在中国启动。", 1),
    ],
)
def test_a_name_that_is_only_part_of_another_is_missed(said: str, strange: float) -> None:
    assert missing(said, "曼谷办事处联合举办的“中国旅游文化周”正式启动。")[1] == strange


def test_a_name_told_by_itself_too_is_not() -> None:
    assert missing("中国主办。", "中国主办的“中国旅游文化周”启动。")[1] == 0
    assert missing("上海是东道主。", "东道主是“上海”。")[1] == 0
