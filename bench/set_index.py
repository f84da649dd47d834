"""An index of each public set's documents, made by the project's own index code.

It lies in a home of the set's own, `<home>/bench/<set>`, which shares the embedding model of `<home>`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.sets import QuestionSet, SetDocument
from index.build import Progress, SyncReport, sync
from index.embed import Embedder, open_embedder
from index.opening import open_index
from index.store import Index
from settings import Settings, load_settings


@dataclass(frozen=True)
class SetIndex:
    """An opened index of a set. `set_ids` leads from a document's id in the index to its id in the set."""

    index: Index
    settings: Settings
    set_ids: Mapping[str, str]
    report: SyncReport
    ids: Mapping[str, str] = field(init=False)
    """From a document's id in the set to its id in the index."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "ids", {set_id: id_ for id_, set_id in self.set_ids.items()})


def write_corpus(documents: Iterable[SetDocument], folder: Path) -> None:
    """Make `folder` hold a file for each document and no other; files that are as they should be are left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {document.path: document.file_text.encode() for document in documents}
    for path in folder.iterdir():
        if path.name not in wanted:
            path.unlink()
        elif path.read_bytes() == wanted[path.name]:
            del wanted[path.name]
    for name, data in wanted.items():
        (folder / name).write_bytes(data)


def set_home(whole: QuestionSet, root: Path) -> Path:
    """Return the home of a set's index, made if missing, in which the model of `root` can be found."""
    home = root / "bench" / whole.name
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "models").exists():
        (root / "models").mkdir(exist_ok=True)
        (home / "models").symlink_to((root / "models").resolve(), target_is_directory=True)
    return home


def open_set_index(
    whole: QuestionSet,
    root: Path | None = None,
    embedder: Embedder | None = None,
    progress: Progress | None = None,
    home: Path | None = None,
) -> SetIndex:
    """Build the index of a set if it is not there, bring it in line if it is, and open it.

    `root` is the home whose model is used and below which the index lies, by default that of the settings; `home` is
    where the index lies if not in `<root>/bench/<set>`. Building embeds what was not embedded there before: some
    165,000 characters a minute on one core.
    """
    root = root or load_settings().home
    home = home or set_home(whole, root)
    write_corpus(whole.documents, home / "corpus")
    settings = load_settings(home=home, corpus=home / "corpus", chroma_url="")
    embedder = embedder or open_embedder(settings)
    report = sync(settings, embedder, progress)
    _check(whole, report)
    index = open_index(settings, embedder)
    by_path = {document.path: document.id for document in whole.documents}
    return SetIndex(index, settings, {document.id: by_path[document.path] for document in index.documents()}, report)


def _check(whole: QuestionSet, report: SyncReport) -> None:
    """Raise ValueError if a document of the set is not in its index."""
    missing = [f"{item.path}: {item.reason}" for item in report.skipped]
    if missing:
        raise ValueError(f"{len(missing)} documents of {whole.name} are not indexed: {'; '.join(missing[:3])}")
