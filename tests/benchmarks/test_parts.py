"""Every part of the benchmarks at toy size; the peers' check can fail, and a peer that is not there is reported."""

from __future__ import annotations

import importlib
import math
from pathlib import Path

import pytest

from benchmarks import growth, model, peers, profile, start
from benchmarks.__main__ import main
from benchmarks.child import Child, ChildFailed, once
from benchmarks.peers.libraries import CASES, CyNetDiff, LiveEdges, LiveEdgesSir, MesaFrontier, Peer
from benchmarks.rows import Row
from benchmarks.setting import Plan

QUICK = Plan("quick", lambda message: None)
TOY = ["population.agents=500", "horizon_days=4", "calendar_days=243"]
FAKE = """
class IndependentCascadeModel:
    def __init__(self, starts, edges, **given):
        self.nodes = len(starts)
    def set_seeds(self, seeds): pass
    def reset_model(self): pass
    def advance_until_completion(self): pass
    def get_num_activated_nodes(self):
        return self.nodes // 2
"""


def figures(rows: list[Row], measure: str) -> dict[str, Row]:
    return {x.subject.split(" ")[0].rstrip(","): x for x in rows if x.measure == measure}


def only(monkeypatch: pytest.MonkeyPatch, **cases: tuple[type[Peer], ...]) -> None:
    monkeypatch.setattr(peers, "CASES", cases)


def instead_of_cynetdiff(folder: Path, monkeypatch: pytest.MonkeyPatch, init: str, models: str = "") -> None:
    """Put a package of this name where children look first."""
    package = folder / "cynetdiff"
    package.mkdir()
    (package / "__init__.py").write_text(init)
    (package / "models.py").write_text(models)
    monkeypatch.setenv("PYTHONPATH", str(folder))


def test_peers_agree_and_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, ic=(LiveEdges, MesaFrontier), sir=(LiveEdgesSir,))
    rows = peers.measure(QUICK)
    z = [x for x in rows if x.measure == "z"]
    assert len(z) == 3
    assert all(x.met for x in z)
    assert figures(rows, "seconds").keys() == {"SciPy", "Mesa"}
    assert all(x.value > 0.0 for x in figures(rows, "ratio, per run").values())
    assert all(x.value > 10.0 for x in figures(rows, "peak memory").values())
    sizes = figures(rows, "final size")
    assert sizes["prsim"].value == pytest.approx(sizes["theory"].value, rel=0.01)


def test_a_peer_that_does_other_work_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    instead_of_cynetdiff(tmp_path, monkeypatch, "", FAKE)
    only(monkeypatch, ic=(CyNetDiff,))
    assert main(["--quick", "--only", "peers", "--out", str(tmp_path / "out")]) == 1
    assert "standard errors apart" in capsys.readouterr().err
    page = (tmp_path / "out" / "latest.md").read_text(encoding="utf-8")
    assert "DIFFERS" in page
    assert "0 of 1 | **missed**" in page


@pytest.mark.parametrize(
    ("init", "how", "why"),
    [
        ("raise ImportError('no wheel for this machine')", "missing", "no wheel for this machine"),
        ("raise RuntimeError('broken')", "failed", "broken"),
    ],
)
def test_a_peer_that_cannot_be_had_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, init: str, how: str, why: str
) -> None:
    instead_of_cynetdiff(tmp_path, monkeypatch, init)
    only(monkeypatch, ic=(CyNetDiff,))
    row = figures(peers.measure(QUICK), how)["cynetdiff"]
    assert math.isnan(row.value)
    assert why in row.note


def test_a_peer_that_needs_more_memory_than_there_is_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "free_gigabytes", lambda: 0.0)
    only(monkeypatch, ic=(LiveEdges,))
    assert "GB" in figures(peers.measure(QUICK), "skipped")["SciPy"].note


HEAVY_PEERS = [
    (case, peer, module)
    for case, group in CASES.items()
    for peer in group
    for module in ("EoN", "cynetdiff", "ndlib", "networkit", "starsim")
    if peer.package == module
]


@pytest.mark.parametrize(("case", "peer", "module"), HEAVY_PEERS, ids=lambda x: getattr(x, "__name__", x))
def test_every_peer_runs_the_same_model(case: str, peer: type[Peer], module: str, tmp_path: Path) -> None:
    """On a path everybody is reached as long as the story is carried on: a geometric number of nodes."""
    if importlib.util.find_spec(module) is None:
        pytest.skip(f'{module} is not installed; it comes with the extra "bench"')
    import numpy as np

    from benchmarks.graphs import Task, store

    starts = np.arange(0, 4000, 4)  # a thousand paths of four nodes, each with its seed
    out = np.tile([1, 1, 1, 0], 1000)
    path = Task(np.concatenate([[0], np.cumsum(out)]), (np.flatnonzero(out) + 1).astype(np.int32), starts)
    with Child(
        "benchmarks.peers.serving:serve_peer",
        {"case": case, "name": peer.name, "folder": str(store(path, tmp_path))},
    ) as child:
        assert "missing" not in child.answer()
        sizes = [child.ask(seed=i)["sizes"][0] for i in range(3)]
    expected = 1000 * (1 + 0.2 + 0.2**2 + 0.2**3)
    spread = math.sqrt(1000 * 0.31 / 3)
    assert abs(sum(sizes) / 3 - expected) < 4 * spread


@pytest.mark.slow
def test_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "_heavy", lambda plan, agents: [*TOY, "engine.particles=512"])
    rows = model.measure(QUICK)
    assert figures(rows, "exposures")["prsim"].value > 0
    share = figures(rows, "share of the bare exposure loop")["prsim"]
    assert 0.0 < share.value < 1.0
    assert share.relative == pytest.approx(1.0 / share.value)
    assert figures(rows, "seconds of a core a run, by the clock")["prsim"].value > 0.0


@pytest.mark.slow
def test_growth(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [(n, {"overrides": ["population.agents=500", "horizon_days=20"], "calendars": n}) for n in (1, 3)]
    monkeypatch.setattr(growth, "_series", lambda plan: {"stories": steps, "agents": [(1e12, {})]})
    rows = growth.measure(QUICK)
    assert next(x.note for x in rows if x.measure == "skipped").startswith("needs about")
    told = [int(x.subject) for x in rows if x.measure == "building" and x.subject != "slope"]
    assert told[1] > 2 * told[0]
    assert sum(x.subject == "slope" for x in rows) == 3


@pytest.mark.slow
def test_start() -> None:
    rows = start.measure(QUICK)
    clock, cpu = (figures(rows, f"seconds, {x}") for x in ("clock", "processor"))
    assert clock["prsim"].value > 0.0
    assert cpu["import"].value > 0.0


@pytest.mark.slow
def test_profile_accounts_for_the_whole_run(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = profile.measure(QUICK)
    shares = {x.subject: x.value for x in rows if x.measure == "share"}
    assert sum(shares.values()) == pytest.approx(1.0, abs=1e-6)
    assert any(x.startswith("kernel ") for x in shares)
    assert any(x.startswith("institutions: ") for x in shares)
    assert shares.get("other", 0.0) < 0.3


def test_a_child_that_fails_says_why() -> None:
    with pytest.raises(ChildFailed, match="no_such_thing"):
        once("benchmarks.child:no_such_thing")
