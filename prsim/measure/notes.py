"""Raw counts of a run's observations, in room made beforehand."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from prsim.measure import observe as O

__all__ = ["BY_PLATFORM", "CONTENT", "NUMBERS", "ContentNotes", "Notes"]

type Floats = NDArray[np.float64]

CONTENT = ("interactions", "noticed", "shown", "read")
BY_PLATFORM = CONTENT[:2]  # those that are told by platform, too
BATCH = 64  # observations of content summed up at a time, while they are in the cache
NUMBERS = (
    "time_h", "hours", "public_posts", "own_posts", "aimed", "on_target", "rival_posts", "media_items",
    "media_positive_share", "media_invitation_coverage", "service_response_h", "participants", "hot_search_hours",
    "followers",
)  # fmt: skip


class Notes(NamedTuple):
    """Raw counts of a run's observations; ``hours`` is what an observation covers, counts are of that time.

    Attributes
    ----------
    numbers : structured[T]
        ``NUMBERS``.
    counted : bool[T]
        Whether the census is new.
    seen : float64[T, K, OBS_WIDTH]
        The last census.
    survey : float64[T, 2]
        NPS as surveyed and its standard error; nan without a wave.
    posts : float64[T, P, K, 3]
        Posts by stance.
    exposures, reached, complaints, conversions, churn : float64[T, K]
        By segment; who was reached, gained and lost is counted since the run began.
    """

    numbers: NDArray[np.void]
    counted: NDArray[np.bool_]
    seen: Floats
    survey: Floats
    posts: Floats
    exposures: Floats
    reached: Floats
    complaints: Floats
    conversions: Floats
    churn: Floats

    @classmethod
    def blank(cls, times: int, platforms: int, segments: int) -> Notes:
        """Room for this many observations."""
        by_segment = (times, segments)
        return cls(
            numbers=np.empty(times, [(name, np.float64) for name in NUMBERS]),
            counted=np.empty(times, np.bool_),
            seen=np.empty((*by_segment, O.OBS_WIDTH)),
            survey=np.full((times, 2), np.nan),
            posts=np.empty((times, platforms, segments, 3)),
            exposures=np.empty(by_segment),
            reached=np.empty(by_segment),
            complaints=np.empty(by_segment),
            conversions=np.empty(by_segment),
            churn=np.empty(by_segment),
        )


class ContentNotes:
    """Counts of content, of which only sums are kept.

    Parameters
    ----------
    times, platforms
        Number of observations and of platforms.
    own : bool[F]
        Whether a format is one of the brand's own content.

    Attributes
    ----------
    by_format : float64[T, len(CONTENT), F]
    by_platform : float64[T, len(BY_PLATFORM), P]
        Of the brand's own content.
    total : float64[T, len(CONTENT)]
        Of the brand's own content.
    """

    def __init__(self, times: int, platforms: int, own: NDArray[np.bool_]) -> None:
        self.own = np.flatnonzero(own)
        self.by_format = np.empty((times, len(CONTENT), len(own)))
        self.by_platform = np.empty((times, len(BY_PLATFORM), platforms))
        self.total = np.empty((times, len(CONTENT)))
        self.waiting = np.empty((BATCH, len(CONTENT), platforms, len(own)))
        self.summed = self.taken = 0

    def note(self, counts: Floats) -> None:
        """Take down one observation: float64[len(CONTENT), P, F]."""
        if self.taken - self.summed == BATCH:
            self.sum_up()
        self.waiting[self.taken - self.summed] = counts
        self.taken += 1

    def sum_up(self) -> None:
        """Sum up what waits."""
        new, many = slice(self.summed, self.taken), self.taken - self.summed
        if not many:
            return
        counts = self.waiting[:many]
        turned = np.ascontiguousarray(counts.swapaxes(2, 3))  # [many, len(CONTENT), F, P]
        own = turned.take(self.own, axis=2)
        told = counts[:, : len(BY_PLATFORM)].take(self.own, axis=3)
        self.by_format[new] = turned.sum(axis=3)
        self.by_platform[new] = told.sum(axis=3)
        self.total[new] = own.reshape(many, len(CONTENT), own.shape[2] * own.shape[3]).sum(axis=2)
        self.summed = self.taken
