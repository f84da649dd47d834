import contextlib
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ParkError, ReadError, ShelfError
from index.shelf import Shelf
from index.whole_files import digest_of
from settings import Settings
from tests.homes import REPORTS, settings_in

ROOT = Path(__file__).parent.parent
TEXT = "# 地铁\n地铁站在北门。步行三分钟。".encode()


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


@pytest.fixture
def shelf(settings: Settings) -> Shelf:
    return Shelf(settings)


def test_a_file_is_examined_before_it_counts(shelf: Shelf, settings: Settings) -> None:
    candidate = shelf.examine("地铁.md", TEXT)
    assert (candidate.document.title, candidate.chunks, candidate.size) == ("地铁", 1, len(TEXT))
    assert candidate.texts == 4, "the chunk, its heading and its sentences"
    assert set(names(settings.corpus)) == set(REPORTS)


@pytest.mark.parametrize(
    ("path", "data", "code"),
    [
        ("a.md", b"", "empty"),
        ("a.md", b"---\ntitle: x\n---\n", "empty"),
        ("a.md", b"ab\0c", "binary"),
        ("a.md", bytes(range(128, 256)) * 3, "undecodable"),
        ("a.pdf", b"%PDF", "unsupported"),
        ("a.md", b"x" * 10_000_001, "too-large"),
    ],
)
def test_what_no_build_could_read_is_refused_with_the_loader_s_reason(
    shelf: Shelf, path: str, data: bytes, code: str
) -> None:
    with pytest.raises(ReadError) as caught:
        shelf.examine(path, data)
    assert caught.value.code == code


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5", "utf-16"])
def test_texts_of_any_chinese_encoding_are_read(shelf: Shelf, encoding: str) -> None:
    text = "地鐵站在北門，步行三分鐘可以到達園區的大門。" * 3
    assert shelf.examine("a.txt", text.encode(encoding)).document.text == text


def test_put_replace_take_out_and_put_back(shelf: Shelf, settings: Settings) -> None:
    shelf.put("地铁.md", TEXT)
    assert shelf.data("地铁.md") == TEXT
    shelf.put("地铁.md", TEXT + b"!", digest_of(TEXT))
    assert shelf.take_out("地铁.md").path == "地铁.md"
    assert not (settings.corpus / "地铁.md").exists()
    latest, earlier = shelf.removed()
    assert latest.at >= earlier.at
    assert shelf.removed_data(latest.key) == ("地铁.md", TEXT + b"!")
    assert shelf.removed_data(earlier.key) == ("地铁.md", TEXT)
    shelf.forget(earlier.key)
    assert shelf.removed() == [latest]
    with pytest.raises(ShelfError, match="已不在"):
        shelf.removed_data(earlier.key)


def test_a_report_in_a_folder_below_keeps_its_path(shelf: Shelf, settings: Settings) -> None:
    (settings.corpus / "交通").mkdir()
    (settings.corpus / "交通" / "地铁.md").write_bytes(TEXT)
    kept = shelf.take_out("交通/地铁.md")
    (settings.corpus / "交通").rmdir()
    path, data = shelf.removed_data(kept.key)
    shelf.put(path, data)
    assert (settings.corpus / "交通" / "地铁.md").read_bytes() == TEXT


def test_what_somebody_else_has_changed_meanwhile_is_not_overwritten(shelf: Shelf) -> None:
    shelf.put("地铁.md", TEXT)
    for instead_of in ("", digest_of(b"what it was")):
        with pytest.raises(ShelfError, match="刚刚被改动"):
            shelf.put("地铁.md", b"mine", instead_of)
    shelf.take_out("地铁.md")
    with pytest.raises(ShelfError, match="刚刚被改动"):
        shelf.put("地铁.md", b"mine", digest_of(TEXT))
    with pytest.raises(ShelfError, match="没有这份资料"):
        shelf.take_out("地铁.md")


