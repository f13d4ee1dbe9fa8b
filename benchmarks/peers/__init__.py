"""Part ``peers``: cascades and epidemics by prsim and by others, on the same graph from the same seeds.

Each peer has a process of its own and is given its graph there; then it and prsim run in turns, so that both meet the
same machine. A ratio is of such a pair. Final sizes are compared, for a faster answer to another question is none.
"""

from __future__ import annotations

import math
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.child import Child, ChildFailed
from benchmarks.graphs import Task, directed_configuration, store
from benchmarks.peers.libraries import CASES, P, Peer
from benchmarks.rows import Z_LIMIT, Row, agree, standard_errors_apart, summary
from benchmarks.setting import Plan, cores, free_gigabytes

PART = "peers"
TITLES = {"ic": "independent cascade", "sir": "SIR epidemic"}
BATCH = {"ic": 10, "sir": 4}  # runs in one call of prsim
REPEATS, FEWEST = 7, 3
PATIENCE_S = 40.0  # after which the fewest repeats must do
TOO_LONG_S = 90.0  # expected for one run: then the smaller graph must do
GROWTH = 15.0  # of the time of one run, from 100,000 to 1,000,000 nodes
REFERENCE_RUNS = 24
TARGETS = {
    "cynetdiff": 3.0,
    "NDlib": 150.0,
    "EoN": 80.0,
}  # times faster, independent cascade at a million nodes
MEMORY_MB = 100.0  # beyond cynetdiff's
SIZE_OF_TARGETS = 1_000_000


@dataclass
class Ours:
    """prsim's process for one case on one graph, and what it has found so far."""

    case: str
    law: str
    child: Child
    seed: int = 1
    sizes: list[float] = field(default_factory=list)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    alone_mb: float = math.nan  # before a second worker was asked for

    @property
    def batch(self) -> int:
        """Runs in one call."""
        return BATCH[self.case]

    def ask(self, runs: int, workers: int) -> dict[str, Any]:
        """Make runs with seeds of their own."""
        answer = self.child.ask(seed=self.seed, runs=runs, workers=workers)
        self.seed += 1
        self.sizes += answer["sizes"]
        if workers == 1:
            self.alone_mb = answer["peak_mb"] if "two workers" not in self.seconds else self.alone_mb
        return answer

    def beside(self, peer: dict[str, Any]) -> dict[str, float]:
        """Run in the three ways, and return by how much each was faster than the peer's run just before.

        On one core it is seconds of the processor that count, on two those of the clock.
        """
        one, many = self.ask(1, 1), self.ask(self.batch, 1)
        times = {"one run a call": one["cpu"], "per run": many["cpu"] / self.batch}
        ratios = {way: peer["cpu"] / seconds for way, seconds in times.items()}
        if cores() > 1:
            both = self.ask(self.batch, 2)
            times["two workers"] = both["wall"] / self.batch
            ratios["two workers"] = peer["wall"] / times["two workers"]
        for way, seconds in times.items():
            self.seconds.setdefault(way, []).append(seconds)
        return ratios


def measure(plan: Plan) -> list[Row]:
    """Every case on every graph with every peer."""
    rows: list[Row] = []
    typical: dict[tuple[str, str], float] = {}  # seconds of a run on the smaller graph
    for nodes in plan.choose([5_000], [100_000, 1_000_000]):
        with tempfile.TemporaryDirectory() as folder:
            plan.say(f"a graph of {nodes:,} nodes")
            task = directed_configuration(nodes)
            place = store(task, Path(folder) / "graph")
            for case, peers in CASES.items():
                for law in dict.fromkeys(x.law for x in peers):
                    ones = [x for x in peers if x.law == law]
                    rows += _of_law(plan, case, law, ones, task, place, typical)
    return rows


def label(case: str, law: str, nodes: int) -> str:
    """Name of a case in the table."""
    period = f", {law} infectious period" if law else ""
    return f"{TITLES[case]}{period}, {nodes:,} nodes"


def _of_law(
    plan: Plan,
    case: str,
    law: str,
    peers: list[type[Peer]],
    task: Task,
    place: Path,
    typical: dict[tuple[str, str], float],
) -> list[Row]:
    rows: list[Row] = []
    name = label(case, law, task.nodes)
    given = {"case": case, "law": law, "folder": str(place)}
    with Child("benchmarks.peers.serving:serve_prsim", given) as child:
        child.answer()
        ours = Ours(case, law, child)
        ours.ask(1, 1)
        while len(ours.sizes) < plan.choose(8, REFERENCE_RUNS):
            ours.ask(ours.batch, 1)
        for peer in peers:
            plan.say(f"{name}: {peer.name}")
            expected = GROWTH * typical.get((case, peer.name), 0.0)
            reason = _too_much(plan, peer, task.nodes, expected)
            if reason:
                rows.append(_absent(name, peer.name, "skipped", reason))
                continue
            found = list(_beside(name, peer, ours, place))
            rows += found
            for row in found:
                if row.measure == "seconds":
                    typical[case, peer.name] = row.value
        return [*_own_rows(name, ours, task), *rows, *_target_of_memory(name, rows, ours, task.nodes)]


