"""A calendar of events to come, for compiled code: a page for each short span of time, and one for all that is far off.

A heap moves each event log n times through memory that is not at hand. Here an event is written once behind the others
of its page and read once, in the order of writing (Brown 1988, "Calendar queues: a fast O(1) priority queue
implementation for the simulation event set problem", Communications of the ACM 31(10)). Within a page events are not
sorted: this is for searches that may look at a node again when they find a shorter way to it (Meyer and Sanders 2003,
"Delta-stepping: a parallelizable shortest path algorithm", Journal of Algorithms 49).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from prsim.spread.compiled import kernel, njit
from prsim.spread.textbook import Floats, Ids

#: Pages of the calendar; page ``PAGES`` holds what comes after them.
PAGES = 4096
#: Events of a sheet; a page is a chain of sheets.
SHEET = 32

_SPARE, _USED = 0, 1


class Calendar(NamedTuple):
    """Sheets of events. `when` and `node` are by place on them, `following` by sheet, `top` and `filled` by page.

    ``state`` holds the first spare sheet and the number of sheets that were ever used.
    """

    when: Floats
    node: Ids
    following: Ids
    top: Ids
    filled: Ids
    state: NDArray[np.int64]


@njit(cache=True)
def blank() -> Calendar:
    """Return a calendar without events."""
    sheets = 2 * PAGES
    return Calendar(
        np.empty(sheets * SHEET, dtype=np.float64),
        np.empty(sheets * SHEET, dtype=np.int32),
        np.empty(sheets, dtype=np.int32),
        np.full(PAGES + 1, -1, dtype=np.int32),
        np.zeros(PAGES + 1, dtype=np.int32),
        np.array([-1, 0], dtype=np.int64),
    )


@kernel()
def is_full(calendar: Calendar, sheets: int) -> bool:
    """Whether fewer sheets than so many were never used: `write` does not look whether there is one."""
    return bool(calendar.state[_USED] + sheets > calendar.following.shape[0])


@njit(cache=True)
def with_room(calendar: Calendar, sheets: int) -> Calendar:
    """Return the calendar with at least so many sheets that were never used."""
    when, node, following, top, filled, state = calendar
    used, more = state[_USED], 2 * following.shape[0] + sheets
    new_when = np.empty(more * SHEET, dtype=np.float64)
    new_node = np.empty(more * SHEET, dtype=np.int32)
    new_following = np.empty(more, dtype=np.int32)
    new_when[: used * SHEET] = when[: used * SHEET]
    new_node[: used * SHEET] = node[: used * SHEET]
    new_following[:used] = following[:used]
    return Calendar(new_when, new_node, new_following, top, filled, state)


@njit(inline="always", cache=True)
def page_of(when: float, start: float, width: float) -> int:
    """Return the page of a moment in a calendar that begins at `start` with `width` to a page."""
    return int(min((when - start) / width, np.float64(PAGES)))


@kernel()
def write(calendar: Calendar, page: int, when: float, node: int) -> None:
    """Write an event behind those of the page."""
    whens, nodes, following, top, filled, state = calendar
    if top[page] < 0 or filled[page] == SHEET:
        sheet = state[_SPARE]
        if sheet >= 0:
            state[_SPARE] = following[sheet]
        else:
            sheet = state[_USED]
            state[_USED] += 1
        following[sheet] = top[page]
        top[page] = sheet
        filled[page] = 0
    place = top[page] * SHEET + filled[page]
    whens[place] = when
    nodes[place] = node
    filled[page] += 1


@kernel()
def count_on(calendar: Calendar, page: int) -> int:
    """Return the number of events on a page."""
    sheet, count = calendar.top[page], 0
    while sheet >= 0:
        count += calendar.filled[page] if sheet == calendar.top[page] else SHEET
        sheet = calendar.following[sheet]
    return count


@kernel()
def take(calendar: Calendar, page: int, when: Floats, node: Ids) -> int:
    """Move the events of a page to the front of `when` and `node`, which have room, and return how many there are."""
    whens, nodes, following, top, filled, state = calendar
    count, length = 0, filled[page]
    while top[page] >= 0:
        sheet = top[page]
        for place in range(sheet * SHEET, sheet * SHEET + length):
            when[count] = whens[place]
            node[count] = nodes[place]
            count += 1
        length = SHEET
        top[page] = following[sheet]
        following[sheet] = state[_SPARE]
        state[_SPARE] = sheet
    return count
