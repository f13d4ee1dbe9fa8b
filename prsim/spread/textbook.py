"""What the textbook models share: checked input and the form of the answer.

A graph is in compressed sparse rows: the targets of node i are ``indices[indptr[i]:indptr[i + 1]]``, and an
edge is named by its position in `indices`.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

type Ids = NDArray[np.int32]
type Offsets = NDArray[np.int64]
type Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Cascades:
    """What became of a spreading process in each of its runs.

    Attributes
    ----------
    sizes : int64[runs]
        Nodes reached, seeds included.
    times : float64[runs, nodes] or None
        When each node was reached, in the model's unit (steps or time); infinity if never. On request.
    parents : int32[runs, nodes] or None
        Who reached it; a seed is its own parent, -1 marks a node not reached. On request.
    """

    sizes: NDArray[np.int64]
    times: Floats | None = None
    parents: Ids | None = None

    def curve(self, at: ArrayLike) -> NDArray[np.int64]:
        """Return how many nodes were reached by each moment of `at`, as int64[runs, len(at)].

        Raises
        ------
        ValueError
            If the model was run without ``times=True``.
        """
        if self.times is None:
            raise ValueError("the curve needs the times: run the model with times=True")
        moments = np.atleast_1d(np.asarray(at, dtype=np.float64))
        return np.array(
            [np.searchsorted(np.sort(row), moments, side="right") for row in self.times], dtype=np.int64
        )


@dataclass(frozen=True, eq=False)
class Opinions:
    """Where an opinion process ended.

    Attributes
    ----------
    final : float64[nodes], or float64[runs, nodes] where the process is random
        The opinions at the end.
    steps : int
        Steps taken; fewer than allowed if the process came to rest.
    path : float64[moments, nodes], or float64[runs, moments, nodes], or None
        The opinions from the start to the end, both included. On request.
    """

    final: Floats
    steps: int
    path: Floats | None = None


def check_graph(indptr: ArrayLike, indices: ArrayLike) -> tuple[Offsets, Ids]:
    """Return the graph as (int64[nodes + 1], int32[edges]), or raise a ValueError that says what is wrong."""
    ptr, ids = np.asarray(indptr), np.asarray(indices)
    for name, array in (("indptr", ptr), ("indices", ids)):
        if array.ndim != 1 or (array.size > 0 and array.dtype.kind not in "iu"):
            raise ValueError(
                f"{name} must be a flat array of integers, got {array.dtype} of shape {array.shape}"
            )
    if ptr.size == 0 or ptr[0] != 0:
        raise ValueError(f"indptr must begin with 0, got {ptr[:1].tolist()}")
    falls = np.flatnonzero(ptr[1:] < ptr[:-1])
    if falls.size:
        i = int(falls[0])
        raise ValueError(f"indptr must not fall, but goes from {ptr[i]} to {ptr[i + 1]} at node {i}")
    if ptr[-1] != ids.size:
        raise ValueError(f"indptr ends with {ptr[-1]}, but there are {ids.size} indices")
    nodes = ptr.size - 1
    if nodes >= 2**31:
        raise ValueError(f"at most 2**31 - 1 nodes, got {nodes}")
    if ids.size and (ids.min() < 0 or ids.max() >= nodes):
        k = int(np.flatnonzero((ids < 0) | (ids >= nodes))[0])
        raise ValueError(f"edge {k} points to node {ids[k]}, but the nodes are 0 to {nodes - 1}")
    return np.ascontiguousarray(ptr, dtype=np.int64), np.ascontiguousarray(ids, dtype=np.int32)


def check_no_parallel_edges(indptr: Offsets, indices: Ids) -> None:
    """Raise a ValueError if a node points to another twice: different sharers could not be counted."""
    source = sources(indptr)
    order = np.lexsort((indices, source))
    same = (np.diff(source[order]) == 0) & (np.diff(indices[order]) == 0)
    if same.any():
        k = int(order[np.flatnonzero(same)[0]])
        raise ValueError(f"there is more than one edge from node {source[k]} to node {indices[k]}")


def check_per_edge(name: str, value: ArrayLike, edges: int, most: float = np.inf) -> tuple[Floats, int]:
    """Return a number for all edges or one per edge as (array, stride): edge k has ``array[k * stride]``.

    Raises
    ------
    ValueError
        If the shape fits neither, or a value is NaN, negative or above `most`.
    """
    array = np.asarray(value, dtype=np.float64)
    if array.ndim > 1 or (array.ndim == 1 and array.size != edges):
        raise ValueError(f"{name} must be one number or one per edge ({edges}), got shape {array.shape}")
    flat = np.ascontiguousarray(array.reshape(-1))
    bad = np.flatnonzero(~((flat >= 0.0) & (flat <= most)))
    if bad.size:
        where = f" at edge {bad[0]}" if array.ndim else ""
        limit = "a number >= 0" if np.isinf(most) else f"between 0 and {most:g}"
        raise ValueError(f"{name} must be {limit}, got {flat[bad[0]]}{where}")
    return flat, array.ndim


def check_number(name: str, value: float, least: float = 0.0, most: float = np.inf) -> float:
    """Return `value` as a float, or raise a ValueError if it is NaN or outside [least, most]."""
    number = float(value)
    if not least <= number <= most:
        raise ValueError(f"{name} must lie between {least:g} and {most:g}, got {number}")
    return number


def check_seeds(seeds: ArrayLike, nodes: int) -> Ids:
    """Return the seed nodes sorted and without repeats, or raise a ValueError if one does not exist."""
    array = np.atleast_1d(np.asarray(seeds))
    if array.ndim != 1 or (array.size > 0 and array.dtype.kind not in "iu"):
        raise ValueError(f"seeds must be a list of node numbers, got {array.dtype} of shape {array.shape}")
    array = np.unique(array)
    if array.size and (array[0] < 0 or array[-1] >= nodes):
        wrong = array[0] if array[0] < 0 else array[-1]
        raise ValueError(f"seed {wrong} does not exist: the nodes are 0 to {nodes - 1}")
    return array.astype(np.int32)


def check_count(name: str, value: int, least: int = 1) -> int:
    """Return `value` as an int, or raise a ValueError if it is below `least` or above 2**31 - 2."""
    number = operator.index(value)
    if not least <= number < 2**31 - 1:
        raise ValueError(f"{name} must be an integer of at least {least}, got {number}")
    return number


def check_opinions(opinions: ArrayLike, *shapes: tuple[int, ...]) -> Floats:
    """Return the opinions as a fresh float64 array of one of the shapes, or raise a ValueError."""
    array = np.array(opinions, dtype=np.float64, order="C")
    if array.shape not in shapes:
        raise ValueError(f"opinions must have shape {' or '.join(map(str, shapes))}, got {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError("opinions must be finite numbers")
    return array


def sources(indptr: Offsets) -> Ids:
    """Return the source node of every edge."""
    return np.repeat(np.arange(indptr.size - 1, dtype=np.int32), np.diff(indptr))


def blank_times(wanted: bool, runs: int, nodes: int) -> Floats:
    """Return float64[runs, nodes] of infinities, or float64[0, nodes] if they are not wanted."""
    return np.full((runs if wanted else 0, nodes), np.inf)


def blank_parents(wanted: bool, runs: int, nodes: int) -> Ids:
    """Return int32[runs, nodes] of -1, or int32[0, nodes] if they are not wanted."""
    return np.full((runs if wanted else 0, nodes), -1, dtype=np.int32)
