"""From tables to the figures of the report: which measure, which style, which words beside it."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd

from prsim.report.fans import Strip, Style, Waves, closeup, fan_chart, small_fan
from prsim.report.measures import FLOW, kind_of, unit_of
from prsim.report.money import budget_bars, cumulative_spend, spend_chart
from prsim.report.palette import BLUE, GREEN, ORANGE, PURPLE, VERMILION
from prsim.report.parts import Digest
from prsim.report.readings import Readings, Track, ratio_of_sums
from prsim.report.scale import nice_range
from prsim.report.setting import NARROW, WIDE, Figure, Setting
from prsim.report.stages import effect_chart, response_chart, row_scales
from prsim.report.timeline import timeline_chart

__all__ = [
    "budget_figure", "closeup_panels", "complaints_figure", "effect_panels", "media_figure", "negative_figure",
    "nps_enlarged", "nps_figure", "platform_panels", "response_figure", "segment_panels", "sentiment_figure",
    "spend_figure", "target_figures", "timeline_figure",
]  # fmt: skip

LEAST_POSTS = 50.0
LEAST_ITEMS = 10.0
_MOST_PLATFORMS = 9
_MOST_TARGETS = 6
_DRAWN = (
    "nps",
    "nps_survey",
    "sentiment",
    "negative_share",
    "complaints",
    "media_positive_share",
    "satisfaction",
)
_NOISY = (
    "positive_share",
    "interaction_rate",
    "completion",
    "reach_precision",
    "ugc_share",
)  # ratios of few counts
_MENTIONS = ("mentions_negative", "mentions_neutral", "mentions_positive")


def _both(title: str, note: str, draw: Callable[[float], str]) -> Figure:
    return Figure(title, note, draw(WIDE), draw(NARROW))


def _target(digest: Digest, metric: str, unit: str) -> float:
    """The target of a measure, where it is stated in the unit of the chart."""
    stated = (k.target for k in digest.kpis if k.metric == metric and k.unit == unit and not k.segment)
    return next(stated, math.nan)


def _plain_fan(readings: Readings, setting: Setting, metric: str, style: Style, note: str) -> Figure | None:
    track = readings.track(metric)
    if track is None:
        return None
    title = setting.words(f"fig_{metric}_title")
    return _both(title, note, lambda width: fan_chart(track, setting, style, title, width))


def nps_figure(readings: Readings, setting: Setting, digest: Digest) -> Figure | None:
    """NPS over time with the survey waves as points with error bars."""
    track = readings.track("nps")
    if track is None:
        return None
    survey = readings.track("nps_survey")
    waves = Waves(survey, readings.track("nps_survey_se")) if survey is not None else None
    style = Style("points", BLUE, _target(digest, "nps", "points"), -100.0, 100.0, least_span=2.0)
    title = setting.words("fig_nps_title")
    note = setting.words("fig_nps_note_survey" if waves else "fig_nps_note")
    return _both(title, note, lambda width: fan_chart(track, setting, style, title, width, waves=waves))


def nps_enlarged(readings: Readings, setting: Setting, digest: Digest) -> Figure | None:
    """NPS on its own scale, where target or survey errors leave the curve little room on the common one."""
    track = readings.track("nps")
    if track is None:
        return None
    low, high = track.thinned(260).fan(setting.runs_for_95).extent()
    others = [_target(digest, "nps", "points")]
    survey, error = readings.track("nps_survey"), readings.track("nps_survey_se")
    if survey is not None:
        half = 1.96 * float(np.nanmax(error.values)) if error is not None else 0.0
        others += [float(np.nanmin(survey.values)) - half, float(np.nanmax(survey.values)) + half]
    others = [number for number in others if math.isfinite(number)]
    if not others or high - low > 0.3 * (max(high, *others) - min(low, *others)):
        return None
    title = setting.words("fig_nps_enlarged_title")
    style = Style("points", BLUE, math.nan, -100.0, 100.0, least_span=0.5)
    note = setting.words("fig_nps_enlarged_note")
    return _both(title, note, lambda width: fan_chart(track, setting, style, title, width))


def sentiment_figure(readings: Readings, setting: Setting, digest: Digest) -> Figure | None:
    """Net sentiment over time."""
    style = Style("index", GREEN, _target(digest, "sentiment", "index"), -1.0, 1.0, least_span=0.02)
    return _plain_fan(readings, setting, "sentiment", style, setting.words("fig_sentiment_note"))


def complaints_figure(readings: Readings, setting: Setting, digest: Digest) -> Figure | None:
    """Complaints per day over time."""
    target = _target(digest, "complaints", "count")
    style = Style("count", PURPLE, target, 0.0, math.inf, least_span=4.0)
    return _plain_fan(readings, setting, "complaints", style, setting.words("fig_complaints_note"))


def target_figures(readings: Readings, setting: Setting, digest: Digest) -> list[Figure]:
    """The other measures that the plan has targets for, in the order of the targets."""
    figures = []
    for metric in dict.fromkeys(kpi.metric for kpi in digest.kpis if not kpi.segment):
        track = readings.track(metric)
        if track is None or metric in _DRAWN or metric in _NOISY or kind_of(metric) == FLOW:
            continue
        unit = unit_of(metric, track)
        target = _target(digest, metric, unit)
        if unit == "persons" and not math.isfinite(target):
            target = _target(digest, metric, "count")
        high = 1.0 if unit == "share" else math.inf
        style = Style(unit, GREEN, target, 0.0, high, least_span=0.02 if unit == "share" else 1.0)
        title = setting.words.metric(metric)

        def draw(width: float, track: Track = track, style: Style = style, title: str = title) -> str:
            return fan_chart(track, setting, style, title, width)

        figures.append(_both(title, setting.words("fig_of_target_note"), draw))
    return figures[:_MOST_TARGETS]


def media_figure(readings: Readings, setting: Setting, digest: Digest) -> Figure | None:
    """Cumulative positive share of media items."""
    track, items = readings.track("media_positive_share"), readings.track("media_items")
    if track is None:
        return None
    words, style = (
        setting.words,
        Style("share", BLUE, _target(digest, "media_positive_share", "share"), 0.0, 1.0, 0.2),
    )
    title, note = words("fig_media_positive_share_title"), words("fig_media_note")
    if items is not None and np.array_equal(items.runs, track.runs):
        # a share of three items is noise: wait until a run has some
        counted = np.isin(track.times_h, items.times_h), np.isin(items.times_h, track.times_h)
        enough = np.nan_to_num(items.values[:, counted[1]]) >= LEAST_ITEMS
        kept = Track(
            track.times_h[counted[0]], track.runs, np.where(enough, track.values[:, counted[0]], np.nan)
        )
        if np.isfinite(kept.values).any():
            track, note = kept, f"{note}{words('space')}{words('fig_media_least', least=round(LEAST_ITEMS))}"
    shown = track
    return _both(title, note, lambda width: fan_chart(shown, setting, style, title, width))


def _negative_share(readings: Readings, step_h: float) -> tuple[Track, Track | None, bool] | None:
    """Negative share over intervals, posts per interval, and whether the share is weighted by posts."""
    mentions = readings.aligned(_MENTIONS)
    if mentions is not None:
        share = ratio_of_sums(mentions[0], mentions, step_h, LEAST_POSTS * step_h / 24)
        posts = Track(
            share.times_h, share.runs,
            np.sum([track.binned(step_h, "sum").values for track in mentions], axis=0),
        )  # fmt: skip
        if np.isfinite(share.values).any():
            return share, posts, True
    track = readings.track("negative_share")
    return None if track is None else (track.binned(step_h), None, False)


def negative_figure(readings: Readings, setting: Setting, digest: Digest) -> Figure | None:
    """Negative share of voice per day, weighted by posts, over the number of posts it is a share of."""
    found = _negative_share(readings, 24.0)
    if found is None:
        return None
    share, posts, weighted = found
    words = setting.words
    target = _target(digest, "negative_share", "share")
    style = Style("share", VERMILION, target, 0.0, 1.0, least_span=0.2)
    strip = Strip(posts, words("strip_posts")) if posts is not None else None
    title = words("fig_negative_title")
    least = setting.numbers.count(LEAST_POSTS)
    note = words("fig_negative_note", least=least) if weighted else words("fig_negative_note_unweighted")
    return _both(title, note, lambda width: fan_chart(share, setting, style, title, width, strip=strip))


def closeup_panels(readings: Readings, setting: Setting, most: int = 9) -> list[str]:
    """The negative share around each incident, at the resolution of the observations."""
    found = _negative_share(readings, 6.0)
    if found is None:
        return []
    share, panels = found[0], []
    for marker in setting.markers[:most]:
        last = min(marker.start_h + 168.0, readings.horizon_h)
        inside = share.between(marker.start_h - 24.0, last)
        if last > marker.start_h and len(inside.times_h) > 1 and np.isfinite(inside.values).any():
            title = setting.words("closeup_alt", title=marker.title)
            panels.append(closeup(inside, setting, marker, last, title))
    return panels


def segment_panels(readings: Readings, setting: Setting, digest: Digest, metric: str) -> list[str]:
    """One small panel per segment on a common scale."""
    titles = {title.ident: setting.say(title) for title, _ in digest.segments}
    names = [name for name in titles if name in readings.segments]
    names += [name for name in readings.segments if name not in titles and name != "all"]
    tracks = {name: track for name in names if (track := readings.track(metric, name)) is not None}
    if not tracks:
        return []
    unit = unit_of(metric)
    ends = [track.thinned(260).fan(setting.runs_for_95, outer=False).extent() for track in tracks.values()]
    lows, highs = zip(*ends, strict=True)
    least = 4.0 if unit == "points" else 0.05
    limits = nice_range(min(lows), max(highs), least_span=least, most=4)
    style = Style(unit, BLUE if metric == "nps" else GREEN)
    return [
        small_fan(track, setting, style, titles.get(name, name), limits) for name, track in tracks.items()
    ]


def platform_panels(readings: Readings, setting: Setting, digest: Digest) -> tuple[list[str], str]:
    """Posts a week on the busiest platforms on a common logarithmic scale, and what is left out."""
    titles = {title.ident: setting.say(title) for title in digest.platforms}
    tracks: dict[str, Track] = {}
    for name in readings.with_prefix("volume:"):
        track = readings.track("volume:" + name)
        if track is not None:
            tracks[name] = track
    if not tracks:
        return [], ""
    totals = {name: float(np.nanmean(np.nansum(track.values, axis=1))) for name, track in tracks.items()}
    order = sorted(tracks, key=lambda name: -totals[name])
    shown = {name: tracks[name].binned(168.0, "sum") for name in order[:_MOST_PLATFORMS]}
    largest = max(float(np.nanmax(track.values)) for track in shown.values())
    usual = min(float(np.nanquantile(track.values, 0.02)) for track in shown.values())
    high = 10.0 ** math.ceil(math.log10(max(largest, 10.0)))
    limits = (max(10.0 ** math.floor(math.log10(max(usual, 1.0))), high / 1e6), high)
    panels = []
    for name in shown:
        title = f"{titles.get(name, name)} · {setting.words('posts_total', n=setting.numbers.count(totals[name]))}"
        panels.append(small_fan(shown[name], setting, Style("count", ORANGE), title, limits, log=True))
    left_out = order[_MOST_PLATFORMS:]
    if not left_out:
        return panels, ""
    part = sum(totals[name] for name in left_out) / max(sum(totals.values()), 1.0)
    return panels, setting.words("platforms_left_out", n=len(left_out), share=setting.numbers.percent(part))


def response_figure(setting: Setting, digest: Digest) -> Figure | None:
    """How fast each incident was found, answered and resolved."""
    fields = ("detected_h", "first_response_h", "statement_h", "resolved_h")
    timed = [i for i in digest.incidents if any(getattr(i, field).known for field in fields)]
    if not timed:
        return None
    words = setting.words
    return _both(
        words("fig_response_title"), words("fig_response_note"), lambda w: response_chart(timed, setting, w)
    )


def effect_panels(setting: Setting, digest: Digest) -> list[tuple[str, str]]:
    """(title, picture) of each paired comparison that has rows."""
    scales = row_scales(digest.effects)
    shown = [effect for effect in digest.effects if effect.rows]
    return [(setting.say(effect.title), effect_chart(effect, setting, scales)) for effect in shown]


def budget_figure(setting: Setting, digest: Digest) -> Figure | None:
    """Allocated and spent by line."""
    lines = digest.budget.lines
    if not lines:
        return None
    words = setting.words
    return _both(
        words("fig_budget_title"), words("fig_budget_note"), lambda w: budget_bars(lines, setting, w)
    )


def spend_figure(ledger: pd.DataFrame, setting: Setting, digest: Digest) -> Figure | None:
    """Spending so far, by line."""
    times, lines = cumulative_spend(ledger, setting.runs, setting.horizon_h)
    if not lines:
        return None
    titles = {line.title.ident: setting.say(line.title) for line in digest.budget.lines}
    total, words = digest.budget.total_fen, setting.words
    return _both(
        words("fig_spend_title"), words("fig_spend_note"),
        lambda width: spend_chart(times, lines, titles, total, setting, width),
    )  # fmt: skip


def timeline_figure(events: pd.DataFrame, run: int | None, setting: Setting) -> Figure | None:
    """The events of the representative run."""
    if run is None or not (events["run"] == run).any():
        return None
    words = setting.words
    note = words("fig_timeline_note", run=run)
    return _both(words("fig_timeline_title"), note, lambda w: timeline_chart(events, run, setting, w))
