"""What the textbook models share: checked input, runs in threads, and the form of the answer.

A graph is in compressed sparse rows: the targets of node i are ``indices[indptr[i]:indptr[i + 1]]``, and an
edge is named by its position in `indices`. So any object that has `indptr` and `indices` gives them, a SciPy
sparse matrix in CSR form too.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from prsim.spread.compiled import njit

type Ids = NDArray[np.int32]
type Offsets = NDArray[np.int64]
type Floats = NDArray[np.float64]
type Singles = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Cascades:
    """What became of a spreading process in each of its runs.

    Attributes
    ----------
    sizes : int64[runs]
        Nodes reached, seeds included.
    times : float64[runs, nodes] or None
        When each node was reached, in the model's unit (steps or time); infinity if never. On request: it
        takes ``8 * runs * nodes`` bytes.
    parents : int32[runs, nodes] or None
        Who reached it; a seed is its own parent, -1 marks a node not reached. On request: it takes
        ``4 * runs * nodes`` bytes.
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
    if ids.size and _beyond(ids, nodes):
        k = int(np.flatnonzero((ids < 0) | (ids >= nodes))[0])
        raise ValueError(f"edge {k} points to node {ids[k]}, but the nodes are 0 to {nodes - 1}")
    return frozen(np.require(ptr, np.int64, ["C"])), frozen(np.require(ids, np.int32, ["C"]))


def frozen[Kind: np.generic](array: NDArray[Kind]) -> NDArray[Kind]:
    """Return a view that cannot be written to.

    A kernel is compiled once for arrays that can be written to and once for those that cannot; so what kernels only
    read is always given to them in this form, and a graph that cannot be written to need not be copied.
    """
    view = array.view()
    view.flags.writeable = False
    return view


def _beyond(ids: NDArray[Any], nodes: int) -> bool:
    """Whether one of the ids is no node; as unsigned numbers the negative ones are too large."""
    if ids.dtype == np.int32:
        return bool(ids.view(np.uint32).max() >= nodes)
    return bool(ids.min() < 0 or ids.max() >= nodes)


@njit(cache=True, nogil=True)
def _first_self_loop(indptr: Offsets, indices: Ids) -> int:
    for v in range(indptr.shape[0] - 1):
        for k in range(indptr[v], indptr[v + 1]):
            if indices[k] == v:
                return int(k)
    return -1


def check_no_self_loops(indptr: Offsets, indices: Ids) -> None:
    """Raise a ValueError if an edge leads from a node to itself: nobody tells himself a story."""
    own = int(_first_self_loop(indptr, indices))
    if own >= 0:
        raise ValueError(f"edge {own} leads from node {indices[own]} to itself")


def check_no_parallel_edges(indptr: Offsets, indices: Ids) -> None:
    """Raise a ValueError if a node points to another twice: different sharers could not be counted."""
    source = sources(indptr)
    rises = (np.diff(indices) > 0) | (np.diff(source) > 0)
    if rises.all():  # every row is sorted and has no repeats, as is usual
        return
    order = np.lexsort((indices, source))
    same = (np.diff(source[order]) == 0) & (np.diff(indices[order]) == 0)
    if same.any():
        k = int(order[np.flatnonzero(same)[0]])
        raise ValueError(f"there is more than one edge from node {source[k]} to node {indices[k]}")


def check_per_edge(
    name: str, value: ArrayLike, edges: int, most: float = np.inf, single: bool = False
) -> tuple[Floats | Singles, int]:
    """Return a number for all edges or one per edge as (array, stride): edge k has ``array[k * stride]``.

    With `single` numbers of single precision stay so, for on a large graph a copy is dear.

    Raises
    ------
    ValueError
        If the shape fits neither, or a value is NaN, negative or above `most`.
    """
    array = np.asarray(value)
    if not (single and array.dtype == np.float32):
        array = np.asarray(array, dtype=np.float64)
    if array.ndim > 1 or (array.ndim == 1 and array.size != edges):
        raise ValueError(f"{name} must be one number or one per edge ({edges}), got shape {array.shape}")
    flat = np.require(array.reshape(-1), requirements=["C"])
    if flat.size and not (flat.min() >= 0.0 and flat.max() <= most):  # so it is with NaN
        k = int(np.flatnonzero(~((flat >= 0.0) & (flat <= most)))[0])
        where = f" at edge {k}" if array.ndim else ""
        limit = "a number >= 0" if np.isinf(most) else f"between 0 and {most:g}"
        raise ValueError(f"{name} must be {limit}, got {flat[k]}{where}")
    return frozen(flat), array.ndim


