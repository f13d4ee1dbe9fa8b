"""What the engine looks up instead of computing it at each exposure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from prsim.spread import layout as L
from prsim.spread.kernels import reinforcement

USUAL_PLATFORM = 0.6  # credibility of a platform that neither adds nor takes away


def halo_table(halo: float, topics: int) -> NDArray[np.float32]:
    """How far each topic moves when one moves by one, float32[MAX_TOPICS, MAX_TOPICS]."""
    table = np.full((L.MAX_TOPICS, L.MAX_TOPICS), halo, np.float32)
    np.fill_diagonal(table, 1.0)
    table[:, topics:] = 0.0
    return table


def make_lookups(rules: L.Rules, channels: L.Channels, tick_h: float) -> L.Lookups:
    """Tabulate what follows from the rules and the platforms for ticks of ``tick_h`` hours."""
    memory = np.arange(L.MEMORIES)
    seen = memory & int(L.SEEN_MASK)
    open_to = np.where(memory & int(L.CLOSED_BIT), 1.0 - rules.closure, 1.0)
    open_to[memory & int(L.SHARED_BIT) > 0] = 0.0
    boost = [
        [
            reinforcement(float(n), rules.reinforcement, rules.fade, float(need), rules.below_threshold)
            for n in seen + 1
        ]
        * open_to
        for need in range(3)
    ]
    home, chat = channels.share_to, int(channels.chat[0])
    forward = channels.chat_forward.copy()
    if chat >= 0:
        forward[chat] = 1.0
    return L.Lookups(
        repeat=(rules.repeat_decay**seen).astype(np.float32),
        boost=np.array(boost, np.float32).ravel(),
        credibility=channels.credibility / USUAL_PLATFORM,
        sharing=channels.share_rate[:, None] * channels.virality,
        seen_public=np.where(home >= 0, channels.audience_scale[home] * channels.see[home], 0.0),
        seen_chat=forward * channels.see[chat] if chat >= 0 else np.zeros(len(home)),
        numbers=tuple(
            np.float32(x)
            for x in (
                1.0 / rules.width,
                1.0 / rules.align_width,
                rules.ugc_share,
                0.5 * rules.stance_spread,
                1.0 / rules.stance_spread,
                1.0 / rules.capacity,
                *(
                    -1.0 / (60.0 * half_life_h)
                    for half_life_h in (
                        rules.half_life_positive,
                        rules.half_life_negative,
                        rules.load_half_life,
                        rules.trust_half_life,
                        rules.fatigue_half_life,
                    )
                ),
            )
        ),
        listed=np.flatnonzero(np.isfinite(channels.hot_threshold)).astype(np.int64),
        keep=np.exp(-tick_h / channels.hot_window),
        forget=np.exp2(-tick_h / channels.hot_forget),
    )
