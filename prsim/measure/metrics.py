"""Metrics out of raw counts, for all observations of a run at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from prsim.measure import observe as O
from prsim.measure.notes import BY_PLATFORM, CONTENT, ContentNotes, Notes
from prsim.measure.tables import Key

if TYPE_CHECKING:
    from prsim.model.simulation import Simulation

__all__ = ["all_metrics"]

type Floats = NDArray[np.float64]
type Rows = dict[Key, Floats]

STANCES = ("mentions_negative", "mentions_neutral", "mentions_positive")


def all_metrics(
    notes: Notes, shown: ContentNotes, sim: Simulation
) -> Iterator[tuple[Sequence[Key], Floats, Floats]]:
    """Blocks ``(keys, times float64[m], values float64[n, m])``; nan where there is nothing to say.

    Parameters
    ----------
    notes, shown
        Raw counts; those of content.
    sim
        The run they are of; what does not change in it is read.
    """
    times = notes.numbers["time_h"]
    flows = mentions(notes, sim) | reach(notes, sim) | content(notes, shown, sim) | institutions(notes, sim)
    for rows, when in ((states(notes, sim), times[notes.counted]), (flows, times.copy())):
        yield list(rows), when, np.array(list(rows.values()))


def states(notes: Notes, sim: Simulation) -> Rows:
    """What the censuses say of each segment and, weighted by persons, of all; surveys."""
    sizes, names = sim.world.sizes, list(sim.world.segments)
    users = sizes * sim.user_share()
    seen = np.moveaxis(notes.seen[notes.counted], 2, 0)  # [OBS_WIDTH, m, K]
    metrics = {
        "nps": (100.0 * (seen[O.PROMOTERS] - seen[O.DETRACTORS]), sizes),
        "sentiment": (seen[O.POSITIVE] - seen[O.NEGATIVE], sizes),
        "satisfaction": (seen[O.SATISFACTION], users),
        "awareness": (seen[O.AWARENESS], sizes),
        "trust": (seen[O.TRUST], sizes),
        "favourability": (50.0 + 25.0 * (seen[O.ATTITUDE] + 2.0 * seen[O.TRUST] - 1.0), sizes),
        "promoters": (seen[O.PROMOTERS], sizes),
        "detractors": (seen[O.DETRACTORS], sizes),
    }
    rows: Rows = {}
    for name, (values, weights) in metrics.items():
        rows[name, "all"] = weighted_mean(values, weights)
        rows |= _by_segment(name, names, values)
    rows["nps_survey", "all"], rows["nps_survey_se", "all"] = notes.survey[notes.counted].T
    return rows


def weighted_mean(values: Floats, weights: Floats) -> Floats:
    """Mean of each row over the columns that have a value and a weight; nan where none has, float64[m]."""
    good = np.isfinite(values) & (weights > 0)
    out = np.full(len(values), np.nan)
    for pattern in good[:1] if (good == good[:1]).all() else np.unique(good, axis=0):
        if pattern.any():
            rows = (good == pattern).all(axis=1)
            weighted = np.ascontiguousarray(values[np.ix_(rows, pattern)]) * weights[pattern]
            out[rows] = weighted.sum(axis=1) / weights[pattern].sum()
    return out


def mentions(notes: Notes, sim: Simulation) -> Rows:
    """Posts by stance: those of the stories, everyday talk, and complaints that went public."""
    numbers, names = notes.numbers, list(sim.world.segments)
    hours, size = numbers["hours"], sim.world.sizes / sim.world.sizes.sum()
    ambient = sim.scenario.ambient.mentions_per_day * hours / 24.0
    negative, positive = notes.seen[:, :, O.NEGATIVE], notes.seen[:, :, O.POSITIVE]
    everyday = np.stack([negative, 1.0 - negative - positive, positive], axis=2)
    everyday *= (ambient[:, None] * size)[:, :, None]
    everyday[:, :, 0] += numbers["public_posts"][:, None] * size
    by_segment = notes.posts.sum(axis=1) + everyday  # [T, K, 3]
    total = by_segment.sum(axis=1)
    rows: Rows = {}
    for c, name in enumerate(STANCES):
        rows[name, "all"] = total[:, c]
        rows |= _by_segment(name, names, by_segment[:, :, c])
    rows |= _shares(names, by_segment) | _shares(["all"], total[:, None])
    flat = notes.posts.reshape(*notes.posts.shape[:2], -1).sum(axis=2)
    flat[:, sim.main_platform] += everyday.reshape(len(everyday), -1).sum(axis=1)
    for p, platform in enumerate(sim.world.platforms):
        rows[f"volume:{platform}", "all"] = flat[:, p]
    posts, rivals = total.sum(axis=1), numbers["rival_posts"]
    rows["ugc_share", "all"] = np.minimum(1.0, _ratio(numbers["own_posts"], posts))
    rows["share_of_voice", "all"] = _ratio(posts, posts + rivals)
    return rows


def _shares(names: Sequence[str], counts: Floats) -> Rows:
    """Shares of negative posts and, of those that take a side, positive ones; counts float64[T, len(names), 3]."""
    negative, positive = counts[:, :, 0], counts[:, :, 2]
    posts = negative + counts[:, :, 1] + positive
    sided = np.where(posts > 0, positive / np.maximum(negative + positive, 1e-12), np.nan)
    shares = {"negative_share": _ratio(negative, posts), "positive_share": sided}
    return {(name, segment): v[:, k] for name, v in shares.items() for k, segment in enumerate(names)}


def reach(notes: Notes, sim: Simulation) -> Rows:
    """Persons reached so far and how often; exposures."""
    reached = notes.reached.sum(axis=1)
    so_far = np.cumsum(notes.exposures, axis=0).sum(axis=1)
    rows = _by_segment("reach", list(sim.world.segments), notes.reached)
    rows["reach", "all"] = reached
    rows["frequency", "all"] = np.divide(so_far, reached, out=np.zeros_like(so_far), where=reached != 0)
    rows["exposures", "all"] = notes.exposures.sum(axis=1)
    return rows


def content(notes: Notes, shown: ContentNotes, sim: Simulation) -> Rows:
    """The brand's own content: by format, by platform, in all."""
    own, numbers, times = sim.world.own_formats, notes.numbers, len(notes.numbers)
    rows: Rows = {}
    for c, name in enumerate(CONTENT):
        for f, fmt in enumerate(sim.world.formats):
            if own[f] or name == "interactions":
                rows[f"{name}:{fmt}", "all"] = shown.by_format[:times, c, f]
    for c, name in enumerate(BY_PLATFORM):
        for p, platform in enumerate(sim.world.platforms):
            rows[f"{name}@{platform}", "all"] = shown.by_platform[:times, c, p]
    total = dict(zip(CONTENT, shown.total[:times].T, strict=True))
    aimed, on_target = numbers["aimed"], numbers["on_target"]
    for name, values in {
        "content_exposures": total["noticed"],
        "content_interactions": total["interactions"],
        "content_shown": total["shown"],
        "content_read": total["read"],
        "interaction_rate": _ratio(total["interactions"], total["noticed"]),
        "completion": _ratio(total["read"], total["shown"]),
        "content_aimed": aimed,
        "content_on_target": on_target,
        "reach_precision": _ratio(on_target, aimed),
        "engagement": np.cumsum(total["interactions"]),
        "followers": numbers["followers"],
    }.items():
        rows[name, "all"] = values
    return rows


def institutions(notes: Notes, sim: Simulation) -> Rows:
    """Media, service desk, events, users gained and lost, hot lists."""
    numbers = notes.numbers
    hours = numbers["hours"]
    per_day = _ratio(notes.complaints * 24.0, hours[:, None])
    rows = _by_segment("complaints", list(sim.world.segments), per_day)
    rows["complaints", "all"] = _ratio(notes.complaints.sum(axis=1) * 24.0, hours)
    rows["conversions", "all"] = notes.conversions.sum(axis=1)
    rows["churn", "all"] = notes.churn.sum(axis=1)
    for name in (
        "media_items", "media_positive_share", "media_invitation_coverage", "service_response_h", "participants",
        "hot_search_hours",
    ):  # fmt: skip
        rows[name, "all"] = numbers[name]
    return rows


def _by_segment(name: str, segments: Sequence[str], values: Floats) -> Rows:
    return {(name, segment): values[:, k] for k, segment in enumerate(segments)}


def _ratio(above: Floats, below: Floats) -> Floats:
    """``above / below`` where there is something below; nan elsewhere."""
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)
