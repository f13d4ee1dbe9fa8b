"""Columns of the engine's tables. The engine's arrays are flat; this is what their columns mean."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MAX_TOPICS = 8

# hot agent state, float32[N, 16]: one cache line per agent
HOT_WIDTH = 16
T_LAST = 8  # h, time of the last touch; everything decays from there
LOAD = 9  # items, memory of recent brand-related items
TRUST = 10  # share
SAT_DEV = 11  # share, dent or lift of satisfaction against the personal level
AWARE = 12  # share
WEARY = 13  # weariness of the last format
LAST_FORMAT = 14  # format index of the last item
SEEN = 15  # items of the brand noticed so far

# memory of a thread by an agent, uint8
SEEN_MASK = np.uint8(15)
SHARED_BIT = np.uint8(16)
CLOSED_BIT = np.uint8(32)
HIT_BIT = np.uint8(64)

# stories, float64[S, SF_WIDTH]
STANCE = 0
NAIVE_STANCE = 1  # stance for somebody who has not heard of the thread
CREDIBILITY = 2
TRUST_WEIGHT = 3  # 1: credibility is multiplied by the agent's trust
DEPTH = 4
VIRALITY = 5  # format, platform-independent, luck and arousal included
TRUST_PUSH = 6
CLOSING = 7  # strength with which it closes the thread for those who see it
EFFECT = 8  # 1: moves attitudes; below 0: weakens good attitudes by that much (a competitor's story)
CONSOLIDATION = 9
APPEAL = 10  # share of those who notice it who take it in to the end
SF_WIDTH = 11

# stories, int64[S, SI_WIDTH]
TOPIC = 0
THREAD = 1
FORMAT = 2
BRAND = 3  # 1: an item about the brand
SPOT = 4  # platform on which it was last passed on in public, -1 before
AIM = 5  # segments it is meant for, one bit each; 0: everybody
SI_WIDTH = 6

# threads, float64[Th, TF_WIDTH]
INTEREST = 0
INTEREST_T = 1
DELTA = 2  # mass of one exposure in agents
TICK_EXPOSURES = 3
VISIBLE_NEGATIVE = 4  # posts within the monitoring window that monitoring can see
HEAT = 5  # shares per hour, all platforms, smoothed
NEGATIVE_HEAT = 6  # negative posts per hour, smoothed
EXPOSED = 7  # persons exposed so far (with repeats)
NEGATIVE_TOTAL = 8  # negative posts so far
POSTS_TOTAL = 9
HOT_HOURS = 10
TICK_NEGATIVE = 11  # negative posts in the current tick
TF_WIDTH = 12

# threads, int64[Th, TI_WIDTH]
SLOT = 0
UGC_NEGATIVE = 1
UGC_POSITIVE = 2
LEAD = 3  # story shown on the hot list
REPLY = 4  # closing story shown beside it, -1 where there is none
OPEN = 5
QUIET = 6  # 1: nothing was under way when it was last looked at
TI_WIDTH = 7

# hot lists, float64[Th, P, HL_WIDTH]
HL_SHARES = 0  # expected shares in the current tick
HL_RATE = 1  # smoothed rate per hour
HL_INTENSITY = 2  # 0-1, place on the list
HL_AGE = 3  # h on the list, forgotten slowly
HL_WIDTH = 4


class Agents(NamedTuple):
    """Audience arrays that the kernels read and write."""

    hot: NDArray[np.float32]
    base: NDArray[np.float32]
    memory: NDArray[np.uint8]  # [slots, N]: what each agent remembers of the thread in a slot
    seg: NDArray[np.uint8]
    user: NDArray[np.bool_]
    trust0: NDArray[np.float32]
    audience: NDArray[np.float32]
    chat: NDArray[np.float32]
    threshold: NDArray[np.uint8]
    weight: NDArray[np.float64]
    aware0: NDArray[np.float64]
    slot_ptr: NDArray[np.int64]  # [K + 1] places of each segment in it
    slots: NDArray[np.uint32]  # [N] cells of the activity table (see prsim.spread.places)
    user_ptr: NDArray[np.int64]
    users: NDArray[np.int32]


class Stories(NamedTuple):
    """Stories, one row each."""

    keys: NDArray[np.uint64]
    acc: NDArray[
        np.float64
    ]  # [S, 2, K] exposures caused and not yet emitted, in persons, by layer and segment
    f: NDArray[np.float64]  # [S, SF_WIDTH]
    i: NDArray[np.int64]  # [S, SI_WIDTH]


class Threads(NamedTuple):
    """Threads, one row each."""

    f: NDArray[np.float64]  # [Th, TF_WIDTH]
    i: NDArray[np.int64]  # [Th, TI_WIDTH]
    lists: NDArray[np.float64]  # [Th, P, HL_WIDTH]
    feed: NDArray[np.float64]  # [Th, P, K, 2] views of the hot list to come, in persons; particles sent
    feed_walk: NDArray[np.int64]  # [Th, P, K, 6]


class Ties(NamedTuple):
    """The two social layers and how exposures mix between segments.

    Of a layer that stands for a graph of its own (``own``), an agent's ties say how what it causes divides among the
    segments, as far as they are on the platform; of a sampled layer `mix` does.
    """

    public_ptr: NDArray[np.uint32]
    public_idx: NDArray[np.int32]
    chat_ptr: NDArray[np.uint32]
    chat_idx: NDArray[np.int32]
    mix: NDArray[np.float64]  # [P, K, K]
    presence: NDArray[np.float64]  # [P, K] share of a segment on a platform
    own: NDArray[np.bool_]  # [2] by layer: public, chat


class Channels(NamedTuple):
    """Platforms."""

    share_rate: NDArray[np.float64]  # [P]
    credibility: NDArray[np.float64]
    see: NDArray[np.float64]
    audience_scale: NDArray[np.float64]
    chat_forward: NDArray[np.float64]
    share_to: NDArray[np.int64]  # platform on which a public share lands, -1 for none
    chat: NDArray[np.int64]  # [1] index of the chat platform, -1 for none
    monitored: NDArray[np.float64]
    virality: NDArray[np.float64]  # [P, F]
    fit: NDArray[np.float64]  # [K, F] chance that a segment takes in a format, relative to others
    member: NDArray[np.float64]  # [P, K] persons
    clock: NDArray[np.float64]  # [P, H + 1] cumulated activity at each hour, mean one per hour
    hot_threshold: NDArray[np.float64]  # inf where there is no list
    hot_window: NDArray[np.float64]
    hot_width: NDArray[np.float64]
    hot_view: NDArray[np.float64]
    hot_decay: NDArray[np.float64]
    hot_forget: NDArray[np.float64]


class Rules(NamedTuple):
    """Parameters of the mechanisms, as plain numbers."""

    eta: float
    width: float
    negativity: float
    repeat_decay: float
    halo: float
    half_life_positive: float
    half_life_negative: float
    trust_gain: float
    trust_half_life: float
    aware_gain: float
    aware_half_life: float
    capacity: float
    load_half_life: float
    fatigue_half_life: float
    sat_half_life: float
    negative_bonus: float
    align_width: float
    reinforcement: float
    fade: float
    below_threshold: float
    ugc_share: float
    closure: float
    interest_half_life: float
    delay_flat: float
    delay_exponent: float
    delay_max: float
    stance_spread: float
    reply_share: float
    particles: float
    monitor_window: float
    topics: int
    horizon: float


class Tallies(NamedTuple):
    """What the kernels count between two observations."""

    posts: NDArray[np.float64]  # [P, K, 3] posts by stance: negative, neutral, positive
    own_posts: NDArray[np.float64]  # [1] posts by users of their own making
    interactions: NDArray[np.float64]  # [P, F] shares by platform and format
    shown: NDArray[np.float64]  # [P, F] persons to whom a format was shown, noticed or not
    noticed: NDArray[np.float64]  # [P, F] of these, who noticed it
    read: NDArray[np.float64]  # [P, F] of these, who took it in to the end
    aimed: NDArray[
        np.float64
    ]  # [2] contacts of stories meant for certain segments: all, and in these segments
    exposures: NDArray[np.float64]  # [K] persons, with repeats
    reached: NDArray[np.float64]  # [K] persons reached for the first time, cumulative
