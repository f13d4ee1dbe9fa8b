"""An imported graph as a layer: who hosts whom, which ties act, how far a post reaches, and what runs make of it."""

from __future__ import annotations

import hashlib
import itertools
import json
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest

import prsim
from prsim.cli import main
from prsim.model.simulation import Simulation
from prsim.spread.graph_generators import heavy_tailed_graph
from prsim.spread.graphs import Graph
from prsim.world.build import World, build_world
from prsim.world.hosting import hand_out
from tests.contracts.test_k12_same_kernels import bare
from tests.laboratory import fixture, mean_of, runs_of

SEGMENTS = ("owners", "staff", "engineers")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(graph: Graph, name: str, segment: np.ndarray | None = None) -> str:
    """Edges as a CSV file, parallel ones as often as they are there, without self-loops; nodes beside it."""
    ties = pd.DataFrame({"source": graph.source, "target": graph.indices})
    ties[ties["source"] != ties["target"]].to_csv(f"{name}.csv", index=False)
    if segment is not None:
        pd.DataFrame({"id": np.arange(graph.n), "segment": np.array(SEGMENTS)[segment]}).to_csv(
            f"{name}_nodes.csv", index=False
        )
    return f"{name}.csv"


def world_of(**changes: Any) -> World:
    return build_world(fixture("rich", {f"population.{key}": value for key, value in changes.items()}))