def check_weights(weights: ArrayLike | None, owner: Ids, nodes: int, whose: str) -> Floats:
    """Return one weight per edge, equal parts for None; `owner` is the node whose weights must not exceed 1 in sum.

    Raises
    ------
    ValueError
        If a weight lies outside [0, 1], or those of a node sum to more than 1; `whose` says how to call them.
    """
    if weights is None:
        parts: Floats = 1.0 / np.bincount(owner, minlength=nodes)[owner]
        return frozen(parts)
    given, stride = check_per_edge("weights", weights, owner.size, most=1.0)
    weight = given if stride else np.full(owner.size, given[0])
    total = np.bincount(owner, weights=weight, minlength=nodes)
    if nodes and total.max() > 1.0 + 1e-9:
        v = int(total.argmax())
        raise ValueError(f"the weights {whose} node {v} sum to {total[v]:g}, which is more than 1")
    return frozen(weight)


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
    """Return `value` as an int; raise a TypeError if it is none, a ValueError below `least` or above 2**31 - 2."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, got {value!r}") from None
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


type Integer = int | np.integer[Any]


@njit(cache=True)
def note(row: int, node: Integer, teller: Integer, when: float, times: Floats, parents: Ids) -> None:
    """Write down who reached `node` and when, as far as it was asked for."""
    if times.shape[0] > 0:
        times[row, node] = when
    if parents.shape[0] > 0:
        parents[row, node] = teller


def in_parts(runs: int, workers: int, work: Callable[[slice], None]) -> None:
    """Call `work` with consecutive parts of the runs, in as many threads as there are workers.

    A run's draws are named by its number, so the cut changes nothing. Kernels let go of the interpreter.
    """
    workers = min(check_count("workers", workers), runs)
    cuts = [runs * i // workers for i in range(workers + 1)]
    parts = [slice(a, b) for a, b in pairwise(cuts)]
    if len(parts) == 1:
        return work(parts[0])
    with ThreadPoolExecutor(len(parts)) as pool:
        for done in [pool.submit(work, part) for part in parts]:
            done.result()


class Part(NamedTuple):
    """What a kernel is given: the graph, the seeds, and the rows of the answer that are its to fill.

    `times` and `parents` have no rows where they are not wanted.
    """

    first_run: int
    indptr: Offsets
    indices: Ids
    seeds: Ids
    times: Floats
    parents: Ids
    sizes: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Trial:
    """A checked graph with its seeds, and room for the answer."""

    indptr: Offsets
    indices: Ids
    seeds: Ids
    answer: Cascades

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return self.indptr.size - 1

    def run(self, kernel: Callable[..., None], workers: int, *arguments: object) -> Cascades:
        """Fill the answer with ``kernel(part, *arguments)`` for each worker's part of the runs, and return it."""
        sizes, times, parents = self.answer.sizes, self.answer.times, self.answer.parents
        when = np.empty((0, self.nodes)) if times is None else times
        who = np.empty((0, self.nodes), dtype=np.int32) if parents is None else parents

        def work(rows: slice) -> None:
            mine = Part(rows.start, self.indptr, self.indices, self.seeds, when[rows], who[rows], sizes[rows])
            kernel(mine, *arguments)

        in_parts(sizes.size, workers, work)
        return self.answer


def set_up(
    indptr: ArrayLike,
    indices: ArrayLike,
    seeds: ArrayLike,
    runs: int,
    times: bool = False,
    parents: bool = False,
) -> Trial:
    """Check what every spreading model is given, and make room for the answer.

    Raises
    ------
    ValueError
        If the graph is malformed or has a self-loop, a seed does not exist or there is no run.
    """
    ptr, ids = check_graph(indptr, indices)
    check_no_self_loops(ptr, ids)
    nodes, runs = ptr.size - 1, check_count("runs", runs)
    answer = Cascades(
        np.zeros(runs, dtype=np.int64),
        np.full((runs, nodes), np.inf) if times else None,
        np.full((runs, nodes), -1, dtype=np.int32) if parents else None,
    )
    return Trial(ptr, ids, check_seeds(seeds, nodes), answer)
