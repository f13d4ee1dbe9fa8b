"""A graph from outside as a social graph: read, checked, and refused with the place of whatever is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prsim.errors import GraphError, Problem
from prsim.scenario.names import listing, nearest, unknown_name
from prsim.spread.graph_measures import weak_components
from prsim.spread.graphs import Graph
from prsim.world.graph_files import EdgeTable, Nodes, NodeTable, Source, edge_table, node_table, refuse

__all__ = ["EDGES", "Edges", "SocialGraph", "read_graph"]

type Edges = Literal["seen_by", "follows", "mutual"]

#: What an edge from source to target means.
EDGES: tuple[Edges, ...] = ("seen_by", "follows", "mutual")
_SHOWN = 10  # problems of one kind that are listed
_HEAVIEST = 1e12  # largest weight; sums of many stay finite
_COMPARED = 5_000  # ids among which the nearest is looked for


@dataclass(frozen=True, slots=True, eq=False)
class SocialGraph:
    """A graph of persons or accounts, with their names.

    Attributes
    ----------
    graph : Graph
        Without self-loops and parallel edges. **An edge from i to j means that j sees what i posts.** Weights, where
        there are any, say how often a tie is used relative to the others of its source.
    ids : tuple of str
        Name of each node.
    segments : tuple of str
        Segment of each node; empty where none are known.
    notes : tuple of str
        What happened to the graph on its way, in sentences.
    """

    graph: Graph
    ids: tuple[str, ...]
    segments: tuple[str, ...]
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        known = f", {len(set(self.segments))} segments" if self.segments else ""
        return f"SocialGraph({self.graph.n} nodes, {self.graph.edges} edges{known})"


def read_graph(
    source: Source,
    nodes: Nodes | None = None,
    *,
    edges: Edges = "seen_by",
    segments: Iterable[str] | None = None,
    duplicates: Literal["merge", "refuse"] = "merge",
    require_connected: bool = False,
) -> SocialGraph:
    """Read and check a graph.

    Parameters
    ----------
    source
        Path of an edge list (``.csv``, ``.parquet``, with columns ``source``, ``target`` and, if wanted, ``weight``)
        or of a ``.graphml`` file; such a table as a DataFrame; a NetworkX graph; or a SciPy sparse matrix, in which the
        entry (i, j) is the weight of the edge from i to j. Nodes of a NetworkX graph or GraphML file may carry a
        ``segment``, edges a ``weight``. Ids are texts; ``7`` and ``"7"`` are the same node.
    nodes
        Table of all nodes with columns ``id`` and ``segment`` (a path of a ``.csv`` or ``.parquet`` file, or a
        DataFrame), or their number where the ids are 0 … n - 1. Where None, the nodes are those of the edges.
    edges : {"seen_by", "follows", "mutual"}
        What an edge from source to target means: what source posts is **seen by** target; source **follows** target
        (and sees what target posts: edges are turned round); or both, each tie being listed in either direction or in
        both (the larger weight then counts). A NetworkX graph or GraphML file without directions is always mutual.
    segments
        Segments that exist; each needs a node, and no node may have another.
    duplicates : {"merge", "refuse"}
        A repeated edge is one edge with the sum of the weights (without weights: the number of times), or an error.
    require_connected : bool
        Refuse a graph of two or more components (directions ignored).

    Returns
    -------
    SocialGraph

    Raises
    ------
    prsim.errors.GraphError
        With every problem found and its file, row and column: a file that cannot be read or is too large (CSV and
        Parquet 1 GB, GraphML 100 MB, 50 million rows), a missing column, an unknown id, a self-loop, a weight that is
        negative or no finite number (at most 1e12), an unknown or empty segment, two components where one is needed.

    Examples
    --------
    >>> import networkx as nx
    >>> import prsim
    >>> prsim.read_graph(nx.star_graph(4))
    SocialGraph(5 nodes, 8 edges)
    """
    for name, value, allowed in (("edges", edges, EDGES), ("duplicates", duplicates, ("merge", "refuse"))):
        if value not in allowed:
            raise refuse(
                name, f"{value!r} is not one of {', '.join(allowed)}", near=nearest(str(value), allowed)
            )
    table = edge_table(source)
    listed = None if nodes is None else node_table(nodes)
    problems: list[Problem] = []
    ids, segment = _nodes(table, listed, problems)
    if segments is not None and segment:
        _check_segments(ids, segment, tuple(segments), table, listed, problems)
    a, b, weight = _edges(table, ids, listed, problems, duplicates)
    if problems:
        raise GraphError(problems)
    graph, notes = _graph(len(ids), a, b, weight, "mutual" if table.mutual else edges, table.name)
    if require_connected:
        _check_connected(graph, ids, table.name)
    return SocialGraph(graph, tuple(ids), tuple(segment), tuple(notes))


def _some(
    at: NDArray[np.int64], describe: Callable[[int], Problem], problems: list[Problem], kind: str
) -> None:
    """Describe the first few of what is wrong, and say how many more there are."""
    problems += [describe(int(i)) for i in at[:_SHOWN]]
    if at.size > _SHOWN:
        problems.append(Problem("", f"… and {at.size - _SHOWN:,} more {kind}"))


def _nodes(
    table: EdgeTable, listed: NodeTable | None, problems: list[Problem]
) -> tuple[Sequence[str], Sequence[str]]:
    """Ids and, where known, segments of all nodes."""
    if listed is None:
        ids = list(table.nodes) or pd.unique(_ends(table)).tolist()
        ids = [i for i in ids if i != ""]
        if not ids:
            raise refuse(table.name, "has no edges")
        lacking = [i for i in ids if i not in table.segment] if table.segment else []
        at = np.arange(len(lacking))
        _some(
            at,
            lambda k: Problem(f"{table.name}, node {lacking[k]!r}", "has no segment"),
            problems,
            "nodes without",
        )
        return ids, [table.segment.get(i, "") for i in ids] if table.segment else []
    if len(listed.ids) == 0:
        raise refuse(listed.name, "lists no nodes")
    empty = np.flatnonzero(listed.ids == "")
    _some(empty, lambda k: Problem(f"{listed.place(k)}, column id", "is empty"), problems, "empty ids")
    first: dict[str, int] = {}
    again = [k for k, i in enumerate(listed.ids) if i and first.setdefault(i, k) != k]
    _some(
        np.array(again, dtype=np.int64),
        lambda k: Problem(
            f"{listed.place(k)}, column id",
            f"{listed.ids[k]!r} is listed before ({listed.place(first[listed.ids[k]])})",
        ),
        problems,
        "repeated ids",
    )
    if listed.segment is None:
        return list(listed.ids), []
    blank = np.flatnonzero(listed.segment == "")
    _some(
        blank,
        lambda k: Problem(f"{listed.place(k)}, column segment", f"node {listed.ids[k]!r} has no segment"),
        problems,
        "nodes without a segment",
    )
    return list(listed.ids), list(listed.segment)


def _ends(table: EdgeTable) -> NDArray[np.object_]:
    """Both ends of all edges, in the order in which they are written."""
    return np.stack([table.source, table.target], axis=1).ravel()


def _check_segments(
    ids: Sequence[str],
    segment: Sequence[str],
    valid: tuple[str, ...],
    table: EdgeTable,
    listed: NodeTable | None,
    problems: list[Problem],
) -> None:
    unknown = np.array([k for k, s in enumerate(segment) if s and s not in valid], dtype=np.int64)

    def describe(k: int) -> Problem:
        place = f"{listed.place(k)}, column segment" if listed else f"{table.name}, node {ids[k]!r}"
        what = f"node {ids[k]!r} is in the unknown segment {segment[k]!r}; segments: {listing(valid)}"
        return unknown_name(place, what, segment[k], valid)

    _some(unknown, describe, problems, "nodes in unknown segments")
    where = listed.name if listed else table.name
    there = set(segment)
    problems += [
        Problem(where, f"no node is in the segment {s!r}; every segment needs at least one", s)
        for s in valid
        if s not in there
    ]


def _edges(
    table: EdgeTable,
    ids: Sequence[str],
    listed: NodeTable | None,
    problems: list[Problem],
    duplicates: str,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Ends as numbers and weights, checked."""
    index = pd.Index(np.array(ids, dtype=object))
    unique = index[~index.duplicated()]
    ends = []
    for column, values in (("source", table.source), ("target", table.target)):
        at = unique.get_indexer(pd.Index(values))
        ends.append(at.astype(np.int64))
        _some(
            np.flatnonzero(at < 0),
            _unknown_id(table, column, values, ids, listed),
            problems,
            f"unknown {column}s",
        )
    a, b = ends
    _some(
        np.flatnonzero((a == b) & (a >= 0)),
        lambda k: Problem(table.place(k), f"a self-loop: {table.source[k]!r} is tied to itself"),
        problems,
        "self-loops",
    )
    weight = np.ones(a.size)
    if table.weight is not None:
        weight = pd.to_numeric(pd.Series(table.weight), errors="coerce").to_numpy(np.float64, na_value=np.nan)
        _some(
            np.flatnonzero(~((weight >= 0) & (weight <= _HEAVIEST))),
            _bad_weight(table, weight),
            problems,
            "weights",
        )
    if duplicates == "refuse":
        code = a * max(len(ids), 1) + b
        _, first, place = np.unique(code, return_index=True, return_inverse=True)
        again = np.flatnonzero(first[place] != np.arange(code.size))
        _some(
            again,
            lambda k: Problem(
                table.place(k),
                f"the edge {table.source[k]!r} → {table.target[k]!r} is there before "
                f"({table.place(int(first[place[k]]))})",
            ),
            problems,
            "repeated edges",
        )
    return a, b, weight


