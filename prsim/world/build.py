"""Everything that exists at t = 0, built once from a scenario and shared, read-only, by all replicates."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prsim.scenario.audience import Format
from prsim.scenario.root import Scenario
from prsim.spread.layout import MAX_TOPICS, Channels, Rules, Ties
from prsim.spread.rhythm import hours_passed
from prsim.world.cache import load_society, society_of
from prsim.world.institutions import KolSpec, OutletSpec, build_kols, build_outlets
from prsim.world.networks import mixing
from prsim.world.population import Population
from prsim.world.society import same_society


@dataclass(frozen=True)
class World:
    """The world of a scenario.

    Attributes
    ----------
    topics, segments, platforms, formats : dict[str, int]
        Index of each name.
    member : float64[P, K]
        Persons of each segment on each platform.
    followers : float64[P, K]
        Share of those members who follow the brand's own account.
    notes : tuple of str
        What became of an imported graph.
    """

    scenario: Scenario
    population: Population
    ties: Ties
    channels: Channels
    rules: Rules
    weary: NDArray[np.float64]
    aware0: NDArray[np.float64]
    topics: dict[str, int]
    segments: dict[str, int]
    platforms: dict[str, int]
    formats: dict[str, int]
    member: NDArray[np.float64]
    followers: NDArray[np.float64]
    outlets: tuple[OutletSpec, ...]
    kols: tuple[KolSpec, ...]
    notes: tuple[str, ...] = ()

    @cached_property
    def sizes(self) -> NDArray[np.float64]:
        """Persons by segment, float64[K]."""
        return np.array([s.size for s in self.scenario.segments.values()])

    @cached_property
    def own_formats(self) -> NDArray[np.bool_]:
        """Whether a format is one of the brand's own content, bool[F]."""
        return np.array([name not in BUILT_IN_FORMATS for name in self.formats])


# what a world is made of, beside its society and the numbers of its rules
_PLACES = ("meta", "platforms", "rhythms", "formats", "media", "kols", "horizon_days")

BUILT_IN_FORMATS = ("news_article", "sponsored_post", "press_statement", "ugc_post")


def all_formats(scenario: Scenario) -> dict[str, Format]:
    """The scenario's formats and, with default values, those the model itself needs."""
    return {**dict.fromkeys(BUILT_IN_FORMATS, Format()), **scenario.formats}


def build_world(scenario: Scenario, like: World | None = None, folder: Path | None = None) -> World:
    """Build the audience, its layers and the institutions of a scenario.

    Depends only on the scenario and ``population.seed``, not on the seed of a run.

    Parameters
    ----------
    like
        A world whose audience and layers are shared where they are the same; everything else is built anew.
    folder
        Where another process has written the audience and layers of this scenario
        (:func:`prsim.world.cache.shared_society`).

    Raises
    ------
    prsim.errors.ConfigError
        If an imported graph cannot be used or a layer would have too many ties.
    """
    if like is not None and like.scenario == scenario:
        return like
    if like is not None and _same_places(like.scenario, scenario):
        return replace(like, scenario=scenario, rules=_rules(scenario, len(scenario.topics)))
    segments = {name: i for i, name in enumerate(scenario.segments)}
    platforms = {name: i for i, name in enumerate(scenario.platforms)}
    formats = {name: i for i, name in enumerate(all_formats(scenario))}
    topics = {name: i for i, name in enumerate(scenario.topics)}
    if len(topics) > MAX_TOPICS:
        raise ValueError(f"at most {MAX_TOPICS} topics, got {len(topics)}")
    member = np.array(
        [[s.size * s.platforms.get(p, 0.0) for s in scenario.segments.values()] for p in platforms]
    )
    follower_share = np.array(
        [
            [min(1.0, p.brand_followers * (1 + 2 * s.user_share)) for s in scenario.segments.values()]
            for p in scenario.platforms.values()
        ]
    )
    mix, presence = _platform_mixing(scenario, member), _presence(scenario, member)
    if like is not None and same_society(like.scenario, scenario):
        population, notes = like.population, like.notes
        ties = like.ties._replace(mix=mix, presence=presence)
    else:
        society = (load_society(folder) if folder else None) or society_of(scenario)
        population, notes = society.population, society.notes
        public, chat = society.public, society.chat
        ties = Ties(public.ptr, public.idx, chat.ptr, chat.idx, mix, presence, np.array(society.own))
    return World(
        scenario=scenario,
        population=population,
        ties=ties,
        channels=_channels(scenario, member, platforms, formats),
        rules=_rules(scenario, len(topics)),
        weary=np.array([f.fatigue for f in all_formats(scenario).values()]),
        aware0=np.array([s.awareness for s in scenario.segments.values()]),
        topics=topics,
        segments=segments,
        platforms=platforms,
        formats=formats,
        member=member,
        followers=follower_share,
        outlets=build_outlets(scenario, member),
        kols=build_kols(scenario, member),
        notes=notes,
    )


