"""Two pictures for the documentation: how much faster than whom, and how time and memory grow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.rows import Row

BLUE, GREY, RED = "#3465a4", "#888a85", "#a40000"


def draw(rows: Sequence[Row], folder: Path) -> list[str]:
    """Draw what there is to draw and return the files' names; none without Matplotlib."""
    try:
        import matplotlib
    except ImportError:
        return []
    matplotlib.use("Agg")
    matplotlib.rcParams.update({"font.size": 9, "svg.hashsalt": "prsim", "svg.fonttype": "none"})
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {"ratios": _ratios(rows), "growth": _growth(rows)}
    for name, figure in pictures.items():
        if figure is not None:
            figure.savefig(folder / f"{name}.svg", metadata={"Date": None})
    return [f"{name}.svg" for name, figure in pictures.items() if figure is not None]


def _canvas(columns: int, height: float) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, height), layout="constrained")
    return figure, figure.subplots(1, columns, squeeze=False)[0]


def _ratios(rows: Sequence[Row]) -> Any:
    """Bars of the paired ratios on the largest graph."""
    found = [x for x in rows if x.part == "peers" and x.measure == "ratio, per run"]
    if not found:
        return None
    cases = list(dict.fromkeys(x.case for x in found))
    most = max(_nodes(case) for case in cases)
    groups = [
        [x for x in found if _nodes(x.case) == most and x.case.startswith(word)]
        for word in ("independent", "SIR")
    ]
    groups = [sorted(x, key=lambda row: row.value) for x in groups if x]
    figure, axes = _canvas(len(groups), 0.9 + 0.28 * max(map(len, groups)))
    for axis, group in zip(axes, groups, strict=True):
        names = [x.subject.replace(", ", ",\n") for x in group]
        errors = [[x.value - x.low for x in group], [x.high - x.value for x in group]]
        axis.barh(names, [x.value for x in group], xerr=errors, color=BLUE, ecolor=GREY)
        for i, row in enumerate(group):
            axis.text(row.high * 1.1, i, f"{row.value:.3g}×", va="center")
        axis.axvline(1.0, color=RED, linewidth=1)
        axis.set(
            xscale="log",
            title=group[0].case.partition(",")[0] + f", {most:,} nodes",
            xlabel="times as long as prsim",
        )
        axis.set_xlim(right=max(x.high for x in group) * 4)
        axis.spines[["top", "right"]].set_visible(False)
    return figure


def _nodes(case: str) -> int:
    return int(case.rpartition(", ")[2].removesuffix(" nodes").replace(",", ""))


def _growth(rows: Sequence[Row]) -> Any:
    """Seconds and megabytes against agents, with a line of slope one."""
    found = [
        x
        for x in rows
        if x.measure != "skipped"
        and x.part == "growth"
        and x.case == "agents"
        and x.subject.replace(",", "").isdigit()
    ]
    if not found:
        return None
    figure, axes = _canvas(2, 2.9)
    sets = ((("after building", "building"), "seconds of one core"), (("peak memory",), "MB"))
    for axis, (measures, label) in zip(axes, sets, strict=True):
        for measure, colour in zip(measures, (BLUE, GREY), strict=False):
            points = sorted((_agents(x.subject), x.value) for x in found if x.measure == measure)
            axis.plot(*zip(*points, strict=True), "o-", color=colour, label=measure)
            (first, _), (last, most) = points[0], points[-1]
            said = "in proportion to agents" if measure == measures[-1] else None
            axis.plot([first, last], [most * first / last, most], ":", color=RED, linewidth=1, label=said)
        axis.set(
            xscale="log",
            yscale="log",
            xlabel="agents",
            ylabel=label,
            ylim=(0.5 * min(x.value for x in found if x.measure in measures), None),
        )
        axis.legend(frameon=False)
        axis.spines[["top", "right"]].set_visible(False)
    return figure


def _agents(subject: str) -> float:
    return float(subject.replace(",", ""))