def _unknown_id(
    table: EdgeTable, column: str, values: NDArray[Any], ids: Sequence[str], listed: NodeTable | None
) -> Callable[[int], Problem]:
    def describe(k: int) -> Problem:
        place, given = f"{table.place(k)}, column {column}", str(values[k])
        if not given:
            return Problem(place, "is empty")
        where = listed.name if listed else table.name
        if listed is not None and listed.segment is None:
            return Problem(place, f"{given!r} is out of range; the ids are 0 to {len(ids) - 1}", given)
        near = nearest(given, ids) if len(ids) <= _COMPARED else ""
        return Problem(
            place, f"unknown id {given!r}; it is not among the {len(ids)} of {where}", given, "", near
        )

    return describe


def _bad_weight(table: EdgeTable, weight: NDArray[np.float64]) -> Callable[[int], Problem]:
    assert table.weight is not None
    written = table.weight

    def describe(k: int) -> Problem:
        given = str(written[k]).strip()
        if weight[k] < 0 and np.isfinite(weight[k]):
            what = f"{given} is negative; a weight is at least 0"
        elif np.isfinite(weight[k]):
            what = f"{given} is above {_HEAVIEST:g}"
        elif given in ("", "None", "nan", "NaN"):
            what = "is missing" if given in ("", "None") else f"{given} is not a finite number"
        else:
            what = f"{given!r} is not a finite number"
        return Problem(f"{table.place(k)}, column weight", what, given)

    return describe


