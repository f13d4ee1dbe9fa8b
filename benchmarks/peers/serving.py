"""What runs in the process of a peer, or in that of prsim."""

from __future__ import annotations

from collections.abc import Callable, Generator
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from benchmarks.child import Stopwatch, peak_mb
from benchmarks.graphs import Task, read
from benchmarks.peers.libraries import BETA_EXPONENTIAL, BETA_FIXED, CASES, GAMMA, P

RING = Task(np.arange(51), ((np.arange(50) + 1) % 50).astype(np.int32), np.array([0]))

type Answers = Generator[dict[str, Any], dict[str, Any], None]


def serve_peer(case: str, name: str, folder: str) -> Answers:
    """Build the peer's structure; then run once per question ``{"seed": int}``."""
    made = next(x for x in CASES[case] if x.name == name)
    task = read(folder)
    try:
        first = made(RING)  # what is only done once, imports and compilation, does not count
        first.prepare(0)
        first.run(0)
        del first
        watch = Stopwatch()
        peer = made(task)
    except ImportError as error:
        yield {"missing": f"{type(error).__name__}: {error}"}
        return
    del task
    question = yield {"built": watch.read(), "version": version_of(made.package)}
    while True:
        peer.prepare(question["seed"])
        watch = Stopwatch()
        size = peer.run(question["seed"])
        question = yield {**watch.read(), "sizes": [size], "peak_mb": peak_mb()}


def version_of(package: str) -> str:
    """Version of an installed distribution."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "of unknown version"


def textbook(case: str, law: str, task: Task) -> Callable[..., list[int]]:
    """Return prsim's model: final sizes as a function of the seed and the number of runs and of workers."""
    import prsim.spread as spread

    graph = (task.indptr, task.indices)

    def cascade(seed: int, runs: int, workers: int) -> list[int]:
        found = spread.independent_cascade(*graph, P, task.seeds, seed, runs, workers=workers)
        return [int(x) for x in found.sizes]

    def epidemic(seed: int, runs: int, workers: int) -> list[int]:
        beta = BETA_FIXED if law == "fixed" else BETA_EXPONENTIAL
        found = spread.sir(*graph, beta, GAMMA, task.seeds, seed, runs, recovery=law, workers=workers)
        return [int(x) for x in found.sizes]

    return cascade if case == "ic" else epidemic


def serve_prsim(case: str, law: str, folder: str) -> Answers:
    """Run once per question ``{"seed": int, "runs": int, "workers": int}``."""
    task = read(folder)
    model = textbook(case, law, task)
    textbook(case, law, RING)(1, 1, 1)  # loads the compiled code
    question = yield {}
    while True:
        watch = Stopwatch()
        sizes = model(**question)
        question = yield {**watch.read(), "sizes": sizes, "peak_mb": peak_mb()}
