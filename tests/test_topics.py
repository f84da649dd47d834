import pytest

from rag.topics import names_its_subject, points_back, topics, with_topic


@pytest.mark.parametrize(
    "question", ["食堂在哪?", "有哪些企业", "中科光智呢", "谁投资了园区", "什么企业最早入驻", "有没有食堂"]
)
def test_a_question_names_its_subject(question: str) -> None:
    assert names_its_subject(question)


@pytest.mark.parametrize(
    "question",
    ["租金多少?", "董事长是谁?", "它在哪?", "什么时候投产?", "多少钱?", "?", "谁是董事长", "这家公司呢", "其总经理"],
)
def test_a_question_leaves_its_subject_unsaid(question: str) -> None:
    assert not names_its_subject(question)


def test_topics_are_the_noun_phrases_in_order() -> None:
    assert topics("中科光智的董事长住在人才公寓") == ["中科光智", "董事长", "人才公寓"]
    assert topics("中南高科·北碚科技智慧港在哪") == ["中南高科·北碚科技智慧港"]
    assert topics("和" * 500) == []
    assert topics("怎么办?") == topics("") == []


@pytest.mark.parametrize("question", ["它在哪", "这家公司呢", "其总经理", "and their rent?"])
def test_a_pronoun_points_back(question: str) -> None:
    assert points_back(question)


@pytest.mark.parametrize("question", ["食堂在哪", "其他企业呢", "吉他社在哪", "应该找谁", "positions of the firm"])
def test_what_looks_like_a_pronoun_points_nowhere(question: str) -> None:
    assert not points_back(question)


@pytest.mark.parametrize(
    ("question", "joined"),
    [
        ("租金多少", "人才公寓租金多少"),
        ("这个项目的租金多少", "人才公寓的租金多少"),
        ("其租金多少", "人才公寓的租金多少"),
        ("它在哪", "人才公寓在哪"),
        ("how much?", "人才公寓 how much?"),
        ("人才公寓在哪", "人才公寓在哪"),
    ],
)
def test_a_topic_takes_the_place_of_a_pronoun_or_stands_before(question: str, joined: str) -> None:
    assert with_topic("人才公寓", question) == joined
