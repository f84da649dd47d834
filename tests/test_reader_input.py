from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from index.model import model_folder
from rag.reader_input import BOS, EOS, LONGEST_QUESTION, QUESTION, SENTENCE, Line, layout


def char_tokenizer() -> Tokenizer:
    """A tokenizer of single characters: ids are code points, so that a layout can be read."""
    vocabulary = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3}
    vocabulary |= {chr(point): point for point in (*range(33, 127), *range(0x4E00, 0x9FFF), ord("。"), ord("，"))}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer


TOKENIZER = char_tokenizer()


def read_back(ids: list[int]) -> str:
    marks = {BOS: "<", EOS: "/", 3: "?"}
    return "".join(marks.get(number) or chr(number) for number in ids)


def test_question_and_lines_stand_in_order_and_a_lead_is_said_once() -> None:
    lines = [Line("甲厂投产。", "简报"), Line("乙厂开工。", "简报"), Line("食堂开业。", "生活")]
    plan = layout(TOKENIZER, "谁投产", lines)
    assert read_back(plan.ids.tolist()) == "<谁投产//简报甲厂投产。乙厂开工。/生活食堂开业。/"


def test_each_span_covers_its_line_and_no_more() -> None:
    lines = [Line("甲厂投产。", "简报"), Line("食堂开业。", "生活")]
    plan = layout(TOKENIZER, "谁投产", lines)
    assert [read_back(plan.ids[a:b].tolist()) for a, b in plan.spans] == ["甲厂投产。", "食堂开业。"]
    assert [
        line.text[a:b] for line, (start, end) in zip(lines, plan.spans, strict=True) for a, b in plan.offsets[start:end]
    ] == [*"甲厂投产。食堂开业。"]


def test_what_both_sides_say_is_marked_on_both() -> None:
    plan = layout(TOKENIZER, "C3投产吗", [Line("甲厂已投产。", "C3栋")])
    said = {
        char for char, segment in zip(read_back(plan.ids.tolist()), plan.segments.tolist(), strict=True) if segment & 1
    }
    assert said == {"C", "3", "投", "产"}
    assert {segment & ~1 for segment in plan.segments.tolist()} == {QUESTION, SENTENCE}


def test_a_single_character_in_common_is_no_word_in_common() -> None:
    plan = layout(TOKENIZER, "产房", [Line("投产。")])
    assert not (plan.segments & 1).any()


def test_lines_that_do_not_fit_are_left_out_and_a_first_one_is_cut() -> None:
    lines = [Line("甲" * 10), Line("乙" * 50), Line("丙")]
    assert len(layout(TOKENIZER, "问", lines, longest=30).spans) == 1
    plan = layout(TOKENIZER, "问", [Line("甲" * 50)], longest=30)
    assert plan.spans[0][1] - plan.spans[0][0] < 50
    assert len(plan.ids) <= 30


def test_a_long_question_is_read_by_its_end() -> None:
    plan = layout(TOKENIZER, "长" * 100 + "租金多少", [Line("租金三十元。")])
    asked = read_back(plan.ids.tolist()).split("/")[0]
    assert asked.endswith("租金多少")
    assert len(asked) == 1 + LONGEST_QUESTION


@pytest.mark.parametrize("text", ["", " ", "\0", "😀" * 5, "a" * 300, "１２３"])
def test_odd_texts_are_laid_out_as_well(text: str) -> None:
    plan = layout(TOKENIZER, text, [Line(text, text), Line("食堂开业。")])
    assert len(plan.ids) == len(plan.segments) == len(plan.offsets) <= 208


@settings(deadline=None, max_examples=50)
@given(
    st.text("食堂开业租金多少C3栋。 ", max_size=90),
    st.lists(st.tuples(st.text("食堂开业租金。", max_size=80), st.sampled_from(["", "简报", "生活"])), max_size=8),
)
def test_spans_are_in_order_inside_and_apart(question: str, lines: list[tuple[str, str]]) -> None:
    plan = layout(TOKENIZER, question, [Line(*line) for line in lines])
    edges = [edge for span in plan.spans for edge in span]
    assert edges == sorted(edges)
    assert len(plan.ids) <= 208
    assert all(0 < start <= end < len(plan.ids) for start, end in plan.spans)


def test_the_built_in_tokenizer_has_the_ids_taken_for_granted(model_home: Path) -> None:
    tokenizer = Tokenizer.from_file(str(model_folder(model_home) / "tokenizer.json"))
    assert (tokenizer.token_to_id("<s>"), tokenizer.token_to_id("</s>")) == (BOS, EOS)
