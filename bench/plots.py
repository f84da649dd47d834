"""The benchmark's two plots, small SVG files: what refusing costs at each threshold, and what confidence is worth."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.metrics import refusal_curve, reliability

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Decisions = Mapping[str, tuple[Sequence[bool], Sequence[float]]]
"""By name: for each question whether it is answerable, and how sure the chain was."""
CURVES, CALIBRATION = "refusal.svg", "calibration.svg"


def write_plots(decisions: Decisions, threshold: float, folder: Path) -> None:
    """Write both plots into `folder`, none where there is nothing to tell apart."""
    if not decisions:
        return
    import matplotlib

    matplotlib.use("Agg")
    folder.mkdir(parents=True, exist_ok=True)
    with matplotlib.rc_context({"svg.hashsalt": "park", "svg.fonttype": "none", "font.size": 9}):
        _save(_curves(decisions, threshold), folder / CURVES)
        _save(_reliability(decisions), folder / CALIBRATION)


def _figure(across: str, up: str) -> tuple["Figure", "Axes"]:
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6.4, 4.8), layout="constrained")
    axes.set(xlabel=across, ylabel=up, xlim=(-0.01, 1.01), ylim=(-0.01, 1.01))
    axes.grid(alpha=0.3)
    return figure, axes


def _curves(decisions: Decisions, threshold: float) -> "Figure":
    """The refusal curve of each group, a mark where the service stands."""
    figure, axes = _figure("answerable questions refused", "unanswerable questions refused")
    for name, (answerable, confidence) in decisions.items():
        points = refusal_curve(answerable, confidence)
        (line,) = axes.plot([point[1] for point in points], [point[2] for point in points], label=name, linewidth=1.2)
        stand = min(points, key=lambda point: abs(point[0] - threshold))
        axes.plot(stand[1], stand[2], "o", color=line.get_color())
    axes.axvline(0.08, color="grey", linestyle=":", linewidth=1)
    axes.legend(title=f"mark: threshold {threshold:g}", loc="lower right")
    return figure


def _reliability(decisions: Decisions) -> "Figure":
    """The share of answerable questions among those of about equal confidence; on the diagonal it is kept."""
    figure, axes = _figure("confidence", "share of answerable questions")
    axes.plot([0, 1], [0, 1], color="grey", linestyle=":", linewidth=1)
    for name, (answerable, confidence) in decisions.items():
        rows = reliability(answerable, confidence)
        axes.plot([row[0] for row in rows], [row[1] for row in rows], marker=".", label=name, linewidth=1.2)
    axes.legend(loc="lower right")
    return figure


def _save(figure: "Figure", path: Path) -> None:
    from matplotlib import pyplot

    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
