"""What happened in one run, as lanes of events over the calendar and as a list; and how often over all runs."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from prsim.report.charts import Canvas, LegendItem, legend_height
from prsim.report.palette import BLUE, FAINT, GREEN, GREY, INK, MUTED, ORANGE, PURPLE, VERMILION, tint
from prsim.report.readings import Readings
from prsim.report.scale import Scale, text_width
from prsim.report.setting import Setting

__all__ = [
    "Moment", "moments", "representative_run", "shares_of_runs", "timeline_chart", "unlisted_incidents",
    "usable_events",
]  # fmt: skip

_COLUMNS = ("run", "time_h", "kind", "subject", "cause", "title", "value", "thread")
_RESPONSE = {
    "detected": ("dot", GREY),
    "false_alarm": ("ring", GREY),
    "first_response": ("triangle", BLUE),
    "statement": ("diamond", PURPLE),
    "measure": ("square", GREEN),
    "second_wave": ("triangle", VERMILION),
    "resolved": ("square", INK),
}
_LISTED = (
    "incident", "detected", "false_alarm", "level", "first_response", "analysis", "statement", "measure", "follow_up",
    "second_wave", "hot_search_enter", "hot_search_exit", "activity", "resolved", "survey", "content_stopped",
    "platform_shift",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the list of events."""

    when: str
    kind: str
    title: str


def usable_events(events: pd.DataFrame, language: str = "en") -> pd.DataFrame:
    """The events in order, with all columns present and a title each where one can be found.

    The title is ``title``, else that of the language (``title_en``, ``title_zh``), else that of the incident or
    activity whose thread it is.

    Raises
    ------
    ValueError
        When run, time_h or kind is missing from a frame that has rows.
    """
    needed = [column for column in ("run", "time_h", "kind") if column not in events.columns]
    if needed and len(events):
        raise ValueError(f"events lacks the columns {needed}; it has {list(events.columns)}")
    table = events.reindex(columns=list(_COLUMNS))
    for column in ("kind", "subject", "cause", "title", "thread"):
        table[column] = _texts(table[column])
    for column in (f"title_{language}", "title_en", "title_zh"):
        if column in events.columns:
            table["title"] = table["title"].where(table["title"] != "", _texts(events[column]))
    named = table[
        table["kind"].isin(["incident", "activity"]) & (table["thread"] != "") & (table["title"] != "")
    ]
    by_thread = dict(zip(named["thread"], named["title"], strict=True))
    table["title"] = table["title"].where(
        table["title"] != "", [by_thread.get(thread, "") for thread in table["thread"]]
    )
    table["value"] = pd.to_numeric(table["value"], errors="coerce")
    table = table[pd.to_numeric(table["time_h"], errors="coerce").notna()]
    return table.sort_values("time_h", kind="stable")


def _texts(column: pd.Series) -> pd.Series:
    return column.astype(object).where(column.notna(), "").astype(str)


