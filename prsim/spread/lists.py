"""Whom a thread on a hot list is shown to."""

from __future__ import annotations

from prsim.spread.advance import set_walk
from prsim.spread.compiled import kernel


@kernel()
def set_list_walks(walks, key, members, share, slot_ptr):  # type: ignore[no-untyped-def]
    """Place a thread's walks on the lists of all platforms.

    Parameters
    ----------
    walks : int64[P, K, width]
        The walks of the thread.
    key : uint64
        Luck of the thread.
    members : uint64[P]
        Luck of who is a member of each platform.
    share : float64[P, K]
        Share of each segment who see a platform's list; 0 where there is none.
    slot_ptr : int64[K + 1]
        First place of each segment.
    """
    for p in range(walks.shape[0]):
        for k in range(walks.shape[1]):
            if share[p, k] > 0.0:
                size = slot_ptr[k + 1] - slot_ptr[k]
                set_walk(walks[p, k], key, members[p], share[p, k], size, k)