def test_of_two_who_put_at_once_one_is_told(shelf: Shelf) -> None:
    told: list[str] = []

    def put(data: bytes) -> None:
        try:
            shelf.put("地铁.md", data)
        except ShelfError as error:
            told.append(str(error))

    threads = [threading.Thread(target=put, args=(bytes([65 + number]) * 100_000,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 3
    kept = shelf.data("地铁.md")
    assert kept is not None
    assert len(set(kept)) == 1


@hypothesis.settings(max_examples=30)
@given(st.text(st.characters(codec="utf-8") | st.sampled_from("./\0"), max_size=20))
def test_no_path_leads_out_of_the_folder(tmp_path_factory: pytest.TempPathFactory, path: str) -> None:
    place = tmp_path_factory.mktemp("shelf")
    shelf = Shelf(settings_in(place, {}))
    with contextlib.suppress(ParkError):
        shelf.put(path, TEXT)
    outside = [file for file in place.rglob("*") if file.is_file() and file.read_bytes() == TEXT]
    assert all(file.is_relative_to(place / "corpus") for file in outside)


@pytest.mark.parametrize("path", ["../a.md", "/etc/a.md", "x/../../a.md", ".a.md", "x/.y/a.md", "", ".", "a\0.md"])
def test_paths_that_are_none_are_refused(shelf: Shelf, path: str) -> None:
    for change in (lambda: shelf.put(path, TEXT), lambda: shelf.take_out(path), lambda: shelf.data(path)):
        with pytest.raises(ShelfError):
            change()


def test_links_are_not_followed(shelf: Shelf, settings: Settings, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "秘密.md").write_bytes(TEXT)
    (settings.corpus / "门").symlink_to(outside)
    (settings.corpus / "链.md").symlink_to(outside / "秘密.md")
    for path in ("门/秘密.md", "门/新.md", "链.md"):
        for change in (lambda p=path: shelf.put(p, b"mine", digest_of(TEXT)), lambda p=path: shelf.take_out(p)):
            with pytest.raises(ShelfError):
                change()
    assert (outside / "秘密.md").read_bytes() == TEXT
    assert names(outside) == ["秘密.md"]


def test_a_name_is_the_one_that_stands_there_however_its_letters_are_composed(shelf: Shelf, settings: Settings) -> None:
    (settings.corpus / "cafe\u0301.md").write_bytes(TEXT)
    assert shelf.standing("café.md") == "cafe\u0301.md"
    assert shelf.standing("新.md") == "新.md"


def test_files_are_those_with_a_reader_and_not_hidden(shelf: Shelf, settings: Settings) -> None:
    for name in ("a.pdf", ".b.md", ".part-0"):
        (settings.corpus / name).touch()
    assert set(shelf.files()) == set(REPORTS)


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    shelf = Shelf(Settings(corpus=tmp_path / "none", home=tmp_path / "home"))
    with pytest.raises(ShelfError, match="资料文件夹不存在"):
        shelf.put("a.md", TEXT)


def test_a_full_disk_changes_nothing(shelf: Shelf, settings: Settings) -> None:
    shelf.put("地铁.md", TEXT)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(ShelfError, match="磁盘空间不足"):
            shelf.put("地铁.md", b"x" * 200_000, digest_of(TEXT))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert shelf.data("地铁.md") == TEXT
    assert set(names(settings.corpus)) == {*REPORTS, "地铁.md"}
    assert shelf.removed() == []


PUTTING = """
import sys; from pathlib import Path; from index.shelf import Shelf; from settings import Settings
from index.whole_files import digest_of
shelf = Shelf(Settings(corpus=Path(sys.argv[1]), home=Path(sys.argv[2])))
print(flush=True)
while True:
    for one, other in ((b"A", b"B"), (b"B", b"A")):
        shelf.put("a.txt", other * 3_000_000, digest_of(one * 3_000_000))
"""


def test_killed_while_replacing_the_old_file_or_the_new_one_is_there_whole(shelf: Shelf, settings: Settings) -> None:
    shelf.put("a.txt", b"A" * 3_000_000)
    for wait in (0.01, 0.04, 0.09):
        line = [sys.executable, "-c", PUTTING, str(settings.corpus), str(settings.home)]
        with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            assert process.stdout
            process.stdout.readline()
            time.sleep(wait)
            process.send_signal(signal.SIGKILL)
        data = shelf.data("a.txt")
        assert data in (b"A" * 3_000_000, b"B" * 3_000_000)
        assert all(item.size == 3_000_000 for item in shelf.removed())
        if data[:1] == b"B":
            shelf.put("a.txt", b"A" * 3_000_000, digest_of(data))
    assert {"a.txt", *REPORTS} == {name for name in names(settings.corpus) if name[0] != "."}
