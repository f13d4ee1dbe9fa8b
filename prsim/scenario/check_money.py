"""What the plan's money must satisfy: shares that add up, activities that can pay for something."""

from __future__ import annotations

from collections.abc import Mapping

from prsim.scenario.build import SUM_TOLERANCE, shown_shares
from prsim.scenario.findings import Findings, refuse_outside
from prsim.scenario.funding import grants, occurrences_h, phase_at, phase_spans_h
from prsim.scenario.names import listing
from prsim.scenario.root import Scenario

__all__ = ["activities_funded", "prices_complete", "reserve_usable", "shares_add_up"]


def shares_add_up(s: Scenario, found: Findings, _: float) -> None:
    """The split with what is kept, and the phases' shares, each sum to one."""
    budget = s.budget
    total = sum(budget.split.values()) + budget.kept
    gap = 1.0 - total
    if abs(gap) > SUM_TOLERANCE:
        parts = shown_shares(budget.split) + (f" + kept {budget.kept:.6g}" if budget.kept else "")
        if gap > 0:
            what = (
                f"the shares sum to {total:.6g}, {gap:.6g} ({gap * 100:.4g} %, {_yuan(gap * budget.total)}) is missing: "
                f"assign it to a line, or say that it is kept with budget.kept={budget.kept + gap:.6g}"
            )
        else:
            what = f"the shares sum to {total:.6g}, {-gap:.6g} ({-gap * 100:.4g} %) too much: lower a line or budget.kept"
        found.refuse("budget.split", f"{what} ({parts})", f"{total:.6g}", "1")
    elif budget.kept > 0:
        found.notes.append(
            f"{budget.kept * 100:.4g} % of the budget ({_yuan(budget.kept * budget.total)}) is kept unspent."
        )
    shares = sum(phase.share for phase in budget.phases.values())
    if abs(shares - 1.0) > SUM_TOLERANCE:
        gap_text = f"{1 - shares:.6g} is missing" if shares < 1 else f"{shares - 1:.6g} too much"
        parts = shown_shares({name: phase.share for name, phase in budget.phases.items()})
        found.refuse(
            "budget.phases",
            f"the phases' shares sum to {shares:.6g}, not 1: {gap_text} ({parts})",
            f"{shares:.6g}",
            "1",
        )


def reserve_usable(s: Scenario, found: Findings, calendar_h: float) -> None:
    """The reserve's releases add up, and what is left over goes to a line that exists at a date that exists."""
    budget, reserve = s.budget, s.budget.reserve
    uses = {
        f"{name}_share": getattr(reserve, f"{name}_share") for name in ("placement", "audit", "compensation")
    }
    if sum(uses.values()) > 1 + SUM_TOLERANCE:
        total = sum(uses.values())
        found.refuse(
            "budget.reserve",
            f"a release is divided into more than it is: {total:.6g} ({shown_shares(uses)})",
            f"{total:.6g}",
            "at most 1",
        )
    if reserve.leftover != "keep":
        if not reserve.release_line:
            found.refuse(
                "budget.reserve.release_line",
                f"is required with leftover={reserve.leftover}; lines: {listing(budget.lines)}",
            )
        elif reserve.release_line == reserve.line:
            found.refuse(
                "budget.reserve.release_line",
                f"{reserve.line!r} is the reserve itself; name another line",
                reserve.line,
            )
        if reserve.leftover == "release" and not reserve.release_date:
            found.refuse("budget.reserve.release_date", "is required with leftover=release (an ISO date)")
    if reserve.release_date:
        refuse_outside(s, found, calendar_h, "budget.reserve.release_date", reserve.release_date)
    if budget.split.get(reserve.line, 0.0) == 0.0:
        found.notes.append(f"There is no crisis reserve: line {reserve.line!r} has no share of the budget.")
    for name, activity in s.activities.items():
        if reserve.line in activity.lines:
            found.refuse(
                f"activities.{name}.lines.{reserve.line}",
                "an activity cannot draw from the crisis reserve; it pays only in a crisis",
            )


