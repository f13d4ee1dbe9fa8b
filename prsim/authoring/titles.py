"""What things of a scenario are called, for a reader who does not know their keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prsim.scenario.metrics import METRICS
from prsim.scenario.root import Scenario

__all__ = ["quoted", "title_of", "title_of_entry"]


def title_of(scenario: Scenario, section: str, name: str, language: str) -> str:
    """The title of what a name refers to; empty where it has none.

    Parameters
    ----------
    scenario
        Where the titles stand.
    section
        Kind of reference, as declarations name it (``"lines"``, ``"platforms"``).
    name
        The name.
    language
        ``"en"`` or ``"zh"``.
    """
    s = scenario
    homes: dict[str, Mapping[str, Any]] = {
        "topics": s.topics,
        "platforms": s.platforms,
        "segments": s.segments,
        "formats": s.formats,
        "lines": s.budget.lines,
        "prices": s.budget.prices,
        "library": s.incidents.library,
        "tiers": s.kols.tiers,
        "metrics": METRICS,
    }
    return title_of_entry(homes.get(section, {}).get(name), language, scenario)


def title_of_entry(entry: object, language: str, scenario: Scenario) -> str:
    """The title of an entry in one language, else in the other; a scheduled incident has its library's."""
    use = getattr(entry, "use", None)
    if isinstance(use, str):
        return title_of(scenario, "library", use, language)
    first, second = ("zh", "en") if language == "zh" else ("en", "zh")
    return str(getattr(entry, f"title_{first}", "") or getattr(entry, f"title_{second}", ""))


def quoted(text: str, language: str) -> str:
    """A text in quotation marks; marks within it become single ones."""
    if language == "zh":
        return "“" + text.replace("“", "‘").replace("”", "’") + "”"
    return '"' + text.replace('"', "'") + '"'
