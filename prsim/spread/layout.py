"""Columns of the engine's tables. The engine's arrays are flat; this is what their columns mean."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from prsim.spread.calendar import CHUNK

MAX_TOPICS = 8

# What an exposure reads and changes of an agent fills one cache line of 64 bytes. The kernels see the same memory as
# numbers of several kinds, each flat, so that the offset of an agent is a shift.
STATE = np.dtype(
    [
        ("attitude", np.int16, MAX_TOPICS),  # in 1 / UNIT
        ("base", np.int16, MAX_TOPICS),  # personal baseline, in 1 / UNIT
        ("touched", np.uint32),  # min since the start: everything decays from there
        ("load", np.float32),  # items, memory of recent brand-related items
        ("trust", np.float32),  # share
        ("weary", np.float32),  # weariness of the last format
        ("audience", np.float32),  # persons reached by a public post (a trait)
        ("chat", np.float32),  # persons reached by a forward into chat (a trait)
        ("trust0", np.uint16),  # trust to which it returns, in 1 / SHARE
        ("aware", np.uint16),  # awareness, in 1 / SHARE
        ("last_format", np.uint8),
        ("segment", np.uint8),
        ("threshold", np.uint8),  # distinct sharers it must see before it shares freely (a trait)
        ("seen", np.uint8),  # items of the brand noticed so far, 255 for more
    ]
)
UNIT = 32767.0  # of attitudes; what does not come out even is rounded up or down by lot
SHARE = 65535.0  # of shares
HALVES, WORDS, BYTES = 32, 16, 64  # numbers of each kind in a line
H_BASE, H_TRUST0, H_AWARE = 8, 28, 29  # places among the halves of a line; the attitudes are 0 … 7
W_TOUCHED, W_LOAD, W_TRUST, W_WEARY, W_AUDIENCE, W_CHAT = range(8, 14)  # among the words
B_FORMAT, B_SEGMENT, B_THRESHOLD, B_SEEN = range(60, 64)  # among the bytes

# lasting experience, float32[N, 2]: touched by exposures never
SAT_DEV = 0  # share, dent or lift of satisfaction against the personal level
SAT_T = 1  # min, since when it decays

# decay of the state, float32[..., DECAY_WIDTH]: what is left of a deviation
DECAY_UP, DECAY_DOWN, DECAY_LOAD, DECAY_TRUST, DECAY_AWARE, DECAY_WEARY, DECAY_SAT = range(7)
DECAY_WIDTH = 8

# memory of a thread by an agent, uint8
SEEN_MASK = np.uint8(15)
SHARED_BIT = np.uint8(16)
CLOSED_BIT = np.uint8(32)
HIT_BIT = np.uint8(64)
MEMORIES = 128  # different ones

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
INTEREST_NOW = 12  # interest in the middle of the current tick
TF_WIDTH = 13

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

# walks, int64[..., WALK_WIDTH]: where a visit of a segment's places stands (see prsim.spread.walks)
(
    INNER, STEP, SUBSET, LAST, BLOCKS, BLOCK, BLOCK_STEP, BLOCK_WRAP, SHIFT, TURN, WITHIN, LIMIT, LEFT, LUCK, LOTS,
) = range(15)  # fmt: skip
WALK_WIDTH = 15


class Agents(NamedTuple):
    """Audience arrays that the kernels read and write."""

    halves: NDArray[np.int16]  # [N * HALVES] attitudes and baselines; the same memory as the next four
    shares: NDArray[np.uint16]  # [N * HALVES]
    words: NDArray[np.float32]  # [N * WORDS]
    times: NDArray[np.uint32]  # [N * WORDS]
    bytes: NDArray[np.uint8]  # [N * BYTES]
    mood: NDArray[np.float32]  # [N, 2]
    memory: NDArray[np.uint8]  # [slots, N]: what each agent remembers of the thread in a slot
    seg: NDArray[np.uint8]
    user: NDArray[np.bool_]
    weight: NDArray[np.float64]
    aware0: NDArray[np.float32]  # [K] awareness to which a segment returns
    slot_ptr: NDArray[np.int64]  # [K + 1] places of each segment in it
    block: NDArray[np.int64]  # [K] places that a walk visits one after the other
    slots: NDArray[np.uint32]  # [N] cells of the activity table (see prsim.spread.places)
    user_ptr: NDArray[np.int64]
    users: NDArray[np.int32]
    fine: NDArray[np.float32]  # [512, DECAY_WIDTH] decay over so many minutes
    coarse: NDArray[np.float32]  # [..., DECAY_WIDTH] decay over so many times 512 minutes
    halo: NDArray[np.float32]  # [MAX_TOPICS * MAX_TOPICS] how far each topic moves with one, row by row


class Stories(NamedTuple):
    """Stories, one row each."""

    keys: NDArray[np.uint64]
    caused: NDArray[np.float64]  # [S, K, WAYS] exposures caused by sharers, not yet divided, in persons
    needed: NDArray[np.float64]  # [S, K, WAYS] how many of them may fill a particle, and are divided then
    acc: NDArray[np.float64]  # [S, 2, K] exposures to come by layer, not yet emitted, in persons
    f: NDArray[np.float64]  # [S, SF_WIDTH]
    i: NDArray[np.int64]  # [S, SI_WIDTH]
    many: NDArray[np.int64]  # [1] stories so far; the rows after them are room


class Threads(NamedTuple):
    """Threads, one row each."""

    f: NDArray[np.float64]  # [Th, TF_WIDTH]
    i: NDArray[np.int64]  # [Th, TI_WIDTH]
    lists: NDArray[np.float64]  # [Th, P, HL_WIDTH]
    feed: NDArray[np.float64]  # [Th, P, K, 2] views of the hot list to come, in persons; particles sent
    feed_walk: NDArray[np.int64]  # [Th, P, K, WALK_WIDTH]
    open: NDArray[np.int64]  # [Th] the open ones, noted whenever time begins to pass


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
    hours: NDArray[np.int64]  # [P, ...] its inverse: see prsim.spread.rhythm.hours_passed
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
    aimed: NDArray[np.float64]  # [2] contacts of stories meant for certain segments: all, and in these
    exposures: NDArray[np.float64]  # [K] persons, with repeats
    reached: NDArray[np.float64]  # [K] persons reached for the first time, cumulative


class Lookups(NamedTuple):
    """What follows from the rules and is looked up instead of computed at each exposure."""

    repeat: NDArray[np.float32]  # [MEMORIES] force left by what the agent remembers of the thread
    boost: NDArray[np.float32]  # [3 * MEMORIES] factor on sharing by threshold and what the agent remembers
    credibility: NDArray[np.float64]  # [P] of a platform, against the usual one
    sharing: NDArray[np.float64]  # [P, F] share rate times virality
    seen_public: NDArray[np.float64]  # [P] exposures per follower of who passes on there, 0 where nobody can
    seen_chat: NDArray[np.float64]  # [P] exposures per contact of who passes on there
    numbers: tuple[np.float32, ...]  # see prsim.spread.response.respond
    listed: NDArray[np.int64]  # platforms with a hot list
    keep: NDArray[np.float64]  # [P] of a hot list's rate, over a tick
    forget: NDArray[np.float64]  # [P] of a hot list's age, over a tick


# columns of a batch: quantities of the exposures worked off together
PLAN = 2048  # exposures planned at a time
BATCH = 64  # exposures worked off together: a piece of work
PIECES = (PLAN + CHUNK + BATCH - 1) // BATCH  # of a plan; the last chunk of particles may go beyond it
WINDOW = (PIECES + 1) * BATCH  # room for a plan; vector code reads a little further than it ends
CHANGES = 2048  # places at which it is noted that an agent has changed; some agents share one
AHEAD = 64  # how many exposures ahead memory is asked for; all that is under way fits the first cache
LANES = 8  # exposures that vector code takes at a time; it fills whole groups, and what is too much is not looked at
COLUMN = BATCH + 2 * LANES
# float32[C_COLUMNS * COLUMN]: the first five are numbers of an agent's line, in their order there
C_LOAD = np.uint64(0 * COLUMN)  # as last touched, as are the next two
C_TRUST = np.uint64(1 * COLUMN)
C_WEARY = np.uint64(2 * COLUMN)  # of the last format
C_AUDIENCE = np.uint64(3 * COLUMN)  # persons reached by a public post
C_CONTACTS = np.uint64(4 * COLUMN)  # persons reached by a forward
C_REPEAT = np.uint64(5 * COLUMN)  # force left by what the agent remembers of the thread
C_BOOST = np.uint64(6 * COLUMN)  # factor on sharing by threshold and what the agent remembers
# the next are the same for a run
C_EFFECT = np.uint64(7 * COLUMN)
C_FIT = np.uint64(8 * COLUMN)  # chance to take in the format
C_MASS = np.uint64(9 * COLUMN)  # share of the agent's persons that is exposed, in 1 / 2**LUCK_BITS
C_PERSONS = np.uint64(10 * COLUMN)  # persons exposed
C_SEEN_PUBLIC = np.uint64(11 * COLUMN)  # exposures per follower reached
C_SEEN_CHAT = np.uint64(12 * COLUMN)  # exposures per contact reached
C_SAID = np.uint64(13 * COLUMN)  # what is said to those who have heard of the thread, in SAID_WIDTH columns
C_SAID_NAIVE = np.uint64(17 * COLUMN)  # and to those who have not
# what comes of it: first what it does to whom it meets; rows of eight columns are made from here on (see E_*)
C_STANCE = np.uint64(21 * COLUMN)  # of the story, for this agent
C_STEP = np.uint64(22 * COLUMN)  # move of the attitude
C_AFTER = np.uint64(23 * COLUMN)
C_MET = np.uint64(24 * COLUMN)  # above zero: the agent notices
C_SHARE = np.uint64(25 * COLUMN)  # chance to pass on
# the next eight are what is added up: what is counted, then what is caused, by way
C_NOTICE = np.uint64(26 * COLUMN)  # probability to notice
C_SHARERS = np.uint64(27 * COLUMN)  # persons who pass on
C_NEGATIVE = np.uint64(28 * COLUMN)  # persons whose own posts are heard as negative
C_POSITIVE = np.uint64(29 * COLUMN)
C_PUBLIC = np.uint64(30 * COLUMN)  # exposures caused by passing on in public
C_CRITICAL = np.uint64(31 * COLUMN)  # exposures caused by own critical posts
C_SUPPORTIVE = np.uint64(32 * COLUMN)
C_CHAT = np.uint64(33 * COLUMN)  # exposures caused in chat
COUNTED = 4
C_BEFORE = np.uint64(34 * COLUMN)  # attitude that it meets
C_FORCE = np.uint64(35 * COLUMN)  # pull on somebody at no distance
C_COLUMNS = 36

# what a run says, in columns of a batch
SAID_STANCE, SAID_FORCE, SAID_TRUSTED, SAID_SHARE = (np.uint64(k * COLUMN) for k in range(4))
SAID_WIDTH = 4

# numbers of a row of what an exposure does to whom it meets; C_MET has a place of its own in a batch
E_STANCE, E_STEP, E_AFTER, _, E_SHARE = (np.uint64(k) for k in range(5))
ROW = 8
FLOATS = 16  # of a line of the cache

# columns of whole numbers, int32[M_COLUMNS * COLUMN]
M_TOUCHED = np.uint64(0 * COLUMN)  # min when the agent was last touched
M_TRUST0 = np.uint64(1 * COLUMN)  # in 1 / SHARE, and awareness
M_FLAGS = np.uint64(2 * COLUMN)  # the four bytes of the line
M_WHEN = np.uint64(3 * COLUMN)  # in units of time (see prsim.spread.calendar)
M_ATTITUDE = np.uint64(4 * COLUMN)  # as last touched, in 1 / UNIT
M_BASE = np.uint64(5 * COLUMN)  # in 1 / UNIT
M_LUCK = np.uint64(6 * COLUMN)  # LUCK_BITS random bits
M_MEMORY = np.uint64(7 * COLUMN)  # what the agent remembers of the thread
M_FORMAT = np.uint64(8 * COLUMN)  # of the story
M_COLUMNS = 9
LUCK_BITS = 31

# runs of exposures that have all this in common, int64[..., RUN_WIDTH]
# and the first exposure after it
R_STORY, R_PLACE, R_SEGMENT, R_END = range(4)
RUN_WIDTH = 4

# plans of a tick, int64[..., PLAN_WIDTH]: broadcast or thread, its list (-1: a broadcast), segment, platform, exposures
P_SOURCE, P_LISTED, P_SEGMENT, P_PLACE, P_DUE = range(5)
PLAN_WIDTH = 5

# pieces of a plan, int64[..., PIECE_WIDTH]: first exposure, how many, run of the first, end of the plan, its number
PC_FIRST, PC_MANY, PC_RUN, PC_END, PC_PLAN = range(5)
PIECE_WIDTH = 5

# how far somebody who works out pieces has come with what is asked for ahead, int64[..., APART of the crew]
# number of the plan, the exposure to be asked for next
S_PLAN, S_NEXT = range(2)

# how those who meet a story cause others to meet one, [WAYS]
# it passed on, own posts of two kinds, it forwarded into chat
W_STORY, W_NEGATIVE, W_POSITIVE, W_FORWARD = range(4)
WAYS = 4

# particles asked for, int32[.., ASKED_WIDTH]: who tips, what is passed on, to which segment, how many, when
A_AGENT, A_STORY, A_LAYER, A_PLACE, A_SEGMENT, A_MANY, A_WHEN = range(7)
ASKED_WIDTH = 7

# cells, float64[S, P, K, CELL_WIDTH]: what happened in a tick, by story, platform and segment
CELL_N = np.uint64(0)  # exposures
CELL_PERSONS = np.uint64(1)
CELL_NOTICED = np.uint64(2)  # persons
CELL_SHARERS = np.uint64(3)  # persons
CELL_NEGATIVE = np.uint64(4)  # persons whose own posts are heard as negative
CELL_POSITIVE = np.uint64(5)
CELL_MET = np.uint64(6)  # agents who noticed
CELL_FIRST = np.uint64(7)  # agents who noticed an item of the brand for the first time
CELL_WIDTH = 8


class Batch(NamedTuple):
    """Exposures that happen together, and what comes of them.

    There is a window for a plan per worker (W), ROUND rooms per worker for pieces that have been worked out, and one
    room more, with a worker's tools, for what must be worked out again.
    """

    agent: NDArray[np.int32]  # [W * WINDOW], as are the next four: who meets what
    when: NDArray[np.int32]
    origin: NDArray[np.int32]  # what it comes of; with agent and story it names its luck
    slot: NDArray[np.int32]  # [W * WINDOW] where the memories of its thread are
    run: NDArray[np.int64]  # [W * WINDOW, RUN_WIDTH]; those of a window begin with it
    mass: NDArray[np.float32]  # [W * WINDOW] of the exposures of a run
    plan: NDArray[np.int64]  # [.., PLAN_WIDTH]
    plan_from: NDArray[np.float64]  # [..] h, when its exposures begin
    columns: NDArray[np.float32]  # [W + 1, C_COLUMNS * COLUMN]
    marks: NDArray[np.int32]  # [W + 1, M_COLUMNS * COLUMN]
    keys: NDArray[np.uint64]  # [W + 1, COLUMN] of the stories
    effects: NDArray[np.float32]  # [W * ROUND + 1, BATCH * ROW] what is done to whom, exposure by exposure
    rows: NDArray[np.float32]  # [W * ROUND + 1, BATCH * ROW] what is added up, exposure by exposure
    met: NDArray[np.float32]  # [W * ROUND + 1, BATCH] above zero: the agent notices
    pieces: NDArray[np.int64]  # [W * PIECES + 1, PIECE_WIDTH]
    ahead: NDArray[np.int64]  # [W + 1, APART]
    changed: NDArray[np.int32]  # [CHANGES] pieces taken in when an agent at this place had last changed
    board: NDArray[np.int64]  # see prsim.spread.crew
    address: NDArray[np.int64]  # [1] where the code is that works out a piece
    planned: NDArray[np.int64]  # [1] plans so far
    sums: NDArray[np.float64]  # [COUNTED] of what is counted
    cells: NDArray[np.float64]  # [S * P * K * CELL_WIDTH]
    touched: NDArray[np.int64]  # [S * P * K] cells that are not empty
    touched_n: NDArray[np.int64]  # [1]
    asked: NDArray[np.int32]  # [2 WAYS BATCH K, ASKED_WIDTH] particles to send, of two pieces in turns
    asked_luck: NDArray[np.uint64]  # [2 WAYS BATCH K]
    asked_n: NDArray[np.int64]  # [1] row after the last that was asked for
