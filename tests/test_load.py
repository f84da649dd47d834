import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ReadError
from index.load import READERS, Loaded, Skipped, read_bytes, scan

LIMIT = 10_000


def outcome(corpus: Path, limit: int = LIMIT) -> dict[str, str]:
    """What became of each path: its code, or "loaded"."""
    return {item.path: item.code if isinstance(item, Skipped) else "loaded" for item in scan(corpus, limit)}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    return folder


@pytest.fixture
def fifo(corpus: Path) -> Iterator[Path]:
    os.mkfifo(corpus / "pipe.md")
    yield corpus / "pipe.md"


def test_a_markdown_report_becomes_a_document() -> None:
    data = "---\ntitle: 食堂\ndate: 2023-05\nsource: 简报\ntags: [餐饮]\n---\n# 食堂\n\n## 一楼\n\n开业了。".encode()
    document = read_bytes("生活/食堂.md", data)
    assert (document.path, document.title, document.date) == ("生活/食堂.md", "食堂", "2023-05")
    assert (document.source, document.tags, document.pages) == ("简报", ("餐饮",), ())
    assert document.text == "食堂\n\n一楼\n\n开业了。"
    assert [heading.title for heading in document.headings] == ["食堂", "一楼"]


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("a.md", "---\ntitle: 甲\n---\n# 乙\n\n正文。", "甲"),
        ("a.md", "## 丙\n\n# 乙\n\n正文。", "乙"),
        ("食堂.md", "正文。", "食堂"),
        ("a.txt", "北碚园区。\n\n园区建设全面启动，多条道路顺利通车，园区初见规模，企业陆续投产。", "北碚园区"),
        ("食堂.txt", "园区建设全面启动，多条道路顺利通车，园区初见规模，企业陆续投产，员工安居。", "食堂"),
        ("a.txt", "---\ntitle: 甲\n---\n北碚园区\n\n正文。", "甲"),
        ("cafe\u0301.md", "正文。", "café"),
    ],
)
def test_the_title_comes_from_the_best_place_there_is(name: str, text: str, title: str) -> None:
    assert read_bytes(name, text.encode()).title == title


def test_a_title_line_s_full_stop_is_in_the_text_and_not_in_the_title() -> None:
    document = read_bytes(
        "a.txt", "北碚园区。\n\n园区建设全面启动，多条道路顺利通车，园区初见规模，企业陆续投产。".encode()
    )
    (heading,) = document.headings
    assert (heading.title, document.text[heading.start : heading.end]) == ("北碚园区", "北碚园区。")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_the_same_report_in_any_encoding_has_the_same_text(encoding: str, ends: str) -> None:
    text = "---\ntitle: 食堂\ndate: 2023年5月\n---\n# 食堂\n\n园区食堂于五月六日开\n业。\n".replace("\n", ends)
    document = read_bytes("a.md", text.encode(encoding))
    assert (document.date, document.text) == ("2023-05", "食堂\n\n园区食堂于五月六日开业。")


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.pdf", b"%PDF-1.4", "unsupported"),
        ("a", b"text", "unsupported"),
        ("a.md", b"", "empty"),
        ("a.md", b" \r\n\t", "empty"),
        ("a.md", b"\xef\xbb\xbf", "empty"),
        ("a.txt", b"---\ntitle: a\n---\n\n", "empty"),
        ("a.txt", b"a\x00b", "binary"),
        ("a.txt", "食堂".encode()[:-1] * 9, "undecodable"),
        ("a.md", b"---\ntitle: a: b\n---\nx", "front-matter"),
        ("a.md", b"---\ndate: soon\n---\nx", "front-matter"),
    ],
)
def test_what_cannot_be_read_says_why(name: str, data: bytes, code: str) -> None:
    with pytest.raises(ReadError) as caught:
        read_bytes(name, data)
    assert caught.value.code == code


def test_front_matter_escapes_bring_in_nothing_unclean() -> None:
    document = read_bytes("a.md", b'---\ntitle: "\\ud800 a\\u0007\\n b"\ntags: ["\\ufeff", "e\\u0301"]\n---\nx')
    assert (document.title, document.tags) == ("a b", ("é",))


@given(st.binary(max_size=300) | st.text().map(str.encode), st.sampled_from(sorted(READERS)))
def test_any_bytes_give_a_document_or_a_read_error(data: bytes, suffix: str) -> None:
    try:
        document = read_bytes("a" + suffix, data)
    except ReadError as error:
        assert error.code in ("empty", "binary", "undecodable", "front-matter")
    else:
        assert document.title
        assert document.text
        document.text.encode()


