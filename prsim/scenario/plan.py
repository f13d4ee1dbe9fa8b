"""What the brand does with its money: budget, prices, activities, targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from prsim.scenario.fields import cited, par, title

ACTIONS = (
    "content",  # a piece in a format, published on platforms
    "kol",  # a sponsored post by an account of a tier
    "feature",  # a sponsored article in an outlet of a tier
    "promotion",  # paid impressions for the activity's stories (per thousand)
    "media_relations",  # a meeting or material package for an outlet
    "event",  # one participant of an event
    "service",  # one unit of service capacity
    "tool",  # one month of a monitoring tool
    "training",  # one drill or training session
    "ugc",  # one month of a co-creation member
)


# One parameter, one line: the declarations read as a table.
# fmt: off


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """One entry of the price list."""

    title_en: str = title()
    title_zh: str = title()
    action: str = par(unit="", choices=ACTIONS, doc="What is bought.")
    yuan: float = par(unit="yuan", lo=0.01, hi=1e9, doc="List price of one unit.")
    format: str = par("", unit="", refs="formats", doc="Content format, where it is content.")
    tier: str = par("", unit="", refs="tiers", doc="KOL tier or outlet tier.")
    platform: str = par("", unit="", refs="platforms", doc="Platform of paid impressions.")
    production_h: float = par(24.0, unit="h", lo=0, hi=5000, source="M13 (short video 3 days, with AI 6 h)", doc="Hours from order to publication.")
    staff_h: float = par(0.0, unit="h", lo=0, hi=1000, doc="Hours of the content team or media desk that one unit takes.")
    effect: float = par(1.0, unit="1", lo=0, hi=1e6, doc="Effect of one unit: strength of an event's experience, share of service capacity, tool level, share of a drill, impressions factor, strength of a meeting, posts of a co-creator, factor on the persons whom content, a post or a feature reaches.")
    source: str = cited()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A budget line."""

    title_en: str = title()
    title_zh: str = title()
    source: str = cited()


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A part of the plan with a share of the budget."""

    title_en: str = title()
    title_zh: str = title()
    start: str = par(unit="date", doc="First day (ISO date).")
    end: str = par(unit="date", doc="Last day (ISO date).")
    share: float = par(unit="share", lo=0, hi=1, doc="Share of the spendable budget available from the first day of the phase.")
    source: str = cited()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserve:
    """The crisis reserve."""

    line: str = par("crisis_reserve", unit="", refs="lines", doc="The budget line that is the reserve.")
    leftover: str = par("keep", unit="", choices=("keep", "release", "by_phase"), doc="What no crisis used is kept, released at a date, or released phase by phase: what a phase's part of it was not needed for, at the phase's end.")
    release_line: str = par("", unit="", refs="lines", doc="Line that gets the released reserve.")
    release_date: str = par("", unit="date", doc="Day on which the leftover is released (leftover: release).")
    placement_share: float = par(0.4, unit="share", lo=0, hi=1, doc="Share of a release that pays emergency placements of the statement.")
    audit_share: float = par(0.3, unit="share", lo=0, hi=1, source="M7 (form)", doc="Share of a release that pays a third-party audit (evidence).")
    compensation_share: float = par(0.3, unit="share", lo=0, hi=1, source="D81 (form)", doc="Share of a release that compensates users hit.")
    placement_cpm: float = par(40.0, unit="yuan", lo=0.1, hi=1e5, doc="Emergency price of a thousand impressions.")
    audit_yuan: float = par(60_000.0, unit="yuan", lo=1, hi=1e8, doc="Price of a third-party audit.")
    audit_gain: float = par(0.5, unit="share", lo=0, hi=1, source="M7 (form)", doc="Share of the missing evidence that an audit supplies.")
    audit_h: float = par(24.0, unit="h", lo=0, hi=2000, doc="Hours an audit takes; its report strengthens what is published after it.")
    compensation_yuan: float = par(30.0, unit="yuan", lo=0.1, hi=1e6, doc="Compensation per user hit.")
    compensation_gain: float = par(0.6, unit="share", lo=0, hi=1, source="Ma 2020 (form)", doc="Share of a user's dent that compensation repairs.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The money."""

    total: float = par(unit="yuan", lo=0, hi=1e11, doc="Budget in all.")
    kept: float = par(0.0, unit="share", lo=0, hi=1, doc="Share of the budget that is kept unspent on purpose.")
    split: Mapping[str, float] = par(unit="share", lo=0, hi=1, refs="lines", doc="Shares of the lines; with kept they sum to one.")
    lines: Mapping[str, Line] = par(unit="", doc="The budget lines.")
    phases: Mapping[str, Phase] = par(unit="", doc="Phases; their shares sum to one.")
    prices: Mapping[str, Price] = par(unit="", doc="The price list.")
    reserve: Reserve = par(factory=Reserve, unit="", doc="The crisis reserve.")
    ads_half_life_h: float = par(24.0, unit="h", lo=0.5, hi=2000, doc="Half of paid impressions happen within this time.")
    frequency_cap: float = par(8.0, unit="impressions", lo=0.1, hi=1000, doc="Most paid impressions per member of a platform that one purchase buys; the money beyond stays on its line.")
    unfunded: str = par("refuse", unit="", choices=("refuse", "drop"), doc="An activity whose money buys nothing is refused before the run, or dropped from the plan.")
    source: str = cited()


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """An activity of the calendar."""

    title_en: str = title()
    title_zh: str = title()
    start: str = par(unit="date", doc="First publication (ISO date, or date and time).")
    days: float = par(1.0, unit="days", lo=0.04, hi=400, doc="Length; what is bought is spread over it.")
    every_days: float = par(0.0, unit="days", lo=0, hi=400, doc="Repeats after so many days (0: once).")
    until: str = par("", unit="date", doc="Last day of a repeated activity.")
    topic: str = par(unit="", refs="topics", doc="What it is about.")
    stance: float = par(0.6, unit="1", lo=-1, hi=1, doc="Stance toward the brand.")
    evidence: float = par(0.5, unit="share", lo=0, hi=1, doc="How well it is evidenced.")
    quality: float = par(0.5, unit="share", lo=0, hi=1, doc="Quality of the material.")
    arousal: float = par(0.3, unit="share", lo=0, hi=1, doc="Emotional activation.")
    newsworthy: float = par(0.3, unit="share", lo=0, hi=1, doc="News value for outlets (0: not pitched).")
    platforms: tuple[str, ...] = par((), unit="", refs="platforms", doc="Where the brand publishes it.")
    segments: tuple[str, ...] = par((), unit="", refs="segments", doc="Whom paid impressions and events address (all where empty).")
    lines: Mapping[str, float] = par(factory=dict, unit="share", lo=0, hi=1, refs="lines", doc="Share of each line's money of the phase that it draws.")
    buys: Mapping[str, float] = par(factory=dict, unit="share", lo=0, hi=1, refs="prices", sums_to_one=True, doc="How its money is divided over the price list.")
    conversion: float = par(0.0, unit="share", lo=0, hi=1, source="D62 (5 % of participants)", doc="Share of event participants who are not users and become users.")
    expected: str = par("", unit="", label=True, doc="What the plan expects of it.")
    source: str = cited()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A KPI target."""

    title_en: str = title()
    title_zh: str = title()
    metric: str = par(unit="", refs="metrics", doc="Metric that is judged.")
    op: str = par(">=", unit="", choices=(">=", "<="), doc="At least, or at most.")
    segment: str = par("", unit="", refs="segments", doc="Segment it is judged for (the whole audience where empty).")
    value: float = par(unit="1", lo=-1e12, hi=1e12, doc="Target value, in the metric's unit; with relative: as a change against the baseline (-0.5 is minus 50 %).")
    relative: bool = par(False, unit="", doc="Judge the change against the baseline instead of the value.")
    over: str = par("end", unit="", choices=("end", "mean", "total", "max"), doc="Value judged: mean of the last 14 days, mean over the run, sum over the run, or maximum.")
    unit: str = par("share", unit="", choices=("share", "points", "ratio", "h", "count"), doc="Unit shown to the reader.", label=True)
    source: str = cited()


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """The plan looks at its own figures: what does not work is stopped, what works is reinforced."""

    every_days: float = par(0.0, unit="days", lo=0, hi=400, source="C6 (weekly)", doc="Days between two reviews of the content formats (0: none).")
    judge: str = par("completion", unit="", choices=("completion", "interaction"), source="C6", doc="Figure they are judged by: share of showings taken in to the end, or interactions per showing noticed.")
    minimum: float = par(0.10, unit="share", lo=0, hi=1, source="C6 (completion < 10 %)", doc="A format below this figure since the last review is stopped.")
    min_shown: float = par(20_000.0, unit="persons", lo=0, hi=1e12, doc="Persons to whom a format was shown since the last review before it is judged.")
    reinforce: float = par(1.0, unit="share", lo=0, hi=1, source="C6 (form)", doc="Share of a stopped format's money that goes to the best format; the rest stays on its line.")
    platform_days: float = par(0.0, unit="days", lo=0, hi=400, source="S3 (form)", doc="Days between two re-evaluations of the platforms (0: none).")
    platform_shift: float = par(0.25, unit="share", lo=0, hi=1, source="S3 (form)", doc="Share of the paid impressions on the weakest platform that each re-evaluation moves to the best, by interactions per showing noticed.")
    source: str = cited()


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """NPS survey waves."""

    respondents: int = par(400, unit="persons", lo=10, hi=10_000_000, doc="Respondents of a wave.")
    every_days: float = par(30.0, unit="days", lo=0.25, hi=400, doc="Days between waves.")
    response_bias: float = par(0.5, unit="1", lo=-5, hi=5, doc="Log of the readiness to answer per unit of satisfaction beyond the mean (non-response bias).")