def lists(ptr: np.ndarray, idx: np.ndarray) -> list[tuple[int, ...]]:
    """What each list of a layer holds besides the agent itself, in any order."""
    return [
        tuple(sorted(j for j in idx[a:b].tolist() if j != at // len(SEGMENTS)))
        for at, (a, b) in enumerate(itertools.pairwise(ptr))
    ]


# Nodes and agents ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("nodes", [1, 3, 7, 16, 17, 48, 1000])
def test_nodes_are_handed_out_evenly_and_in_order(nodes: int) -> None:
    seg_ptr = np.array([0, 16, 33])
    segment = np.array([1, 0] * nodes)
    hosts = hand_out(segment, seg_ptr)
    per_agent = np.zeros(33, int)
    for node, (first, copies) in enumerate(zip(*hosts, strict=True)):
        agents = range(first, first + copies)
        assert seg_ptr[segment[node]] <= first and first + copies <= seg_ptr[segment[node] + 1]
        per_agent[list(agents)] += 1
    for g in (0, 1):
        mine = segment == g
        assert (np.diff(hosts.first[mine]) >= 0).all()
        assert np.ptp(per_agent[seg_ptr[g] : seg_ptr[g + 1]]) <= 1 and per_agent.min() >= 1
        assert np.ptp(hosts.copies[mine]) <= 1


def test_with_as_many_agents_as_nodes_the_generated_layers_come_back() -> None:
    """The layers of the generator, written to files and read again, are the same ties."""
    made = world_of()
    k, seg = len(SEGMENTS), made.population.seg
    public = write(Graph(made.ties.public_ptr[::k], made.ties.public_idx), "public", seg)
    chat = write(Graph(made.ties.chat_ptr[::k], made.ties.chat_idx), "chat")
    read = world_of(
        follower_graph=public, chat_graph=chat, chat_edges="seen_by", graph_nodes="public_nodes.csv"
    )
    assert lists(read.ties.public_ptr, read.ties.public_idx) == lists(
        made.ties.public_ptr, made.ties.public_idx
    )
    assert lists(read.ties.chat_ptr, read.ties.chat_idx) == lists(made.ties.chat_ptr, made.ties.chat_idx)
    assert read.ties.own.tolist() == [True, True] and not made.ties.own.any()
    # repeated ties count once in the reach of a post, so it varies by a few per cent
    assert read.population.audience == pytest.approx(made.population.audience, rel=0.3)
    for g in range(k):
        here = seg == g
        assert read.population.audience[here].mean() == pytest.approx(made.population.audience[here].mean())
    assert np.array_equal(read.population.base, made.population.base)


@pytest.mark.slow
def test_a_run_on_the_generated_layers_read_from_files_is_nearly_the_same() -> None:
    scenario = fixture("rich", {"population.agents": 2000, "horizon_days": 14.0})
    made = build_world(scenario)
    k = len(SEGMENTS)
    public = write(Graph(made.ties.public_ptr[::k], made.ties.public_idx), "public", made.population.seg)
    again = fixture(
        "rich",
        {
            "population.agents": 2000, "horizon_days": 14.0, "population.follower_graph": public,
            "population.graph_nodes": "public_nodes.csv",
        },
    )  # fmt: skip
    a, b = (runs_of(s, range(1, 9)) for s in (scenario, again))
    for metric in ("nps", "negative_share", "trust"):
        x, y = (np.array([mean_of(run, metric) for run in runs]) for runs in (a, b))
        spread = max(x.std(ddof=1), y.std(ddof=1)) / np.sqrt(len(x))
        assert abs(x.mean() - y.mean()) < 4 * spread + 0.02 * abs(x.mean()), metric


def test_several_nodes_of_one_agent_unite_their_ties() -> None:
    """A ring of 30 nodes per agent is a ring of agents: only the ties to the next agent lead away."""
    agents = world_of().population
    counts = np.diff(agents.seg_ptr)
    segment = np.repeat(np.arange(3), 30 * counts)
    ring = Graph.from_edges(segment.size, np.arange(segment.size), np.roll(np.arange(segment.size), -1))
    w = world_of(follower_graph=write(ring, "ring", segment), graph_nodes="ring_nodes.csv")
    followers = w.ties.public_ptr[::3]
    assert (np.diff(followers) == 1).all()
    assert np.array_equal(w.ties.public_idx, np.roll(np.arange(agents.n), -1))
    assert any("97% of the ties of the follower graph run between nodes of one agent" in n for n in w.notes)


def test_several_agents_of_one_node_share_its_ties_out() -> None:
    """Three nodes in a circle, one per segment: every agent is tied to one agent of the next segment."""
    circle = Graph.from_edges(3, [0, 1, 2], [1, 2, 0])
    w = world_of(follower_graph=write(circle, "circle", np.arange(3)), graph_nodes="circle_nodes.csv")
    pop, t = w.population, w.ties
    assert (np.diff(t.public_ptr[::3]) == 1).all()
    assert np.array_equal(pop.seg[t.public_idx], (pop.seg + 1) % 3)
    heard = np.bincount(t.public_idx, minlength=pop.n)
    assert heard.max() < 12, "picked by lot, not all the same one"


def test_weights_decide_how_often_a_tie_is_used() -> None:
    frame = pd.DataFrame(
        {"source": list("aaab"), "target": list("bcda"), "weight": [10.0, 5.0, 0.5, 1.0]},
    )
    frame.to_csv("weights.csv", index=False)
    pd.DataFrame({"id": list("abcd"), "segment": ["owners", "staff", "engineers", "staff"]}).to_csv(
        "nodes.csv", index=False
    )
    w = world_of(follower_graph="weights.csv", graph_nodes="nodes.csv")
    pop, t = w.population, w.ties
    mine = np.concatenate(
        [t.public_idx[t.public_ptr[3 * i] : t.public_ptr[3 * i + 3]] for i in np.flatnonzero(pop.seg == 0)]
    )
    half = (int(pop.seg_ptr[1]) + int(pop.seg_ptr[2])) // 2
    to_c = (pop.seg[mine] == 2).mean()
    to_d = ((pop.seg[mine] == 1) & (mine >= half + 1)).mean()
    assert to_c == pytest.approx(5 / 15.5, abs=0.01) and to_d == pytest.approx(0.5 / 15.5, abs=0.01)


# What a post reaches -------------------------------------------------------------------------------------------------


def test_a_heavy_tail_makes_some_heard_by_many() -> None:
    made = world_of(audience_sigma=0.0)
    pop = made.population
    graph = heavy_tailed_graph(pop.n, 10.0, 2.5, 3)
    w = world_of(
        audience_sigma=0.0,
        follower_graph=write(graph, "heavy", pop.seg),
        graph_nodes="heavy_nodes.csv",
    )
    for g in range(3):
        here = pop.seg == g
        degree = graph.out_degree[here]
        assert w.population.audience[here] == pytest.approx(
            pop.audience[here] * degree / degree.mean(), rel=1e-5
        )
    assert w.population.audience.max() > 8 * pop.audience.max()
    assert np.array_equal(w.population.chat, pop.chat), "the chat layer is still the generated one"
    assert not w.ties.own[1] and np.array_equal(w.ties.chat_idx, made.ties.chat_idx)


def reached(scenario: prsim.Scenario, seed: int = 1) -> np.ndarray:
    """Persons reached by the incident, by segment, without repeats."""
    sim = Simulation(scenario, build_world(scenario), seed)
    sim.run()
    return np.array(sim.audience.tallies.reached)


def test_a_story_stays_among_those_whom_ties_connect() -> None:
    """Owners are tied among themselves only; what they pass on stays with them."""
    base = {"platforms.weibo.share_rate": 0.01, "incidents.library.leak.segments": {"owners": 1.0}}
    pop = build_world(bare(**base)).population
    rings = []
    for g in range(3):
        nodes = np.arange(pop.seg_ptr[g], pop.seg_ptr[g + 1])
        rings += [np.stack([nodes, np.roll(nodes, -s)]) for s in (1, 2, 3)]
    ends = np.concatenate(rings, axis=1)
    graph = Graph.from_edges(pop.n, ends[0], ends[1])
    apart = {
        "population.follower_graph": write(graph, "apart", pop.seg),
        "population.graph_nodes": "apart_nodes.csv",
    }
    generated, closed = reached(bare(**base)), reached(bare(**base, **apart))
    assert (generated > 1000).all()
    assert closed[0] > 1000 and closed[1] == closed[2] == 0.0


def test_a_star_and_a_ring_of_the_same_size_spread_differently() -> None:
    """On a ring a story dies near where it begins; on a star it needs one step to the hub, and the hub has all ears."""
    n = 5000
    for name, graph in (("star", nx.star_graph(n - 1)), ("ring", nx.cycle_graph(n))):
        nx.to_pandas_edgelist(graph).to_csv(f"{name}.csv", index=False)
    rate = {"platforms.weibo.share_rate": 0.004, "population.follower_edges": "mutual"}
    total = {}
    for name in ("star", "ring"):
        scenario = bare(**rate, **{"population.follower_graph": f"{name}.csv"})
        total[name] = np.array([reached(scenario, seed).sum() for seed in (1, 2, 3)])
    assert total["star"].min() > 10 * total["ring"].max(), total


def test_an_edge_leads_from_who_posts_to_who_sees() -> None:
    """A hub that all see, and a hub that sees all: only the first is heard."""
    n = 999
    pd.DataFrame({"source": np.zeros(n, int), "target": np.arange(1, n + 1)}).to_csv("hub.csv", index=False)
    seen, follows = (world_of(follower_graph="hub.csv", follower_edges=e) for e in ("seen_by", "follows"))
    posts = seen.population.audience
    assert (posts > 0).sum() < 6, "only the agents of the hub are seen by anybody"
    assert (follows.population.audience > 0).mean() > 0.99
    assert sum("begins in the segment" in note for note in seen.notes) == 2


# The scenario --------------------------------------------------------------------------------------------------------


def test_nodes_without_segments_get_them_in_proportion_to_size() -> None:
    write(heavy_tailed_graph(1000, 6, 3.0, 1), "plain")
    w, again = (world_of(follower_graph="plain.csv") for _ in range(2))
    assert np.array_equal(w.ties.public_idx, again.ties.public_idx)
    assert any("they get one by lot, in proportion to size" in note for note in w.notes)
    other = world_of(follower_graph="plain.csv", seed=2)
    assert not np.array_equal(w.ties.public_idx, other.ties.public_idx)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"follower_graph": "none.csv"}, "population.follower_graph: there is no file none.csv"),
        ({"follower_graph": "ringg.csv"}, "did you mean 'ring.csv'?"),
        ({"chat_graph": "ring.txt"}, "population.chat_graph: 'ring.txt' is, by its name, none of the files"),
        (
            {"follower_graph": "ring.csv", "graph_nodes": "ring.graphml"},
            "population.graph_nodes: 'ring.graphml' is",
        ),
        ({"follower_edges": "follow"}, "population.follower_edges: 'follow' is not one of the words allowed"),
    ],
)
def test_files_that_are_not_there_are_refused_when_loading(changes: dict[str, str], message: str) -> None:
    Path("ring.csv").touch()
    Path("ring.graphml").touch()
    with pytest.raises(prsim.ConfigError) as caught:
        fixture("rich", {f"population.{key}": value for key, value in changes.items()})
    assert message in str(caught.value)


