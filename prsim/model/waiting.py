"""Time passes until something happens: the audience goes on, and those who watch it look at it, in compiled code.

Most hours nothing comes of a pulse or of an editorial meeting. :func:`wait` lets them pass in their place and stops
where an institution has something to do.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from prsim.model import threads as T
from prsim.model.cases import Followed, follow
from prsim.model.kols import Accounts, look_at
from prsim.model.notes import ENTERED, LEFT
from prsim.model.outlets import ASLEEP, Desks, Editorial, hold_meeting, next_meeting
from prsim.spread import layout as L
from prsim.spread.compiled import call_at, kernel
from prsim.spread.handed import taken

# what ended a wait
APPOINTMENT, PULSE, MEETING, NO_ROOM = 0, 1, 2, 3


class Clock(NamedTuple):
    """When the next pulse is, and how far those who watch have come."""

    pulse: NDArray[np.float64]  # [1] h
    turn: NDArray[np.int64]  # [1] turn at which it was agreed
    looks: NDArray[np.int64]  # [1] hourly looks of KOLs so far
    turns: NDArray[np.int64]  # [1] the diary's


class Limits(NamedTuple):
    """What bounds a run and its notes."""

    list_in: float
    list_out: float
    horizon: float


class Surroundings(NamedTuple):
    """What goes on while time passes."""

    tick_h: float
    ticks: int
    clock: Clock
    limits: Limits
    cases: Followed
    agenda: T.Agenda
    desks: Desks
    editorial: Editorial
    accounts: Accounts
    notes: NDArray[np.int64]
    threads: L.Threads


@kernel(entry=False)
def note_lists(agenda, threads, limits, notes, n):  # type: ignore[no-untyped-def]
    """Note which threads have entered or left a hot list since the last look; return the number of notes."""
    for i in range(agenda.many[0]):
        th = agenda.open[i]
        if threads.i[th, L.OPEN] != 1:
            continue
        for p in range(agenda.listed.shape[1]):
            place, listed = threads.lists[th, p, L.HL_INTENSITY], agenda.listed[th, p]
            if (listed and place < limits.list_out) or (not listed and place >= limits.list_in):
                agenda.listed[th, p] = not listed
                notes[n, 0], notes[n, 1], notes[n, 2] = LEFT if listed else ENTERED, th, p
                n += 1
    return n


@kernel(entry=False)
def look_around(now, clock, cases, limits, agenda, threads, accounts, notes):  # type: ignore[no-untyped-def]
    """One pulse: the team follows its cases, KOLs look once an hour, hot lists are read; return the number of notes."""
    n = 0
    for case in range(cases.many[0]):
        th = cases.thread[case]
        if threads.i[th, L.OPEN] == 1:
            what = follow(cases.course[case], threads.f[th, L.NEGATIVE_HEAT], now, cases)
            if what != 0:
                notes[n, 0], notes[n, 1] = what, case
                n += 1
    look = np.int64(now / accounts.look_h + 1e-9)
    if look > clock.looks[0]:
        clock.looks[0] = look
        for i in range(agenda.many[0]):
            th = agenda.open[i]
            if agenda.facts[th, T.NEWSWORTHY] > 0.0 and threads.i[th, L.OPEN] == 1:
                n = look_at(th, threads.f[th, L.HEAT], look, accounts, agenda, notes, n)
    return note_lists(agenda, threads, limits, notes, n)


@kernel()
def next_pulse(t, now, tick_h):  # type: ignore[no-untyped-def]
    """The last tick that begins at or before ``t`` (h), though not one that has passed."""
    at = math.floor(t / tick_h + 1e-9) * tick_h
    return at if at > now else at + tick_h


@kernel(nogil=True)
def wait(  # type: ignore[no-untyped-def]
    until, turn, tick, on_alert, around, advance, rest
):  # fmt: skip
    """Let time pass until the appointment at ``until`` (h), made at its ``turn``, or until something else happens.

    Pulses and editorial meetings take place on the way, in the order in which all was agreed. ``on_alert``: somebody
    watches at each pulse, so that each is an end of the wait. ``around`` is the :class:`Surroundings`, ``advance`` the
    address of :func:`prsim.spread.advance.advance` and ``rest`` what that needs; both are handed over.

    Returns
    -------
    what, t, tick, n
        What ended the wait; when; ticks passed; notes of the pulse or decisions of the meeting.
    """
    tick_h, ticks, clock, limits, cases, agenda, desks, editorial, accounts, notes, threads = taken(around)
    an_hour = max(1, round(1 / tick_h))
    while True:
        what, t, first = APPOINTMENT, until, turn
        pulse = clock.pulse[0]
        if pulse < limits.horizon and (pulse < t or (pulse == t and clock.turn[0] < first)):
            what, t, first = PULSE, pulse, clock.turn[0]
        hour, agreed = next_meeting(desks)
        if hour != ASLEEP and hour < limits.horizon and (hour < t or (hour == t and agreed < first)):
            what, t = MEETING, np.float64(hour)
        target = min(ticks, np.int64(t / tick_h + 1e-9))
        while tick < target:
            step = min(target, tick + an_hour)
            room = call_at(advance, tick, step, rest)
            tick = step
            if not room:
                return NO_ROOM, t, tick, 0
        n = 0
        if what == MEETING:
            n = hold_meeting(hour, desks, agenda, threads, editorial, clock.turns)
        elif what == PULSE:
            n = look_around(t, clock, cases, limits, agenda, threads, accounts, notes)
            if n == 0 and not on_alert:
                clock.pulse[0] = next_pulse(t + 1.0, t, tick_h)
                clock.turns[0] += 1
                clock.turn[0] = clock.turns[0]
                continue
        if what != MEETING or n > 0:
            return what, t, tick, n
