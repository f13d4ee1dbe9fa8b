"""What goes wrong and how the brand answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from prsim.scenario.fields import cited, par, title

STRATEGIES = (
    "silence",
    "deny",
    "diminish",
    "clarify",
    "apologise",
    "fix",
    "withdraw",
    "bolster",
    "private_contact",
)
CLUSTERS = ("victim", "accidental", "preventable")
TYPES = ("opinion", "product", "legal", "brand")


def _fit() -> dict[str, dict[str, float]]:
    return {
        "deny": {"victim": 0.6, "accidental": -0.3, "preventable": -0.8},
        "diminish": {"victim": 0.3, "accidental": 0.4, "preventable": -0.4},
        "clarify": {"victim": 0.9, "accidental": 0.8, "preventable": 0.3},
        "apologise": {"victim": 0.3, "accidental": 0.7, "preventable": 0.9},
        "fix": {"victim": 0.5, "accidental": 0.9, "preventable": 0.9},
        "withdraw": {"victim": 0.2, "accidental": 0.6, "preventable": 0.9},
        "bolster": {"victim": 0.4, "accidental": 0.1, "preventable": -0.5},
        "private_contact": {"victim": 0.3, "accidental": 0.3, "preventable": 0.2},
    }


def _playbook() -> dict[str, str]:
    return {"victim": "clarify", "accidental": "fix", "preventable": "apologise"}


# One parameter, one line: the declarations read as a table.
# fmt: off


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A fact that comes out some time after an incident began."""

    after_h: float = par(unit="h", lo=0, hi=5000, doc="Hours after the incident.")
    severity: float = par(unit="share", lo=0, hi=1, doc="Severity of what comes out.")
    contradicts: bool = par(True, unit="", doc="Whether it contradicts a denial or a playing-down.")
    title_en: str = title()
    title_zh: str = title()


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """A negative incident."""

    title_en: str = title()
    title_zh: str = title()
    topic: str = par(unit="", refs="topics", doc="What it is about.")
    type: str = par("opinion", unit="", choices=TYPES, source="S10", doc="Crisis type; decides which measures are open.")
    cluster: str = par("accidental", unit="", choices=CLUSTERS, doc="Responsibility cluster (SCCT).")
    severity: float = par(unit="share", lo=0, hi=1, doc="How grave it is.")
    arousal: float = par(0.6, unit="share", lo=0, hi=1, doc="How much it upsets.")
    evidence: float = par(0.6, unit="share", lo=0, hi=1, doc="How well the accusation is evidenced.")
    hit_share: float = par(0.0, unit="share", lo=0, hi=1, doc="Share of users hit directly.")
    witnesses: float = par(unit="persons", lo=0, hi=1e9, doc="Persons who see it first.")
    platform: str = par(unit="", refs="platforms", doc="Where it breaks.")
    segments: Mapping[str, float] = par(factory=dict, unit="1", lo=0, hi=1e3, refs="segments", doc="Relative weight of segments among witnesses and users hit (all alike where empty).")
    facts: tuple[Fact, ...] = par((), unit="", doc="Facts that come out later.")
    evidence_available: float = par(0.8, unit="share", lo=0, hi=1, doc="Evidence the brand can show once the analysis is done.")
    info_delay_h: float = par(0.0, unit="h", lo=0, hi=2000, source="M8, C1 (form)", doc="Hours by which other departments' information is late.")
    fix_h: float = par(48.0, unit="h", lo=0, hi=5000, doc="Hours from detection until the cause is removed.")
    strategy: str = par("", unit="", choices=("", *STRATEGIES), doc="What was done in the historical case; used when response.strategy is 'historical'.")
    source: str = cited()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """An incident of the library at a date."""

    use: str = par(unit="", refs="library", doc="Incident of the library.")
    start: str = par(unit="date", doc="Date and time (ISO).")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """Incidents that arrive at random."""

    per_year: float = par(0.0, unit="1/year", lo=0, hi=1000, doc="Mean number of random incidents a year that come of themselves.")
    by_topic: Mapping[str, float] = par(factory=dict, unit="1", lo=0, hi=1000, refs="topics", source="D6 (form)", doc="How often they are about each topic, relative to one another, in place of the topics' negative_share (never about a topic not named).")
    library: tuple[str, ...] = par((), unit="", refs="library", doc="Incidents they are drawn from; those of one topic alike.")
    follow_up: float = par(0.0, unit="incidents", lo=0, hi=0.95, source="Hawkes 1971 (form)", doc="Mean number of further incidents that one random incident brings about directly: clustering.")
    follow_up_h: float = par(240.0, unit="h", lo=1, hi=5000, doc="Mean time until an incident that another one brings about.")
    severity_spread: float = par(0.2, unit="1", lo=0, hi=1, doc="Log-normal spread of severity around the library's value.")
    witnesses_spread: float = par(1.0, unit="1", lo=0, hi=3, doc="Log-normal spread of first witnesses.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """How severity turns into stories, dents and second waves."""

    stance_floor: float = par(0.4, unit="1", lo=0, hi=1, doc="Negative stance of the slightest matter; the gravest has -1.")
    virality_floor: float = par(0.4, unit="1", lo=0, hi=5, doc="Virality of the slightest matter; grows by one up to the gravest.")
    satisfaction_dent: float = par(0.5, unit="share", lo=0, hi=1, doc="Satisfaction lost by a user hit by an incident of full severity.")
    trust_preventable: float = par(1.0, unit="1", lo=0, hi=5, source="Ma, Zhan 2016 (responsibility-reputation r -.54, form)", doc="Loss of trust per severity where the brand could have prevented it.")
    trust_other: float = par(0.5, unit="1", lo=0, hi=5, source="Ma, Zhan 2016 (form)", doc="Loss of trust per severity otherwise.")
    wave_strength: float = par(0.3, unit="1", lo=0, hi=3, doc="Strength of a second wave relative to the first.")
    wave_reach: float = par(0.05, unit="share", lo=0, hi=1, doc="Share of the exposures so far that a wave of full strength repeats.")
    wave_evidence: float = par(0.2, unit="share", lo=0, hi=1, doc="Evidence that a second wave adds to the accusation.")
    disclosed_relief: float = par(0.7, unit="share", lo=0, hi=1, source="Arpan, Roskos-Ewoldsen 2005 (form)", doc="How far a full, evidenced answer takes the force out of a fact that comes out later.")
    reopened: float = par(0.5, unit="share", lo=0, hi=1, doc="Share of the answered questions that stay answered when a fact comes out.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Incidents:
    """The incidents of a scenario."""

    library: Mapping[str, Incident] = par(factory=dict, unit="", doc="Incidents that can be scheduled or arrive.")
    schedule: Mapping[str, Scheduled] = par(factory=dict, unit="", doc="Incidents at a date.")
    random: Arrivals = par(factory=Arrivals, unit="", doc="Random arrivals.")
    escalation: Escalation = par(factory=Escalation, unit="", doc="From severity to stories and dents.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A warning level and what it releases."""

    title_en: str = title()
    title_zh: str = title()
    min_severity: float = par(unit="share", lo=0, hi=1, doc="Level applies from this severity ...")
    min_heat_per_h: float = par(unit="shares/h", lo=0, hi=1e8, doc="... or from this rate of negative posts.")
    reserve_share: float = par(0.0, unit="share", lo=0, hi=1, doc="Share of what is left of the reserve that it releases.")
    outlets: int = par(0, unit="outlets", lo=0, hi=5000, source="M16 (form)", doc="Outlets, of those that have written about the matter, that get the statement at once.")
    kols: int = par(0, unit="accounts", lo=0, hi=5000, source="M16 (form)", doc="KOLs that carry the statement, once the matter is as hot as kols.heat_per_h, as far as what the level releases pays them.")
    handlers: int = par(1, unit="persons", lo=1, hi=1000, source="M16 (form)", doc="Crisis handlers that a case of this level binds.")
    approval_h: float = par(0.0, unit="h", lo=0, hi=500, source="C1, M16 (form)", doc="Hours the statement waits for whoever leads the level to sign it.")
    lead_en: str = par("", unit="", doc="Who leads a case of this level.", label=True)
    lead_zh: str = par("", unit="", doc="Who leads a case of this level.", label=True)
    loud: bool = par(True, unit="", doc="Whether a public statement is made at all under the matched strategy; otherwise private contact.")
    source: str = cited()


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitoring:
    """How incidents are noticed."""

    alert_posts: float = par(60.0, unit="posts", lo=0.1, hi=1e7, source="S8 (form)", doc="Visible negative posts in a thread within its window that raise the alarm.")
    alert_mood: float = par(0.6, unit="share", lo=0, hi=1, source="S8, M14 (form)", doc="Negative share of what is seen about the topic in the window that, together with alert_keyword, raises the alarm.")
    alert_keyword: float = par(2.0, unit="1", lo=1, hi=1000, source="S8, M14 (form)", doc="Posts about the topic relative to their usual number that, together with alert_mood, raise the alarm.")
    early_posts: float = par(20.0, unit="posts", lo=0, hi=1e7, source="S8 (form)", doc="Visible negative posts in the window from which mood and keyword are looked at.")
    node_followers: float = par(500_000.0, unit="persons", lo=0, hi=1e9, source="M14 (form)", doc="Followers from which an account that posts about the matter is a spreading node; tools watch these, and the outlets.")
    window_h: float = par(6.0, unit="h", lo=0.25, hi=200, doc="Window in which posts are counted.")
    lag_h: float = par(2.0, unit="h", lo=0.01, hi=200, source="M14 (2 h without the model)", doc="Median time from the threshold to the alarm without tools.")
    lag_tool_h: float = par(0.5, unit="h", lo=0.01, hi=200, source="M14 (30 min with the model)", doc="The same at full tool level.")
    lag_sigma: float = par(0.4, unit="1", lo=0, hi=2, doc="Log-normal spread of that time.")
    tool_sensitivity: float = par(3.0, unit="1", lo=1, hi=100, doc="Factor by which a full tool level lowers alert_posts and early_posts.")
    bursts_per_month: float = par(12.0, unit="1/month", lo=0, hi=10_000, doc="Harmless bursts of negative talk a month; one that passes the thresholds is a false alarm and binds a crisis handler.")
    burst_posts: float = par(15.0, unit="posts", lo=0.01, hi=1e6, doc="Visible negative posts of a harmless burst in the window, median.")
    burst_sigma: float = par(1.0, unit="1", lo=0, hi=4, doc="Log-normal spread of the size of harmless bursts.")
    tool_filter: float = par(0.7, unit="share", lo=0, hi=1, source="M14 (three-stage indicators; form)", doc="Share of harmless bursts that a full tool level recognises as harmless.")
    staff_gain: float = par(0.5, unit="1", lo=0, hi=2, doc="Exponent with which more (fewer) than two people on watch shorten (lengthen) the lag.")
    source: str = cited()


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """The PR team."""

    monitoring: int = par(2, unit="persons", lo=0, hi=1000, source="D23", doc="People on opinion monitoring.")
    media: int = par(1, unit="persons", lo=0, hi=1000, source="D23", doc="Media liaison.")
    content: int = par(2, unit="persons", lo=0, hi=1000, source="D23", doc="Content producers.")
    crisis: int = par(2, unit="persons", lo=0, hi=1000, source="D23", doc="Crisis handlers.")
    hours_per_week: float = par(40.0, unit="h", lo=1, hi=168, doc="Working hours of a person in a week (content and media work).")
    posting_windows: tuple[float, ...] = par((9.0, 11.0, 12.0, 14.0, 18.0, 20.0), unit="h", lo=0, hi=24, source="C4", doc="Begin and end of the windows, on workdays, in which planned content appears (empty: at any hour).")
    crisis_task_h: float = par(6.0, unit="h", lo=0, hi=500, doc="Working time of one crisis handler per stage of a case; a second case queues behind it.")
    drill_gain: float = par(0.3, unit="share", lo=0, hi=0.95, source="D64", doc="Share of the response time that one fresh drill saves.")
    drill_half_life_h: float = par(2200.0, unit="h", lo=1, hi=1e5, source="M15 (quarterly drills)", doc="Half-life of what a drill taught.")
    technical_judgement: float = par(0.2, unit="share", lo=0, hi=1, source="D98 (form)", doc="Share of late information that technical staff at the table save.")
    coordination: float = par(1.0, unit="1", lo=0, hi=10, source="C1, M18 (form)", doc="Factor on the time by which other departments' information is late.")
    source: str = cited()


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """The playbook of the response."""

    first_h: float = par(0.5, unit="h", lo=0, hi=1000, source="D18, M6", doc="Hours from detection to the first response.")
    analysis_h: float = par(2.0, unit="h", lo=0, hi=1000, source="M6", doc="Hours from detection until the facts are known.")
    statement_h: float = par(4.0, unit="h", lo=0, hi=1000, source="M6", doc="Hours from detection to the official statement.")
    strategy: str = par("matched", unit="", choices=("matched", "historical", *STRATEGIES), doc="Strategy; matched takes the playbook's for the responsibility cluster and the level.")
    playbook: Mapping[str, str] = par(factory=_playbook, unit="", refs="clusters", choices=STRATEGIES, source="SCCT; Ma, Zhan 2016", doc="Matched strategy by responsibility cluster.")
    fit: Mapping[str, Mapping[str, float]] = par(factory=_fit, unit="1", lo=-1, hi=1, refs="strategies", source="SCCT (form); values: assumption", doc="Fit of strategy and responsibility cluster.")
    levels: Mapping[str, Level] = par(factory=dict, unit="", doc="Warning levels, gravest first.")
    reach: float = par(0.5, unit="share", lo=0, hi=1, doc="Share of those who follow the thread whom the official statement reaches in its first day.")
    heard: float = par(0.6, unit="share", lo=0, hi=1, doc="How much of an answer's good reaches somebody who only hears of the matter through it.")
    shadow: float = par(0.4, unit="share", lo=0, hi=1, doc="How much of the incident a statement tells those who had not heard of it.")
    evidence_without_analysis: float = par(0.15, unit="share", lo=0, hi=1, source="M8 (form)", doc="Evidence of a statement made before the facts are known.")
    thunder: float = par(0.4, unit="1", lo=0, hi=2, source="Arpan, Roskos-Ewoldsen 2005 (d .3-.6)", doc="Gain of a statement that comes before the first media story.")
    caught: float = par(-0.5, unit="1", lo=-1, hi=0, source="M8 (form)", doc="What is left of the worth of an answer that facts contradict.")
    first_reach: float = par(0.5, unit="share", lo=0, hi=1, doc="Reach of first responses and follow-ups relative to the statement.")
    answer_arousal: float = par(0.5, unit="1", lo=0, hi=3, doc="Emotional activation of an answer relative to the matter itself.")
    evidence_for_trust: float = par(0.5, unit="share", lo=0, hi=1, doc="How far evidence stands in for trust in the brand's voice.")
    private_round_h: float = par(6.0, unit="h", lo=0.25, hi=200, source="C2 (form)", doc="Hours between two rounds of private contact.")
    private_rounds: int = par(9, unit="rounds", lo=1, hi=200, source="C2 (form)", doc="Rounds of private contact at most.")
    reply_after_fix: bool = par(False, unit="", source="C2", doc="Whether a public reply follows private contact once the cause is removed.")
    private_answer: float = par(0.5, unit="share", lo=0, hi=1, doc="How far private contact with all concerned answers the open questions.")
    blind_worth: float = par(0.35, unit="share", lo=0, hi=1, source="M8 (form)", doc="Worth of a fitting statement without any evidence, relative to a fully evidenced one.")
    stance_gain: float = par(0.7, unit="1", lo=0, hi=1, doc="Stance of a statement per unit of its worth.")
    follow_up_gain: float = par(0.6, unit="1", lo=0, hi=1, doc="Stance of a follow-up per unit of fit.")
    first_stance: float = par(0.15, unit="1", lo=-1, hi=1, doc="Stance of a first response.")
    news: float = par(0.3, unit="share", lo=0, hi=1, source="hot search after large apologies: attention jumps first (form)", doc="Interest in the thread that a statement rekindles.")
    rebound_evidence: float = par(0.4, unit="share", lo=0, hi=1, source="M8 (form)", doc="Evidence below which a statement feeds a second wave.")
    audit_worth: float = par(1.2, unit="1", lo=1, hi=3, source="M7 (form)", doc="Factor of a third party's report on the worth of the answer.")
    fix_repair: float = par(0.3, unit="share", lo=0, hi=1, doc="Share of a user's dent that removing the cause repairs.")
    holding: float = par(0.3, unit="share", lo=0, hi=1, doc="How much of the open questions a first response answers.")
    rebound: float = par(0.6, unit="1", lo=0, hi=3, source="M8 (form)", doc="Strength of the second wave after a statement without evidence or contradicted by facts.")
    rebound_h: float = par(18.0, unit="h", lo=0.5, hi=500, doc="Hours until the second wave after an unevidenced statement.")
    private_per_h: float = par(400.0, unit="persons/h", lo=0, hi=1e7, source="C2 (form)", doc="Persons whom the desk can contact privately per hour.")
    private_gain: float = par(0.7, unit="share", lo=0, hi=1, source="Herhausen et al. 2019 (form)", doc="Share of a dent that private contact repairs.")
    resolve_h: float = par(48.0, unit="h", lo=1, hi=1000, source="M1", doc="The time in which a case should be resolved.")
    resolved_quiet_h: float = par(12.0, unit="h", lo=0, hi=500, doc="... for at least so long (a night's lull is no end).")
    resolved_ratio: float = par(0.2, unit="share", lo=0, hi=1, doc="A case is resolved when its negative posts have fallen to this share of their peak.")
    source: str = cited()