def test_what_is_wrong_in_a_file_is_said_with_its_key_on_the_command_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("bad.csv").write_text("source,target\na,a\na,b\n")
    Path("nodes.csv").write_text("id,segment\na,founders\nb,smee\nc,x\n")
    for command in (["check"], ["run", "out=here"], ["run", "out=here", "workers=2", "replicates=2"]):
        code = main(
            [
                *command,
                "population.agents=1000",
                "population.follower_graph=bad.csv",
                "population.graph_nodes=nodes.csv",
            ]
        )
        said = capsys.readouterr().err
        assert code == 2 and "Traceback" not in said
        assert "population.follower_graph: bad.csv, line 2: a self-loop" in said, said
        assert "nodes.csv, line 4, column segment: node 'c' is in the unknown segment 'x'" in said
    assert not Path("here").exists()


def test_too_few_nodes_and_two_files_that_disagree() -> None:
    Path("two.csv").write_text("source,target\na,b\n")
    with pytest.raises(
        prsim.GraphError, match="has 2 nodes for 3 segments; every segment needs at least one"
    ):
        world_of(follower_graph="two.csv")
    for name, segment in (("one", "owners"), ("other", "staff")):
        d = nx.DiGraph([("a", "b"), ("b", "c"), ("c", "d")])
        nx.set_node_attributes(d, dict(zip("abcd", (segment, *SEGMENTS), strict=True)), "segment")
        nx.write_graphml(d, f"{name}.graphml")
    with pytest.raises(prsim.GraphError, match="node 'a' is in segment 'staff' here, but in 'owners'"):
        world_of(follower_graph="one.graphml", chat_graph="other.graphml")


