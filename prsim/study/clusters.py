"""Runs on more than one machine, through Dask (the extra ``dask``)."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from importlib import import_module
from typing import Any

from prsim.errors import ClusterLost, ConfigError
from prsim.study.executors import Elsewhere
from prsim.study.workers import available_cores

__all__ = ["DaskCluster", "is_cluster"]

_NAME = "dask"
_PROTOCOLS = ("tcp://", "tls://", "ws://", "wss://", "ucx://")
_CONNECT_S = 30.0
_ALONE_S = 60.0  # without any worker, before the cluster counts as lost
_LOOK_S = 10.0  # between two looks at how many workers there are


def is_cluster(executor: str) -> bool:
    """Whether an executor's name means a Dask cluster: ``dask``, an address, or a scheduler's file (``.json``)."""
    return executor == _NAME or executor.startswith(_PROTOCOLS) or executor.endswith(".json")


class DaskCluster(Elsewhere):
    """The workers of a Dask cluster; they may come and go, and a run whose worker dies is made by another.

    Parameters
    ----------
    address
        ``dask`` starts a cluster on this machine; else a scheduler's address, ``tcp://…``, or its file (``.json``).
    workers
        Processes of a cluster on this machine; 0 takes as many as there are cores.

    Raises
    ------
    ConfigError
        If Dask is not installed, or nobody answers.
    """

    def __init__(self, build: Callable[[Any], Any], plan: Any, address: str, workers: int = 0) -> None:
        try:
            distributed: Any = import_module("distributed")
        except ImportError:
            what = "runs on a cluster need the extra dask: pip install 'prsim[dask]'"
            raise ConfigError.of("executor", what, given=address) from None
        self._stack = ExitStack()
        where: dict[str, Any] = {"address": address}
        if address == _NAME:
            count = workers or available_cores()
            where["address"] = self._stack.enter_context(
                distributed.LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address=None)
            )
        elif address.endswith(".json"):
            where = {"scheduler_file": address}
        self.address = address
        try:
            client = distributed.Client(**where, timeout=_CONNECT_S, set_as_default=False)
            self.client = self._stack.enter_context(client)
            self.client.wait_for_workers(1, timeout=_ALONE_S)
        except (OSError, TimeoutError) as error:
            self._stack.close()
            raise ConfigError.of(
                "executor", f"no Dask cluster with workers answers at {address}: {error}", given=address
            ) from None
        super().__init__(build, plan, self.client.get_executor(pure=False), self._threads())
        self._looked = self._seen = time.monotonic()

    def _threads(self) -> int:
        return sum(self.client.nthreads().values())

    def _told(self, future: Any) -> None:
        now = time.monotonic()
        if now - self._looked > _LOOK_S:
            self._looked = now
            self._look()

    def _check(self) -> None:
        self._look()
        if time.monotonic() - self._seen > _ALONE_S:
            raise ClusterLost(f"the Dask cluster at {self.address} has had no worker for {_ALONE_S:.0f} s")

    def _look(self) -> None:
        """See how many workers there are; runs are sent ahead for as many."""
        if self.client.status != "running":
            raise ClusterLost(f"the Dask scheduler at {self.address} is gone")
        if threads := self._threads():
            self._seen = time.monotonic()
            self.size, self.limit = threads, 2 * threads

    def close(self, at_once: bool) -> None:
        """See :meth:`Crew.close`; runs that wait are taken back."""
        self._stack.close()
