"""One exposure: what a story does to the agent who meets it, and how likely the agent passes it on.

The exposures of a tick change nothing but the agents who meet them. So a piece of a plan is worked out together, by
whichever thread is free (see :mod:`prsim.spread.crew`), and its exposures happen afterwards, in order (see
:mod:`prsim.spread.passing`).
"""

from __future__ import annotations

import math

import numpy as np

from prsim.spread import layout as L
from prsim.spread.calendar import MINUTE_BITS
from prsim.spread.compiled import call_at, kernel, prefetch_read
from prsim.spread.crew import ROUND
from prsim.spread.decay import become_aware, come_to_trust, fraction, note_item, relax
from prsim.spread.draws import mix64
from prsim.spread.handed import taken
from prsim.spread.kernels import bounded_pull
from prsim.spread.response import STAGES, respond
from prsim.spread.topics import shift_topics
from prsim.spread.vectors import copy, fill, gather_lines, make_rows

_LOW = np.uint64(0xFFFFFFFF)
_LUCK = np.uint64((1 << L.LUCK_BITS) - 1)
_LUCKS = 2.0**L.LUCK_BITS
_HALF = np.uint64(32)
_QUARTER = np.uint64(16)
_UNIT = 2.0**-32
_WIDE = np.int64(32)
_SPELL = L.BATCH // (STAGES + 2)  # exposures asked for at a time: more would wait for each other


@kernel(inlined=True)
def pull(i, topic, stance, force, lot, agents, rules, consolidation):  # type: ignore[no-untyped-def]
    """Move the attitude of agent ``i`` toward ``stance`` with force in [0, 1]; a part of it for good.

    *form* (model description): ``a += force * kappa(|stance - a|) * negativity * (stance - a)``; the other
    topics move by the halo.
    """
    at = np.int64(i) * L.HALVES
    step = bounded_pull(agents.halves[at + topic] / L.UNIT, stance, min(force, 1.0), rules.width)
    shift_topics(
        agents.halves, at, agents.halo, topic, np.float32(step * L.UNIT), np.float32(consolidation), lot
    )


@kernel(inlined=True)
def fetch(e, many, n, batch, agents):  # type: ignore[no-untyped-def]
    """Have the agents of ``many`` exposures from ``e`` on fetched, and what they remember; none from ``n`` on."""
    for x in range(e, min(e + many, n)):
        i = np.int64(batch.agent[np.uint64(x)])
        prefetch_read(agents.words, i * L.WORDS)
        prefetch_read(agents.memory[np.uint64(batch.slot[np.uint64(x)])], i)


@kernel(inlined=True)
def persons_of(run, g, batch, agents):  # type: ignore[no-untyped-def]
    """Persons for whom an exposure of a run in segment ``g`` stands."""
    return np.float32(batch.mass[run] * agents.weight[g])


@kernel(inlined=True)
def say(run, at, many, c, m, batch, stories, threads, agents, channels, rules, lookups):  # type: ignore[no-untyped-def]
    """Write what the exposures of a run have in common into the places from ``at`` on.

    To those who have heard of its thread a story may say something else than to those who have not.
    """
    story, place, g = batch.run[run, L.R_STORY], batch.run[run, L.R_PLACE], batch.run[run, L.R_SEGMENT]
    sf, trusted = stories.f[story], stories.f[story, L.TRUST_WEIGHT]
    thread, fmt = stories.i[story, L.THREAD], stories.i[story, L.FORMAT]
    force = sf[L.CREDIBILITY] * lookups.credibility[place] * rules.eta * sf[L.DEPTH]
    share = lookups.sharing[place, fmt] * sf[L.VIRALITY] * threads.f[thread, L.INTEREST_NOW]
    heard, told = sf[L.STANCE], sf[L.NAIVE_STANCE]
    pressed = force * (rules.negativity if heard < 0.0 else 1.0)
    pressed_first = force * (rules.negativity if told < 0.0 else 1.0)
    shared = np.float32(share * (rules.negative_bonus if heard < 0.0 else 1.0))
    shared_first = np.float32(share * (rules.negative_bonus if told < 0.0 else 1.0))
    weak, weak_first = np.float32(pressed * (1.0 - trusted)), np.float32(pressed_first * (1.0 - trusted))
    full, full_first = np.float32(pressed * trusted), np.float32(pressed_first * trusted)
    stance, stance_first = np.float32(heard), np.float32(told)
    effect, fit, kind = np.float32(sf[L.EFFECT]), np.float32(channels.fit[g, fmt]), np.int32(fmt)
    mass = np.float32(batch.mass[run] * _LUCKS)
    persons = persons_of(run, g, batch, agents)
    seen_public, seen_chat = np.float32(lookups.seen_public[place]), np.float32(lookups.seen_chat[place])
    for start in range(at, at + many, L.LANES):
        e = np.uint64(start)
        fill(c, L.C_EFFECT + e, effect)
        fill(c, L.C_FIT + e, fit)
        fill(c, L.C_MASS + e, mass)
        fill(c, L.C_PERSONS + e, persons)
        fill(c, L.C_SEEN_PUBLIC + e, seen_public)
        fill(c, L.C_SEEN_CHAT + e, seen_chat)
        fill(c, L.C_SAID + L.SAID_STANCE + e, stance)
        fill(c, L.C_SAID + L.SAID_FORCE + e, weak)
        fill(c, L.C_SAID + L.SAID_TRUSTED + e, full)
        fill(c, L.C_SAID + L.SAID_SHARE + e, shared)
        fill(c, L.C_SAID_NAIVE + L.SAID_STANCE + e, stance_first)
        fill(c, L.C_SAID_NAIVE + L.SAID_FORCE + e, weak_first)
        fill(c, L.C_SAID_NAIVE + L.SAID_TRUSTED + e, full_first)
        fill(c, L.C_SAID_NAIVE + L.SAID_SHARE + e, shared_first)
        fill(m, L.M_FORMAT + e, kind)


