"""The page of the latest results, made from the history alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.history import Change, Entry
from benchmarks.rows import Row
from benchmarks.setting import LIBRARIES

ABOUT = {
    "peers": (
        "prsim and others on the same graph from the same seeds. Each has a process of its own; they run in turns, and "
        "a ratio is the peer's time over prsim's just beside it: median (smallest to largest). Seconds are those of "
        "the processor, except with two workers, where the clock counts. Building the peer's structure is not part of "
        "a run. *z* is how many standard errors the peer's mean final size lies above prsim's; beyond ±4 they do not "
        "do the same work."
    ),
    "model": (
        "The full model `dingtalk_2024`. *Bound* is a loop measured in the same process on as many records: "
        "*change two numbers* does that to records at random, each asked for ahead; *bare exposure* draws who is "
        "exposed, lets time pass, weighs notice and moves one number. Seconds are those of one core, medians of "
        "seeds, one run each, compiled code loaded; of the loops the best of three."
    ),
    "growth": (
        "One run of the whole plan: processor seconds after building, seconds of building, peak memory of the "
        "process; 100,000 agents where agents are not what is varied. A slope is that of the logarithms with its "
        "standard error: 1 is as fast as what is varied."
    ),
    "start": (
        "What one waits for before anything is simulated. Medians; compiled code is at hand except where it says so."
    ),
    "profile": (
        "Own time of the functions of one run, by the part they work for; the profiler makes Python look slower than "
        "it is, and leaves compiled code as it is."
    ),
}
RATIOS = {
    "ratio, one run a call": "one run a call",
    "ratio, per run": "per run of many",
    "ratio, two workers": "two workers",
}


def newest(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """The rows of each part's newest run; a quick one only where there is no other."""
    found: dict[str, list[Entry]] = {}
    for part in ABOUT:
        ones = [x for x in entries if x.row.part == part]
        ones = [x for x in ones if x.setting["mode"] != "quick"] or ones
        if ones:
            run = ones[-1].setting["run"]
            found[part] = [x for x in ones if x.setting["run"] == run]
    return found


def page(entries: Sequence[Entry], changes: Sequence[Change], pictures: Sequence[str] = ()) -> str:
    """Markdown: targets, what has become slower, one section for each part."""
    parts = newest(entries)
    lines = [
        "# Benchmarks",
        "",
        "Made by `python -m benchmarks`; all results so far are in `history.csv`.",
        "",
    ]
    lines += [*_targets([x.row for ones in parts.values() for x in ones]), *_changes(changes)]
    for picture in pictures:
        lines += [f"![{Path(picture).stem}]({picture})", ""]
    for part, ones in parts.items():
        lines += [f"## {part}", "", ABOUT[part], "", _setting(ones[0].setting), ""]
        rows = [x.row for x in ones]
        for case in dict.fromkeys(x.case for x in rows):
            lines += list(_case(part, case, [x for x in rows if x.case == case]))
    return "\n".join(lines).rstrip() + "\n"


def _setting(setting: dict[str, str]) -> str:
    quick = (
        " Toy sizes (`--quick`): these figures say nothing about speed." if setting["mode"] == "quick" else ""
    )
    versions = ", ".join(f"{name} {setting[name]}" for name in ("python", *LIBRARIES))
    where = f"{setting['processor']}, {setting['cores']} cores"
    commit = f", commit {setting['commit']}" if setting["commit"] else ""
    return f"{setting['run'].replace('T', ' ')}{commit}; {where}; {versions}.{quick}"


def _targets(rows: Sequence[Row]) -> Iterator[str]:
    aims = [x for x in rows if x.met is not None]
    if not aims:
        return
    agreed = [x for x in aims if x.measure == "z"]
    yield "## Targets"
    yield ""
    yield "| | target | found | |"
    yield "|---|---|---|---|"
    for row in aims:
        if row.measure != "z":
            verdict = "met" if row.met else "**missed**"
            yield f"| {_what(row)} | {_limits(row)} | {_figure(row)} | {verdict} |"
    if agreed:
        fine = sum(bool(x.met) for x in agreed)
        verdict = "met" if fine == len(agreed) else "**missed**"
        yield f"| peers: final sizes agree with prsim's | all | {fine} of {len(agreed)} | {verdict} |"
    yield ""


def _what(row: Row) -> str:
    subject = "" if row.subject == "prsim" else f"{row.subject}, "
    return f"{row.part}: {row.case}: {subject}{row.measure}"


def _limits(row: Row) -> str:
    if math.isnan(row.most):
        return f"≥ {number(row.least, row.unit)}"
    return f"≤ {number(row.most, row.unit)}"


