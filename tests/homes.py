"""Small corpora on disk, the settings of a home beside them, and its index opened with the toy embedder."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from index.opening import open_index
from index.store import Index
from settings import Settings
from tests.toys import ToyEmbedder

TOY = ToyEmbedder()

REPORTS = {
    "住房.md": "---\ntitle: 住房报告\ndate: 2023-10\n---\n"
    "# 人才公寓\n缙云新居有920套人才公寓。公寓位于C3栋旁边。\n\n# 商业\n商业街有超市和药店。",
    "食堂.md": "---\ntitle: 食堂报告\ndate: 2023-05-06\n---\n食堂于2023年5月6日启用。生活服务馆随后开放。",
    "企业.txt": "传感器企业使用MES系统。斯太宝投资近200亿元。",
}


def write_corpus(folder: Path, reports: Mapping[str, str]) -> None:
    """Make `folder` hold these reports and no other."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.is_file() and path.name not in reports:
            path.unlink()
    for name, text in reports.items():
        (folder / name).write_text(text, encoding="utf-8")


def settings_in(folder: Path, reports: Mapping[str, str] = REPORTS, **overrides: object) -> Settings:
    """Write the reports to `folder`/corpus, and return settings with `folder`/home."""
    write_corpus(folder / "corpus", reports)
    return Settings(corpus=folder / "corpus", home=folder / "home", **overrides)  # type: ignore[arg-type]


@contextmanager
def opened(settings: Settings) -> Iterator[Index]:
    index = open_index(settings, TOY)
    try:
        yield index
    finally:
        index.close()


def found_by_both(index: Index, text: str) -> str:
    """The path of the report that each leg finds first for a text; they must agree."""
    dense, lexical = index.dense(TOY.query(text), 1), index.lexical_search(text, 1)
    first, second = (index.chunks([hits[0].id])[hits[0].id].path for hits in (dense, lexical))
    assert first == second
    return first
