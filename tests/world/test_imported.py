"""Graphs from outside: every form that is read, and everything that is refused, with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy.sparse import coo_matrix, csr_array

import prsim
from prsim.world import graph_files
from prsim.world.imported import read_graph

DATA = Path(__file__).parents[3] / "shared" / "data" / "diffusion_of_innovations"


def edges_of(g: prsim.SocialGraph) -> list[tuple[str, str]]:
    return [(g.ids[a], g.ids[b]) for a, b in zip(g.graph.source, g.graph.indices, strict=True)]


def wrong(source: Any, nodes: Any = None, **options: Any) -> str:
    with pytest.raises(prsim.GraphError) as caught:
        read_graph(source, nodes, **options)
    assert caught.value.exit_code == 2
    assert all(p.what for p in caught.value.problems)
    return str(caught.value)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def csv(text: str, name: str = "ties.csv") -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


# What is read --------------------------------------------------------------------------------------------------------


def test_every_form_gives_the_same_graph() -> None:
    frame = pd.DataFrame({"source": [1, 1, 3], "target": [2, 3, 1], "weight": [1.0, 2.0, 0.5]})
    frame.to_csv("g.csv", index=False)
    frame.to_parquet("g.parquet")
    d = nx.DiGraph()
    d.add_weighted_edges_from(frame.itertuples(index=False, name=None))
    nx.write_graphml(d, "g.graphml")
    matrix = np.zeros((4, 4))
    matrix[frame["source"], frame["target"]] = frame["weight"]
    for source in ("g.csv", Path("g.parquet"), "g.graphml", frame, d):
        g = read_graph(source)
        assert g.ids == ("1", "2", "3")
        assert edges_of(g) == [("1", "2"), ("1", "3"), ("3", "1")]
        assert g.graph.weights is not None and g.graph.weights.tolist() == [1.0, 2.0, 0.5]
        assert g.segments == () and g.notes == ()
    for sparse in (csr_array(matrix), coo_matrix(matrix)):
        g = read_graph(sparse)
        assert g.ids == ("0", "1", "2", "3") and edges_of(g) == [("1", "2"), ("1", "3"), ("3", "1")]
        assert "1 of 4 nodes have no tie" in g.notes[0]
    assert repr(read_graph(frame, pd.DataFrame({"id": [1, 2, 3], "segment": ["a", "a", "b"]}))) == (
        "SocialGraph(3 nodes, 3 edges, 2 segments)"
    )


def test_an_edge_means_seen_by_follows_or_both() -> None:
    ties = csv("source,target\na,b\nb,c\nc,b\n")
    assert edges_of(read_graph(ties)) == [("a", "b"), ("b", "c"), ("c", "b")]
    assert edges_of(read_graph(ties, edges="follows")) == [("b", "a"), ("b", "c"), ("c", "b")]
    both = read_graph(ties, edges="mutual")
    assert sorted(edges_of(both)) == [("a", "b"), ("b", "a"), ("b", "c"), ("c", "b")]
    assert both.graph.weights is None, "a tie listed in both directions is one tie"
    weighted = csv("source,target,weight\na,b,1\nb,a,3\n")
    assert read_graph(weighted, edges="mutual").graph.weights.tolist() == [3.0, 3.0]
    assert len(edges_of(read_graph(nx.path_graph(3)))) == 4, "an undirected graph is mutual"
    nx.write_graphml(nx.path_graph(3), "path.graphml")
    assert len(edges_of(read_graph("path.graphml"))) == 4


def test_nodes_bring_segments_and_those_without_ties() -> None:
    ties = csv("source,target\n007,b\n")
    nodes = csv("id,segment,age\nb, staff ,3\n007,owners,4\nc,staff,\n", "nodes.csv")
    g = read_graph(ties, nodes, segments=["owners", "staff"])
    assert g.ids == ("b", "007", "c") and g.segments == ("staff", "owners", "staff")
    assert edges_of(g) == [("007", "b")] and g.graph.n == 3
    pd.DataFrame({"id": ["b", "007", "c"], "segment": ["s", "o", "s"]}).to_parquet("nodes.parquet")
    assert read_graph(ties, "nodes.parquet").segments == ("s", "o", "s")
    assert read_graph(csv("source,target\n0,2\n"), 4).ids == ("0", "1", "2", "3")
    d = nx.Graph([("x", "y")])
    nx.set_node_attributes(d, {"x": "o", "y": "s"}, "segment")
    nx.write_graphml(d, "segments.graphml")
    assert read_graph(d).segments == read_graph("segments.graphml").segments == ("o", "s")


def test_repeated_edges_are_merged_or_refused() -> None:
    ties = csv("source,target\na,b\nb,c\na,b\na,b\n")
    g = read_graph(ties)
    assert edges_of(g) == [("a", "b"), ("b", "c")]
    assert g.graph.weights is not None and g.graph.weights.tolist() == [3.0, 1.0]
    assert "2 repeated edges" in g.notes[0]
    text = wrong(ties, duplicates="refuse")
    assert (
        "ties.csv, line 4: the edge 'a' → 'b' is there before (ties.csv, line 2)" in text and "line 5" in text
    )


def test_blank_lines_spaces_and_a_byte_order_mark_do_no_harm() -> None:
    Path("ties.csv").write_bytes("\ufeffsource , target\r\n a ,b\r\n\r\nb,c\r\n\r\n".encode())
    assert edges_of(read_graph("ties.csv")) == [("a", "b"), ("b", "c")]


def test_edges_of_no_weight_are_no_edges() -> None:
    g = read_graph(csv("source,target,weight\na,b,0\nb,c,1\n"))
    assert edges_of(g) == [("b", "c")] and "1 edges of weight 0" in g.notes[0]


# What is refused -----------------------------------------------------------------------------------------------------


def test_every_problem_is_named_with_its_place() -> None:
    ties = csv(
        "source,target,weight\na,b,1\n\nb,c,-1\nc,c,3\nc,a,inf\nc,b,x\nc,a,\nb,,2\na,c,1e300\na,b,nan\n"
    )
    text = wrong(ties)
    for problem in (
        "ties.csv, line 9, column target: is empty",
        "ties.csv, line 5: a self-loop: 'c' is tied to itself",
        "ties.csv, line 4, column weight: -1 is negative; a weight is at least 0",
        "ties.csv, line 6, column weight: 'inf' is not a finite number",
        "ties.csv, line 7, column weight: 'x' is not a finite number",
        "ties.csv, line 8, column weight: is missing",
        "ties.csv, line 10, column weight: 1e300 is above 1e+12",
        "ties.csv, line 11, column weight: nan is not a finite number",
    ):
        assert problem in text, text


def test_ids_and_segments_that_do_not_exist() -> None:
    ties = csv("source,target\nanna,ben\nben,cara\ncara,bem\n")
    nodes = csv("id,segment\nanna,staff\nben,owner\nanna,staff\ncara,\n,staff\n", "nodes.csv")
    text = wrong(ties, nodes, segments=["owners", "staff", "engineers"])
    for problem in (
        "nodes.csv, line 4, column id: 'anna' is listed before (nodes.csv, line 2)",
        "nodes.csv, line 5, column segment: node 'cara' has no segment",
        "nodes.csv, line 6, column id: is empty",
        "nodes.csv, line 3, column segment: node 'ben' is in the unknown segment 'owner'; segments: owners, staff, "
        "engineers; did you mean 'owners'?",
        "nodes.csv: no node is in the segment 'engineers'; every segment needs at least one",
        "ties.csv, line 4, column target: unknown id 'bem'; it is not among the 5 of nodes.csv; did you mean 'ben'?",
    ):
        assert problem in text, text
    assert "'7' is out of range; the ids are 0 to 2" in wrong(csv("source,target\n0,7\n"), 3)
    d = nx.Graph([("x", "y")])
    d.nodes["x"]["segment"] = "staff"
    assert "node 'y': has no segment" in wrong(d)
    d.nodes["y"]["segment"] = "stuff"
    assert "did you mean 'staff'?" in wrong(d, segments=["staff"])


def test_two_components_where_one_is_needed() -> None:
    ties = csv("source,target\na,b\nb,c\nx,y\n")
    assert read_graph(ties).graph.n == 5
    text = wrong(ties, require_connected=True)
    assert "2 components where one is needed: the largest holds 3 of 5 nodes, and 'x' is not in it" in text


def test_a_long_list_of_problems_is_cut() -> None:
    text = wrong(csv("source,target\n" + "a,a\n" * 500))
    assert text.count("self-loop: ") == 10 and "… and 490 more self-loops" in text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("from,to\na,b\n", "there is no column 'source'; columns: from, to"),
        (
            "sources,target\na,b\n",
            "there is no column 'source'; columns: sources, target; did you mean 'sources'?",
        ),
        ("source;target\na;b\n", "has one column, 'source;target'; fields are separated by commas"),
        ("source,target,source\na,b,c\n", "has two columns named 'source'"),
        ("source,target\na,b,c\n", "more fields than its first line names"),
        ('source,target\n"a,b\n', "cannot be read as CSV"),
        ("source,target\n", "has no edges"),
        ("", "is empty; its first line names the columns source, target"),
    ],
)
def test_tables_that_are_none(content: str, message: str) -> None:
    assert message in wrong(csv(content))


def test_files_that_are_none() -> None:
    Path("folder.csv").mkdir()
    Path("latin.csv").write_bytes(b"source,target\n\xe9,b\n")
    Path("broken.parquet").write_bytes(b"PAR1 and so on")
    pd.DataFrame({"source": [1], "to": [2]}).to_parquet("columns.parquet")
    for source, message in (
        ("missing.csv", "missing.csv: there is no such file"),
        ("folder.csv", "is not a file"),
        ("graph.txt", "none of the files that are read here: .csv, .parquet, .graphml"),
        ("latin.csv", "is not UTF-8 text"),
        ("broken.parquet", "cannot be read as PARQUET"),
        ("columns.parquet", "there is no column 'target'; columns: source, to"),
        (7, "the int: is no graph that can be read"),
        (csr_array((2, 3)), "is 2 × 3; the matrix of a graph is square"),
        (nx.DiGraph([(1, "1")]), "ids are written alike"),
    ):
        assert message in wrong(source)
    ties = csv("source,target\n0,1\n")
    assert "0 is not a number of nodes" in wrong(ties, 0)
    assert "no list of nodes" in wrong(ties, [1, 2])
    assert "did you mean 'follows'?" in wrong(ties, edges="follow")


def test_what_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    ties = csv("source,target\na,b\nb,c\nc,d\n")
    pd.read_csv(ties).to_parquet("ties.parquet")
    monkeypatch.setattr(graph_files, "MAX_ROWS", 2)
    assert "more than 2 rows" in wrong(ties)
    assert "has 3 rows" in wrong("ties.parquet")
    monkeypatch.setattr(graph_files, "MAX_BYTES", {".csv": 10, ".parquet": 10, ".graphml": 10})
    assert "at most 0 MB are read" in wrong(ties)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_graphml_with_a_document_type_is_refused_unread(encoding: str) -> None:
    entities = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 30))
    head = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE z [<!ENTITY e0 "ha">{entities}]>'
    Path("bomb.graphml").write_bytes(f"{head}<graphml>&e29;</graphml>".encode(encoding))
    assert "declares a document type" in wrong("bomb.graphml")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<graphml><graph></graphml>", "ties.graphml, line 1: is not XML: mismatched tag"),
        ("<a/>", "is no GraphML that NetworkX reads"),
        ("", "is not XML"),
        ("<graphml>&undeclared;</graphml>", "is not XML: undefined entity"),
    ],
)
def test_graphml_that_is_none(content: str, message: str) -> None:
    assert message in wrong(csv(content, "ties.graphml"))


# Real data -----------------------------------------------------------------------------------------------------------


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "nodes", "edges"),
    [("medInnovations", 125, 450), ("brfarmers", 692, 2860), ("kfamily", 1047, 2578)],
)
def test_the_diffusion_studies_are_read(name: str, nodes: int, edges: int) -> None:
    """Ego named alter as a source of advice: ego sees what alter does, so an edge means 'follows'."""
    if not DATA.exists():
        pytest.skip("the data sets of ../shared/data are not here")
    ties = pd.read_csv(DATA / f"{name}_edges.csv").rename(columns={"ego": "source", "alter": "target"})
    people = pd.read_csv(DATA / f"{name}_nodes.csv").rename(columns={"node": "id", "community": "segment"})
    loops = ties["source"] == ties["target"]
    g = read_graph(ties[~loops], people, edges="follows")
    assert g.graph.n == nodes == len(people)
    d = nx.from_pandas_edgelist(ties[~loops], "target", "source", create_using=nx.DiGraph)
    assert len(ties) == edges and g.graph.edges == d.number_of_edges()
    assert set(g.segments) == set(people["segment"].astype(str))
    if loops.any():
        assert "a self-loop" in wrong(ties, people)
