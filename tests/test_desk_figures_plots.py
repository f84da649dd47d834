import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import altair as alt
import pytest

from desk.figure_records import Told
from tests.test_desk_figures_html import DAY, EMPTY, TOLD
from ui.desk.figures_plots import plotted, questions, times


def specification(chart: alt.Chart) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(plotted(chart).plot)
    return made


def rows(chart: alt.Chart) -> list[dict[str, Any]]:
    """The data of a chart, which Altair puts under a name of its own."""
    (found,) = specification(chart)["datasets"].values()
    return list(found)


def test_every_day_has_a_place_and_every_answer_its_colour() -> None:
    made = specification(questions(TOLD))
    days = [DAY.isoformat(), (DAY + timedelta(days=1)).isoformat()]
    assert made["encoding"]["x"]["scale"]["domain"] == days
    assert [(row["day"], row["how"], row["count"]) for row in rows(questions(TOLD))] == [
        (days[0], "引用资料", 1200),
        (days[1], "未答出", 300),
    ]
    colours = made["encoding"]["color"]["scale"]
    assert len(set(colours["range"])) == len(colours["domain"]) == 4


def test_times_are_told_in_words_too() -> None:
    assert [(row["ms"], row["told"]) for row in rows(times(TOLD))] == [
        (30, "30 毫秒"), (90, "90 毫秒"), (40, "40 毫秒"), (2100, "2.1 秒"),
    ]  # fmt: skip


@pytest.mark.parametrize("plot", [questions, times])
def test_a_plot_fits_its_place_says_what_it_is_and_leads_nowhere(plot: Callable[[Told], alt.Chart]) -> None:
    made = specification(plot(TOLD))
    assert (made["width"], made["usermeta"]["embedOptions"]) == ("container", {"renderer": "svg", "actions": False})
    assert made["description"]
    assert "http" not in json.dumps(made)


@pytest.mark.parametrize("plot", [questions, times])
def test_days_without_questions_can_be_plotted(plot: Callable[[Told], alt.Chart]) -> None:
    assert rows(plot(EMPTY)) == []
