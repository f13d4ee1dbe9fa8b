"""Who is there: topics, segments, platforms and the population that stands for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from prsim.scenario.fields import cited, par, title

# One parameter, one line: the declarations read as a table.
# fmt: off


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Something people hold an attitude about."""

    title_en: str = title()
    title_zh: str = title()
    negative_share: float = par(0.0, unit="share", lo=0, hi=1, source="D6", doc="Share of this topic in negative opinion; weighs which random incidents arrive.")
    source: str = cited()


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """An audience segment."""

    title_en: str = title()
    title_zh: str = title()
    size: float = par(unit="persons", lo=1, hi=2e9, doc="Persons in the segment.")
    user_share: float = par(unit="share", lo=0, hi=1, doc="Share of persons who use the brand's product.")
    needs: Mapping[str, float] = par(unit="share", lo=0, hi=1, refs="topics", sums_to_one=True, doc="How much each topic weighs in this segment's judgement.")
    platforms: Mapping[str, float] = par(unit="share", lo=0, hi=1, refs="platforms", doc="Share of the segment that is on each platform.")
    attitude_mean: float = par(0.1, unit="1", lo=-1, hi=1, doc="Mean initial attitude toward the brand.")
    attitude_sd: float = par(0.3, unit="1", lo=0, hi=1, doc="Spread of initial attitudes between persons.")
    attitude_by_topic: Mapping[str, float] = par(factory=dict, unit="1", lo=-1, hi=1, refs="topics", doc="Mean initial attitude where a topic differs from attitude_mean.")
    trust_mean: float = par(0.5, unit="share", lo=0.02, hi=0.98, doc="Mean trust in the brand's own voice.")
    trust_sd: float = par(0.15, unit="share", lo=0, hi=0.4, doc="Spread of trust between persons.")
    satisfaction_mean: float = par(0.7, unit="share", lo=0.02, hi=0.98, doc="Mean satisfaction of users.")
    satisfaction_sd: float = par(0.15, unit="share", lo=0, hi=0.4, doc="Spread of satisfaction between users.")
    awareness: float = par(0.5, unit="share", lo=0, hi=1, doc="Initial awareness of the brand's story.")
    nps: float = par(20.0, unit="points", lo=-95, hi=95, doc="Net Promoter Score at the start; fixes the segment's intercept.")
    audience: float = par(120.0, unit="persons", lo=0, hi=1e6, doc="Mean number of persons who see what a person of this segment posts in public.")
    chat_contacts: float = par(40.0, unit="persons", lo=0, hi=1e5, doc="Mean number of contacts reached by a forward into private chat.")
    formats: Mapping[str, float] = par(factory=dict, unit="1", lo=0, hi=5, refs="formats", source="M11 (form); values: assumption", doc="Chance that somebody of the segment takes in an item of this format, relative to others (1 where not named).")
    source: str = cited()


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """How many agents stand for the persons, and how they are linked."""

    agents: int = par(100_000, unit="agents", lo=500, hi=20_000_000, doc="Numerical resolution: agents in all segments together.")
    seed: int = par(1, unit="", lo=0, hi=2**62, doc="Seed of the population and its networks; the same for all replicates.")
    allocation_exponent: float = par(0.5, unit="1", lo=0, hi=1, doc="Agents per segment are proportional to persons to this power; below 1 small segments are resolved better.")
    activity_sigma: float = par(0.8, unit="1", lo=0, hi=2.5, doc="Log-normal spread of activity (how much a person sees).")
    audience_sigma: float = par(1.0, unit="1", lo=0, hi=2.5, doc="Log-normal spread of audience sizes of ordinary persons; the heavy tail beyond them are the KOLs.")
    homophily: float = par(0.5, unit="share", lo=0, hi=1, doc="Share of a person's followers that come from the own segment beyond chance.")
    follower_degree: int = par(16, unit="edges", lo=1, hi=500, doc="Sampled followers per agent in the public layer.")
    chat_degree: int = par(8, unit="edges", lo=2, hi=500, doc="Contacts per agent in the private-chat layer (small world).")
    chat_rewire: float = par(0.1, unit="share", lo=0, hi=1, source="Watts, Strogatz 1998 (form); value: assumption", doc="Share of chat contacts that are long ties.")
    attitude_common: float = par(0.5, unit="share", lo=0, hi=1, doc="Share of the variance of attitudes that a person's topics have in common.")
    chat_sigma: float = par(0.5, unit="1", lo=0, hi=2.5, doc="Log-normal spread of the number of chat contacts.")
    complex_share: float = par(0.3, unit="share", lo=0, hi=1, source="Centola 2010 (form); value: assumption", doc="Share of persons who share only after two distinct sharers.")
    follower_graph: str = par("", unit="", source="the user's data", doc="File of a graph (.csv, .parquet, .graphml) that takes the place of the generated follower layer; empty: generated.")
    follower_edges: str = par("seen_by", unit="", choices=("seen_by", "follows", "mutual"), source="the user's data", doc="What an edge of follower_graph means: what source posts is seen by target; source follows target; both.")
    chat_graph: str = par("", unit="", source="the user's data", doc="File of a graph that takes the place of the generated private-chat layer; empty: generated.")
    chat_edges: str = par("mutual", unit="", choices=("seen_by", "follows", "mutual"), source="the user's data", doc="What an edge of chat_graph means, as follower_edges; contact is mutual as a rule, each tie listed once.")
    graph_nodes: str = par("", unit="", source="the user's data", doc="Table (.csv, .parquet) of the graphs' nodes with columns id, segment; empty: the graphs' own segments, or segments by lot.")


