"""How people, outlets and KOLs react: the parameters of the mechanisms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from prsim.scenario.fields import cited, par, title

SOURCES = ("brand", "paid", "kol", "media", "peer")


def _credibility() -> dict[str, float]:
    return {"brand": 0.70, "paid": 0.48, "kol": 0.52, "media": 0.58, "peer": 0.66}


# One parameter, one line: the declarations read as a table.
# fmt: off


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """Attitude, trust and awareness under exposure."""

    eta: float = par(0.8, unit="1", lo=0, hi=1, source="Edelman 2020: 54-63 % believe after one or two exposures (order of magnitude)", doc="Attitude step of one fully credible, novel, full-depth exposure.")
    confidence_width: float = par(1.0, unit="1", lo=0.05, hi=10, source="Deffuant; Hegselmann, Krause (.2-.5 for hard bounds)", doc="Distance at which a claim has lost 63 % of its pull.")
    negativity: float = par(2.0, unit="1", lo=1, hi=5, source="Baumeister et al. 2001", doc="Weight of negative against positive stories.")
    repeat_decay: float = par(0.6, unit="1", lo=0, hi=1, doc="Force of each further exposure to the same thread.")
    halo: float = par(0.25, unit="1", lo=0, hi=1, doc="Share of an attitude step that spills over to the other topics.")
    consolidation: float = par(0.06, unit="1", lo=0, hi=1, doc="Share of an attitude step that moves the personal baseline for good.")
    half_life_positive_h: float = par(500.0, unit="h", lo=1, hi=1e5, source="adstock half-life 2-5 weeks", doc="Half-life of a positive deviation from the baseline.")
    half_life_negative_h: float = par(900.0, unit="h", lo=1, hi=1e5, source="assumption (slower than positive: model description)", doc="Half-life of a negative deviation from the baseline.")
    credibility: Mapping[str, float] = par(factory=_credibility, unit="share", lo=0, hi=1, refs="sources", source="Nielsen 2012, 2015", doc="Credibility by kind of source.")
    evidence_weight: float = par(0.5, unit="share", lo=0, hi=1, doc="How much of a story's credibility hangs on its evidence.")
    trust_gain: float = par(0.08, unit="1", lo=0, hi=1, doc="Step of trust in the brand per exposure that bears on it.")
    trust_half_life_h: float = par(2200.0, unit="h", lo=1, hi=1e5, source="assumption (no source for trust-recovery time)", doc="Half-life of a deviation of trust.")
    awareness_gain: float = par(0.2, unit="1", lo=0, hi=1, doc="Share of the missing awareness that one exposure fills.")
    awareness_half_life_h: float = par(2000.0, unit="h", lo=1, hi=1e5, doc="Half-life of awareness above its initial level.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """Limited attention."""

    capacity: float = par(4.0, unit="items", lo=0.1, hi=1000, doc="Recent brand-related items at which the chance to notice the next has halved.")
    half_life_h: float = par(24.0, unit="h", lo=0.1, hi=1000, doc="Half-life of the memory of recent items.")
    fatigue_half_life_h: float = par(336.0, unit="h", lo=1, hi=1e4, doc="Half-life of the weariness of one format.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """Who passes a story on."""

    negative_bonus: float = par(2.0, unit="1", lo=0.2, hi=10, source="airline tweets 2015", doc="Negative against positive stories, in share probability.")
    arousal_gain: float = par(1.5, unit="1", lo=0, hi=6, doc="Log of the factor between a flat and a highly arousing story.")
    align_width: float = par(1.2, unit="1", lo=0.05, hi=10, doc="Distance between own attitude and story at which the wish to share has fallen by 63 %.")
    reinforcement: float = par(0.5, unit="1", lo=0, hi=10, source="Centola 2010; Bao et al. 2013 (form)", doc="Gain of the second distinct sharer.")
    fade: float = par(0.4, unit="1", lo=0, hi=5, source="Bao et al. 2013: peak at two exposures", doc="Decline with every exposure past the second.")
    below_threshold: float = par(0.15, unit="1", lo=0, hi=1, doc="Share probability of a person whose threshold is not yet reached.")
    ugc_stance: float = par(0.5, unit="1", lo=0, hi=1, doc="How far users' own posts on good news lean to either side.")
    ugc_evidence: float = par(0.5, unit="share", lo=0, hi=1, doc="Evidence of users' own posts relative to the thread's.")
    participant_share: float = par(0.1, unit="share", lo=0, hi=1, doc="Share of event participants and co-creators who tell their public audience about it.")
    ugc_share: float = par(0.15, unit="share", lo=0, hi=1, doc="Share of sharers who add a post of their own.")
    closure: float = par(0.75, unit="share", lo=0, hi=1, doc="How far a fully fitting, evidenced statement stops those who saw it from sharing.")
    interest_half_life_h: float = par(30.0, unit="h", lo=0.5, hi=2000, source="Candia et al. 2019 (form)", doc="Half-life of the interest in a thread since its last news.")
    luck_sigma: float = par(0.4, unit="1", lo=0, hi=2, doc="Log-normal spread of the luck of a story.")
    delay_flat_min: float = par(5.0, unit="min", lo=0.1, hi=600, source="SEISMIC, Zhao et al. 2015", doc="Reaction time: flat up to here.")
    delay_exponent: float = par(1.23, unit="1", lo=1.01, hi=4, source="SEISMIC, Zhao et al. 2015", doc="Reaction time: power-law exponent beyond.")
    delay_max_h: float = par(72.0, unit="h", lo=1, hi=1000, doc="Longest reaction time.")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletGroup:
    """A group of media outlets of one type and tier."""

    title_en: str = title()
    title_zh: str = title()
    count: int = par(unit="outlets", lo=0, hi=5000, doc="Outlets in the group.")
    tier: str = par("ordinary", unit="", choices=("strategic", "core", "ordinary", "emerging"), doc="Tier of the media relation.")
    platform: str = par(unit="", refs="platforms", doc="Where its items appear.")
    reach: Mapping[str, float] = par(unit="share", lo=0, hi=1, refs="segments", doc="Share of each segment's members of that platform who are its readers.")
    credibility: float = par(0.6, unit="share", lo=0, hi=1, source="Nielsen: editorial 58 %", doc="Credibility of its items.")
    topics: Mapping[str, float] = par(factory=dict, unit="1", lo=0, hi=5, refs="topics", doc="Topical fit (1 where not named).")
    cadence_h: float = par(12.0, unit="h", lo=0.25, hi=720, doc="Hours between two looks at the open threads.")
    lead_h: float = par(6.0, unit="h", lo=0, hi=720, doc="Hours from the decision to the item.")
    appetite: float = par(0.0, unit="1", lo=-6, hi=6, doc="Log-odds offset of covering a thread.")
    scepticism: float = par(0.4, unit="share", lo=0, hi=1, doc="How far it doubts the brand's own word.")
    relationship: float = par(0.3, unit="share", lo=0, hi=1, doc="Relationship with the brand at the start.")
    source: str = cited()


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """The outlets and what makes them write."""

    groups: Mapping[str, OutletGroup] = par(unit="", doc="Outlet groups by type and tier.")
    shallow_share: float = par(0.65, unit="share", lo=0, hi=1, source="D71", doc="Share of outlets that find the material shallow: only evidence and quality convince them.")
    single_channel_share: float = par(0.40, unit="share", lo=0, hi=1, source="D71", doc="Share of outlets with one information channel: one-sided while no statement exists.")
    doubt_share: float = par(0.30, unit="share", lo=0, hi=1, source="D71", doc="Share of outlets that doubt the brand on the doubt topic.")
    doubt_topic: str = par("data_security", unit="", refs="topics", source="D71", doc="The topic these outlets doubt.")
    base: float = par(-5.2, unit="1", lo=-12, hi=6, doc="Log-odds of covering an average thread at one look.")
    w_attention: float = par(0.5, unit="1", lo=0, hi=5, source="reads-outlets slope 0.46 (hot topics)", doc="Weight of the log of public attention.")
    w_severity: float = par(2.0, unit="1", lo=0, hi=10, doc="Weight of severity.")
    w_newsworthy: float = par(2.0, unit="1", lo=0, hi=10, doc="Weight of the news value of what the brand offers.")
    w_statement: float = par(3.0, unit="1", lo=0, hi=10, doc="Weight of an official statement: it is itself news, also where the matter was not.")
    statement_half_life_h: float = par(12.0, unit="h", lo=0.5, hi=2000, doc="Half-life of a statement's own news value.")
    w_unanswered: float = par(1.0, unit="1", lo=0, hi=10, doc="Weight of questions nobody answered.")
    w_peers: float = par(0.6, unit="1", lo=0, hi=5, doc="Weight of the log of peers' coverage.")
    w_quality: float = par(2.5, unit="1", lo=0, hi=10, doc="Weight of quality and evidence of what the brand offers.")
    w_relationship: float = par(2.0, unit="1", lo=0, hi=10, doc="Weight of the relationship for the brand's own news.")
    novelty_half_life_h: float = par(60.0, unit="h", lo=1, hi=2000, doc="Half-life of a thread's news value.")
    relationship_half_life_h: float = par(2200.0, unit="h", lo=10, hi=1e5, source="D95 (form); value: assumption", doc="Half-life of an unused relationship.")
    relationship_gain: float = par(0.12, unit="share", lo=0, hi=1, source="D73 (form); value: assumption", doc="Share of the missing relationship that one meeting or package fills.")
    news_h: float = par(168.0, unit="h", lo=1, hi=5000, doc="Hours after its last news for which outlets consider a thread.")
    most_items: int = par(2, unit="items", lo=1, hi=50, doc="Items that one outlet brings on one thread at most.")
    second_item: float = par(1.5, unit="1", lo=0, hi=10, doc="Log-odds against a second item on the same thread.")
    usual_heat_per_h: float = par(100.0, unit="shares/h", lo=0.1, hi=1e6, doc="Share rate at which public attention neither adds nor takes away.")
    doubt_extra: float = par(0.3, unit="share", lo=0, hi=1, source="D71 (form)", doc="Scepticism that doubting outlets add on the doubt topic.")
    one_sided: float = par(0.25, unit="share", lo=0, hi=2, source="D71 (form)", doc="How much harsher an outlet with one channel writes while there is no statement.")
    answered_relief: float = par(0.3, unit="share", lo=0, hi=1, doc="How far answered questions soften the tone before there is a statement.")
    answer_weight: float = par(0.5, unit="1", lo=0, hi=2, doc="Weight of the brand's answer in the tone of a report, without evidence.")
    evidence_gain: float = par(0.9, unit="1", lo=0, hi=3, doc="What full evidence adds to that weight.")
    sceptic_discount: float = par(0.6, unit="share", lo=0, hi=1, doc="How far full scepticism discounts the brand's answer.")
    plain_doubt: float = par(0.25, unit="1", lo=0, hi=1, doc="How far full scepticism lowers the tone on the brand's own news.")
    item_news: float = par(0.1, unit="share", lo=0, hi=1, doc="Interest in the thread that one item rekindles.")
    item_trust: float = par(0.5, unit="1", lo=0, hi=5, doc="Push on trust in the brand per unit of an item's tone on an incident.")
    item_closing: float = par(0.6, unit="share", lo=0, hi=1, doc="How far an item that carries a full, evidenced answer closes the thread for its readers.")
    shield: float = par(0.35, unit="share", lo=0, hi=1, doc="How far a full relationship softens the tone of a critical item.")


@dataclass(frozen=True, slots=True, kw_only=True)
class KolTier:
    """KOLs or KOCs of one size class."""

    title_en: str = title()
    title_zh: str = title()
    count: int = par(unit="accounts", lo=0, hi=100_000, doc="Accounts that could take up the brand's topics.")
    followers_min: float = par(unit="persons", lo=1, hi=1e9, doc="Smallest number of followers.")
    followers_max: float = par(unit="persons", lo=1, hi=1e9, doc="Largest number of followers.")
    tail: float = par(1.5, unit="1", lo=0.2, hi=6, doc="Pareto exponent of followers within the tier.")
    platforms: Mapping[str, float] = par(unit="share", lo=0, hi=1, refs="platforms", sums_to_one=True, doc="Where they post.")
    credibility: float = par(0.5, unit="share", lo=0, hi=1, doc="Credibility.")
    stance_mean: float = par(0.0, unit="1", lo=-1, hi=1, doc="Mean organic stance toward the brand.")
    stance_sd: float = par(0.4, unit="1", lo=0, hi=1, doc="Spread of organic stances.")
    organic_per_day: float = par(0.05, unit="1/day", lo=0, hi=10, doc="Organic takes per account and day on a thread of threshold heat in its niche.")
    source: str = cited()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kols:
    """The KOLs and their rules."""

    tiers: Mapping[str, KolTier] = par(unit="", doc="Tiers by size.")
    heat_per_h: float = par(1500.0, unit="shares/h", lo=1, hi=1e7, doc="Share rate of a thread at which KOLs take it up at half their full rate.")
    fatigue: float = par(0.15, unit="share", lo=0, hi=1, doc="Reach lost by a sponsored post through the one before.")
    fatigue_half_life_h: float = par(720.0, unit="h", lo=1, hi=1e5, doc="Half-life of followers' weariness of sponsored posts.")
    off_niche: float = par(0.2, unit="share", lo=0, hi=1, doc="Take-up of threads outside the own niche.")
    answer_weight: float = par(0.8, unit="1", lo=0, hi=3, doc="Weight of the brand's answer in an organic take, relative to an outlet's.")
    bent: float = par(0.5, unit="1", lo=0, hi=2, doc="Weight of the own bent in an organic take.")
    post_closing: float = par(0.4, unit="share", lo=0, hi=1, doc="How far a post that carries a full, evidenced answer closes the thread for its readers.")
    backfire: float = par(0.4, unit="share", lo=0, hi=1, doc="How far a paid defence against evidence turns into its opposite.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """What a person answers to 'how likely are you to recommend ...'."""

    w_satisfaction: float = par(4.0, unit="points", lo=0, hi=20, source="satisfaction-recommendation r .6-.8", doc="Points on the 0-10 scale per unit of satisfaction (users).")
    w_attitude: float = par(4.0, unit="points", lo=0, hi=20, source="assumption (no measured link from sentiment to NPS)", doc="Points per unit of attitude weighted by needs.")
    w_trust: float = par(2.0, unit="points", lo=0, hi=20, doc="Points per unit of trust.")
    personal_sd: float = par(1.5, unit="points", lo=0.01, hi=10, doc="Spread of the persistent personal term.")
    answer_sd: float = par(0.7, unit="points", lo=0.05, hi=5, doc="Spread of one person's answers from day to day.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """From attitude to users gained and lost (counted, not fed back)."""

    conversion_per_month: float = par(0.004, unit="1/month", lo=0, hi=1, doc="Share of aware non-users who become users in a month, at initial attitude.")
    conversion_gain: float = par(2.0, unit="1", lo=0, hi=20, doc="Log gain of conversion per unit of attitude.")
    churn_per_month: float = par(0.01, unit="1/month", lo=0, hi=1, doc="Share of users lost in a month, at initial satisfaction.")
    value_yuan: float = par(0.0, unit="yuan", lo=0, hi=1e7, source="S7 (form); value: assumption", doc="What a user gained is worth; gives the return on what was spent (0: not judged).", inert="only values the conversions that are counted")
    follow_per_interaction: float = par(0.05, unit="share", lo=0, hi=1, source="S7 (form); value: assumption", doc="New followers of the brand's account per interaction with its own content.")
    unfollow_per_month: float = par(0.01, unit="1/month", lo=0, hi=1, source="S7 (form); value: assumption", doc="Share of followers beyond the initial ones who are lost in a month.")
    churn_gain: float = par(5.0, unit="1", lo=0, hi=50, source="D83 (form); value: assumption", doc="Log gain of churn per unit of satisfaction lost.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The service desk and the complaints it gets."""

    issues_per_user_month: float = par(0.03, unit="1/month", lo=0, hi=5, doc="Service cases per user and month in quiet times.")
    complaint_rate: float = par(0.12, unit="share", lo=0, hi=1, doc="Complaints per case of a user of average satisfaction.")
    complaint_gain: float = par(4.0, unit="1", lo=0, hi=30, doc="Log gain of complaints per unit of satisfaction lost.")
    response_h: float = par(5.6, unit="h", lo=0.05, hi=500, source="D92: 3.2 h after improvement, D84: -40 %", doc="Response time at the start.")
    queue_exponent: float = par(1.0, unit="1", lo=0, hi=5, doc="How fast response time grows with load over capacity.")
    complex_share: float = par(0.0, unit="share", lo=0, hi=1, source="C2 (form)", doc="Share of cases that need a ticket.")
    ticket_h: float = par(24.0, unit="h", lo=0, hi=1000, source="C2", doc="Further hours until a ticket is answered.")
    satisfaction_gain: float = par(0.05, unit="share", lo=0, hi=0.5, source="D82, D92 (form); value: assumption", doc="Satisfaction of users per halving of the response time, in the long run.")
    adjust_half_life_h: float = par(500.0, unit="h", lo=1, hi=1e4, doc="How slowly satisfaction follows the response time.")
    case_half_life_h: float = par(24.0, unit="h", lo=0.5, hi=500, doc="Half of the users hit by an incident turn to the desk within this time.")
    public_after_h: float = par(2.0, unit="h", lo=0.05, hi=500, source="C2", doc="Unanswered complaints start to appear in public after this time.")
    public_share: float = par(0.05, unit="share", lo=0, hi=1, doc="Share of complaints posted in public when the answer is late.")
    satisfaction_half_life_h: float = par(1000.0, unit="h", lo=1, hi=1e5, doc="Half-life of a dent in a user's satisfaction.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambient:
    """Everyday talk about the brand that no story of the run causes."""

    mentions_per_day: float = par(6000.0, unit="posts/day", lo=0, hi=1e8, doc="Everyday posts about the brand in quiet times.")
    spread: float = par(0.35, unit="1", lo=0.02, hi=2, doc="How far apart attitudes must be to be heard as positive or negative rather than neutral.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Craft:
    """From what is bought to what it is worth to those who meet it."""

    quality_luck: float = par(0.1, unit="1", lo=0, hi=1, doc="Spread of a piece's quality around what was ordered.")
    dull_stance: float = par(0.5, unit="share", lo=0, hi=1, doc="Share of the intended stance that a piece of no quality conveys.")
    dull_depth: float = par(0.5, unit="1", lo=0, hi=2, doc="Depth and virality of a piece of no quality; quality adds up to one.")
    trust_per_evidence: float = par(0.5, unit="1", lo=0, hi=5, doc="Push on trust of a fully evidenced piece.")
    first_hand: float = par(0.8, unit="1", lo=0, hi=1, doc="Attitude step of taking part in person.")
    event_lift: float = par(0.03, unit="share", lo=0, hi=0.5, doc="Satisfaction of a user who takes part.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Competitor:
    """A competitor whose stories compete for attention and share of voice."""

    title_en: str = title()
    title_zh: str = title()
    items_per_month: float = par(4.0, unit="1/month", lo=0, hi=1000, doc="Items it places a month.")
    reach: Mapping[str, float] = par(unit="share", lo=0, hi=1, refs="segments", doc="Share of each segment's members on its platform that one item reaches.")
    platform: str = par(unit="", refs="platforms", doc="Where its items appear.")
    topic: str = par("innovation", unit="", refs="topics", doc="What they are about.")
    positive_share: float = par(0.8, unit="share", lo=0, hi=1, source="D40", doc="Positive share of its media coverage.")
    comparison: float = par(0.1, unit="share", lo=0, hi=1, doc="How far its good news weakens the attitude toward the brand.")
    posts_per_reader: float = par(0.0004, unit="share", lo=0, hi=1, source="Weibo topics: mentions 1.7e-4 a read (order of magnitude)", doc="Posts about the competitor per reader.")
    ambient_posts_per_day: float = par(3000.0, unit="posts/day", lo=0, hi=1e8, doc="Everyday posts about the competitor.")
    source: str = cited()
