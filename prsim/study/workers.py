"""Worker processes: how they start, and that they go when their parent goes.

Where forking is sound (Linux), a server process imports everything once and forks the workers; so one import serves all
of them, and it goes on while the parent still reads the scenario. Elsewhere every worker imports for itself.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

__all__ = ["available_cores", "get_ready", "worker_pool"]

_PRELOADED = "prsim.study.preloaded"
_ORPHANED = 1  # exit code of a worker whose parent is gone


def available_cores() -> int:
    """Cores this process may use."""
    return os.process_cpu_count() or 1 if hasattr(os, "process_cpu_count") else len(os.sched_getaffinity(0))


def get_ready() -> None:
    """Let the server of worker processes import what they need, in the background; does nothing elsewhere."""
    if sys.platform == "linux" and available_cores() > 1:
        from multiprocessing import forkserver

        _context()
        forkserver.ensure_running()


def worker_pool(
    workers: int, initializer: Callable[..., None], initargs: tuple[Any, ...]
) -> ProcessPoolExecutor:
    """A pool of processes, each of which calls ``initializer(*initargs)`` first and ends when this process does."""
    return ProcessPoolExecutor(workers, _context(), _begin, (initializer, initargs))


def _context() -> Any:
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([_PRELOADED])
    return context


def _begin(initializer: Callable[..., None], initargs: tuple[Any, ...]) -> None:
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C reaches the parent too, which says what then happens
    threading.Thread(target=_leave_with_parent, name="prsim-parent-watch", daemon=True).start()
    initializer(*initargs)


def _leave_with_parent() -> None:
    """End this process as soon as its parent has ended, however that happened."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(_ORPHANED)
