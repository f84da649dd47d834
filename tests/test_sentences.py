import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sentences import split_sentences


def pieces(text: str) -> list[str]:
    return [text[sentence.start : sentence.end] for sentence in split_sentences(text)]


@pytest.mark.parametrize(
    "text",
    [
        "食堂开业。|生活馆启用！|真的吗？|是的",
        "真的吗？！|是啊……|后来……|好。",
        "他说：“好。我们来。”|大家都笑了。",
        "“吸引我们企业在这里落户。”董事长秦占阳说。|如今园区初见规模。",
        "“能节约很多时间。”就餐的员工对记者说道。|9月开设生活馆。",
        "“我们来了！”的口号响彻园区。|第二天大家开工。",
        "“第一句话。”|道路已经通车。",
        "他写道：『好。』|完。",
        "面积（含公摊。约5%）为120平方米。|租金另计。",
        "首开区建成……|不到一年，园区拔地而起。",
        "有苹果、梨……等水果。|都新鲜。",
        "增长3.5%。|版本2.0.1已发布。",
        "见 https://example.com/a.html?x=1&y=2 谢谢。",
        "地址在 No. 5 Ring Road.|Call us.",
        "Mr. Wang of Zhongke Co., Ltd. came.|He left at 5 p.m. and slept.",
        "It opened in 2023.|The canteen is new!|Is it?|Yes...|Fine.",
        "1. 食堂。|2. 公寓。",
        "1.食堂在一层。",
        "包括1.食堂2.公寓。",
        "甲；乙；丙。",
        "第一行|第二行",
        "园区投产.|食堂开业.",
        "说“好！”，然后走了。",
        "「真的？」|他问我。",
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str) -> None:
    joiner = "\n" if text == "第一行|第二行" else ""
    whole = text.replace(".|", ". ").replace("!|", "! ").replace("?|", "? ").replace("|", joiner)
    assert pieces(whole) == text.split("|")


def test_a_long_quotation_is_cut_at_its_own_sentences() -> None:
    quoted = "园区非常重视科研成果转化应用。企业入驻后，" + "园区提供专人专管服务，" * 5 + "帮助我们。"
    assert len(pieces(f"秦斐说：“{quoted}”")) == 2


def test_a_semicolon_ends_a_sentence_only_when_it_is_long() -> None:
    clause = "园区建成产业楼宇二十五万方并投用，" * 5
    assert len(pieces(f"{clause}甲；乙；丙。")) == 2
    assert len(pieces("甲；乙；丙。")) == 1


def test_a_span_inside_the_text_keeps_its_offsets() -> None:
    text = "标题\n一。二。\n尾"
    assert [(s.start, s.end) for s in split_sentences(text, 3, 7)] == [(3, 5), (5, 7)]


@given(st.text(st.sampled_from("甲乙。！？…；“”‘’（）\"'()[]. \na1A:，的说")) | st.text())
def test_sentences_are_in_order_apart_trimmed_and_cover_the_text(text: str) -> None:
    place = 0
    for sentence in split_sentences(text):
        words = text[sentence.start : sentence.end]
        assert words
        assert words == words.strip()
        assert not text[place : sentence.start].strip()
        assert "\n" not in words
        place = sentence.end
    assert not text[place:].strip()
