"""The whole scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from prsim.scenario.audience import Format, Platform, Population, Rhythm, Segment, Topic
from prsim.scenario.crisis import Incidents, Monitoring, Response, Team
from prsim.scenario.fields import cited, par, title
from prsim.scenario.mechanisms import (
    Ambient,
    Attention,
    Belief,
    Competitor,
    Craft,
    Funnel,
    Kols,
    Media,
    Recommendation,
    Service,
    Sharing,
)
from prsim.scenario.plan import Activity, Budget, Review, Survey, Target

# One parameter, one line: the declarations read as a table.
# fmt: off


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """What the scenario is."""

    name: str = par("", unit="", doc="Name of the scenario.", label=True)
    title_en: str = title()
    title_zh: str = title()
    question_en: str = par("", unit="", doc="The question it answers.", label=True)
    question_zh: str = par("", unit="", doc="The question it answers.", label=True)
    start: str = par(unit="date", doc="First day (ISO date).")
    source: str = cited()


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """Numerical settings; none of them is a parameter of the world."""

    observe_h: float = par(6.0, unit="h", lo=1, hi=168, doc="Hours between two records of what is counted (posts, complaints, items).", inert="resolution of the record; finer intervals add rows, not effects")
    census_h: float = par(24.0, unit="h", lo=1, hi=168, doc="Hours between two passes over the audience (attitudes, satisfaction, NPS); a multiple of observe_h.", inert="resolution of the record")
    thread_slots: int = par(40, unit="threads", lo=8, hi=250, doc="Threads that can be open at the same time.", inert="a thread is only closed early when all slots are taken")
    particles: int = par(256, unit="exposures", lo=8, hi=65536, doc="Exposures per hour below which a thread is resolved finer than one agent.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A complete, validated, immutable scenario.

    Built by :func:`prsim.load`; every leaf declares unit, range and source (see :mod:`prsim.scenario.fields`).
    """

    meta: Meta = par(unit="", doc="What the scenario is.")
    segments: Mapping[str, Segment] = par(unit="", doc="Audience segments.")
    topics: Mapping[str, Topic] = par(unit="", doc="Topics.")
    platforms: Mapping[str, Platform] = par(unit="", doc="Platforms.")
    rhythms: Mapping[str, Rhythm] = par(unit="", doc="Rhythms of activity.")
    formats: Mapping[str, Format] = par(unit="", doc="Content formats.")
    media: Media = par(unit="", doc="Media outlets.")
    kols: Kols = par(unit="", doc="KOLs.")
    budget: Budget = par(unit="", doc="The money.")
    activities: Mapping[str, Activity] = par(factory=dict, unit="", doc="The calendar.")
    review: Review = par(factory=Review, unit="", doc="How the plan adapts to its own figures.")
    targets: Mapping[str, Target] = par(factory=dict, unit="", doc="KPI targets.")
    competitors: Mapping[str, Competitor] = par(factory=dict, unit="", doc="Competitors.")
    incidents: Incidents = par(factory=Incidents, unit="", doc="Incidents.")
    population: Population = par(factory=Population, unit="", doc="Resolution and links.")
    belief: Belief = par(factory=Belief, unit="", doc="Belief.")
    attention: Attention = par(factory=Attention, unit="", doc="Attention.")
    sharing: Sharing = par(factory=Sharing, unit="", doc="Sharing.")
    recommendation: Recommendation = par(factory=Recommendation, unit="", doc="Recommendation.")
    craft: Craft = par(factory=Craft, unit="", doc="Craft.")
    funnel: Funnel = par(factory=Funnel, unit="", doc="Funnel.")
    service: Service = par(factory=Service, unit="", doc="Service.")
    ambient: Ambient = par(factory=Ambient, unit="", doc="Everyday talk.")
    monitoring: Monitoring = par(factory=Monitoring, unit="", doc="Monitoring.")
    team: Team = par(factory=Team, unit="", doc="Team.")
    response: Response = par(factory=Response, unit="", doc="Response.")
    survey: Survey = par(factory=Survey, unit="", doc="Survey.")
    engine: Engine = par(factory=Engine, unit="", doc="Numerical settings.")
    horizon_days: float = par(243.0, unit="days", lo=0.25, hi=800, doc="Days simulated.")
    calendar_days: float = par(0.0, unit="days", lo=0, hi=800, doc="Days the calendar was written for, where a shorter horizon_days cuts it short (0: as many as horizon_days).", inert="only decides which dates are refused")
    tick_min: float = par(15.0, unit="min", lo=5, hi=60, doc="Length of the audience's tick.")
    seed: int = par(1, unit="", lo=0, hi=2**62, doc="Seed of the first replicate; the others follow.")
    replicates: int = par(20, unit="runs", lo=1, hi=100_000, doc="Replicates.", inert="the number of runs changes the precision, not the expectation")
    counterfactuals: int = par(6, unit="runs", lo=0, hi=100_000, doc="Replicates repeated without incidents, without response and without campaign.", inert="only decides how precisely the paired differences are known")
    workers: int = par(0, unit="processes", lo=0, hi=1024, doc="Processes (0: as many as cores).", inert="results do not depend on it (K1)")
    language: str = par("en", unit="", choices=("en", "zh"), doc="Language of the report.", label=True)
    out: str = par("", unit="", doc="Result folder (results/NAME where empty).", label=True)
