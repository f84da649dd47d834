from datetime import date

import pytest
from hypothesis import given, settings

from desk.days import DayError
from desk.entries import EntryDraft
from desk.entry_rules import checked
from tests.transfer_drafts import DRAFTS, TOLD
from ui.desk.faq_editor import blank, is_changed
from ui.desk.faq_form import Typed

GIVEN = ("问？", " 一\n\n二 ", "", "答。", (TOLD,), "2024/5/6", "", None, "", True)


def test_what_is_typed_becomes_a_draft() -> None:
    draft = checked(Typed.given(GIVEN).draft())
    assert draft == EntryDraft("问？", "答。", ("一", "二"), (), (TOLD,), valid_from=date(2024, 5, 6))


@settings(max_examples=40, deadline=None)
@given(DRAFTS)
def test_a_draft_comes_back_from_the_form(draft: EntryDraft) -> None:
    assert checked(Typed.of(draft).draft()) == draft


def test_a_day_that_is_none_is_told_by_its_field() -> None:
    with pytest.raises(DayError, match="失效日"):
        Typed.given((*GIVEN[:6], "明天", *GIVEN[7:])).draft()


def test_an_untouched_form_holds_nothing_that_is_not_saved() -> None:
    assert not is_changed(None, Typed.of(blank("王芳")), "王芳")
    assert not is_changed(None, Typed.of(blank("")), "王芳")
    assert is_changed(None, Typed.given(GIVEN), "王芳")