def _changes(changes: Sequence[Change]) -> Iterator[str]:
    if not changes:
        return
    slow = [x for x in changes if x.slower]
    yield "## Against the last runs"
    yield ""
    for change in sorted(slow, key=lambda x: -x.share):
        yield f"* **slower**: {_what(change.row)}: {change}"
    if not slow:
        yield f"None of {len(changes)} watched figures is slower than what may be chance."
    yield ""


def _case(part: str, case: str, rows: Sequence[Row]) -> Iterator[str]:
    yield f"### {case}"
    yield ""
    yield from {"peers": _peers, "growth": _crossed, "start": _crossed}.get(part, _plain)(rows)
    yield ""


def _plain(rows: Sequence[Row]) -> Iterator[str]:
    yield "| | |"
    yield "|---|---|"
    for row in rows:
        subject = row.measure if row.subject == "prsim" else f"{row.subject}: {row.measure}"
        if row.measure == "share":
            subject = row.subject
        note = f" ({row.note})" if row.note else ""
        yield f"| {subject} | {_figure(row)}{note} |"


def _crossed(rows: Sequence[Row]) -> Iterator[str]:
    """One line per subject, one column per measure."""
    measures = [x for x in dict.fromkeys(x.measure for x in rows) if x != "skipped"]
    yield "| | " + " | ".join(measures) + " |"
    yield "|---" * (len(measures) + 1) + "|"
    for subject in dict.fromkeys(x.subject for x in rows):
        found = {x.measure: x for x in rows if x.subject == subject}
        cells = [_figure(found[m]) if m in found else "" for m in measures]
        if "skipped" in found:
            cells = [found["skipped"].note, *cells[1:]]
        yield f"| {subject} | " + " | ".join(cells) + " |"


def _peers(rows: Sequence[Row]) -> Iterator[str]:
    """One line per peer, the fastest first; then what prsim took; then who is absent."""
    by_subject: dict[str, dict[str, Row]] = {}
    for row in rows:
        by_subject.setdefault(row.subject, {})[row.measure] = row
    peers = {name: found for name, found in by_subject.items() if "ratio, per run" in found}
    if peers:
        ratios = [key for key in RATIOS if any(key in x for x in peers.values())]
        heads = [
            "",
            "s a run",
            *(f"prsim faster, {RATIOS[key]}" for key in ratios),
            "build, s",
            "peak MB",
            "final size",
            "z",
        ]
        yield "| " + " | ".join(heads) + " |"
        yield "|---" * len(heads) + "|"
        for name in sorted(peers, key=lambda x: peers[x]["seconds"].value):
            found = peers[name]
            keys = ["seconds", *ratios, "build", "peak memory", "final size", "z"]
            yield f"| {name} | " + " | ".join(_cell(found.get(key)) for key in keys) + " |"
        yield ""
    for name, found in by_subject.items():
        if name in peers:
            continue
        for row in found.values():
            if math.isnan(row.value):
                yield f"* {name}: {row.measure}. {row.note}"
            else:
                yield f"* {name}: {row.measure} {_figure(row)}" + (f" ({row.note})" if row.note else "")


def _cell(row: Row | None) -> str:
    if row is None:
        return ""
    if row.measure == "final size":
        return f"{row.value:,.0f} ± {row.high - row.value:,.0f}"
    if row.measure == "z":
        return f"{row.value:+.1f}" if row.met else f"**{row.value:+.1f} DIFFERS**"
    if row.measure == "seconds":
        return number(row.value, "")
    return _figure(row).removesuffix(" s").removesuffix(" MB")


def _figure(row: Row) -> str:
    if math.isnan(row.value):
        return "no figure"
    text = number(row.value, row.unit)
    if math.isnan(row.low) or row.low == row.high:
        return text
    low, high = (
        number(x, row.unit).removesuffix(f" {row.unit}").removesuffix(row.unit) for x in (row.low, row.high)
    )
    return f"{text} ({low} to {high})"


def number(value: float, unit: str) -> str:
    """A figure with three digits and its unit."""
    if math.isnan(value):
        return "no figure"
    if unit == "share":
        return f"{value:.1%}"
    size = abs(value)
    text = (
        f"{value:,.0f}"
        if size >= 100
        else f"{value:.1f}"
        if size >= 10
        else f"{value:.2f}"
        if size >= 1
        else f"{value:.3g}"
    )
    if size >= 1e6:
        text = f"{value / 1e6:.1f} M"
    return f"{text} {unit}" if unit and unit not in "×" else text + ("×" if unit == "×" else "")
