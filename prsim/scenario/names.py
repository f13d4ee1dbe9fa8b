"""What is said of a name that does not exist: which are valid, and which of them is nearest."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches

from prsim.errors import Problem

__all__ = ["listing", "nearest", "unknown_name"]

_SHOWN = 40


def nearest(name: str, valid: Iterable[str]) -> str:
    """The valid name closest to ``name``, or an empty text where none is near."""
    names = {v.lower(): v for v in valid}
    found = get_close_matches(name[:100].lower(), names, n=1, cutoff=0.6)
    if not found:  # half-remembered names: 'security' for 'data_security'
        part = name.lower()
        found = [low for low in names if len(part) >= 3 and (part in low or (len(low) >= 3 and low in part))][
            :1
        ]
    return names[found[0]] if found else ""


def listing(valid: Iterable[str]) -> str:
    """Valid names as one line, cut where there are very many."""
    names = [name or "(empty)" for name in valid]
    more = f", … ({len(names)} in all)" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more if names else "none"


def unknown_name(path: str, what: str, name: str, valid: Collection[str]) -> Problem:
    """The problem of a name at ``path`` that is none of the valid ones, all of which can be listed."""
    return Problem(path, what, name, listing(valid), nearest(name, valid))