def _too_much(plan: Plan, peer: type[Peer], nodes: int, seconds: float) -> str:
    need = peer.gigabytes * nodes / 1e6
    if need > free_gigabytes():
        return f"needs about {need:.0f} GB, {free_gigabytes():.0f} GB are free"
    if seconds > TOO_LONG_S and plan.mode != "full":
        return f"a run would take about {seconds:.0f} s; `--full` waits for it"
    return ""


def _absent(case: str, subject: str, how: str, reason: str) -> Row:
    return Row(part=PART, case=case, subject=subject, measure=how, value=math.nan, note=reason)


def _beside(case: str, peer: type[Peer], ours: Ours, place: Path) -> Iterator[Row]:
    """Run a peer and prsim in turns."""
    sizes: list[float] = []
    times: list[float] = []
    ratios: dict[str, list[float]] = {}
    given = {"case": ours.case, "name": peer.name, "folder": str(place)}
    try:
        with Child("benchmarks.peers.serving:serve_peer", given) as child:
            built = child.answer()
            if "missing" in built:
                yield _absent(case, peer.name, "missing", built["missing"])
                return
            begun = time.perf_counter()
            while len(sizes) < REPEATS and (len(sizes) < FEWEST or time.perf_counter() - begun < PATIENCE_S):
                answer = child.ask(seed=1000 + len(sizes))
                sizes += answer["sizes"]
                times.append(answer["cpu"])
                for way, ratio in ours.beside(answer).items():
                    ratios.setdefault(way, []).append(ratio)
    except ChildFailed as failure:
        yield _absent(case, peer.name, "failed", str(failure).splitlines()[-1])
        return
    library, comma, how = peer.name.partition(",")
    subject = f"{library} {built['version']}{comma}{how}"
    common = {"part": PART, "case": case, "subject": subject}
    yield Row(**common, measure="seconds", unit="s", **summary(times))
    yield Row(**common, measure="build", unit="s", value=built["built"]["cpu"])
    yield Row(**common, measure="peak memory", unit="MB", value=answer["peak_mb"])
    targets = TARGETS if case == label("ic", "", SIZE_OF_TARGETS) else {}
    for way, found in ratios.items():
        least = targets.get(peer.name, math.nan) if way == "per run" else math.nan
        middle = summary(found)
        watched = 1.0 / middle["value"] if way != "two workers" else math.nan
        yield Row(**common, measure=f"ratio, {way}", unit="×", **middle, relative=watched, least=least)
    yield from _agreement(common, ours.sizes, sizes)


def _agreement(common: dict[str, str], ours: list[float], theirs: list[float]) -> Iterator[Row]:
    yield _final_size(common, theirs, statistics.stdev([*ours]) if len(theirs) < 5 else None)
    z = standard_errors_apart(ours, theirs)
    note = "" if agree(z) else "final sizes differ by more than chance: not the same work"
    yield Row(**common, measure="z", value=z, least=-Z_LIMIT, most=Z_LIMIT, note=note)


def _final_size(common: dict[str, str], sizes: list[float], spread: float | None = None) -> Row:
    """The mean with one standard error to either side; `spread` where there are too few to know it from them."""
    mean = statistics.fmean(sizes)
    error = (statistics.stdev(sizes) if spread is None else spread) / math.sqrt(len(sizes))
    return Row(
        **common, measure="final size", unit="nodes", value=mean, low=mean - error, high=mean + error,
        note=f"{len(sizes)} runs",
    )  # fmt: skip


def _own_rows(case: str, ours: Ours, task: Task) -> Iterator[Row]:
    common = {"part": PART, "case": case, "subject": f"prsim {version('prsim')}"}
    for way, times in ours.seconds.items():
        name = {"per run": f"per run of {ours.batch}", "two workers": "two workers, by the clock"}.get(
            way, way
        )
        yield Row(**common, measure=f"seconds, {name}", unit="s", **summary(times))
    yield Row(**common, measure="peak memory", unit="MB", value=ours.alone_mb)
    yield _final_size(common, ours.sizes)
    # the share reached of an infinite graph with as many edges and uniform targets: x = 1 - exp(-mean * p * x)
    share, mean = 1.0, task.indices.size / task.nodes
    for _ in range(200):
        share = 1.0 - math.exp(-mean * P * share)
    yield Row(
        part=PART, case=case, subject="theory, infinite graph", measure="final size", unit="nodes",
        value=share * task.nodes,
    )  # fmt: skip


def _target_of_memory(case: str, rows: list[Row], ours: Ours, nodes: int) -> Iterator[Row]:
    if case != label("ic", "", SIZE_OF_TARGETS):
        return
    theirs = [x for x in rows if x.subject.startswith("cynetdiff") and x.measure == "peak memory"]
    value = ours.alone_mb - theirs[0].value if theirs else math.nan
    yield Row(
        part=PART, case=case, subject=f"prsim {version('prsim')}", measure="memory beyond cynetdiff's", unit="MB",
        value=value, most=MEMORY_MB,
    )  # fmt: skip
