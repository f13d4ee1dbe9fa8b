"""Counts of what happens: in cells of story, platform and segment, entered where they belong once a tick."""

from __future__ import annotations

import numpy as np

from prsim.spread import layout as L
from prsim.spread.compiled import kernel


@kernel(inlined=True)
def cell_of(story, place, g, platforms, segments):  # type: ignore[no-untyped-def]
    """Where the cell of a story, platform and segment begins."""
    return np.uint64((story * platforms + place) * segments + g) * np.uint64(L.CELL_WIDTH)


@kernel(inlined=True)
def note_cell(x, batch):  # type: ignore[no-untyped-def]
    """Note that something happens in the cell that begins at ``x``, if nothing has in this tick."""
    if batch.cells[x] == 0.0:
        n = batch.touched_n[0]
        batch.touched[np.uint64(n)] = np.int64(x // np.uint64(L.CELL_WIDTH))
        batch.touched_n[0] = n + 1


@kernel(inlined=True)
def close_cell(cell, batch, platforms, segments, stories, threads, agents, channels, rules, tallies):  # type: ignore[no-untyped-def]
    """Enter what happened to a cell in a tick into the tallies, the threads and the hot lists, and empty it."""
    x = np.uint64(cell) * np.uint64(L.CELL_WIDTH)
    g, place, story = cell % segments, (cell // segments) % platforms, cell // (segments * platforms)
    sf, si, tf = stories.f, stories.i, threads.f
    thread, fmt = si[story, L.THREAD], si[story, L.FORMAT]
    noticed, sharers = batch.cells[x + L.CELL_NOTICED], batch.cells[x + L.CELL_SHARERS]
    negative, positive = batch.cells[x + L.CELL_NEGATIVE], batch.cells[x + L.CELL_POSITIVE]
    tf[thread, L.EXPOSED] += batch.cells[x + L.CELL_PERSONS]
    tf[thread, L.TICK_EXPOSURES] += batch.cells[x]
    tallies.shown[place, fmt] += batch.cells[x + L.CELL_PERSONS]
    tallies.noticed[place, fmt] += noticed
    tallies.read[place, fmt] += noticed * sf[story, L.APPEAL]
    if si[story, L.AIM] != 0:
        tallies.aimed[0] += noticed
        if (si[story, L.AIM] >> g) & 1:
            tallies.aimed[1] += noticed
    if si[story, L.BRAND] == 1:
        tallies.exposures[g] += batch.cells[x + L.CELL_MET] * agents.weight[g]
        tallies.reached[g] += batch.cells[x + L.CELL_FIRST] * agents.weight[g]
    if sharers > 0.0:
        home = channels.share_to[place]
        if home >= 0:
            si[story, L.SPOT] = home
        spot = home if home >= 0 else place
        own = rules.ugc_share * sharers
        passed = sharers - own
        threads.lists[thread, spot, L.HL_SHARES] += sharers
        tallies.interactions[place, fmt] += sharers
        if si[story, L.BRAND] == 1:
            stance = sf[story, L.STANCE]
            kind = 0 if stance < -0.15 else (2 if stance > 0.15 else 1)
            tallies.posts[spot, g, kind] += passed
            tallies.posts[spot, g, 0] += negative
            tallies.posts[spot, g, 1] += own - negative - positive
            tallies.posts[spot, g, 2] += positive
            tallies.own_posts[0] += own
            bad = negative + (passed if kind == 0 else 0.0)
            tf[thread, L.VISIBLE_NEGATIVE] += bad * channels.monitored[spot]
            tf[thread, L.NEGATIVE_TOTAL] += bad
            tf[thread, L.TICK_NEGATIVE] += bad
            tf[thread, L.POSTS_TOTAL] += sharers
    for k in range(L.CELL_WIDTH):
        batch.cells[x + np.uint64(k)] = 0.0


@kernel(inlined=True)
def close_cells(batch, stories, threads, agents, channels, rules, tallies):  # type: ignore[no-untyped-def]
    """Enter what happened in a tick."""
    platforms, segments = channels.see.shape[0], agents.weight.shape[0]
    for n in range(batch.touched_n[0]):
        close_cell(
            batch.touched[n], batch, platforms, segments, stories, threads, agents, channels, rules, tallies
        )
    batch.touched_n[0] = 0