def test_a_folder_is_read_in_order_and_nothing_stops_the_rest(corpus: Path) -> None:
    (corpus / "b").mkdir()
    (corpus / "a.md").write_text("甲", encoding="utf-8")
    (corpus / "b" / "c.TXT").write_text("乙", encoding="gb18030")
    (corpus / "b.md").write_text("丙", encoding="utf-8")
    (corpus / "c.docx").write_bytes(b"PK")
    (corpus / "d.md").write_bytes(b"")
    (corpus / "e.txt").write_bytes(b"\x00\x01")
    (corpus / "f.md").write_bytes(b"a" * (LIMIT + 1))
    (corpus / "g.md").write_bytes("食堂".encode()[:-1] * 9)
    (corpus / "h.md").write_text("---\ntitle：x\n---\n", encoding="utf-8")
    (corpus / "i.md").write_text("\ufeff甲\n", encoding="utf-8")
    (corpus / "z.md").write_bytes(b"a" * LIMIT)
    found = outcome(corpus)
    assert found == {
        "a.md": "loaded",
        "b/c.TXT": "loaded",
        "b.md": "loaded",
        "c.docx": "unsupported",
        "d.md": "empty",
        "e.txt": "binary",
        "f.md": "too-large",
        "g.md": "undecodable",
        "h.md": "front-matter",
        "i.md": "duplicate",
        "z.md": "loaded",
    }
    assert list(found) == ["a.md", "b/c.TXT", "b.md", *list(found)[3:]]


def test_every_reason_is_in_chinese_and_english(corpus: Path) -> None:
    (corpus / "a.md").write_text("甲", encoding="utf-8")
    (corpus / "b.md").write_text("甲", encoding="utf-8")
    (corpus / "c.md").write_bytes(b"a" * 99)
    (corpus / "d.xyz").write_bytes(b"a")
    skipped = [item for item in scan(corpus, 9) if isinstance(item, Skipped)]
    assert [item.code for item in skipped] == ["duplicate", "too-large", "unsupported"]
    for item in skipped:
        assert any("\u4e00" <= char <= "\u9fff" for char in item.reason)
        assert any(char.isascii() and char.isalpha() for char in item.reason)
    assert "a.md" in skipped[0].reason


def test_hidden_files_and_folders_are_passed_over(corpus: Path) -> None:
    (corpus / ".git").mkdir()
    (corpus / ".git" / "a.md").write_text("甲", encoding="utf-8")
    (corpus / ".a.md").write_text("甲", encoding="utf-8")
    assert outcome(corpus) == {}


def test_links_out_of_the_folder_to_folders_to_nothing_and_in_circles_are_not_followed(corpus: Path) -> None:
    outside = corpus.parent / "outside"
    outside.mkdir()
    (outside / "secret.md").write_text("秘密", encoding="utf-8")
    (corpus / "a.md").write_text("甲", encoding="utf-8")
    (corpus / "file.md").symlink_to(outside / "secret.md")
    (corpus / "folder").symlink_to(outside)
    (corpus / "loop").symlink_to(corpus)
    (corpus / "circle.md").symlink_to(corpus / "circle.md")
    (corpus / "nothing.md").symlink_to(corpus / "missing.md")
    (corpus / "same.md").symlink_to(corpus / "a.md")
    assert outcome(corpus) == {
        "a.md": "loaded",
        "circle.md": "link",
        "file.md": "link",
        "folder": "link",
        "loop": "link",
        "nothing.md": "link",
        "same.md": "duplicate",
    }


def test_a_corpus_that_is_itself_a_link_is_read(corpus: Path) -> None:
    (corpus / "a.md").write_text("甲", encoding="utf-8")
    (corpus.parent / "link").symlink_to(corpus)
    assert outcome(corpus.parent / "link") == {"a.md": "loaded"}


def test_a_pipe_does_not_hold_up_the_rest(corpus: Path, fifo: Path) -> None:
    assert outcome(corpus) == {fifo.name: "unsupported"}


def test_a_name_that_is_no_utf_8_is_reported(corpus: Path) -> None:
    Path(os.fsdecode(os.fsencode(corpus) + b"/\xca\xb3\xcc\xc3.md")).write_text("甲", encoding="utf-8")
    assert list(outcome(corpus).values()) == ["name"]


def test_a_file_without_permission_is_reported(corpus: Path) -> None:
    path = corpus / "a.md"
    path.write_text("甲", encoding="utf-8")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    assert outcome(corpus) == {"a.md": "unreadable"}


def test_a_missing_folder_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="PARK_CORPUS"):
        scan(tmp_path / "none", LIMIT)


def test_a_loaded_item_carries_its_document(corpus: Path) -> None:
    (corpus / "a.md").write_text("甲。", encoding="utf-8")
    (item,) = scan(corpus, LIMIT)
    assert isinstance(item, Loaded)
    assert (item.path, item.document.path, item.document.text) == ("a.md", "a.md", "甲。")