def test_a_file_beside_the_scenario_is_found_from_anywhere(tmp_path: Path) -> None:
    folder = tmp_path / "plans"
    folder.mkdir()
    (folder / "ties.csv").write_text("source,target\na,b\nb,c\nc,d\nd,e\ne,a\n")
    (folder / "mine.yaml").write_text("base: dingtalk_2024\npopulation: {follower_graph: ties.csv}\n")
    scenario = prsim.load(folder / "mine.yaml")
    assert Path(scenario.population.follower_graph) == folder / "ties.csv"


def test_another_content_is_another_configuration(here: Path) -> None:
    Path("ties.csv").write_text("source,target\na,b\nb,c\nc,a\n")
    changes = {"population.follower_graph": "ties.csv", "horizon_days": 1.0}
    scenario = fixture("rich", changes)
    before = prsim.config_hash(scenario)
    run = prsim.simulate(scenario, 1)
    manifest = json.loads((run.save(here / "out") / "manifest.json").read_text())
    digest = hashlib.sha256(Path("ties.csv").read_bytes()).hexdigest()
    assert manifest["graphs"] == {"follower_graph": {"path": "ties.csv", "sha256": digest}}
    Path("moved.csv").write_bytes(Path("ties.csv").read_bytes())
    assert prsim.config_hash(fixture("rich", changes | {"population.follower_graph": "moved.csv"})) == before
    Path("ties.csv").write_text("source,target\na,b\nb,c\nc,a\na,c\n")
    assert prsim.config_hash(scenario) != before
    assert prsim.config_hash(fixture("rich")) != before


# Statistics ----------------------------------------------------------------------------------------------------------


def test_the_layers_have_the_statistics_of_their_construction() -> None:
    """Degree, homophily and clustering follow from the scenario's keys."""
    scenario = fixture("rich", {"population.agents": 20_000})
    p = scenario.population
    found = prsim.layer_statistics(scenario)
    assert found.equals(prsim.layer_statistics(build_world(scenario)))
    follower, chat = found["follower"], found["chat"]
    assert follower["mean_degree"] == pytest.approx(p.follower_degree, rel=0.01)  # a few are drawn twice
    assert follower["homophily"] == pytest.approx(p.homophily, abs=0.02)
    assert chat["mean_degree"] == pytest.approx(p.chat_degree, rel=0.01)
    k, keep = p.chat_degree, 1 - p.chat_rewire
    # each direction of a tie is rewired on its own, so that a closed pair of targets needs three ties that stayed
    assert chat["out_clustering"] == pytest.approx(3 * (k - 2) / (4 * (k - 1)) * keep**3, rel=0.03)
    assert chat["reciprocity"] == pytest.approx(keep**2, abs=0.02)
    assert follower["out_clustering"] < 0.02 < chat["clustering"]
    assert chat["homophily"] == pytest.approx(keep + p.chat_rewire * p.homophily, abs=0.02)
