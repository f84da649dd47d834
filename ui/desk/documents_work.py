"""What staff do to the park's documents: look at a file before it counts, put it on the shelf, take one out.

Everything that is done is written down by whom, and a build is asked for. Knows no Gradio and draws nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol, runtime_checkable

from desk.audit import note
from desk.citing import Citing, citing
from index.build import SyncReport
from index.builds import BackgroundBuild
from index.difference import Difference, difference
from index.embed import Embedder
from index.errors import IndexMissingError, ModelError, ParkError, ReadError
from index.file_names import safe_name
from index.inventory import Holdings
from index.load import read_bytes
from index.records import Document
from index.shelf import Candidate, Shelf
from index.whole_files import digest_of
from rag.staff_first import StaffFirst
from ui.desk.context import Desk
from ui.door import Rejection

MOST_FILES = 20
"""Files looked at together."""
MOST_BYTES = 40_000_000
"""Of all files looked at together."""

Fate = Literal["add", "replace", "refuse"]


@runtime_checkable
class Embedding(Protocol):
    """An opened index that says what embeds for it."""

    @property
    def embedder(self) -> Embedder:
        """The embedding model."""
        ...


@runtime_checkable
class Refreshing(Protocol):
    """A chain that can be told that its index has changed."""

    def refresh(self) -> None:
        """Take in what has been built."""
        ...


@dataclass(frozen=True, slots=True)
class Replaced:
    """What a file would take the place of: `document` is None where that cannot be read."""

    digest: str
    document: Document | None
    difference: Difference | None
    citing: tuple[Citing, ...]


@dataclass(frozen=True, slots=True)
class Staged:
    """A file that was looked at and is not on the shelf yet; `reason` says why it cannot be put there.

    `removed` is the key of what was taken out, where it is that which would be put back.
    """

    path: str
    data: bytes = b""
    reason: str = ""
    given_name: str = ""
    candidate: Candidate | None = None
    instead_of: Replaced | None = None
    removed: str = ""

    @property
    def fate(self) -> Fate:
        """What becomes of it when it is confirmed."""
        if self.reason or self.candidate is None:
            return "refuse"
        return "replace" if self.instead_of else "add"


class Documents:
    """The documents of one running service, as staff work with them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        settings = desk.service.settings
        self.most_bytes = settings.max_file_bytes
        self.shelf = Shelf(settings)
        self.holdings = Holdings(settings, self.shelf)
        self.build = BackgroundBuild(settings, self._embedder, self._built)

    def stage(self, name: str, data: bytes, path: str = "", removed: str = "") -> Staged:
        """Look at a file: what it would become, and what it would take the place of. Changes nothing.

        `path` is given where it is meant for the place of another; else the name says where it goes.
        """
        place = path
        try:
            place = path or self.shelf.standing(safe_name(name))
            staged = Staged(place, data, "", name, self.shelf.examine(place, data), None, removed)
            staged = replace(staged, instead_of=self._instead_of(staged))
        except ParkError as error:
            return Staged(place or name, reason=str(error), given_name=name)
        return replace(staged, reason=self._objection(staged))

    def stage_removed(self, key: str) -> Staged:
        """Look at what was taken out, before it is put back."""
        path, data = self.shelf.removed_data(key)
        return self.stage(path, data, path, key)

    def put(self, staged: Sequence[Staged], by: str) -> tuple[int, list[str]]:
        """Put files on the shelf; return how many, and what went wrong with the others. Has them built in."""
        done, failures = 0, list[str]()
        for item in staged:
            if item.fate == "refuse":
                continue
            try:
                self._put(item, by)
                done += 1
            except ParkError as error:
                failures.append(f"{item.path}：{error}")
        if done:
            self.build.request()
        return done, failures

    def take_out(self, path: str, by: str) -> None:
        """Take a file off the shelf, to be kept among what was removed, and out of the answers."""
        with self._desk.database().writing() as session:
            note(session, by, "document.remove", f"document {path}")
            self.shelf.take_out(path)
        self.build.request()

    def citing(self, path: str) -> tuple[Citing, ...]:
        """Return the published answers that rest on the document at a path."""
        return citing(self._desk.database(), path)

    def rebuild(self, by: str) -> None:
        """Bring the index in line with the folder, whoever changed it."""
        with self._desk.database().writing() as session:
            note(session, by, "document.rebuild", "documents")
        self.build.request()

    def _put(self, item: Staged, by: str) -> None:
        instead_of = item.instead_of.digest if item.instead_of else ""
        done = "restore" if item.removed else "replace" if instead_of else "add"
        with self._desk.database().writing() as session:
            note(session, by, f"document.{done}", f"document {item.path}", {"bytes": len(item.data)})
            self.shelf.put(item.path, item.data, instead_of)
        if item.removed:
            self.shelf.forget(item.removed)

    def _instead_of(self, staged: Staged) -> Replaced | None:
        before = self.shelf.data(staged.path)
        if before is None or staged.candidate is None:
            return None
        try:
            document = read_bytes(staged.path, before)
        except ReadError:
            document = None
        told = difference(document, staged.candidate.document) if document else None
        return Replaced(self.shelf.digest_at(staged.path), document, told, self.citing(staged.path))

    def _objection(self, staged: Staged) -> str:
        """Return why a readable file should not be put on the shelf, empty if nothing speaks against it."""
        if staged.candidate is None:
            return "无法读取"
        if staged.instead_of and staged.instead_of.digest == digest_of(staged.data):
            return "与现有文件完全相同，不必替换"
        same = [path for path in self._paths_of(staged.candidate.document) if path != staged.path]
        return f"正文与现有资料「{same[0]}」相同，不必重复添加" if same else ""

    def _paths_of(self, document: Document) -> list[str]:
        try:
            paths = self.holdings.paths_of_text(document.text)
        except IndexMissingError:  # the first document of all
            return []
        return [path for path in paths if self.shelf.data(path) is not None]

    def _embedder(self) -> Embedder:
        index = self._chain().index
        if not isinstance(index, Embedding):
            raise ModelError("这里的问答服务不能入库 / what answers here has no index to build")
        return index.embedder

    def _built(self, _: SyncReport) -> None:
        """Have the new words learnt now, not at the next question."""
        chain = self._chain()
        if isinstance(chain, Refreshing):
            chain.refresh()

    def _chain(self) -> Any:  # noqa: ANN401 - the chain, or a stand-in that may lack what is asked of it
        """Return what answers from the index itself: staff's answers may stand before it."""
        try:
            answering = self._desk.service.opened()
        except Rejection as rejection:
            raise ModelError(rejection.message) from rejection
        return answering.chain if isinstance(answering, StaffFirst) else answering
