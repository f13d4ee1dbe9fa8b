"""Outlets and KOLs as they are at t = 0."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prsim.scenario.root import Scenario
from prsim.spread.draws import Draws, Stream


@dataclass(frozen=True, slots=True)
class OutletSpec:
    """One media outlet.

    Attributes
    ----------
    readers : float64[K]
        Share of each segment's members of its platform who read it.
    shallow, single_channel, doubts : bool
        Finds material shallow; has one information channel; doubts the brand on the doubt topic (D71).
    phase_h : float
        Offset of its looks at the open threads.
    """

    name: str
    title_en: str
    title_zh: str
    group: str
    tier: str
    platform: int
    readers: NDArray[np.float64]
    credibility: float
    fit: dict[str, float]
    cadence_h: float
    lead_h: float
    appetite: float
    scepticism: float
    relationship: float
    shallow: bool
    single_channel: bool
    doubts: bool
    phase_h: float


@dataclass(frozen=True, slots=True)
class KolSpec:
    """One KOL or KOC; ``followers`` float64[K] is the share of each segment's members of the platform."""

    name: str
    tier: str
    platform: int
    persons: float
    followers: NDArray[np.float64]
    topic: str
    credibility: float
    stance: float
    organic_per_day: float


def build_outlets(scenario: Scenario, member: NDArray[np.float64]) -> tuple[OutletSpec, ...]:
    """All outlets; the doubts of D71 are spread over them by a keyed shuffle, so their shares are exact."""
    media, draws = scenario.media, Draws(scenario.population.seed)
    platforms = {name: i for i, name in enumerate(scenario.platforms)}
    names = [f"{g}-{i + 1:02d}" for g, group in media.groups.items() for i in range(group.count)]
    flags = {
        flag: set(
            sorted(names, key=lambda n: draws.uniform(Stream.POPULATION, flag, n))[
                : round(share * len(names))
            ]
        )
        for flag, share in (
            ("shallow", media.shallow_share),
            ("single", media.single_channel_share),
            ("doubt", media.doubt_share),
        )
    }
    out = []
    for g, group in media.groups.items():
        for i in range(group.count):
            name = f"{g}-{i + 1:02d}"
            out.append(
                OutletSpec(
                    name=name,
                    title_en=f"{group.title_en or g} {i + 1}",
                    title_zh=f"{group.title_zh or g}{i + 1}",
                    group=g,
                    tier=group.tier,
                    platform=platforms[group.platform],
                    readers=np.array([group.reach.get(s, 0.0) for s in scenario.segments]),
                    credibility=group.credibility,
                    fit=dict(group.topics),
                    cadence_h=group.cadence_h,
                    lead_h=group.lead_h,
                    appetite=group.appetite,
                    scepticism=group.scepticism,
                    relationship=group.relationship,
                    shallow=name in flags["shallow"],
                    single_channel=name in flags["single"],
                    doubts=name in flags["doubt"],
                    phase_h=group.cadence_h * draws.uniform(Stream.POPULATION, "phase", name),
                )
            )
    return tuple(out)


def build_kols(scenario: Scenario, member: NDArray[np.float64]) -> tuple[KolSpec, ...]:
    """All KOLs: followers Pareto within the tier, platform and niche by stratified draws."""
    draws = Draws(scenario.population.seed)
    platforms = {name: i for i, name in enumerate(scenario.platforms)}
    topics = list(scenario.topics)
    out = []
    for tier_name, tier in scenario.kols.tiers.items():
        for i in range(tier.count):
            name = f"{tier_name}-{i + 1:03d}"
            u = (i + draws.uniform(Stream.POPULATION, "followers", tier_name)) / tier.count
            lo, hi = tier.followers_min, tier.followers_max
            floor = (lo / hi) ** tier.tail if hi > lo else 1.0
            persons = lo * (1 - u * (1 - floor)) ** (-1 / tier.tail)  # truncated Pareto, stratified quantiles
            where = list(tier.platforms)
            pick = draws.choice_weighted(list(tier.platforms.values()), Stream.POPULATION, "place", name)
            p = platforms[where[pick]]
            total = member[p].sum()
            share = min(1.0, persons / total) if total > 0 else 0.0
            out.append(
                KolSpec(
                    name=name,
                    tier=tier_name,
                    platform=p,
                    persons=persons,
                    followers=np.where(member[p] > 0, share, 0.0),
                    topic=topics[draws.integers(len(topics), Stream.POPULATION, "niche", name)],
                    credibility=tier.credibility,
                    stance=float(
                        np.clip(
                            draws.normal(
                                Stream.POPULATION, "stance", name, mean=tier.stance_mean, sd=tier.stance_sd
                            ),
                            -1,
                            1,
                        )
                    ),
                    organic_per_day=tier.organic_per_day,
                )
            )
    return tuple(out)
