"""Every mistake is refused with its key, what is wrong, what is allowed and the nearest valid name."""

from __future__ import annotations

import pickle

import pytest

from prsim.errors import ConfigError, Problem

from .conftest import Refuse

CASES = [
    # unknown names
    ("budget.totl=3", "budget.totl", ["unknown key", "did you mean 'total'?", "total, kept, split"]),
    ("agents=5000", "agents", ["did you mean 'population.agents'?"]),
    ("topics.innovation.x=1", "topics.innovation.x", ["unknown key"]),
    ("activities.launch.topic=inovation", "activities.launch.topic", ["unknown topic", "'innovation'?"]),
    (
        "incidents.library.leak.topic=secrets",
        "incidents.library.leak.topic",
        ["allowed: data_security, innovation"],
    ),
    (
        "incidents.schedule.leak_march.use=leek",
        "incidents.schedule.leak_march.use",
        ["unknown incident 'leek'", "'leak'?"],
    ),
    ("incidents.random.library=[leak,flood]", "incidents.random.library.1", ["unknown incident 'flood'"]),
    (
        "incidents.library.leak.platform=webo",
        "incidents.library.leak.platform",
        ["unknown platform", "'weibo'?"],
    ),
    ("activities.launch.platforms=[wibo]", "activities.launch.platforms.0", ["unknown platform", "'weibo'?"]),
    ("activities.launch.segments=[owner]", "activities.launch.segments.0", ["unknown segment", "'owners'?"]),
    (
        "activities.launch.lines.evnts=0.1",
        "activities.launch.lines.evnts",
        ["unknown budget line", "'events'?"],
    ),
    ("activities.launch.buys.sea=0.1", "activities.launch.buys.sea", ["unknown price", "'seat'?"]),
    ("budget.split.evnts=0.1", "budget.split.evnts", ["unknown budget line", "'events'?"]),
    ("budget.reserve.line=crisis", "budget.reserve.line", ["unknown budget line", "'crisis_reserve'?"]),
    ("budget.prices.kol_post.tier=midle", "budget.prices.kol_post.tier", ["unknown tier", "'middle'?"]),
    ("platforms.weibo.rhythm=liesure", "platforms.weibo.rhythm", ["unknown rhythm", "'leisure'?"]),
    ("platforms.weibo.formats.vidio=1", "platforms.weibo.formats.vidio", ["unknown format", "'video'?"]),
    ("segments.staff.needs.inovation=1", "segments.staff.needs.inovation", ["unknown topic"]),
    ("belief.credibility.medai=0.5", "belief.credibility.medai", ["unknown kind of source", "'media'?"]),
    ("response.fit.denny.victim=0", "response.fit.denny", ["unknown strategy", "'deny'?"]),
    (
        "response.fit.deny.victims=0",
        "response.fit.deny.victims",
        ["unknown responsibility cluster", "'victim'?"],
    ),
    ("response.playbook.victim=clarfy", "response.playbook.victim", ["'clarify'?", "silence, deny"]),
    ("response.strategy=mached", "response.strategy", ["'matched'?"]),
    (
        "incidents.library.leak.cluster=accident",
        "incidents.library.leak.cluster",
        ["'accidental'?", "victim"],
    ),
    ("targets.nps.metric=npss", "targets.nps.metric", ["unknown metric", "'nps'?"]),
    ("media.doubt_topic=price", "media.doubt_topic", ["unknown topic 'price'"]),
    # types, units, ranges
    ("budget.total=3h", "budget.total", ["'3h' is in h", "the unit here is yuan"]),
    ("response.first_h='30 yuan'", "response.first_h", ["is in yuan; the unit here is h", "0 … 1000 h"]),
    ("response.first_h=-1", "response.first_h", ["-1 is out of range", "0 … 1000 h"]),
    ("response.first_h=60 days", "response.first_h", ["'60 days' = 1440 is out of range"]),
    ("population.agents=100", "population.agents", ["100 is out of range", "500 … 20,000,000 agents"]),
    ("population.agents=1000.5", "population.agents", ["not a whole number"]),
    ("tick_min=4", "tick_min", ["out of range", "5 … 60 min"]),
    ("tick_min=7", "tick_min", ["does not divide an hour"]),
    ("engine.observe_h=5", "engine.census_h", ["24 h is not a multiple of engine.observe_h (5 h)"]),
    ("budget.total=nan", "budget.total", ["not a finite number"]),
    ("budget.total=inf", "budget.total", ["not a finite number"]),
    ("budget.total=null", "budget.total", ["null is not a number"]),
    ("budget=3", "budget", ["budget has no option '3'"]),
    ("segments=[owners]", "segments", ["a list is not a mapping"]),
    ("activities.launch=big", "activities.launch", ["'big' is not a mapping"]),
    ("activities.launch.platforms=weibo", "activities.launch.platforms", ["'weibo' is not a list"]),
    ("response.levels.red.loud=1", "response.levels.red.loud", ["not a truth value", "true"]),
    ("incidents.library.leak.topic=3", "incidents.library.leak.topic", ["3 is not a text"]),
    ("incidents.library.leak.facts.0.severity=2", "incidents.library.leak.facts.0.severity", ["0 … 1 share"]),
    (
        "incidents.library.leak.facts.3.severity=1",
        "incidents.library.leak.facts.3.severity",
        ["not a place in a list of 1"],
    ),
    ("horizon_days.x=1", "horizon_days.x", ["single value"]),
    ("incidents.library.leak.severity.high=1", "incidents.library.leak.severity.high", ["single value"]),
    ("budget.lines._target_.source=x", "budget.lines._target_", ["not a name"]),
    ("budget.lines._target_=os.system", "budget.lines._target_", ["not a name"]),
    ("meta.title_en=${oc.env:HOME}", "meta.title_en", ["interpolation"]),
    ("meta.start=yesterday", "meta.start", ["not an ISO date"]),
    ("meta.start=2024-03-04T00:00+08:00", "meta.start", ["time zone"]),
    ("meta.start=0001-01-01", "meta.start", ["year is outside"]),
    # required
    ("~budget.total", "budget.total", ["is required", "0 … 100,000,000,000 yuan"]),
    ("~kols", "kols", ["is required"]),
    ("~kols.tiers.middle.count", "kols.tiers.middle.count", ["is required"]),
    ("~budget.totl", "budget.totl", ["no 'totl' to remove", "did you mean 'total'?"]),
    # money
    (
        "budget.split.events=0.05",
        "budget.split",
        ["sum to 0.95", "0.05 (5 %, 50,000 yuan) is missing", "budget.kept=0.05"],
    ),
    ("budget.split.events=0.2", "budget.split", ["sum to 1.1", "too much"]),
    ("budget.kept=0.1", "budget.split", ["too much", "+ kept 0.1"]),
    (
        "budget.phases.guide.share=0.4",
        "budget.phases",
        ["sum to 0.9", "0.1 is missing", "guide 0.4 + rebuild 0.5"],
    ),
    ("segments.staff.needs.innovation=0.5", "segments.staff.needs", ["sum to 0.8", "0.2 is missing"]),
    ("activities.launch.buys.seat=0.5", "activities.launch.buys", ["sum to 1.1", "0.1 too much"]),
    (
        "activities.launch.lines.media=0.7",
        "budget.phases.rebuild",
        ["activities draw 1.1", "line 'media'", "0.1 too much"],
    ),
    (
        "budget.total=1000",
        "activities.launch",
        ["too little money", "seat at 300 yuan", "budget.unfunded=drop"],
    ),
    ("~activities.launch.lines", "activities.launch", ["has no money", "draws from no budget line"]),
    ("~activities.launch.buys", "activities.launch", ["buys nothing"]),
    (
        "activities.launch.lines.crisis_reserve=0.5",
        "activities.launch.lines.crisis_reserve",
        ["only in a crisis"],
    ),
    (
        "activities.security_series.platforms=[]",
        "activities.security_series.platforms",
        ["is empty", "article, video"],
    ),
    ("budget.reserve.leftover=release", "budget.reserve.release_line", ["required", "crisis_reserve"]),
    ("budget.reserve.audit_share=0.9", "budget.reserve", ["more than it is"]),
    ("budget.prices.video.format=''", "budget.prices.video.format", ["required for content"]),
    ("budget.prices.kol_post.tier=core", "budget.prices.kol_post.tier", ["not a tier of KOLs"]),
    ("budget.prices.feature.tier=emerging", "budget.prices.feature.tier", ["no outlet is of tier"]),
    # dates
    (
        "activities.launch.start=2024-03-03",
        "activities.launch.start",
        ["before the scenario's start 2024-03-04"],
    ),
    (
        "activities.launch.start=2024-04-01",
        "activities.launch.start",
        ["after the scenario's end 2024-03-31"],
    ),
    (
        "activities.security_series.until=2024-04-01",
        "activities.security_series.until",
        ["after the scenario's end"],
    ),
    (
        "activities.security_series.until=2024-03-04",
        "activities.security_series.until",
        ["before the activity's start"],
    ),
    ("activities.launch.until=2024-03-20", "activities.launch.until", ["set every_days"]),
    ("activities.security_series.every_days=1min", "activities.security_series.every_days", ["once an hour"]),
    ("review.every_days=1min", "review.every_days", ["once an hour", "0: none"]),
    ("review.platform_days=2e-253", "review.platform_days", ["once an hour", "0: none"]),
    (
        "incidents.schedule.leak_march.start=2024-02-01",
        "incidents.schedule.leak_march.start",
        ["before the scenario's start"],
    ),
    (
        "incidents.schedule.leak_march.start=2024-04-02T10:00",
        "incidents.schedule.leak_march.start",
        ["after the scenario's end"],
    ),
    ("budget.phases.guide.start=2024-03-01", "budget.phases.guide.start", ["before the scenario's start"]),
    ("budget.phases.rebuild.end=2024-04-01", "budget.phases.rebuild.end", ["after the scenario's end"]),
    ("budget.phases.rebuild.end=2024-03-17", "budget.phases.rebuild.end", ["before the phase's start"]),
    (
        "budget.phases.rebuild.start=2024-03-10",
        "budget.phases.rebuild.start",
        ["before the end of phase 'guide'"],
    ),
    # incidents, response, world
    ("incidents.random={per_year: 3, library: []}", "incidents.random.library", ["is empty", "per_year"]),
    (
        "incidents.library.leak.witnesses=20M",
        "incidents.library.leak.witnesses",
        ["only 5.2e+06 are on 'weibo'"],
    ),
    (
        "response.levels.orange.min_severity=0.9",
        "response.levels.orange.min_severity",
        ["gravest level first"],
    ),
    ("rhythms.leisure.hours=[1,2,3]", "rhythms.leisure.hours", ["has 3 values, not 24"]),
    ("kols.tiers.middle.followers_max=1k", "kols.tiers.middle.followers_max", ["below followers_min"]),
    # overrides themselves
    ("seed=1,2", "seed", ["several values"]),
    ("seed=range(1,5)", "seed", ["several values"]),
    ("seed", "", ["is not an override", "key=value"]),
    ("plan.yaml", "", ["did you mean scenario=plan.yaml?"]),
    ("meta.title_en=a=b", "meta.title_en", ["cannot be read", "quote"]),
    ("incidents@other=none", "incidents", ["package"]),
    ("incidents=nothing", "incidents", ["no option 'nothing'", "none"]),
    ("scenario=dingtalk_2042", "scenario", ["unknown scenario", "'dingtalk_2024'?"]),
    ("scenario=missing.yaml", "scenario", ["there is no file missing.yaml"]),
]


