"""The course of open cases: how strong they are, since when they are quiet, when they are resolved."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from prsim.model.notes import REOPENED, RESOLVED
from prsim.scenario.crisis import Response
from prsim.spread.compiled import kernel

if TYPE_CHECKING:
    from prsim.model.incidents import Record

# the course of a case, float64[COURSE]
PEAK = 0  # negative posts per hour, the most so far
QUIET_SINCE = 1  # h, nan while it is not
RESOLVED_T = 2  # h, nan while it is not
STATEMENT_T = 3  # h, nan before there is an answer
COURSE = 4


class Followed(NamedTuple):
    """All cases so far as arrays, and when one is resolved."""

    many: NDArray[np.int64]  # [1]
    thread: NDArray[np.int64]  # [cases] index of its thread
    course: NDArray[np.float64]  # [cases, COURSE]
    resolved_ratio: float  # share of the peak below which it is quiet
    reopened_ratio: float  # share of the peak above which it is open again
    resolved_quiet_h: float  # h


@kernel(entry=False)
def follow(case, heat, now, rules):  # type: ignore[no-untyped-def]
    """Note the negative posts per hour of a case; it is resolved when they have ebbed away after an answer.

    Returns RESOLVED, REOPENED, or 0.
    """
    case[PEAK] = max(case[PEAK], heat)
    if heat >= rules.resolved_ratio * case[PEAK]:
        case[QUIET_SINCE] = math.nan
    elif math.isnan(case[QUIET_SINCE]):
        case[QUIET_SINCE] = now
    if math.isnan(case[RESOLVED_T]):
        if now - case[QUIET_SINCE] >= rules.resolved_quiet_h and not math.isnan(case[STATEMENT_T]):
            case[RESOLVED_T] = now
            return RESOLVED
    elif heat > rules.reopened_ratio * case[PEAK]:
        case[RESOLVED_T] = math.nan
        return REOPENED
    return 0


def new_course() -> NDArray[np.float64]:
    """The course of a case that begins."""
    return np.array([0.0, math.nan, math.nan, math.nan])


class Cases:
    """The table of a run's cases; each record holds its own row of it."""

    def __init__(self, rules: Response) -> None:
        self.records: list[Record] = []
        self.table = Followed(
            many=np.zeros(1, np.int64),
            thread=np.zeros(16, np.int64),
            course=np.zeros((16, COURSE)),
            resolved_ratio=float(rules.resolved_ratio),
            reopened_ratio=2.0 * rules.resolved_ratio,
            resolved_quiet_h=float(rules.resolved_quiet_h),
        )

    def add(self, record: Record) -> None:
        """A case begins."""
        case = len(self.records)
        if case == len(self.table.thread):
            thread, course = (np.concatenate([x, np.zeros_like(x)]) for x in self.table[1:3])
            self.table = self.table._replace(thread=thread, course=course)
            for i, earlier in enumerate(self.records):
                earlier.course = course[i]
        self.records.append(record)
        self.table.thread[case] = record.thread.index
        self.table.course[case] = record.course
        record.course = self.table.course[case]
        self.table.many[0] = case + 1
