"""The diary of a run: what has been agreed to happen, in the order in which it will."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

import numpy as np

type Appointment = tuple[float, int, Callable[..., None], tuple[Any, ...]]


class Diary:
    """Appointments by time; those at the same moment in the order in which they were made.

    Attributes
    ----------
    turns : int64[1]
        Appointments made so far, those of pulses and editorial meetings included: the compiled wait makes some too.
    """

    def __init__(self) -> None:
        self.turns = np.zeros(1, np.int64)
        self._entries: list[Appointment] = []

    def turn(self) -> int:
        """The place of the next appointment in the order in which they are made."""
        self.turns[0] += 1
        return int(self.turns[0])

    def enter(self, t: float, turn: int, what: Callable[..., None], args: tuple[Any, ...]) -> None:
        """Enter an appointment at hour ``t`` that was made at its ``turn``."""
        heappush(self._entries, (t, turn, what, args))

    def next(self, never: float) -> tuple[float, int]:
        """Hour and turn of the next appointment; ``never`` where there is none."""
        return self._entries[0][:2] if self._entries else (never, 0)

    def keep(self) -> None:
        """Let the next appointment take place."""
        _, _, what, args = heappop(self._entries)
        what(*args)
