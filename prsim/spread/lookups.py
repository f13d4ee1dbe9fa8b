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
    boost = [
        [
            reinforcement(float(n), rules.reinforcement, rules.fade, float(need), rules.below_threshold)
            for n in range(1, 17)
        ]
        for need in range(3)
    ]
    home, chat = channels.share_to, int(channels.chat[0])
    forward = channels.chat_forward.copy()
    if chat >= 0:
        forward[chat] = 1.0
    return L.Lookups(
        repeat=rules.repeat_decay ** np.arange(16.0),
        boost=np.array(boost),
        credibility=channels.credibility / USUAL_PLATFORM,
        sharing=channels.share_rate[:, None] * channels.virality,
        seen_public=np.where(home >= 0, channels.audience_scale[home] * channels.see[home], 0.0),
        seen_chat=forward * channels.see[chat] if chat >= 0 else np.zeros(len(home)),
        per_capacity=1.0 / rules.capacity,
        numbers=tuple(
            np.float32(x)
            for x in (
                1.0 / rules.width,
                1.0 / rules.align_width,
                rules.ugc_share,
                0.5 * rules.stance_spread,
                1.0 / rules.stance_spread,
            )
        ),
        listed=np.flatnonzero(np.isfinite(channels.hot_threshold)).astype(np.int64),
        keep=np.exp(-tick_h / channels.hot_window),
        forget=np.exp2(-tick_h / channels.hot_forget),
    )