def _same_places(a: Scenario, b: Scenario) -> bool:
    """Whether two scenarios differ in nothing that a world holds, but for its rules."""
    return same_society(a, b) and all(getattr(a, part) == getattr(b, part) for part in _PLACES)


def _presence(scenario: Scenario, member: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of each segment on each platform, float64[P, K]."""
    share: NDArray[np.float64] = member / np.array([s.size for s in scenario.segments.values()])
    return share


def _platform_mixing(scenario: Scenario, member: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mixing of segments restricted to who is on each platform, float64[P, K, K]; rows sum to one or zero."""
    out = mixing(scenario)[None, :, :] * _presence(scenario, member)[:, None, :]
    total = out.sum(axis=2, keepdims=True)
    mixed: NDArray[np.float64] = np.divide(out, total, out=np.zeros_like(out), where=total > 0)
    return mixed


def _channels(
    scenario: Scenario, member: NDArray[np.float64], platforms: dict[str, int], formats: dict[str, int]
) -> Channels:
    ps = list(scenario.platforms.values())
    chat = [i for i, p in enumerate(ps) if p.kind == "chat"]
    clock = np.array([_clock(scenario, p.rhythm) for p in ps])
    share_to = []
    for i, p in enumerate(ps):
        target = platforms[p.share_to] if p.share_to else -1
        share_to.append(i if p.kind == "social" else target)
    return Channels(
        share_rate=np.array([p.share_rate for p in ps]),
        credibility=np.array([p.credibility for p in ps]),
        see=np.array([p.see_prob for p in ps]),
        audience_scale=np.array([p.audience_scale for p in ps]),
        chat_forward=np.array([p.chat_forward for p in ps]),
        share_to=np.array(share_to, np.int64),
        chat=np.array([chat[0] if chat else -1], np.int64),
        monitored=np.array([p.monitored for p in ps]),
        virality=np.array(
            [[f.virality * p.formats.get(name, 1.0) for name, f in all_formats(scenario).items()] for p in ps]
        ),
        fit=np.array(
            [[s.formats.get(f, 1.0) for f in all_formats(scenario)] for s in scenario.segments.values()]
        ),
        member=member,
        clock=clock,
        hours=hours_passed(clock),
        hot_threshold=np.array([p.hot.threshold_per_h if p.hot else np.inf for p in ps]),
        hot_window=np.array([p.hot.window_h if p.hot else 1.0 for p in ps]),
        hot_width=np.array([p.hot.width if p.hot else 1.0 for p in ps]),
        hot_view=np.array([p.hot.view_rate_per_h if p.hot else 0.0 for p in ps]),
        hot_decay=np.array([p.hot.decay_h if p.hot else 1.0 for p in ps]),
        hot_forget=np.array([p.hot.forget_h if p.hot else 1.0 for p in ps]),
    )


def _clock(scenario: Scenario, rhythm: str) -> NDArray[np.float64]:
    """Cumulated activity at each full hour, with a mean of one per hour over a week."""
    r = scenario.rhythms[rhythm]
    day = np.asarray(r.hours, np.float64)
    week = np.concatenate([day * (1.0 if d < 5 else r.weekend) for d in range(7)])
    week /= week.mean()
    start = dt.datetime.fromisoformat(scenario.meta.start)
    first = start.weekday() * 24 + start.hour
    hours = int(np.ceil(scenario.horizon_days * 24)) + 2
    return np.concatenate([[0.0], np.cumsum(week[(first + np.arange(hours)) % 168])])


def _rules(scenario: Scenario, topics: int) -> Rules:
    b, a, s = scenario.belief, scenario.attention, scenario.sharing
    return Rules(
        eta=b.eta,
        width=b.confidence_width,
        negativity=b.negativity,
        repeat_decay=b.repeat_decay,
        halo=b.halo,
        half_life_positive=b.half_life_positive_h,
        half_life_negative=b.half_life_negative_h,
        trust_gain=b.trust_gain,
        trust_half_life=b.trust_half_life_h,
        aware_gain=b.awareness_gain,
        aware_half_life=b.awareness_half_life_h,
        capacity=a.capacity,
        load_half_life=a.half_life_h,
        fatigue_half_life=a.fatigue_half_life_h,
        sat_half_life=scenario.service.satisfaction_half_life_h,
        negative_bonus=s.negative_bonus,
        align_width=s.align_width,
        reinforcement=s.reinforcement,
        fade=s.fade,
        below_threshold=s.below_threshold,
        ugc_share=s.ugc_share,
        closure=s.closure,
        interest_half_life=s.interest_half_life_h,
        delay_flat=s.delay_flat_min / 60.0,
        delay_exponent=s.delay_exponent,
        delay_max=s.delay_max_h,
        stance_spread=scenario.ambient.spread,
        reply_share=scenario.response.reach,
        particles=float(scenario.engine.particles),
        monitor_window=scenario.monitoring.window_h,
        topics=topics,
        horizon=scenario.horizon_days * 24.0,
    )
