"""Where the money went: budget lines as bars, and spending as it added up over time."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from prsim.report.charts import Canvas, Frame, LegendItem, legend_height
from prsim.report.palette import BLUE, FAINT, INK, MUTED, SERIES, tint
from prsim.report.parts import BudgetLine
from prsim.report.scale import Scale, nice_range, nice_ticks
from prsim.report.setting import Setting

__all__ = ["budget_bars", "cumulative_spend", "spend_chart"]

_COLUMNS = ("run", "time_h", "line", "amount_fen")


def budget_bars(lines: Sequence[BudgetLine], setting: Setting, width: float) -> str:
    """Allocated (pale) and spent (dark) per line, on one scale."""
    words, numbers = setting.words, setting.numbers
    legend = [
        LegendItem("area", tint(BLUE, 0.25), words("legend_allocated")),
        LegendItem("area", BLUE, words("legend_spent")),
    ]
    head, row = 8 + legend_height(legend, width) + 4, 46.0
    canvas = Canvas(width, head + row * len(lines) + 4, words("fig_budget_title"))
    canvas.legend(2, 10, legend, width - 4)
    amounts = [n for line in lines for n in (line.allocated_fen, line.spent_fen) if math.isfinite(n)]
    x = Scale(0.0, max([1.0, *amounts]), 0.0, width - 4)
    for index, line in enumerate(lines):
        y = head + index * row
        canvas.text(0, y + 14, setting.say(line.title), size=12, weight="600")
        said = words(
            "bar_said", spent=numbers.money(line.spent_fen), allocated=numbers.money(line.allocated_fen),
            part=_part(line, setting),
        )  # fmt: skip
        canvas.text(width - 4, y + 14, said, size=11, anchor="end", fill=MUTED)
        canvas.rect(0, y + 21, width - 4, 14, fill=FAINT)
        if math.isfinite(line.allocated_fen):
            canvas.rect(0, y + 21, x(line.allocated_fen), 14, fill=tint(BLUE, 0.25))
        if math.isfinite(line.spent_fen):
            canvas.rect(0, y + 24, x(line.spent_fen), 8, fill=BLUE)
    return canvas.svg()


def _part(line: BudgetLine, setting: Setting) -> str:
    if not line.allocated_fen > 0:
        return setting.numbers.percent(math.nan)
    return setting.numbers.percent(line.spent_fen / line.allocated_fen, 0)


def cumulative_spend(
    ledger: pd.DataFrame, runs: int, horizon_h: float
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Mean over runs of what each line has spent so far.

    Parameters
    ----------
    ledger
        Columns run, time_h, line, amount_fen (negative is spending) and, where allocations stand beside spending, kind.
    runs
        Number of runs of the study: a run without an entry has spent nothing.
    horizon_h
        End of the time axis in hours.

    Returns
    -------
    times_h, lines
        Ends of the days (at most about 250 steps), and per line the fen spent until then.

    Raises
    ------
    ValueError
        When a column is missing from a ledger that has rows.
    """
    missing = [column for column in _COLUMNS if column not in ledger.columns]
    if ledger.empty:
        return np.zeros(0), {}
    if missing:
        raise ValueError(f"ledger lacks the columns {missing}; it has {list(ledger.columns)}")
    amounts = ledger["amount_fen"]
    spending = ledger[ledger["kind"] == "spend"] if "kind" in ledger.columns else ledger[amounts < 0]
    if spending.empty:
        return np.zeros(0), {}
    times = spending["time_h"].to_numpy(dtype=np.float64)
    step = max(24.0, math.ceil(max(horizon_h, times.max()) / 250 / 24) * 24.0)
    steps = math.ceil(max(horizon_h, times.max(), 1.0) / step)
    slot = np.clip(np.ceil(times / step).astype(np.intp), 0, steps)
    codes, names = pd.factorize(spending["line"], sort=True)
    table = np.zeros((len(names), steps + 1))
    np.add.at(table, (codes, slot), -spending["amount_fen"].to_numpy(dtype=np.float64))
    share = table.cumsum(axis=1) / max(runs, int(ledger["run"].nunique()))
    return np.arange(steps + 1) * step, {str(name): share[row] for row, name in enumerate(names)}


def spend_chart(
    times_h: np.ndarray, lines: Mapping[str, np.ndarray], titles: Mapping[str, str], total_fen: float,
    setting: Setting, width: float,
) -> str:  # fmt: skip
    """Spending so far, stacked by line, under the whole budget."""
    words, wide = setting.words, width > 500
    order = sorted(lines, key=lambda name: -lines[name][-1])
    colours = {name: tint(SERIES[index % len(SERIES)], 0.8) for index, name in enumerate(order)}
    legend = [LegendItem("area", colours[name], titles.get(name, name)) for name in order]
    left, right = 56.0, width - 10
    head, plot = 8 + legend_height(legend, right) + 6, 220.0 if wide else 200.0
    canvas = Canvas(width, head + plot + 24, words("fig_spend_title"))
    canvas.legend(2, 10, legend, right)
    spent = float(sum(line[-1] for line in lines.values()))
    low, high = nice_range(
        0.0, max(spent, total_fen if math.isfinite(total_fen) else 0.0, 100.0), least_span=1.0
    )
    frame = Frame(canvas, Scale(0.0, float(times_h[-1]), left, right), Scale(low, high, head + plot, head))
    frame.y_axis(nice_ticks(low, high), lambda number: setting.numbers.money(number))
    xs, base = frame.x.place(times_h), np.zeros(len(times_h))
    for name in order:
        top = base + lines[name]
        canvas.ribbon(xs, frame.y.place(base), frame.y.place(top), fill=colours[name])
        base = top
    frame.x_axis(setting.dates.ticks(0.0, float(times_h[-1]), 9 if wide else 5))
    if math.isfinite(total_fen):
        frame.level(total_fen, words("budget_level", total=setting.numbers.money(total_fen)), stroke=INK)
    return canvas.svg()