def _graph(
    n: int, a: NDArray[np.int64], b: NDArray[np.int64], weight: NDArray[np.float64], edges: Edges, name: str
) -> tuple[Graph, list[str]]:
    """Merge, leave out what weighs nothing, turn round."""
    notes = []
    used = weight > 0
    if not used.all():
        notes.append(f"{name}: {int((~used).sum()):,} edges of weight 0 are left out.")
        a, b, weight = a[used], b[used], weight[used]
    before = a.size
    a, b, weight = _merged(n, a, b, weight, np.add)
    if a.size < before:
        notes.append(
            f"{name}: {before - a.size:,} repeated edges are merged with the first of their kind; weights add up."
        )
    if edges == "follows":
        a, b = b, a
    elif edges == "mutual":
        ends = np.stack([np.concatenate([a, b]), np.concatenate([b, a])])
        a, b, weight = _merged(n, ends[0], ends[1], np.tile(weight, 2), np.maximum)
    plain = bool((weight == 1.0).all())
    graph = Graph.from_edges(n, a, b, None if plain else weight)
    alone = int(((graph.out_degree == 0) & (graph.in_degree == 0)).sum())
    if alone:
        notes.append(f"{name}: {alone:,} of {n:,} nodes have no tie at all.")
    return graph, notes


def _merged(
    n: int, a: NDArray[np.int64], b: NDArray[np.int64], weight: NDArray[np.float64], join: np.ufunc
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Edges without repetition, in the order of their first occurrence."""
    code, first, place = np.unique(a * n + b, return_index=True, return_inverse=True)
    if code.size == a.size:
        return a, b, weight
    total = np.zeros(code.size)
    join.at(total, place, weight)
    order = np.argsort(first)
    kept = first[order]
    return a[kept], b[kept], total[order]


def _check_connected(graph: Graph, ids: Sequence[str], name: str) -> None:
    component = weak_components(graph)
    sizes = np.bincount(component)
    if sizes.size > 1:
        largest = int(np.argmax(sizes))
        outside = ids[int(np.flatnonzero(component != largest)[0])]
        raise refuse(
            name,
            f"has {sizes.size:,} components where one is needed: the largest holds {sizes[largest]:,} of "
            f"{len(ids):,} nodes, and {outside!r} is not in it",
        )


def prefixed(error: GraphError, key: str) -> GraphError:
    """The same problems, said of a key of the configuration."""
    return GraphError(
        replace(p, path=key, what=f"{p.path}: {p.what}" if p.path else p.what) for p in error.problems
    )
