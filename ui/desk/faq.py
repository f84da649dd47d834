"""The view 常见问答: what staff have answered once, found, written, changed, undone, imported and exported.

What is typed is never lost silently: another entry is opened, and what somebody else has saved meanwhile is
overwritten, only after staff were asked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import gradio as gr

from desk.accounts import Account
from desk.entries import Entries, Entry, EntryChangedError, EntryError
from desk.errors import DatabaseUnavailableError, DeskError
from desk.transfer import Plan
from desk.transfer_rows import differences
from ui.desk import faq_html
from ui.desk.context import Desk
from ui.desk.events import run, run_picked
from ui.desk.faq_editor import Act, Asked, Editor, is_changed
from ui.desk.faq_form import Typed
from ui.desk.faq_import import ImportPanel
from ui.desk.faq_list import EntryList, Wanted

KEY = "faq"
TITLE = "常见问答"

Values = dict[Any, Any]
_KEPT = "没有保存，您填写的内容都还在。"
_UNSAVED = "有没保存的修改，请先点“保存”，或点“放弃修改”。"


def build(desk: Desk, opening: Sequence[Any]) -> None:
    """Put the view's components where Gradio is building; the list is filled anew on each of `opening`."""
    _View(desk).listen(opening)


@dataclass(frozen=True, slots=True)
class _At:
    """Where staff are: what is asked back, what is looked for, what is open, what is typed."""

    asked: Asked | None
    plan: Plan | None
    wanted: Wanted
    entry: Entry | None
    typed: Typed


