from pathlib import Path

from bench.plots import CALIBRATION, CURVES, write_plots

DECISIONS = {"rgb": ([True, True, False], [0.9, 0.4, 0.2]), "crud_rag": ([True, False], [0.7, 0.8])}


def test_both_plots_are_small_and_name_what_they_show(tmp_path: Path) -> None:
    write_plots(DECISIONS, 0.5, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted((CURVES, CALIBRATION))
    for name in (CURVES, CALIBRATION):
        drawn = (tmp_path / name).read_text("utf-8")
        assert all(f">{group}</text>" in drawn for group in DECISIONS)
        assert len(drawn) < 100_000


def test_the_same_figures_give_the_same_file(tmp_path: Path) -> None:
    for place in ("a", "b"):
        write_plots(DECISIONS, 0.5, tmp_path / place)
    assert (tmp_path / "a" / CURVES).read_bytes() == (tmp_path / "b" / CURVES).read_bytes()


def test_without_unanswerable_questions_there_is_nothing_to_draw(tmp_path: Path) -> None:
    write_plots({}, 0.5, tmp_path / "none")
    assert not (tmp_path / "none").exists()
