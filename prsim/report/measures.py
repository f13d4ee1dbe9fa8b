"""What kind of number each measure is: its unit and how it adds up over time."""

from __future__ import annotations

import numpy as np

from prsim.report.readings import Track

__all__ = ["FLOW", "LEVEL", "TOTAL", "kind_of", "unit_of"]

LEVEL = "level"
FLOW = "flow"
TOTAL = "total"

# unit, kind; a unit that begins with "?" holds only where a number exceeds one: else it is a share
_MEASURES: dict[str, tuple[str, str]] = {
    "nps": ("points", LEVEL),
    "nps_survey": ("points", LEVEL),
    "sentiment": ("index", LEVEL),
    "negative_share": ("share", LEVEL),
    "mentions_positive": ("count", FLOW),
    "mentions_neutral": ("count", FLOW),
    "mentions_negative": ("count", FLOW),
    "volume": ("count", FLOW),
    "interactions": ("count", FLOW),
    "media_positive_share": ("share", LEVEL),
    "media_items": ("count", TOTAL),
    "complaints": ("count", LEVEL),
    "satisfaction": ("share", LEVEL),
    "awareness": ("share", LEVEL),
    "trust": ("share", LEVEL),
    "promoters": ("share", LEVEL),
    "detractors": ("share", LEVEL),
    "positive_share": ("share", LEVEL),
    "interaction_rate": ("share", LEVEL),
    "media_invitation_coverage": ("share", LEVEL),
    "participants": ("persons", TOTAL),
    "exposures": ("count", FLOW),
    "favourability": ("points", LEVEL),
    "reach": ("?persons", TOTAL),
    "frequency": ("index", LEVEL),
    "share_of_voice": ("share", LEVEL),
    "hot_search_hours": ("h", TOTAL),
    "ugc_share": ("share", LEVEL),
    "conversions": ("persons", TOTAL),
    "churn": ("?persons", TOTAL),
    "service_response_h": ("h", LEVEL),
    "engagement": ("count", TOTAL),
    "completion": ("share", LEVEL),
    "reach_precision": ("share", LEVEL),
    "followers": ("persons", LEVEL),
}


def kind_of(metric: str) -> str:
    """How a measure adds up: ``level``, ``flow`` (per interval) or ``total`` (since the start)."""
    return _MEASURES.get(metric.partition(":")[0], ("", LEVEL))[1]


def unit_of(metric: str, track: Track | None = None) -> str:
    """The unit of a measure; where both are in use, shares are told from other numbers by their size."""
    unit = _MEASURES.get(metric.partition(":")[0], ("index", LEVEL))[0]
    if not unit.startswith("?"):
        return unit
    largest = np.nanmax(track.values) if track is not None and np.isfinite(track.values).any() else 0.0
    return "share" if largest <= 1.0 else unit.removeprefix("?")