@kernel(inlined=True)
def luck_of(e, key, batch):  # type: ignore[no-untyped-def]
    """What decides exposure ``e`` of a story with this key, 64 random bits: named by the agent and what it comes of."""
    i, origin = np.int64(batch.agent[np.uint64(e)]), np.int64(batch.origin[np.uint64(e)])
    return mix64(np.uint64((i << _WIDE) ^ origin) ^ key)


@kernel(inlined=True, vector=True)
def draw_luck(first, many, keys, m, batch):  # type: ignore[no-untyped-def]
    """Write down what decides whether exposures ``first ..`` are noticed, each of a story with its of the ``keys``."""
    for x in range(many):
        e = np.uint64(x)
        m[L.M_LUCK + e] = np.int32(luck_of(np.uint64(first) + e, keys[e], batch) & _LUCK)


@kernel(inlined=True)
def gather(first, at, many, run, c, m, batch, stories, agents, lookups):  # type: ignore[no-untyped-def]
    """Bring together what exposures ``first ..`` of a run need beside the lines, in places ``at .. at + many - 1``.

    Nothing is changed: an agent's state is brought up to date where it changes, and here in the arithmetic only.
    """
    story = np.uint64(batch.run[run, L.R_STORY])
    topic = np.uint64(stories.i[story, L.TOPIC])
    remembered = agents.memory[np.uint64(batch.slot[np.uint64(first)])]
    for x in range(many):
        e, here = np.uint64(at + x), np.uint64(first + x)
        i = np.uint64(batch.agent[here])
        h = i * np.uint64(L.HALVES) + topic
        m[L.M_ATTITUDE + e] = agents.halves[h]
        m[L.M_BASE + e] = agents.halves[h + np.uint64(L.H_BASE)]
        memory = np.uint64(remembered[i])
        m[L.M_MEMORY + e] = np.int32(memory)
        c[L.C_REPEAT + e] = lookups.repeat[memory]
        threshold = np.uint64(agents.bytes[i * np.uint64(L.BYTES) + np.uint64(L.B_THRESHOLD)])
        c[L.C_BOOST + e] = lookups.boost[threshold * np.uint64(L.MEMORIES) + memory]


@kernel(inlined=True)
def take_in(e, effects, at, story, batch, stories, threads, weary, agents, rules, lookups):  # type: ignore[no-untyped-def]
    """Let the agent who notices exposure ``e`` change; return whether that is its first item.

    What it does to the agent stands among the ``effects`` in the row that begins ``at`` there.
    """
    new = False
    i, luck = np.int64(batch.agent[e]), luck_of(e, stories.keys[story], batch)
    lot = fraction(luck)
    relax(i, np.int64(batch.when[e]) >> MINUTE_BITS, lot, agents)
    sf, si = stories.f, stories.i
    thread, fmt, topic = np.uint64(si[story, L.THREAD]), np.uint64(si[story, L.FORMAT]), si[story, L.TOPIC]
    w, b = np.uint64(i * L.WORDS), np.uint64(i * L.BYTES)
    slot = np.uint64(threads.i[thread, L.SLOT])
    memory = agents.memory[slot, np.uint64(i)]
    repeat = lookups.repeat[np.uint64(memory)]
    if sf[story, L.EFFECT] > 0.0:
        step, lasting = np.float32(effects[at + L.E_STEP] * L.UNIT), np.float32(sf[story, L.CONSOLIDATION])
        shift_topics(agents.halves, i * L.HALVES, agents.halo, topic, step, lasting, lot)
    else:
        agents.halves[np.uint64(i * L.HALVES + topic)] = np.int16(
            math.floor(effects[at + L.E_AFTER] * L.UNIT + lot)
        )
    if si[story, L.BRAND] == 1:
        new = note_item(i, agents)
        become_aware(i, rules.aware_gain * sf[story, L.DEPTH], lot, agents)
    push = sf[story, L.TRUST_PUSH] * rules.trust_gain * repeat
    if push < 0.0 or effects[at + L.E_STANCE] >= 0.0:
        come_to_trust(i, push, agents)
    agents.words[w + np.uint64(L.W_LOAD)] += np.float32(1.0)
    same = np.uint64(agents.bytes[b + np.uint64(L.B_FORMAT)]) == fmt
    tiring = np.float32(weary[fmt])
    agents.words[w + np.uint64(L.W_WEARY)] = (
        agents.words[w + np.uint64(L.W_WEARY)] + tiring if same else tiring
    )
    agents.bytes[b + np.uint64(L.B_FORMAT)] = np.uint8(fmt)
    if memory & L.SEEN_MASK < L.SEEN_MASK:
        memory += np.uint8(1)
    if np.float64(luck >> _HALF) * _UNIT < effects[at + L.E_SHARE]:
        memory |= L.SHARED_BIT
    closing = sf[story, L.CLOSING]
    if closing > 0.0 and np.float64((luck >> _QUARTER) & _LOW) * _UNIT < closing:
        memory |= L.CLOSED_BIT
    agents.memory[slot, np.uint64(i)] = memory
    return new