def prices_complete(s: Scenario, found: Findings, _: float) -> None:
    """Content names its format, paid impressions their platform, posts and features name a tier that somebody is of."""
    for name, price in s.budget.prices.items():
        path = f"budget.prices.{name}"
        if price.action == "content" and not price.format:
            found.refuse(f"{path}.format", f"is required for content; formats: {listing(s.formats)}")
        if price.action == "kol" and price.tier not in s.kols.tiers:
            found.refuse(
                f"{path}.tier",
                f"{price.tier!r} is not a tier of KOLs; tiers: {listing(s.kols.tiers)}",
                price.tier,
            )
        if price.action == "promotion" and not price.platform:
            found.refuse(f"{path}.platform", f"is required for promotion; platforms: {listing(s.platforms)}")
        tiers = {group.tier for group in s.media.groups.values()}
        if price.action in ("feature", "media_relations") and price.tier and price.tier not in tiers:
            found.refuse(
                f"{path}.tier",
                f"no outlet is of tier {price.tier!r}; tiers: {listing(sorted(tiers))}",
                price.tier,
            )


def activities_funded(s: Scenario, found: Findings, calendar_h: float) -> None:
    """Every activity that buys has money for at least one unit, and no line's money is drawn twice."""
    budget = s.budget
    drawn: dict[tuple[str, str], dict[str, float]] = {}
    money: dict[str, dict[str, float]] = {}
    lines: dict[str, dict[str, float]] = {}
    for grant in grants(budget, s.activities, s.meta.start, calendar_h):
        share = s.activities[grant.activity].lines[grant.line]
        drawn.setdefault((grant.phase, grant.line), {})[grant.activity] = share
        by_phase = money.setdefault(grant.activity, {})
        by_phase[grant.phase] = by_phase.get(grant.phase, 0.0) + grant.yuan
        by_line = lines.setdefault(grant.activity, {})
        by_line[grant.line] = by_line.get(grant.line, 0.0) + grant.yuan
    for (phase, line), shares in drawn.items():
        total = sum(shares.values())
        if total > 1 + SUM_TOLERANCE:
            found.refuse(
                f"budget.phases.{phase}",
                f"activities draw {total:.6g} of line {line!r} in this phase, {total - 1:.6g} too much: {shown_shares(shares)}",
                f"{total:.6g}",
                "at most 1",
            )
    for name, a in s.activities.items():
        path = f"activities.{name}"
        content = [price for price in a.buys if budget.prices[price].action == "content"]
        if content and not a.platforms:
            found.refuse(
                f"{path}.platforms",
                f"is empty, but it buys content ({listing(content)}); name where it is published",
            )
        if a.buys and not a.lines:
            found.refuse(
                path,
                f"has no money: it buys {listing(a.buys)} but draws from no budget line (set {path}.lines)",
            )
        elif a.lines and not a.buys:
            found.refuse(path, f"draws from {listing(a.lines)} but buys nothing (set {path}.buys)")
        elif a.buys:
            _one_unit(s, found, name, money.get(name, {}), lines.get(name, {}), calendar_h)


def _one_unit(
    s: Scenario,
    found: Findings,
    name: str,
    by_phase: Mapping[str, float],
    by_line: Mapping[str, float],
    calendar_h: float,
) -> None:
    """Refuse, or drop, an activity whose money does not buy one unit of anything."""
    a, prices = s.activities[name], s.budget.prices
    if any(
        yuan * weight >= prices[price].yuan for yuan in by_phase.values() for price, weight in a.buys.items()
    ):
        return
    first = occurrences_h(a, s.meta.start, calendar_h)[0]
    if not 0 <= first < calendar_h:
        return  # its date is refused already
    cheapest = min(a.buys, key=lambda price: prices[price].yuan)
    if not phase_at(phase_spans_h(s.budget, s.meta.start), first) and not by_phase:
        why = f"has no money: {a.start} is in no phase of the budget"
    else:
        parts = ", ".join(f"{line} {_yuan(yuan)}" for line, yuan in by_line.items())
        why = f"has too little money to buy one unit of anything: {parts}; the cheapest it buys is {cheapest} at {_yuan(prices[cheapest].yuan)}"
    if s.budget.unfunded == "drop":
        found.dropped.append(name)
        found.notes.append(f"Activity {name!r} is dropped from the plan: it {why}.")
    else:
        found.refuse(f"activities.{name}", f"{why}; budget.unfunded=drop leaves it out of the plan")


def _yuan(amount: float) -> str:
    return f"{amount:,.0f} yuan" if amount >= 100 or amount == int(amount) else f"{amount:,.2f} yuan"
