"""An entry of a scenario in a few words: its kind, its title and the two or three things that tell it from others."""

from __future__ import annotations

from typing import Any

from prsim.authoring.quantities import amount, day
from prsim.authoring.titles import quoted, title_of_entry
from prsim.scenario.audience import Format, HotSearch, Platform, Rhythm, Segment, Topic
from prsim.scenario.crisis import Incident, Level, Scheduled
from prsim.scenario.funding import grants
from prsim.scenario.mechanisms import Competitor, KolTier, OutletGroup
from prsim.scenario.plan import Activity, Line, Phase, Price, Target
from prsim.scenario.root import Scenario

__all__ = ["entry_in_words", "kind_in_words", "money_of"]

_KINDS: dict[type, tuple[str, str, str]] = {
    Activity: ("activity", "activities", "活动"),
    Segment: ("segment", "segments", "人群"),
    Topic: ("topic", "topics", "话题"),
    Platform: ("platform", "platforms", "平台"),
    HotSearch: ("hot-search list", "hot-search lists", "热搜榜"),
    Rhythm: ("rhythm", "rhythms", "作息"),
    Format: ("content format", "content formats", "内容形式"),
    Line: ("budget line", "budget lines", "预算线"),
    Phase: ("phase", "phases", "阶段"),
    Price: ("price", "prices", "价目"),
    Target: ("target", "targets", "目标"),
    Incident: ("incident of the library", "incidents of the library", "库中事件"),
    Scheduled: ("scheduled incident", "scheduled incidents", "定期事件"),
    Level: ("warning level", "warning levels", "预警等级"),
    OutletGroup: ("group of outlets", "groups of outlets", "媒体组"),
    KolTier: ("tier of opinion leaders", "tiers of opinion leaders", "意见领袖层级"),
    Competitor: ("competitor", "competitors", "竞品"),
}


def kind_in_words(entry: Any, language: str, count: int = 1) -> str:
    """What kind of entry it is: ``activity``, ``activities``, ``活动``."""
    one, several, chinese = _KINDS.get(type(entry), ("entry", "entries", "条目"))
    if language == "zh":
        return chinese
    return one if count == 1 else several


def entry_in_words(entry: Any, name: str, scenario: Scenario, language: str) -> str:
    """An entry with kind, title and what tells it from others: ``activity "Open day" (20 April 2024, 97,500 yuan)``.

    Parameters
    ----------
    entry
        The entry.
    name
        Its key, said where it has no title.
    scenario
        The scenario in which it stands.
    language
        ``"en"`` or ``"zh"``.
    """
    title = title_of_entry(entry, language, scenario) or name
    details = _details(entry, name, scenario, language)
    kind = kind_in_words(entry, language)
    if language == "zh":
        return f"{kind}{quoted(title, language)}" + (f"（{'，'.join(details)}）" if details else "")
    return f"{kind} {quoted(title, language)}" + (f" ({', '.join(details)})" if details else "")


def money_of(scenario: Scenario, activity: str) -> float:
    """Yuan that an activity draws from all lines and phases."""
    s = scenario
    drawn = grants(s.budget, {activity: s.activities[activity]}, s.meta.start, s.horizon_days * 24.0)
    return sum(grant.yuan for grant in drawn)


def _details(entry: Any, name: str, scenario: Scenario, language: str) -> list[str]:
    zh = language == "zh"
    match entry:
        case Activity():
            money = amount(round(money_of(scenario, name)), "yuan", language)
            details = [day(entry.start, language), money]
            if entry.every_days:
                every = amount(entry.every_days, "days", language)
                details.insert(1, f"每 {every}一次" if zh else f"every {every}")
            return details
        case Segment():
            return [amount(entry.size, "persons", language)]
        case Scheduled():
            return [day(entry.start, language)]
        case Incident() | Level():
            severity = entry.severity if isinstance(entry, Incident) else entry.min_severity
            return [f"严重程度 {severity:g}" if zh else f"severity {severity:g}"]
        case Phase():
            span = f"{day(entry.start, language)} – {day(entry.end, language)}"
            return [span, amount(entry.share, "share", language)]
        case Price():
            return [amount(entry.yuan, "yuan", language)]
        case Target():
            sign = {">=": "至少", "<=": "至多"} if zh else {">=": "at least", "<=": "at most"}
            joint = "" if zh else " "
            value = amount(entry.value, entry.unit, language)
            return [f"{sign[entry.op]}{joint}{value}"]
        case Line():
            share = scenario.budget.split.get(name, 0.0)
            return [amount(share, "share", language)]
        case OutletGroup():
            return [amount(entry.count, "outlets", language)]
        case KolTier():
            return [amount(entry.count, "accounts", language)]
        case _:
            return []
