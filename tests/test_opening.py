import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from index import home
from index.build import sync
from index.catalog import Catalog
from index.derived import Entry
from index.errors import IndexDamagedError, IndexMismatchError, IndexMissingError
from index.health import open_vectors
from index.lexical import LexicalIndex
from index.opening import open_index
from settings import Settings
from tests.homes import TOY, found_by_both, opened, settings_in
from tests.toys import ToyEmbedder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = settings_in(tmp_path)
    sync(settings, TOY)
    return settings


def test_nothing_built_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError, match="python -m index build"):
        open_index(settings_in(tmp_path), TOY)


def test_another_model_is_a_mismatch(settings: Settings) -> None:
    with pytest.raises(IndexMismatchError, match="python -m index build"):
        open_index(settings, ToyEmbedder("other"))


def test_other_chunk_settings_are_a_mismatch(settings: Settings) -> None:
    with pytest.raises(IndexMismatchError, match="python -m index build"):
        open_index(settings.model_copy(update={"chunk_chars": 99}), TOY)


def test_opens_and_answers_while_a_build_holds_chroma(settings: Settings) -> None:
    with home.building(settings.home), home.opening_chroma(settings.home, 0), opened(settings) as index:
        assert found_by_both(index, "缙云新居有920套人才公寓") == "住房.md"


def disturb(settings: Settings, orphan: bool) -> None:
    """Do what a killed build leaves behind: entries that no document has, or too few of them."""
    catalog = Catalog(home.catalog_path(settings.home))
    vectors, lexical = open_vectors(settings, catalog), LexicalIndex(home.lexical_path(settings.home))
    for leg in (vectors, lexical):
        if orphan:
            leg.add([Entry("orphan", "孤儿公寓", TOY.query("孤儿公寓"))])
        else:
            leg.remove(catalog.chunk_ids("食堂.md"))
        leg.close()
    catalog.close()


def test_an_orphan_never_answers_and_is_swept(settings: Settings) -> None:
    disturb(settings, orphan=True)
    with home.building(settings.home), opened(settings) as index:  # it cannot be swept now
        assert not index.in_line
        assert "orphan" not in {hit.id for hit in index.dense(TOY.query("孤儿公寓"), 9)}
        assert "orphan" not in {hit.id for hit in index.lexical_search("孤儿公寓", 9)}
        assert len(index.dense(TOY.query("孤儿公寓"), 2)) == 2, "it takes no one's place"
    with opened(settings) as index:
        assert index.in_line


def test_a_missing_chunk_is_added_again(settings: Settings) -> None:
    disturb(settings, orphan=False)
    with opened(settings) as index:
        assert index.in_line
        assert found_by_both(index, "食堂于2023年5月6日启用") == "食堂.md"


@pytest.mark.parametrize("part", ["chroma", "lexical"])
@pytest.mark.parametrize("damage", ["deleted", "random"])
def test_a_lost_derived_index_is_made_again(settings: Settings, part: str, damage: str) -> None:
    calls = TOY.calls
    folder = settings.home / part
    for file in [path for path in folder.rglob("*") if path.is_file()]:
        file.write_bytes(os.urandom(file.stat().st_size))
    if damage == "deleted":
        shutil.rmtree(folder)
    with opened(settings) as index:
        assert index.in_line
        assert found_by_both(index, "缙云新居有920套人才公寓") == "住房.md"
    assert TOY.calls - calls == 3, "only the self-test embeds"


class _DeafEmbedder(ToyEmbedder):
    """Says that it is the model of the index, and is not."""

    def passages(self, texts: object) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        rows = np.zeros((len(texts), self.dimensions), np.float32)  # type: ignore[arg-type]
        rows[:, 0] = -1
        return rows


def many_reports() -> dict[str, str]:
    return {
        f"{number}.md": f"# 报告{number}\n第{number}栋由{chr(0x4E00 + 7 * number)}公司使用。" for number in range(60)
    }


def test_a_dead_dense_leg_refuses_to_start(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, many_reports())
    sync(settings, TOY)
    with pytest.raises(IndexDamagedError, match=r"dense.*check --repair"):
        open_index(settings, _DeafEmbedder())


def test_a_dead_lexical_leg_refuses_to_start(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, many_reports())
    sync(settings, TOY)
    lexical = LexicalIndex(home.lexical_path(settings.home))
    lexical.add([Entry(chunk_id, "x", TOY.query("x")) for chunk_id in lexical.ids()])
    lexical.close()
    with pytest.raises(IndexDamagedError, match=r"lexical.*check --repair"):
        open_index(settings, TOY)
