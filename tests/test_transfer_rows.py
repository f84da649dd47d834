"""Which entry a row means."""

import pytest

from desk.entry_records import EntryDraft
from desk.transfer_cells import TransferError
from desk.transfer_rows import Heads, Known, Standing, differences
from tests.transfer_drafts import TOLD


def standing(number: int, question: str) -> Standing:
    return Standing(number, 1, EntryDraft(question, "答", sources=(TOLD,)))


KNOWN = Known([standing(1, "班车几点？"), standing(2, "食堂？"), standing(3, "食堂")])


def test_a_number_means_its_entry_and_a_question_the_one_that_asks_it() -> None:
    assert KNOWN.meant_by({"id": "2", "question": "班车几点"}) == standing(2, "食堂？")
    assert KNOWN.meant_by({"question": "班車幾點"}) == standing(1, "班车几点？")
    assert KNOWN.meant_by({"question": "会议室？"}) is None
    assert KNOWN.meant_by({}) is None


def test_a_question_of_two_entries_needs_a_number() -> None:
    with pytest.raises(TransferError, match="编号 2、3"):
        KNOWN.meant_by({"question": "食堂"})


def test_heads_are_found_below_a_title_and_rows_may_end_early() -> None:
    heads = Heads([(1, ["汇总"]), (3, ["答案", None, "标准问题"]), (4, ["答"])])
    assert [heads.by_field(cells) for _, cells in heads.rows] == [{"answer": "答", "question": None}]
    assert heads.notes == []


def test_drafts_that_are_the_same_do_not_differ() -> None:
    assert differences(standing(1, "问").draft, standing(2, "问").draft) == ()
