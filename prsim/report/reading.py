"""The plain-language reading, written from the numbers: it claims what the runs can carry and no more."""

from __future__ import annotations

import math

from prsim.report.parts import Digest, Effect, Incident, Kpi
from prsim.report.setting import Setting

__all__ = ["plain_reading"]

_STATUSES = ("likely", "open", "unlikely", "not_measured")


def plain_reading(digest: Digest, setting: Setting, unlisted: float = 0.0) -> list[str]:
    """What the runs say, in a few sentences: the targets, the causes, the limits, a paragraph each.

    Parameters
    ----------
    digest, setting
        The summary; language and calendar.
    unlisted
        Incidents per run that the summary does not list (those that strike at random).
    """
    paragraphs = (
        [_opening(digest, setting), _targets(digest, setting), _nps(digest, setting)],
        [_incidents(digest, setting, unlisted), *(_effect(effect, setting) for effect in digest.effects)],
        [_money(digest, setting), _caution(digest, setting)],
    )
    joint = setting.words("space")
    joined = [joint.join(sentence for sentence in sentences if sentence) for sentences in paragraphs]
    return [paragraph for paragraph in joined if paragraph]


def _opening(digest: Digest, setting: Setting) -> str:
    words = setting.words
    if digest.runs < 1:
        return words("read_no_runs")
    period = setting.period() if setting.horizon_h > 0 else ""
    key = "read_opening_one" if digest.runs == 1 else "read_opening"
    return words(key, runs=digest.runs, period=period) if period else ""


def _targets(digest: Digest, setting: Setting) -> str:
    words = setting.words
    if not digest.kpis:
        return words("read_no_targets")
    parts = []
    for status in _STATUSES:
        members = [kpi for kpi in digest.kpis if _status(kpi) == status]
        if members:
            names = words.listing([setting.say(kpi.title) for kpi in members])
            parts.append(words(f"read_{status}", n=len(members), names=names))
    return words("read_targets", n=len(digest.kpis), parts=words("semicolon").join(parts))


def _status(kpi: Kpi) -> str:
    return kpi.status if kpi.measured else "not_measured"


def _nps(digest: Digest, setting: Setting) -> str:
    kpi = next((kpi for kpi in digest.kpis if kpi.metric == "nps" and kpi.measured), None)
    if kpi is None:
        return ""
    numbers, words = setting.numbers, setting.words
    median = numbers.value(kpi.median, kpi.unit)
    if digest.runs == 1:
        return words("read_nps_one", median=median)
    band = numbers.band(kpi.quantiles["q10"], kpi.quantiles["q90"], kpi.unit)
    said = words("read_nps", median=median, band=band)
    if math.isfinite(kpi.odds) and math.isfinite(kpi.target):
        met = round(kpi.odds * digest.runs)
        odds = f"{numbers.percent(kpi.odds_lo, 0)}–{numbers.percent(kpi.odds_hi, 0)}"
        target = numbers.target(kpi.target, kpi.unit)
        said += words("read_nps_odds", target=target, met=met, runs=digest.runs, interval=odds)
    return said + words("full_stop")


def _depth(incident: Incident) -> float:
    """How deep an incident cuts: by its loss of NPS, else (and always less) by its peak of negative posts."""
    trough, peak = incident.nps_trough.q50, incident.peak_negative_share.q50
    return abs(trough) if math.isfinite(trough) else peak / 1000 if math.isfinite(peak) else -1.0


def _incidents(digest: Digest, setting: Setting, unlisted: float) -> str:
    words = setting.words
    random = words("read_unlisted", mean=setting.numbers.plain(unlisted, 1)) if unlisted > 0 else ""
    if digest.incidents:
        return _worst(digest, setting) + (words("space") if random else "") + random
    return random or (words("read_no_incidents") if digest.runs > 0 else "")


def _worst(digest: Digest, setting: Setting) -> str:
    words, numbers = setting.words, setting.numbers
    worst = max(digest.incidents, key=_depth)
    facts = []
    if worst.peak_negative_share.known:
        facts.append(words("read_peak", share=numbers.percent(worst.peak_negative_share.q50, 0)))
    if worst.negative_share_72h.known:
        facts.append(words("read_72h", share=numbers.percent(worst.negative_share_72h.q50, 0)))
    if worst.nps_trough.known:
        facts.append(words("read_trough", points=numbers.plain(abs(worst.nps_trough.q50), 1)))
    if worst.first_response_h.known:
        facts.append(words("read_first_response", time=numbers.hours(worst.first_response_h.q50)))
    if math.isfinite(worst.share_within_48h):
        facts.append(words("read_within_48h", share=numbers.percent(worst.share_within_48h, 0)))
    if not facts or (len(digest.incidents) > 1 and _depth(worst) < 0):
        return words("read_incidents_unmeasured", n=len(digest.incidents))
    key = "read_incident_one" if len(digest.incidents) == 1 else "read_incidents"
    name, day = setting.say(worst.title), setting.dates.day(worst.start_h)
    return words(key, n=len(digest.incidents), name=name, day=day, facts=words("comma").join(facts))


def _effect(effect: Effect, setting: Setting) -> str:
    words, numbers = setting.words, setting.numbers
    if not effect.rows:
        return ""
    parts = []
    row = next((row for row in effect.rows if row.metric == "nps" and math.isfinite(row.mean)), None)
    if row is not None:
        interval = numbers.band(row.low, row.high, row.unit, delta=True)
        verdict = row.verdict if row.verdict in ("better", "worse") else "cannot_tell"
        key = f"read_effect_nps_{verdict}"
        parts.append(words(key, points=numbers.plain(abs(row.mean), 1), interval=interval))
    others = [other for other in effect.rows if other is not row]
    for verdict in ("better", "worse", "cannot_tell"):
        names = [words.inline(other.metric) for other in others if other.verdict == verdict]
        if names:
            parts.append(words(f"read_effect_{verdict}", names=words.listing(names)))
    key = f"read_effect_of_{effect.title.ident}"
    try:
        opening = words(key)
    except KeyError:
        opening = words("read_effect_of", title=setting.say(effect.title))
    return opening + words("semicolon").join(parts) + words("full_stop") if parts else ""


def _money(digest: Digest, setting: Setting) -> str:
    budget, numbers, words = digest.budget, setting.numbers, setting.words
    spent = sum(line.spent_fen for line in budget.lines if math.isfinite(line.spent_fen))
    if not (budget.lines and math.isfinite(budget.total_fen)):
        return ""
    return words("read_money", total=numbers.money(budget.total_fen), spent=numbers.money(spent))


def _caution(digest: Digest, setting: Setting) -> str:
    if digest.runs < 1:
        return ""
    if digest.runs == 1:
        return setting.words("read_caution_one")
    return (
        setting.words("read_caution_few", runs=digest.runs)
        if digest.few_runs
        else setting.words("read_caution")
    )