@dataclass(frozen=True, slots=True, kw_only=True)
class HotSearch:
    """The hot-search list of a platform."""

    threshold_per_h: float = par(4000.0, unit="shares/h", lo=1, hi=1e8, doc="Expected share rate at which a thread reaches the list.")
    window_h: float = par(1.5, unit="h", lo=0.1, hi=48, doc="Smoothing window of the share rate; too long and the list feeds itself.")
    width: float = par(0.2, unit="1", lo=0.01, hi=2, doc="Width of the threshold on the log scale: rank changes smoothly.")
    view_rate_per_h: float = par(0.015, unit="1/h", lo=0, hi=1, doc="Chance per hour that a member reads a thread at the top of the list, at average activity.")
    forget_h: float = par(48.0, unit="h", lo=1, hi=2000, doc="Half-life with which time on the list is forgotten, so that a second wave is news again.")
    decay_h: float = par(4.0, unit="h", lo=0.1, hi=200, source="hot-search boards: half of a topic's reads by 8 h", doc="Time on the list after which readers' interest has fallen to 1/e.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A platform or channel."""

    title_en: str = title()
    title_zh: str = title()
    kind: str = par("social", unit="", choices=("social", "press", "owned", "chat"), doc="Social platforms carry sharing; press and owned channels only broadcast; chat is private.")
    credibility: float = par(0.6, unit="share", lo=0, hi=1, doc="Credibility of what is read there.")
    see_prob: float = par(0.25, unit="share", lo=0, hi=1, doc="Probability that a follower sees a post.")
    half_life_h: float = par(12.0, unit="h", lo=0.05, hi=2000, source="Graffius 2018 (order of magnitude)", doc="Half of a broadcast's exposures have happened after this time.")
    share_rate: float = par(0.003, unit="share", lo=0, hi=1, source="Weibo topics: 7.4e-4 interactions a read (order of magnitude)", doc="Probability that a noticed exposure of a neutral story is shared.")
    audience_scale: float = par(1.0, unit="1", lo=0, hi=100, doc="Size of a person's audience there relative to the segment's mean.")
    chat_forward: float = par(0.2, unit="share", lo=0, hi=1, doc="Forwards into private chat per public share.")
    share_to: str = par("", unit="", refs="platforms", doc="Social platform on which readers of a press or owned channel share it (social platforms: themselves).")
    monitored: float = par(0.8, unit="share", lo=0, hi=1, doc="Share of posts there that opinion monitoring can see.")
    rhythm: str = par("workday", unit="", refs="rhythms", doc="Hour-of-week rhythm of activity.")
    brand_followers: float = par(0.02, unit="share", lo=0, hi=1, doc="Share of members who follow the brand's own account (users: three times as likely).")
    formats: Mapping[str, float] = par(factory=dict, unit="1", lo=0, hi=20, refs="formats", doc="Virality of a format here relative to others (1 where not named).")
    hot: HotSearch | None = par(None, unit="", doc="The hot-search rule, where there is one.")
    source: str = cited()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """Activity by hour of the day, on workdays and at the weekend."""

    hours: tuple[float, ...] = par(unit="share", lo=0, hi=100, doc="24 relative activity levels, from 0 to 23 h.")
    weekend: float = par(1.0, unit="1", lo=0, hi=10, doc="Activity on Saturday and Sunday relative to a workday.")
    source: str = cited()


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A content format: its own virality and how fast it tires."""

    title_en: str = title()
    title_zh: str = title()
    virality: float = par(1.0, unit="1", lo=0, hi=20, doc="Share probability relative to a plain article.")
    depth: float = par(0.5, unit="share", lo=0, hi=1, doc="How much belief work one exposure does relative to a full reading.")
    fatigue: float = par(0.1, unit="1", lo=0, hi=2, source="M5 (form); value: assumption", doc="How fast repetition of this format tires.")
    source: str = cited()