@pytest.mark.parametrize(("override", "key", "says"), CASES, ids=[case[0] for case in CASES])
def test_a_mistake_is_refused_by_name(refuse: Refuse, override: str, key: str, says: list[str]) -> None:
    problems = refuse(override)
    assert key in problems, problems
    message = str(problems[key])
    assert message.startswith(f"{key}: ") or not key
    for part in says:
        assert part in message
    assert len(message.splitlines()) == 1


def test_all_problems_at_once_and_sorted(refuse: Refuse) -> None:
    problems = refuse(
        "seed=1.5",
        "budget.split.events=0.2",
        "activities.launch.topic=x",
        "activities.security_series.start=2023-01-01",
        "response.first_h=2 yuan",
    )
    assert list(problems) == [
        "activities.launch.topic",
        "activities.security_series.start",
        "budget.split",
        "response.first_h",
        "seed",
    ]


def test_one_bad_section_does_not_hide_another(refuse: Refuse) -> None:
    problems = refuse(
        "~media", "incidents.schedule.leak_march.start=2025-01-01", "platforms.weibo.kind=sozial"
    )
    assert set(problems) == {"media", "incidents.schedule.leak_march.start", "platforms.weibo.kind"}


def test_a_wrong_share_is_not_reported_as_a_wrong_sum_too(refuse: Refuse) -> None:
    assert set(refuse("budget.split.events=2")) == {"budget.split.events"}


def test_config_error_survives_a_process_boundary() -> None:
    error = ConfigError([Problem("b", "is wrong"), Problem("a", "is odd", nearest="aa")])
    copy = pickle.loads(pickle.dumps(error))
    assert copy.problems == error.problems
    assert str(copy) == "2 problems:\n  a: is odd; did you mean 'aa'?\n  b: is wrong"
