"""The plots of the view 统计: questions a day and response times a day, as Altair charts.

Drawn by the Vega that Gradio brings along, as SVG, in colours that the style sheet names: so they follow the scheme.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import altair as alt
from gradio.components.plot import PlotData

from desk.figure_records import MODES, Day, Told
from desk.words import MODES as NAMES
from desk.words import duration

HEIGHT = 240  # pixels
_FONT = 'system-ui, -apple-system, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'
_COLOURS = {"quote": "var(--plot-1)", "written": "var(--plot-2)", "faq": "var(--plot-3)", "refused": "var(--plot-4)"}
_DAY_LABEL = "toNumber(slice(datum.value, 5, 7)) + '月' + toNumber(slice(datum.value, 8)) + '日'"
_P50, _P95 = "一半的回答快于", "95% 的回答快于"


def plotted(chart: alt.Chart) -> PlotData:
    """Return a chart as gr.Plot takes it, without the number of the Vega-Lite it was made for.

    Altair's is newer than the one Gradio brings, which says so in the browser's console; what is used here, both know.
    """
    specification = chart.to_dict()
    specification.pop("$schema", None)
    return PlotData(type="altair", plot=json.dumps(specification, ensure_ascii=False))


def questions(told: Told) -> alt.Chart:
    """Return the questions of each day, stacked by how they were answered."""
    names = [NAMES[mode] for mode in MODES]
    order = {NAMES[mode]: place for place, mode in enumerate(MODES)}
    rows = [
        {"day": day.day.isoformat(), "how": NAMES[mode], "count": count, "order": order[NAMES[mode]]}
        for day in told.daily
        for mode in MODES
        if (count := day.by_mode.get(mode, 0))
    ]
    scale = alt.Scale(domain=names, range=[_COLOURS[mode] for mode in MODES])
    chart = _over_days(rows, told.daily).mark_bar()
    return _dressed(
        chart.encode(
            y=alt.Y("count:Q", title=None, axis=alt.Axis(tickMinStep=1, format="d")),
            color=alt.Color("how:N", title=None, scale=scale, legend=alt.Legend(orient="top")),
            order=alt.Order("order:Q"),
            tooltip=[alt.Tooltip("day:N", title="日期"), alt.Tooltip("how:N", title="回答"), _count()],
        ),
        f"每天的提问次数，共 {told.totals.asked} 次",
    )


def times(told: Told) -> alt.Chart:
    """Return how long the answers of each day took."""
    rows = list(_times(told.daily))
    scale = alt.Scale(domain=[_P50, _P95], range=["var(--plot-1)", "var(--plot-4)"])
    chart = _over_days(rows, told.daily).mark_line(point=alt.OverlayMarkDef(size=24), strokeWidth=2)
    return _dressed(
        chart.encode(
            y=alt.Y("ms:Q", title=None),
            color=alt.Color("what:N", title=None, scale=scale, legend=alt.Legend(orient="top", labelLimit=300)),
            tooltip=[
                alt.Tooltip("day:N", title="日期"),
                alt.Tooltip("what:N", title="指标"),
                alt.Tooltip("told:N", title="用时"),
            ],
        ),
        "每天的响应时间",
    )


def _times(daily: Sequence[Day]) -> Iterator[dict[str, Any]]:
    for day in daily:
        for what, ms in ((_P50, day.p50_ms), (_P95, day.p95_ms)):
            if ms is not None:
                yield {"day": day.day.isoformat(), "what": what, "ms": ms, "told": duration(ms)}


def _count() -> alt.Tooltip:
    return alt.Tooltip("count:Q", title="提问", format="d")


def _over_days(rows: list[dict[str, Any]], daily: Sequence[Day]) -> alt.Chart:
    """Return a chart over the rows whose x axis has every day, also those without any row."""
    days = [day.day.isoformat() for day in daily]
    axis = alt.Axis(labelExpr=_DAY_LABEL, labelAngle=0, labelOverlap="greedy", labelSeparation=14, ticks=False)
    scale = alt.Scale(domain=days)
    return alt.Chart(alt.InlineData(values=rows)).encode(x=alt.X("day:O", title=None, scale=scale, axis=axis))


def _dressed(chart: alt.Chart, description: str) -> alt.Chart:
    """Return the chart as wide as its place, in the page's colours; `description` is what a screen reader says."""
    axis = {
        "gridColor": "var(--line)",
        "domainColor": "var(--line)",
        "labelColor": "var(--soft)",
        "titleColor": "var(--soft)",
        "labelFontSize": 12,
        "titleFontWeight": "normal",
    }
    dressed: alt.Chart = (
        chart.properties(
            width="container", height=HEIGHT, background="transparent", description=description,
            usermeta={"embedOptions": {"renderer": "svg", "actions": False}},
        )
        .configure(font=_FONT)
        .configure_view(stroke=None)
        .configure_axis(**axis)
        .configure_axisX(grid=False)
        .configure_scale(bandPaddingInner=0.25, bandPaddingOuter=0.1)
        .configure_legend(labelColor="var(--ink)", labelFontSize=13, symbolType="square")
    )  # fmt: skip
    return dressed
