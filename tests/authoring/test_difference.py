"""How two scenarios differ: as a list, and in words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import prsim
from prsim.authoring.difference import Difference, differences
from prsim.authoring.entries import entry_in_words, money_of
from prsim.authoring.in_words import difference_in_words
from prsim.authoring.quantities import amount, change, day, shift
from prsim.authoring.sections import SECTIONS
from prsim.scenario.compose import scenario_names
from prsim.scenario.plain import config_hash
from prsim.scenario.root import Scenario
from tests.laboratory import TINY

CHANGES = [
    "budget.total=1180000",
    "budget.split.events=0.05",
    "budget.kept=0.05",
    "response.first_h=2",
    "response.strategy=fix",
    "segments.owners.size=3M",
    "segments.owners.nps=24",
    "activities.launch.start=2024-03-20T10:00",
    "activities.launch.buys={kol_post: 0.3, feature: 0.2, seat: 0.4, article: 0.1}",
    "activities.launch.platforms=[weibo,business_press]",
    "~activities.security_series",
    "incidents.schedule.again={use: leak, start: 2024-03-20}",
    "meta.title_en=Another plan",
    "platforms.weibo.hot=null",
    "response.levels.red.loud=false",
]


@pytest.fixture
def pair() -> tuple[Scenario, Scenario]:
    return prsim.load(TINY), prsim.load(TINY, CHANGES)


def by_path(found: list[Difference]) -> dict[str, Difference]:
    assert len({d.path for d in found}) == len(found)
    return {d.path: d for d in found}


def words(a: Scenario, b: Scenario, language: str = "en", everything: bool = False) -> str:
    return "\n".join(difference_in_words(a, b, ("A", "B"), language=language, everything=everything))


# --- the list --------------------------------------------------------------------------------------------


def test_every_change_is_one_record(pair: tuple[Scenario, Scenario]) -> None:
    found = by_path(differences(*pair))
    assert set(found) == {
        "meta.title_en", "budget.total", "budget.kept", "budget.split.events", "response.first_h", "response.strategy",
        "segments.owners.size", "segments.owners.nps", "activities.launch.start", "activities.launch.platforms",
        "activities.launch.buys.kol_post", "activities.launch.buys.article", "activities.security_series",
        "incidents.schedule.again", "platforms.weibo.hot", "response.levels.red.loud",
    }  # fmt: skip
    total = found["budget.total"]
    assert (total.a, total.b, total.kind, total.section, total.entry) == (
        1e6,
        1.18e6,
        "changed",
        "budget",
        "",
    )
    assert total.spec.unit == "yuan" and total.assumed
    nps = found["segments.owners.nps"]
    assert (nps.entry, nps.pattern, nps.entry_a.nps) == ("segments.owners", "segments.*.nps", 20)
    gone = found["activities.security_series"]
    assert gone.kind == "only_a" and gone.b is None and gone.whole_entry
    assert found["incidents.schedule.again"].kind == "only_b"
    assert found["activities.launch.buys.article"].kind == "only_b"
    assert found["platforms.weibo.hot"].kind == "only_a"
    assert found["meta.title_en"].label and not total.label
    assert not found["response.first_h"].assumed  # D18, M6


def test_both_ways(pair: tuple[Scenario, Scenario]) -> None:
    there, back = by_path(differences(*pair)), by_path(differences(*reversed(pair)))
    assert there.keys() == back.keys()
    other = {"changed": "changed", "only_a": "only_b", "only_b": "only_a"}
    for path, d in there.items():
        assert (back[path].a, back[path].b, back[path].kind) == (d.b, d.a, other[d.kind])


def test_no_difference_means_the_same_result(pair: tuple[Scenario, Scenario]) -> None:
    a, _ = pair
    assert differences(a, a) == []
    other = prsim.load(TINY, ["meta.name=x", "language=zh", "workers=2", "out=somewhere"])
    assert differences(a, other) == []
    for change_ in CHANGES:
        if not change_.startswith("budget."):
            one = prsim.load(TINY, [change_])
            assert differences(a, one)
            assert config_hash(a) != config_hash(one)


def test_the_order_is_a_planners(pair: tuple[Scenario, Scenario]) -> None:
    sections = [d.section for d in differences(*pair)]
    assert sections == sorted(sections, key=list(SECTIONS).index)


# --- in words --------------------------------------------------------------------------------------------


def test_what_a_planner_reads(pair: tuple[Scenario, Scenario]) -> None:
    said = words(*pair)
    assert said.startswith("A → B: 16 differences\n\nThe plan\n")
    for line in (
        'meta.title_en: "A small plan" → "Another plan"',
        "budget.total: 1,000,000 yuan → 1,180,000 yuan (+18 %) [assumption] – Budget in all",
        "budget.split.events (Events): 10 % → 5 % (−5 percentage points)",
        'segment "Owners"',
        "  size: 2,000,000 persons → 3,000,000 persons (+50 %)",
        "  nps: 20 points → 24 points (+4 points)",
        "  start: 19 March 2024, 10:00 → 20 March 2024, 10:00 (24 h later)",
        "  platforms: with business_press (Business press)",
        "  buys.article (Article): none → 10 %",
        'only in A: activity "Security explained" (5 March 2024, every 7 days, ',
        'only in B: scheduled incident "Alleged data leak" (20 March 2024) [assumption]',
        "response.first_h: 30 min → 2 h (4 times as much) – Hours from detection to the first response",
        "response.strategy: matched → fix",
        '  loud: yes → no',
        'only in A: hot-search list of platform "Weibo"',
    ):  # fmt: skip
        assert f"\n  {line}" in said, line
    assert not re.search(r"\be[+-]\d|\d{8}|00000|\bnan\b|\bNone\b|Spec\(", said)


def test_what_a_planner_reads_in_chinese(pair: tuple[Scenario, Scenario]) -> None:
    said = words(*pair, "zh")
    assert said.startswith("A → B：15 处不同\n\n预算\n")
    for line in (
        "budget.total：100万元 → 118万元（+18%）［假设］ – 预算总额",
        "budget.split.events（活动）：10% → 5%（−5 个百分点）",
        "人群“企业主”",
        "  nps：20 分 → 24 分（+4 分）",
        "  start：2024年3月19日 10:00 → 2024年3月20日 10:00（晚 24 小时）",
        "  platforms：增加 business_press（财经媒体）",
        "仅 A 有：活动“安全科普”（2024年3月5日，每 7 天一次，",
        "仅 B 有：定期事件“疑似数据泄露”（2024年3月20日）［假设］",
        "response.first_h：30 分钟 → 2 小时（4 倍）",
        "仅 A 有：平台“微博”的热搜榜",
    ):  # fmt: skip
        assert f"\n  {line}" in said, line
    assert said.endswith("另有 1 处标题、来源等文字不同。加 --all 逐一列出。")


def test_equal_scenarios_say_so() -> None:
    a = prsim.load(TINY)
    assert words(a, a) == "A and B say the same, apart from their names: they give the same results."
    assert words(a, a, "zh") == "A 与 B 相同（名称除外）：结果也相同。"


def test_texts_alone_change_nothing() -> None:
    a = prsim.load(TINY)
    said = words(a, prsim.load(TINY, ["meta.title_zh=别的", "segments.owners.source=a survey"]))
    assert said.startswith("A → B: 0 differences\n\nTexts only: no number differs. ")
    assert said.endswith("2 more titles or citations differ. --all prints every one.")
    said = words(a, prsim.load(TINY, ["meta.title_zh=别的"]), everything=True)
    assert 'meta.title_zh: "小型方案" → "别的"' in said and "Texts only" in said


def test_huge_differences_are_counted() -> None:
    a, b = prsim.load(), prsim.load(TINY)
    short, whole = words(a, b), words(a, b, everything=True)
    assert len(short.splitlines()) < 130 < len(whole.splitlines())
    assert re.search(r"only in A: \d+ activities: \"Pre-heating .* and \d+ more", short)
    assert re.search(r"\d+ values differ in \d+ entries that both have: ", short)
    assert short.endswith("--all prints every one.")
    assert "--all" not in whole
    for d in differences(a, b):
        if d.whole_entry and not d.entry:
            entry = d.a if d.b is None else d.b
            assert entry_in_words(entry, d.path.rpartition(".")[2], a if d.b is None else b, "en") in whole


@pytest.mark.parametrize("name", [n for n in scenario_names() if n != "dingtalk_2024"])
def test_scenarios_of_the_package_can_be_told_apart(name: str) -> None:
    a, b = prsim.load(), prsim.load(name)
    for language in ("en", "zh"):
        for everything in (False, True):
            said = words(a, b, language, everything)
            assert not re.search(r"\bnan\b|\bNone\b|Spec\(|object at|\bentry \"", said)
        assert len(words(a, b, language).splitlines()) < 160


# --- entries and quantities ------------------------------------------------------------------------------


def test_the_money_of_an_activity() -> None:
    s = prsim.load(TINY)
    launch = s.activities["launch"]
    expected = s.budget.total * 0.5 * sum(launch.lines[n] * s.budget.split[n] for n in launch.lines)
    assert money_of(s, "launch") == pytest.approx(expected)
    assert f"{expected:,.0f} yuan" in entry_in_words(launch, "launch", s, "en")


@pytest.mark.parametrize(
    ("value", "unit", "en", "zh"),
    [
        (2_360_000.0, "yuan", "2,360,000 yuan", "236万元"),
        (1.2e8, "persons", "120,000,000 persons", "1.2亿人"),
        (0.35, "share", "35 %", "35%"),
        (0.14000000000000001, "share", "14 %", "14%"),
        (0.0004, "share", "0.04 %", "0.04%"),
        (0.5, "h", "30 min", "30 分钟"),
        (48.0, "h", "48 h", "48 小时"),
        (96.0, "h", "4 days", "4 天"),
        (1.0, "days", "1 day", "1 天"),
        (-0.5, "ratio", "−50 %", "−50%"),
        (3.0, "1/year", "3 a year", "3 次/年"),
        (1234567.891, "1", "1,234,568", "1,234,568"),
        (12.345678, "1", "12.3457", "12.3457"),
        (1e-6, "1", "1e-06", "1e-06"),
        (0.0, "yuan", "0 yuan", "0元"),
        (956_800.0, "yuan", "956,800 yuan", "95.68万元"),
        (2600.0, "count", "2,600", "2,600"),
    ],
)
def test_amounts_are_said_as_people_say_them(value: float, unit: str, en: str, zh: str) -> None:
    assert (amount(value, unit), amount(value, unit, "zh")) == (en, zh)


@pytest.mark.parametrize(
    ("a", "b", "unit", "en"),
    [
        (2e6, 2.36e6, "yuan", "+18 %"),
        (2e6, 1e6, "yuan", "−50 %"),
        (0.5, 24, "h", "48 times as much"),
        (0, 5, "yuan", ""),
        (5, 0, "yuan", ""),
        (0.15, 0.16, "share", "+1 percentage point"),
        (0.15, 0.125, "share", "−2.5 percentage points"),
        (-6.8, -5.2, "1", "+1.6"),
        (0.5, 0.7, "1", "+0.2"),
        (4, 6, "1", "+50 %"),
        (20, 19, "points", "−1 points"),
        (1, 2, "", ""),
    ],
)
def test_changes_are_said_as_people_say_them(a: float, b: float, unit: str, en: str) -> None:
    assert change(a, b, unit) == en


def test_dates() -> None:
    assert day("2024-04-20") == "20 April 2024"
    assert day("2024-04-20T08:00", "zh") == "2024年4月20日 08:00"
    assert day("") == "" and shift("", "2024-01-01") == ""
    assert shift("2024-04-20", "2024-04-27") == "7 days later"
    assert shift("2024-04-20T10:00", "2024-04-20T08:00") == "2 h earlier"
    assert shift("2024-04-20", "2024-04-10", "zh") == "早 10 天"


def test_a_file_and_its_base_differ_in_what_was_edited(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("base: dingtalk_2024\nactivities: {open_day: null}\n", encoding="utf-8")
    (only,) = differences(prsim.load(), prsim.load(mine))
    assert (only.path, only.kind, only.section) == ("activities.open_day", "only_a", "activities")
    assert 'only in A: activity "Open day" (20 April 2024, 08:00, 97,600 yuan)' in words(
        prsim.load(), prsim.load(mine)
    )