@kernel(apart=True)
def work_out(place, room, rest):  # type: ignore[no-untyped-def]
    """Work out what the exposures of a piece do to whom they meet, and what comes of it.

    Writes to its room and to its worker's tools only. The memory that the next piece needs is asked for meanwhile,
    since who does one piece often does the next.
    """
    _, stories, threads, _, _, agents, _, channels, rules, lookups, _, _, _, batch = taken(rest)
    piece, worker = batch.pieces[place], room // ROUND
    first, many, run, n = piece[L.PC_FIRST], piece[L.PC_MANY], piece[L.PC_RUN], piece[L.PC_END]
    c, m, own, keys = batch.columns[worker], batch.marks[worker], batch.ahead[worker], batch.keys[worker]
    done_once_more = own[L.S_NEXT] > first + L.AHEAD
    if own[L.S_PLAN] != piece[L.PC_PLAN] or done_once_more:
        own[L.S_PLAN], own[L.S_NEXT] = piece[L.PC_PLAN], first
    at, following, start = 0, max(own[L.S_NEXT], first), first + L.AHEAD
    fetch(following, start - following, n, batch, agents)
    for x in range(0, many, L.LANES):
        gather_lines(agents.words, batch.agent, first + x, batch.when, c, m, x)
    fetch(start, _SPELL, n, batch, agents)
    while at < many:
        part = min(batch.run[run, L.R_END] - first, many) - at
        say(run, at, part, c, m, batch, stories, threads, agents, channels, rules, lookups)
        gather(first + at, at, part, run, c, m, batch, stories, agents, lookups)
        key = stories.keys[batch.run[run, L.R_STORY]]
        for x in range(at, at + part):
            keys[np.uint64(x)] = key
        at += part
        run += 1
    draw_luck(first, (many + L.LANES - 1) // L.LANES * L.LANES, keys, m, batch)
    for stage in range(STAGES):
        fetch(start + (1 + stage) * _SPELL, _SPELL, n, batch, agents)
        respond(stage, many, c, m, lookups.numbers)
    fetch(start + (1 + STAGES) * _SPELL, _SPELL, n, batch, agents)
    own[L.S_NEXT] = start + L.BATCH
    effects, rows, met = batch.effects[room], batch.rows[room], batch.met[room]
    for x in range(0, many, L.LANES):
        make_rows(c, np.int64(L.C_STANCE) + x, L.COLUMN, effects, x * L.ROW)
        make_rows(c, np.int64(L.C_NOTICE) + x, L.COLUMN, rows, x * L.ROW)
        copy(c, np.int64(L.C_MET) + x, met, x)
    return True


@kernel(inlined=True)
def work_out_again(e, run, batch, where, k, rest):  # type: ignore[no-untyped-def]
    """Work out exposure ``e``, which is of ``run``, once more, and put it in place ``k`` of the room ``where``."""
    place, room = batch.pieces.shape[0] - 1, batch.rows.shape[0] - 1
    piece = batch.pieces[place]
    piece[L.PC_FIRST], piece[L.PC_MANY], piece[L.PC_RUN], piece[L.PC_END] = e, 1, run, e
    call_at(batch.address[0], place, room, rest)
    batch.met[where, k] = batch.met[room, 0]
    for x in range(L.ROW):
        batch.effects[where, k * L.ROW + x] = batch.effects[room, x]
        batch.rows[where, k * L.ROW + x] = batch.rows[room, x]
