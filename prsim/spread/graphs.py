"""Graphs in compressed rows: the type that the generators make, the statistics describe and the models run on.

An edge points from the one who tells to the one who hears, as in the textbook models of this package.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from prsim.spread.textbook import Floats, Ids, Offsets, check_graph, check_per_edge

if TYPE_CHECKING:
    import networkx
    import scipy.sparse

__all__ = ["Graph"]


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """A directed graph in compressed rows; its arrays cannot be written to.

    The textbook models take it apart: ``independent_cascade(g.indptr, g.indices, …)``. An undirected graph has every
    edge in both directions.

    Parameters
    ----------
    indptr, indices : int[n + 1], int[edges]
        The targets of node ``i`` are ``indices[indptr[i]:indptr[i + 1]]``.
    weights : float[edges], optional
        One weight per edge, finite and not negative.

    Raises
    ------
    ValueError
        If the arrays are no graph; the message names the first node or edge at fault.
    """

    indptr: Offsets
    indices: Ids
    weights: Floats | None = None

    def __post_init__(self) -> None:
        ptr, ids = check_graph(self.indptr, self.indices)
        arrays: dict[str, NDArray[Any]] = {"indptr": ptr, "indices": ids}
        if self.weights is not None:
            weights, stride = check_per_edge("weights", self.weights, ids.size)
            if stride == 0 or not np.isfinite(weights).all():
                raise ValueError(f"weights must be one finite number per edge ({ids.size})")
            arrays["weights"] = weights
        for name, array in arrays.items():
            object.__setattr__(self, name, array)

    @classmethod
    def from_edges(
        cls, n: int, source: ArrayLike, target: ArrayLike, weights: ArrayLike | None = None
    ) -> Graph:
        """Build a graph of nodes ``0 … n - 1`` from its edges; those of a node keep their order.

        Raises
        ------
        ValueError
            If an edge names a node that does not exist, or the lengths differ.
        """
        a, b = np.asarray(source, dtype=np.int64), np.asarray(target, dtype=np.int64)
        if a.ndim != 1 or a.shape != b.shape:
            raise ValueError(f"source and target must be flat and as long, got {a.shape} and {b.shape}")
        for verb, end in (("starts at", a), ("points to", b)):
            if end.size and (end.min() < 0 or end.max() >= n):
                k = int(np.flatnonzero((end < 0) | (end >= n))[0])
                raise ValueError(f"edge {k} {verb} node {end[k]}, but the nodes are 0 to {n - 1}")
        order = np.argsort(a, kind="stable")
        ptr = np.concatenate([[0], np.cumsum(np.bincount(a, minlength=n))]).astype(np.int64)
        w = None if weights is None else np.asarray(weights, dtype=np.float64)[order]
        return cls(ptr, b[order].astype(np.int32), w)

    @classmethod
    def from_scipy(cls, matrix: scipy.sparse.sparray | scipy.sparse.spmatrix) -> Graph:
        """Build a graph from a square sparse matrix; the entry at (i, j) is the weight of the edge from i to j."""
        rows, columns = matrix.shape
        if rows != columns:
            raise ValueError(f"the matrix of a graph is square, got {rows} × {columns}")
        entries = matrix.tocoo()
        return cls.from_edges(rows, entries.row, entries.col, entries.data)

    @property
    def n(self) -> int:
        """Number of nodes."""
        return int(self.indptr.size - 1)

    @property
    def edges(self) -> int:
        """Number of edges; an undirected tie counts twice."""
        return int(self.indices.size)

    @property
    def out_degree(self) -> NDArray[np.int64]:
        """Edges that leave each node."""
        return np.diff(self.indptr)

    @property
    def in_degree(self) -> NDArray[np.int64]:
        """Edges that reach each node."""
        return np.bincount(self.indices, minlength=self.n).astype(np.int64)

    @property
    def source(self) -> Ids:
        """Node at which each edge begins, in the order of `indices`."""
        return np.repeat(np.arange(self.n, dtype=np.int32), self.out_degree)

    def reversed(self) -> Graph:
        """Return the graph with every edge turned round."""
        return Graph.from_edges(self.n, self.indices, self.source, self.weights)

    def simple(self) -> Graph:
        """Return the graph without self-loops, parallel edges made one; targets sorted, weights added up."""
        code = self.source.astype(np.int64) * self.n + self.indices
        kept = np.flatnonzero(self.source != self.indices)
        pairs, place = np.unique(code[kept], return_inverse=True)
        weights = None
        if self.weights is not None:
            weights = np.bincount(place, weights=self.weights[kept], minlength=pairs.size)
        return Graph.from_edges(self.n, pairs // max(self.n, 1), pairs % max(self.n, 1), weights)

    def undirected(self) -> Graph:
        """Return the simple graph in which two nodes are tied where either points to the other; no weights."""
        source, target = self.source, self.indices
        both = Graph.from_edges(self.n, np.concatenate([source, target]), np.concatenate([target, source]))
        return both.simple()

    def to_scipy(self) -> scipy.sparse.csr_array:
        """Return the adjacency matrix: entry (i, j) is the weight (1 where there are none) of the edge from i to j."""
        from scipy.sparse import csr_array

        data = np.ones(self.edges) if self.weights is None else self.weights
        return csr_array((data, self.indices, self.indptr), shape=(self.n, self.n), copy=True)

    def to_networkx(self) -> networkx.DiGraph:
        """Return a NetworkX ``DiGraph`` of nodes ``0 … n - 1``; parallel edges become one, weights stay."""
        import networkx as nx

        made = nx.DiGraph()
        made.add_nodes_from(range(self.n))
        ends = zip(self.source.tolist(), self.indices.tolist())
        if self.weights is None:
            made.add_edges_from(ends)
        else:
            made.add_weighted_edges_from((a, b, w) for (a, b), w in zip(ends, self.weights.tolist()))
        return made