class _View:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        with gr.Row(elem_id="faq-tools"):
            self._new = gr.Button("新建", elem_id="faq-new", scale=0, min_width=88)
            self._import = ImportPanel(desk)
        self._import.place()
        with gr.Row(elem_id="faq-main", equal_height=False):
            with gr.Column(scale=5, min_width=360, elem_id="faq-left"):
                self._list = EntryList(desk)
            with gr.Column(scale=8, min_width=480, elem_id="faq-editor"):
                self._editor = Editor(desk)

    def listen(self, opening: Sequence[Any]) -> None:
        """Say what happens when something is pressed."""
        entries, editor = self._list, self._editor
        self._on(opening, self._begin)
        self._on([entries.state.input, entries.words.submit], lambda _, at: self._listed(at, 1))
        self._on([entries.words.input], lambda _, at: self._listed(at, 1), trigger_mode="always_last")
        self._on([entries.previous.click], lambda _, at: self._listed(at, at.wanted.page - 1))
        self._on([entries.next.click], lambda _, at: self._listed(at, at.wanted.page + 1))
        self._on([self._new.click], lambda account, at: self._unless_typed(account, at, "new", None))
        self._on([editor.save.click], self._save)
        self._on(
            [editor.discard.click], lambda account, at: self._opened(account, at.entry and self._read(at.entry.id))
        )
        self._on([editor.show.click], lambda _, at: editor.previewed(at.typed.draft()))
        self._on(
            [editor.switch.click], self._changing(lambda its, one, by: its.switch(one.id, not one.draft.is_on, by=by))
        )
        self._on([editor.confirm.click], self._changing(lambda its, one, by: its.confirm(one.id, by=by)))
        self._on([editor.undo.click], self._changing(lambda its, one, by: its.undo(one.id, by=by)))
        self._on([editor.delete.click], self._ask_to_delete)
        self._on([editor.yes.click], self._yes)
        self._on([editor.no.click], self._no)
        self._on([self._import.confirm.click], self._apply)
        picking = run_picked(self._desk, lambda account, pick, *values: self._pick(account, self._at(values), pick))
        entries.rows.select(picking, self._inputs, self._outputs, api_visibility="private", show_progress="hidden")

    def _on(self, events: Sequence[Any], work: Callable[[Account, _At], Values], **options: Any) -> None:  # noqa: ANN401
        running = run(self._desk, lambda account, *values: work(account, self._at(values)))
        silent: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", **options}
        gr.on(events, running, self._inputs, self._outputs, **silent)

    @property
    def _inputs(self) -> list[Any]:
        editor = self._editor
        return [editor.waiting, self._import.plan, *self._list.inputs, editor.entry, *editor.form.inputs]

    @property
    def _outputs(self) -> list[Any]:
        return [*self._list.outputs, *self._editor.outputs, *self._import.outputs]

    def _at(self, values: tuple[Any, ...]) -> _At:
        asked, planned, words, state, page, entry, *typed = values
        return _At(asked, planned, Wanted(words or "", state or "all", page), entry, Typed.given(tuple(typed)))

    def _entries(self) -> Entries:
        return Entries(self._desk.database())

    def _read(self, entry_id: int) -> Entry:
        return self._entries().entry(entry_id)

    def _listed(self, at: _At, page: int, selected: Entry | None = None) -> Values:
        """Return the list, the entry that is open marked in it."""
        marked = selected or at.entry
        return self._list.found(Wanted(at.wanted.words, at.wanted.state, page), marked.id if marked else None)

    def _opened(self, account: Account, entry: Entry | None) -> Values:
        revisions = self._entries().history(entry.id) if entry else []
        return self._editor.opened(entry, revisions, account.name)

    def _shown(self, account: Account, at: _At, entry: Entry | None) -> Values:
        """Return all there is to show after a change: the entry as it is now, and the list."""
        return self._opened(account, entry) | self._listed(_At(None, None, at.wanted, entry, at.typed), at.wanted.page)

    def _begin(self, account: Account, at: _At) -> Values:
        """Return the list as it is now, and a new entry's form for whoever is signed in unless it is in use."""
        is_used = at.entry or is_changed(at.entry, at.typed, account.name)
        return self._listed(at, at.wanted.page) | ({} if is_used else self._opened(account, None))

    def _pick(self, account: Account, at: _At, pick: str) -> Values:
        if not pick.isdecimal():
            raise EntryError("没有这条常见问答")
        return self._unless_typed(account, at, "open", int(pick))

    def _unless_typed(self, account: Account, at: _At, act: Act, entry_id: int | None) -> Values:
        """Open an entry or a new one, unless what is typed would be lost: then ask."""
        if act == "open" and at.entry and at.entry.id == entry_id:
            return self._editor.asked(None)
        if is_changed(at.entry, at.typed, account.name):
            return self._editor.asked((act, entry_id), "这里有没保存的修改。", "不保存，继续")
        return self._go(account, at, act, entry_id)

    def _go(self, account: Account, at: _At, act: Act, entry_id: int | None) -> Values:
        if act == "new" or entry_id is None:
            return self._shown(account, at, None)
        return self._shown(account, at, self._read(entry_id))

    def _save(self, account: Account, at: _At) -> Values:
        """Publish or change; what somebody else has saved meanwhile is told first."""
        try:
            return self._saved(account, at, at.entry.revision if at.entry else None)
        except EntryChangedError as error:
            return self._ask_to_overwrite(at, error)
        except DatabaseUnavailableError as error:
            raise DeskError(f"{_KEPT}过一会儿再点“保存”。{error}") from error
        except DeskError as error:
            raise EntryError(f"{_KEPT}{error}") from error

    def _saved(self, account: Account, at: _At, revision: int | None) -> Values:
        draft, entries = at.typed.draft(), self._entries()
        if at.entry is None or revision is None:
            entry = entries.publish(draft, by=account.name)
        else:
            entry = entries.change(at.entry.id, draft, by=account.name, revision=revision)
        self._desk.published()
        _say(f"已保存 #{entry.id}，第 {entry.revision} 版。")
        return self._shown(account, at, entry)

    def _ask_to_overwrite(self, at: _At, error: EntryChangedError) -> Values:
        assert at.entry is not None  # noqa: S101 - only what was read can have changed since
        try:
            now = self._read(at.entry.id)
        except EntryError:
            return self._editor.asked(
                ("add", None), f"{error}。您填写的内容都还在，可以另存为新的一条。", "另存为新的一条"
            )
        theirs = faq_html.changes(differences(at.entry.draft, now.draft))
        words = f"“{now.updated_by}”刚刚保存过这条，您填写的内容都还在。对方改的是："
        return self._editor.asked(("overwrite", now.revision), words, "仍按我的保存", theirs)

    def _ask_to_delete(self, _: Account, at: _At) -> Values:
        if at.entry is None:
            raise EntryError("这条还没有保存过")
        words = f"要删除 #{at.entry.id}“{at.entry.draft.question}”吗？访客不会再得到这条答复；历史会保留。"
        return self._editor.asked(("delete", at.entry.id), words, "确认删除")

    def _yes(self, account: Account, at: _At) -> Values:
        """Do what was asked back."""
        match at.asked:
            case ("open" | "new" as act, entry_id):
                return self._go(account, at, act, entry_id)
            case ("overwrite" | "add", revision):
                return self._save_anyway(account, at, revision)
            case ("delete", int(entry_id)):
                return self._delete(account, at, entry_id)
            case ("restore", int(entry_id)):
                entry = self._entries().restore(entry_id, by=account.name)
                self._desk.published()
                return self._shown(account, at, entry)
        return self._editor.asked(None)

    def _no(self, _: Account, at: _At) -> Values:
        """Go on with what is typed; the list marks again what is open, not what was picked."""
        told = self._editor.asked(None) | self._listed(at, at.wanted.page)
        told[self._list.rows] += f"<!-- {datetime.now(UTC).isoformat()} -->"  # what is the same is not drawn anew
        return told

    def _save_anyway(self, account: Account, at: _At, revision: int | None) -> Values:
        """Save over what somebody else has saved, or as a new entry what somebody else has deleted."""
        kept = at if revision else _At(None, None, at.wanted, None, at.typed)
        try:
            return self._saved(account, kept, revision)
        except EntryChangedError as error:
            return self._ask_to_overwrite(at, error)

    def _delete(self, account: Account, at: _At, entry_id: int) -> Values:
        self._entries().delete(entry_id, by=account.name)
        self._desk.published()
        told = self._shown(account, at, None)
        return told | self._editor.asked(("restore", entry_id), f"已删除 #{entry_id}。", "恢复这条")

    def _changing(self, change: Callable[[Entries, Entry, str], Entry]) -> Callable[[Account, _At], Values]:
        """Return what a button does that changes the entry that is open, not what is typed."""

        def changing(account: Account, at: _At) -> Values:
            if at.entry is None or is_changed(at.entry, at.typed, account.name):
                raise EntryError(_UNSAVED)
            entry = change(self._entries(), at.entry, account.name)
            self._desk.published()
            _say(f"已保存 #{entry.id}，第 {entry.revision} 版。")
            return self._shown(account, at, entry)

        return changing

    def _apply(self, account: Account, at: _At) -> Values:
        """Import what was shown; the entry that is open is read anew unless something is typed."""
        count = self._import.apply(account, at.plan)
        self._desk.published()
        _say(f"已导入：{count} 条新增或修改。")
        told = self._import.closed() | self._listed(at, 1)
        if at.entry and not is_changed(at.entry, at.typed, account.name):
            told |= self._opened(account, self._read(at.entry.id))
        return told


def _say(words: str) -> None:
    gr.Info(words, title="", duration=5)