def representative_run(readings: Readings, events: pd.DataFrame) -> int | None:
    """The run whose final NPS is the median one; without NPS, the first run that has events."""
    track = readings.track("nps")
    if track is not None:
        final = track.last()
        known = np.flatnonzero(np.isfinite(final))
        if known.size:
            order = known[np.argsort(final[known], kind="stable")]
            return int(track.runs[order[(len(order) - 1) // 2]])
    return int(events["run"].iloc[0]) if len(events) else None


def moments(
    events: pd.DataFrame, run: int, setting: Setting, platforms: Mapping[str, str], most: int = 500
) -> list[Moment]:
    """The decisions and turns of one run in order; single media items and KOL posts are left to the chart.

    Where the cause of an event is a platform (it enters a hot list), the platform is named.
    """
    chosen = events[(events["run"] == run) & events["kind"].isin(_LISTED)].head(most)
    columns = (chosen[name] for name in ("time_h", "kind", "title", "subject", "cause"))
    return [
        Moment(
            setting.dates.moment(float(hour)),
            setting.words.kind(kind),
            " · ".join(part for part in (title or subject, platforms.get(cause, "")) if part),
        )
        for hour, kind, title, subject, cause in zip(*columns, strict=True)
    ]


def shares_of_runs(events: pd.DataFrame, runs: int) -> dict[str, tuple[int, float]]:
    """For each kind of event: in how many runs it happened, and how often per run on average."""
    if events.empty or runs < 1:
        return {}
    grouped = events.groupby("kind", observed=True)["run"]
    return {str(kind): (int(part.nunique()), len(part) / runs) for kind, part in grouped}


def unlisted_incidents(events: pd.DataFrame, listed: Collection[str], runs: int) -> float:
    """Incidents per run that are not among the listed ones."""
    if events.empty or runs < 1:
        return 0.0
    return int(((events["kind"] == "incident") & ~events["subject"].isin(list(listed))).sum()) / runs


def timeline_chart(events: pd.DataFrame, run: int, setting: Setting, width: float) -> str:
    """The events of one run in lanes: incidents, response, hot search, media, KOLs, activities."""
    words, wide = setting.words, width > 500
    mine = events[events["run"] == run]
    legend = [
        LegendItem(shape, colour, words.kind(kind)) for kind, (shape, colour) in _RESPONSE.items()
        if (mine["kind"] == kind).any()
    ]  # fmt: skip
    legend += [LegendItem("area", tint(c, 0.8), words(n)) for n, c in
               (("tone_positive", BLUE), ("tone_neutral", GREY), ("tone_negative", ORANGE))]  # fmt: skip
    left, right = (118.0 if wide else 8.0), width - 12
    head = 8 + legend_height(legend, right) + 8
    x = Scale(0.0, max(setting.horizon_h, float(mine["time_h"].max()) if len(mine) else 1.0), left, right)
    lanes = [
        ("lane_incidents", 30.0), ("lane_response", 30.0), ("lane_hot", 24.0), ("lane_media", 46.0), ("lane_kol", 46.0),
        ("lane_activities", 74.0 if wide else 24.0),
    ]  # fmt: skip
    gap = 4.0 if wide else 20.0
    canvas = Canvas(width, head + sum(height + gap for _, height in lanes) + 24, words("fig_timeline_title"))
    canvas.legend(2, 10, legend, right)
    top = head
    for name, height in lanes:
        top += 0.0 if wide else 16.0
        canvas.rect(left, top, right - left, height, fill=FAINT)
        if wide:
            canvas.text(
                left - 8, top + min(height / 2, 20) + 4, words(name), size=11.5, anchor="end", fill=MUTED
            )
        else:
            canvas.text(left, top - 4, words(name), size=11, fill=MUTED)
        _LANES[name](canvas, mine, x, top, height, setting)
        top += height + (gap if wide else 4.0)
    for tick in setting.dates.ticks(x.low, x.high, 9 if wide else 5):
        at = x(tick.hour)
        half = text_width(tick.label, 11) / 2
        canvas.line(at, top, at, top + 4)
        canvas.text(
            min(max(at, half), width - half), top + 17, tick.label, size=11, anchor="middle", fill=MUTED
        )
    canvas.line(left, top, right, top)
    return canvas.svg()


def _hint(row: pd.Series, setting: Setting) -> str:
    moment = setting.dates.moment(float(row["time_h"]))
    return f"{moment} · {setting.words.kind(row['kind'])} · {row['title'] or row['subject']}"


def _incident_lane(
    c: Canvas, mine: pd.DataFrame, x: Scale, top: float, height: float, setting: Setting
) -> None:
    by_name = {marker.ident: marker.number for marker in setting.markers}
    by_start = {round(marker.start_h, 2): marker.number for marker in setting.markers}
    for _, row in mine[mine["kind"] == "incident"].iterrows():
        number = by_name.get(row["subject"], by_start.get(round(float(row["time_h"]), 2)))
        at, middle = x(float(row["time_h"])), top + height / 2
        if number is None:
            c.mark("diamond", at, middle, fill=VERMILION, size=5.5, hint=_hint(row, setting))
        else:
            c.badge(at, middle, str(number), fill=VERMILION, hint=_hint(row, setting))


def _response_lane(
    c: Canvas, mine: pd.DataFrame, x: Scale, top: float, height: float, setting: Setting
) -> None:
    shown = mine[mine["kind"].isin(list(_RESPONSE))]
    for _, row in shown.iterrows():
        shape, colour = _RESPONSE[row["kind"]]
        depth = list(_RESPONSE).index(row["kind"]) % 2
        c.mark(
            shape,
            x(float(row["time_h"])),
            top + height * (0.32 + 0.36 * depth),
            fill=colour,
            hint=_hint(row, setting),
        )


def _hot_lane(c: Canvas, mine: pd.DataFrame, x: Scale, top: float, height: float, setting: Setting) -> None:
    opened: dict[tuple[str, str, str], float] = {}
    changes = mine[mine["kind"].isin(["hot_search_enter", "hot_search_exit"])]
    stays: list[tuple[float, float, str]] = []
    for _, row in changes.iterrows():
        key, hour = (row["thread"], row["subject"], row["cause"]), float(row["time_h"])
        if row["kind"] == "hot_search_enter":
            opened.setdefault(key, hour)
        elif key in opened:
            stays.append((opened.pop(key), hour, row["title"] or row["thread"]))
    stays += [(hour, x.high, key[0]) for key, hour in opened.items()]
    for first, last, name in stays:
        hint = f"{setting.dates.moment(first)} – {setting.dates.moment(last)} · {name}"
        c.rect(
            x(first),
            top + 6,
            max(x(last) - x(first), 3.0),
            height - 12,
            fill=VERMILION,
            hint=hint,
            opacity=0.8,
        )


def _posts(kind: str, c: Canvas, mine: pd.DataFrame, x: Scale, top: float, height: float) -> None:
    items = mine[mine["kind"] == kind]
    if items.empty:
        return
    step = max(24.0, math.ceil(x.high / 130 / 24) * 24.0)
    slots = (items["time_h"].to_numpy(dtype=np.float64) // step).astype(np.intp)
    stance = items["value"].fillna(0.0).to_numpy(dtype=np.float64)
    groups = ((stance < -0.1, ORANGE), (np.abs(stance) <= 0.1, GREY), (stance > 0.1, BLUE))
    counts = np.bincount(slots)
    scale = (height - 6) / np.sqrt(counts.max())
    thick = max((x.end - x.start) / (x.high / step) - 0.8, 1.2)
    base = np.full(len(counts), top + height)
    for chosen, colour in groups:
        part = np.bincount(slots[chosen], minlength=len(counts))
        with np.errstate(invalid="ignore", divide="ignore"):
            tall = np.where(counts > 0, part / counts * np.sqrt(counts) * scale, 0.0)
        for slot in np.flatnonzero(tall > 0):
            c.rect(
                x(float(slot) * step),
                float(base[slot] - tall[slot]),
                thick,
                float(tall[slot]),
                fill=tint(colour, 0.8),
            )
        base = base - tall


def _media_lane(c: Canvas, mine: pd.DataFrame, x: Scale, top: float, height: float, setting: Setting) -> None:
    _posts("media_item", c, mine, x, top, height)


def _kol_lane(c: Canvas, mine: pd.DataFrame, x: Scale, top: float, height: float, setting: Setting) -> None:
    _posts("kol_post", c, mine, x, top, height)


def _activity_lane(
    c: Canvas, mine: pd.DataFrame, x: Scale, top: float, height: float, setting: Setting
) -> None:
    rows = int((height - 12) // 14)
    free = [-math.inf] * rows
    seen: set[str] = set()
    for _, row in mine[mine["kind"] == "activity"].iterrows():
        at, name = x(float(row["time_h"])), str(row["title"] or row["subject"])
        c.mark("triangle", at, top + 8, fill=GREEN, size=4.0, hint=_hint(row, setting))
        if rows < 2 or name in seen:
            continue
        size = text_width(name, 10.5)
        begin = min(at, x.end - size)
        depth = next((index for index, taken in enumerate(free) if begin > taken + 8), None)
        if depth is None or size > (x.end - x.start) / 2:
            continue
        seen.add(name)
        free[depth] = begin + size
        c.text(begin, top + 24 + 14 * depth, name, size=10.5, fill=INK)


_LANES = {
    "lane_incidents": _incident_lane,
    "lane_response": _response_lane,
    "lane_hot": _hot_lane,
    "lane_media": _media_lane,
    "lane_kol": _kol_lane,
    "lane_activities": _activity_lane,
}
