"""The corpus as staff see it: every file of the folder and every document of the catalog, and how the two agree."""

from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from index import home, listing
from index.catalog import Catalog
from index.listing import Build, Listed
from index.load import Skipped
from index.records import Chunk, Document
from index.shelf import Shelf
from settings import Settings

State = Literal["indexed", "new", "changed", "gone", "skipped"]
"""In the index as it is; not yet; as it was before; though its file is gone; or left out by the last build."""


@dataclass(frozen=True, slots=True)
class Item:
    """One report. What is empty or 0 is not known: only the index knows titles, `reason` only what was left out."""

    path: str
    state: State
    document_id: str = ""
    title: str = ""
    date: str = ""
    source: str = ""
    characters: int = 0
    chunks: int = 0
    indexed_at: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Inventory:
    """All items by path, and when the last build ended (ISO with its zone)."""

    items: tuple[Item, ...]
    built_at: str = ""


class Holdings:
    """What can be asked of folder and catalog together; opens the catalog for each question, so it is never stale."""

    def __init__(self, settings: Settings, shelf: Shelf) -> None:
        self._settings = settings
        self._shelf = shelf

    def inventory(self) -> Inventory:
        """Compare folder and catalog; raises the catalog's errors, and ShelfError when the folder cannot be read."""
        files = self._shelf.files()
        with closing(self._catalog()) as catalog:
            listed, build = listing.documents(catalog), listing.last_build(catalog)
        items = {document.path: _item(document, files, build) for document in listed}
        skipped = [item for item in build.skipped if _stands(self._settings.corpus, item.path, build.looked_at)]
        for item in skipped:
            items[item.path] = _skipped(item, items.get(item.path))
        items |= {path: Item(path, "new") for path in files if path not in items}
        return Inventory(tuple(items[path] for path in sorted(items)), build.built_at)

    def document(self, path: str) -> Document:
        """Return the document that is indexed at a path; raises LookupError when there is none."""
        with closing(self._catalog()) as catalog:
            return catalog.document(listing.id_at(catalog, path))

    def chunks(self, document_id: str, first: int, count: int) -> list[Chunk]:
        """Return `count` chunks of a document from the place `first`, counted from 0."""
        with closing(self._catalog()) as catalog:
            return listing.chunks(catalog, document_id, first, count)

    def paths_of_text(self, text: str) -> list[str]:
        """Return the paths of the documents that say just this."""
        with closing(self._catalog()) as catalog:
            return listing.paths_of_text(catalog, text)

    def _catalog(self) -> Catalog:
        return Catalog(home.catalog_path(self._settings.home))


def _item(document: Listed, files: dict[str, int], build: Build) -> Item:
    changed_at = files.get(document.path)
    state: State = "indexed"
    if changed_at is None:
        state = "gone"
    elif build.looked_at and changed_at > build.looked_at:
        state = "changed"
    return Item(
        path=document.path,
        state=state,
        document_id=document.id,
        title=document.title,
        date=document.date,
        source=document.source,
        characters=document.characters,
        chunks=document.chunks,
        indexed_at=document.indexed_at,
    )


def _skipped(item: Skipped, indexed: Item | None) -> Item:
    return replace(indexed or Item(item.path, "skipped"), state="skipped", reason=item.reason)


def _stands(corpus: Path, path: str, looked_at: int) -> bool:
    """Whether what was left out is still there as it was."""
    try:
        return (corpus / path).lstat().st_mtime_ns <= looked_at
    except (OSError, ValueError):
        return "\ufffd" in path  # a name that is no UTF-8 stands under another one here; else it is gone
