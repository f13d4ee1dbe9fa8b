"""The graph on which prsim and its peers are measured."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SHAPE, MEAN = 2.5, 10.0  # of the out-degrees
SEEDS = 10


class Task(NamedTuple):
    """A graph in compressed rows, from teller to hearer, and the nodes reached at the start."""

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    seeds: NDArray[np.int64]

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.indptr) - 1


def directed_configuration(nodes: int, seed: int = 1) -> Task:
    """A directed configuration model: out-degrees Pareto(2.5) with mean 10, targets uniform, no loops, no repeats."""
    from prsim.spread import Graph

    rng = np.random.default_rng(seed)
    degrees = (rng.pareto(SHAPE, nodes) + 1.0) * MEAN * (SHAPE - 1.0) / SHAPE
    out = np.minimum(
        (degrees + rng.random(nodes)).astype(np.int64), nodes - 1
    )  # rounded so that the mean stays
    source = np.repeat(np.arange(nodes), out)
    graph = Graph.from_edges(nodes, source, rng.integers(0, nodes, source.size)).simple()
    return Task(graph.indptr, graph.indices, np.sort(rng.choice(nodes, min(SEEDS, nodes), replace=False)))


def store(task: Task, folder: Path) -> Path:
    """Write a task for other processes to read."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in task._asdict().items():
        np.save(folder / f"{name}.npy", array)
    return folder


def read(folder: str | Path) -> Task:
    """Read a task."""
    return Task(*(np.load(Path(folder) / f"{name}.npy") for name in Task._fields))
