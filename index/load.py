"""Files become Documents: one reader a format, and a walk of the corpus folder that nothing in it can stop."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from index.decode import decode
from index.errors import ReadError
from index.front_matter import FrontMatter, split_front_matter
from index.markdown import markdown_blocks
from index.plain import bare_title, plain_blocks, short_first_line
from index.records import Document
from index.text import Block, Canonical, assemble, clean, clean_line, lines_of


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file that became a Document; `path` is the document's own."""

    path: str
    document: Document


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or folder that is not indexed: a stable `code`, and a `reason` fit to be shown.

    Codes: unsupported, empty, binary, undecodable, front-matter, too-large, unreadable, link, name, duplicate.
    """

    path: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What a reader makes of a file: all of a Document but its path. An empty title becomes the file's name."""

    about: FrontMatter
    canonical: Canonical


Reader = Callable[[bytes], Draft]


def read_markdown(data: bytes) -> Draft:
    """Read Markdown with optional front matter. Raises ReadError."""
    about, body = split_front_matter(clean(decode(data)).lstrip())
    canonical = assemble(markdown_blocks(lines_of(body)))
    first = next((heading.title for heading in canonical.headings if heading.level == 1), "")
    return Draft(replace(about, title=about.title or first), canonical)


def read_plain(data: bytes) -> Draft:
    """Read plain text with optional front matter. Raises ReadError."""
    about, body = split_front_matter(clean(decode(data)).lstrip())
    blocks: list[Block] = plain_blocks(lines_of(body))
    return Draft(replace(about, title=about.title or short_first_line(blocks)), assemble(blocks))


# Another format is one function more.
READERS: dict[str, Reader] = {".md": read_markdown, ".markdown": read_markdown, ".txt": read_plain}


def read_bytes(name: str, data: bytes) -> Document:
    """Return the Document of a file's bytes; `name` is its path in the corpus, POSIX style.

    Raises ReadError, whose code says why: unsupported, empty, binary, undecodable or front-matter.
    """
    if not data.strip(b" \t\r\n"):
        raise ReadError("空文件 (empty file)", "empty")
    draft = reader_of(name)(data)
    if not draft.canonical.text:
        raise ReadError("没有正文 (no text in it)", "empty")
    about, canonical = draft.about, draft.canonical
    return Document(
        path=name,
        title=clean_line(about.title) or clean_line(PurePosixPath(name).stem) or name,
        text=canonical.text,
        date=about.date,
        source=clean_line(about.source),
        tags=tuple(tag for word in about.tags if (tag := clean_line(word))),
        headings=tuple(replace(heading, title=bare_title(heading.title)) for heading in canonical.headings),
        pages=canonical.pages,
    )


def reader_of(name: str) -> Reader:
    """Return the reader for a file name. Raises ReadError with code `unsupported`."""
    reader = READERS.get(PurePosixPath(name).suffix.lower())
    if reader is None:
        raise ReadError(f"不支持的格式 (unsupported format; supported: {' '.join(READERS)})", "unsupported")
    return reader


def scan(corpus: Path, max_file_bytes: int) -> Iterator[Loaded | Skipped]:
    """Read a folder and its subfolders in sorted order; what cannot be used is reported and stops nothing.

    Hidden files are passed over. A link out of the folder, or to a folder, is not followed. Raises ReadError at once
    if `corpus` is no folder.
    """
    root = corpus.resolve()
    if not root.is_dir():
        raise ReadError(f"资料文件夹不存在 (the corpus folder {corpus} does not exist): create it or set PARK_CORPUS")
    return _without_duplicates(_walk(root, max_file_bytes))


def _without_duplicates(found: Iterator[Loaded | Skipped]) -> Iterator[Loaded | Skipped]:
    """Report a document whose text an earlier path has already."""
    first_path: dict[str, str] = {}
    for item in found:
        if isinstance(item, Loaded):
            earlier = first_path.setdefault(item.document.text_hash, item.path)
            if earlier != item.path:
                yield Skipped(item.path, "duplicate", f"与 {earlier} 内容相同 (same text as {earlier})")
                continue
        yield item


def _walk(root: Path, max_file_bytes: int) -> Iterator[Loaded | Skipped]:
    waiting = [root]  # a stack, not recursion: folders may lie deeper than Python's own stack
    while waiting:
        path = waiting.pop()
        try:
            names = None if path.is_symlink() or not path.is_dir() else sorted(os.listdir(path), reverse=True)  # noqa: PTH208
        except OSError as error:
            yield _unreadable(_relative(root, path), error)
            continue
        if names is None:
            yield _load(root, path, max_file_bytes)
        else:
            waiting += [path / name for name in names if not name.startswith(".")]


def _load(root: Path, path: Path, max_file_bytes: int) -> Loaded | Skipped:
    """Read one file, or say why not."""
    name = _relative(root, path)
    try:
        document = read_bytes(name, _bytes_of(root, path, max_file_bytes))
    except ReadError as error:
        return Skipped(name, error.code, str(error))
    except OSError as error:
        return _unreadable(name, error)
    return Loaded(name, document)


def _bytes_of(root: Path, path: Path, max_file_bytes: int) -> bytes:
    """Return a file's bytes. Raises ReadError or OSError."""
    if not _is_text(str(path)):
        raise ReadError("文件名编码有误 (the file name is not UTF-8): rename it", "name")
    if path.is_symlink() and not _leads_to_file_in(root, path):
        raise ReadError("链接不跟随 (a link to a folder, out of the corpus, or to nothing is not followed)", "link")
    reader_of(path.name)
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise ReadError("不是普通文件 (not a regular file)", "unsupported")
    with path.open("rb") as file:
        data = file.read(max_file_bytes + 1)
    if len(data) > max_file_bytes:
        raise ReadError(
            f"文件过大 (too large: {status.st_size} bytes, at most {max_file_bytes}): "
            "split it or raise PARK_MAX_FILE_BYTES",
            "too-large",
        )
    return data


def _leads_to_file_in(root: Path, link: Path) -> bool:
    try:
        target = link.resolve(strict=True)
        return target.is_file() and target.is_relative_to(root)
    except (OSError, RuntimeError):  # a link to nothing, or in a circle
        return False


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _relative(root: Path, path: Path) -> str:
    """Return a path as it is shown: relative, POSIX style, bytes that are no UTF-8 replaced."""
    return os.fsencode(path.relative_to(root).as_posix()).decode("utf-8", "replace")


def _unreadable(name: str, error: OSError) -> Skipped:
    why = error.strerror or type(error).__name__
    return Skipped(name, "unreadable", f"无法读取 (cannot be read: {why}): check its permissions")
