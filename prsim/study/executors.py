"""Where work is done: in this process, in worker processes of this machine, or wherever an executor sends it.

Every process builds a *stage* once (what all tasks need and none changes: a scenario, its world), from a plan that it
is sent once. After that a task is a few bytes: a point and a seed. A process that was never sent the plan says so, and
gets it with the next attempt; so the same protocol serves a pool of processes, a thread, and a cluster whose workers
come and go.
"""

from __future__ import annotations

import pickle
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from enum import Enum
from hashlib import blake2b
from multiprocessing.sharedctypes import RawArray
from typing import Any, Self

from prsim.errors import ClusterLost, WorkerDied
from prsim.study.workers import available_cores, worker_pool

__all__ = ["Crew", "Elsewhere", "Here", "Processes", "Told", "Work"]

_DIED = (
    "its process died twice: killed, or out of memory; or a script asks for several workers outside of "
    '`if __name__ == "__main__":`, and every worker runs it again'
)

#: Told the part of a task that is done, 0 to 1; raises when nobody wants the rest any more.
type Told = Callable[[float], None]
#: Does a task on a stage; a function of a module.
type Work = Callable[[Any, Any, Told], Any]

_TELL_S = 0.2  # s between two reports of progress
_CHECK_S = 5.0  # s without any result after which it is asked whether anybody still works
_MOST_DEATHS = 8  # workers that die one after the other, nothing done in between


class Crew:
    """Those who do tasks on one stage; results do not depend on who does them.

    Parameters
    ----------
    build
        Makes the stage out of ``plan``; a function of a module.
    plan
        What is sent to each process once.

    Attributes
    ----------
    limit
        Tasks that are under way at the same time: enough that nobody waits for the next, few enough to forget.
    size
        Tasks that are worked on at the same time.
    """

    limit = 1
    size = 1

    def __init__(self, build: Callable[[Any], Any], plan: Any) -> None:
        self.build, self.plan = build, plan

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self.close(at_once=kind is not None)

    def close(self, at_once: bool) -> None:
        """Send everybody home; ``at_once``: what is under way is given up."""

    def each(
        self, work: Work, tasks: Iterable[Any], tell: Callable[[float], None] | None = None
    ) -> Iterator[tuple[Any, Any]]:
        """Do every task; yield ``(task, result)`` as they finish, the exception in place of a result.

        Tasks whose worker dies are tried again, one at a time; one that is alone when its worker dies, twice, yields
        :class:`WorkerDied`.

        Parameters
        ----------
        tell
            Told how many tasks are done, parts of tasks among them, several times a second.

        Raises
        ------
        prsim.errors.ClusterLost
            If nobody is left to work.
        """
        queue, suspects = iter(tasks), deque[Any]()
        waiting: dict[Future[Any], Any] = {}
        blamed: Any = None
        finished = deaths = 0
        idle = 0.0
        while True:
            while (alone := bool(suspects)) or len(waiting) < self.limit:
                if alone and waiting:
                    break
                task = suspects.popleft() if alone else next(queue, _END)
                if task is _END:
                    break
                waiting[self._submit(work, task, False)] = task
                if alone:
                    break
            if not waiting:
                return
            done = wait(waiting, _TELL_S if tell else _CHECK_S, FIRST_COMPLETED).done
            idle = 0.0 if done else idle + (_TELL_S if tell else _CHECK_S)
            if idle >= _CHECK_S:
                self._check()
                idle = 0.0
            if tell:
                tell(finished + self._parts())
            lost = []
            for future in done:
                task = waiting.pop(future)
                result = _outcome(future)
                if result is _Answer.LACKING:
                    waiting[self._submit(work, task, True)] = task
                elif isinstance(result, _GONE):
                    lost.append(task)
                else:
                    finished, deaths = finished + 1, 0
                    self._told(future)
                    yield task, result
            if lost:
                deaths += 1
                self._renew(deaths)
                wait(waiting)  # a broken pool ends all that it had
                for future in list(waiting):
                    task, result = waiting.pop(future), _outcome(future)
                    if isinstance(result, _GONE):
                        lost.append(task)
                    else:
                        finished += 1
                        yield task, result
                if not (alone and len(lost) == 1):
                    suspects.extend(lost)
                elif lost[0] is not blamed:
                    blamed = lost[0]
                    suspects.appendleft(blamed)
                else:
                    finished += 1
                    yield blamed, WorkerDied(_DIED)

    def _submit(self, work: Work, task: Any, with_plan: bool) -> Future[Any]:
        raise NotImplementedError

    def _told(self, future: Future[Any]) -> None:
        """A task is done."""

    def _parts(self) -> float:
        """How much of the tasks under way is done."""
        return 0.0

    def _check(self) -> None:
        """See whether there is anybody to wait for."""

    def _renew(self, deaths: int) -> None:
        """Take a new crew for one that is lost."""
        raise ClusterLost("those who did the runs are gone")


class Here(Crew):
    """This process does one task after the other."""

    def __init__(self, build: Callable[[Any], Any], plan: Any) -> None:
        super().__init__(build, plan)
        self._stage: Any = None

    def each(
        self, work: Work, tasks: Iterable[Any], tell: Callable[[float], None] | None = None
    ) -> Iterator[tuple[Any, Any]]:
        """See :meth:`Crew.each`."""
        if self._stage is None:
            self._stage = self.build(self.plan)
        for finished, task in enumerate(tasks):
            told = _in_sum(tell, finished)
            try:
                result = work(self._stage, task, told)
            except Exception as error:  # noqa: BLE001 - the caller decides what a failure means
                result = error
            told(1.0)
            yield task, result


class Processes(Crew):
    """Processes of this machine; one that dies is replaced.

    Parameters
    ----------
    workers
        How many; 0 takes as many as there are cores.
    """

    def __init__(self, build: Callable[[Any], Any], plan: Any, workers: int = 0) -> None:
        super().__init__(build, plan)
        self.size = workers or available_cores()
        self.limit = 2 * self.size
        self._sent = _packed(build, plan)
        self._start()

    def _start(self) -> None:
        # part of each task under way that is done, and whether to stop
        self._reached = RawArray("d", self.limit + 1)
        self._free = list(range(self.limit))
        self._slots: dict[Future[Any], int] = {}
        self._pool = worker_pool(self.size, _hold, (*self._sent, self._reached))

    def _submit(self, work: Work, task: Any, with_plan: bool) -> Future[Any]:
        slot = self._free.pop()
        try:
            future = self._pool.submit(perform, self._sent[0], None, work, task, slot)
        except BrokenExecutor as error:
            future = Future()
            future.set_exception(error)
        self._slots[future] = slot
        return future

    def _told(self, future: Future[Any]) -> None:
        slot = self._slots.pop(future)
        self._reached[slot] = 0.0
        self._free.append(slot)

    def _parts(self) -> float:
        return float(sum(self._reached[:-1]))

    def _renew(self, deaths: int) -> None:
        self.close(at_once=True)
        if deaths > _MOST_DEATHS:
            raise ClusterLost(f"{deaths} worker processes died one after the other; is there enough memory?")
        self._start()

    def close(self, at_once: bool) -> None:
        """See :meth:`Crew.close`; what is under way stops when it next tells how far it is."""
        self._reached[-1] = float(at_once)
        self._pool.shutdown(wait=True, cancel_futures=at_once)


class Elsewhere(Crew):
    """Whoever works for an executor of :mod:`concurrent.futures`: a pool of one's own, a cluster.

    Parameters
    ----------
    executor
        The executor; it is not shut down.
    workers
        Tasks that it works on at the same time; 0 asks the executor, and else takes as many as there are cores.
    """

    def __init__(self, build: Callable[[Any], Any], plan: Any, executor: Executor, workers: int = 0) -> None:
        super().__init__(build, plan)
        self.executor = executor
        self.size = workers or getattr(executor, "_max_workers", 0) or available_cores()
        self.limit = 2 * self.size
        self._sent = _packed(build, plan)

    def _submit(self, work: Work, task: Any, with_plan: bool) -> Future[Any]:
        digest, plan = self._sent
        try:
            return self.executor.submit(perform, digest, plan if with_plan else None, work, task, None)
        except BrokenExecutor as error:
            raise ClusterLost(f"the executor takes no more work: {error}") from error

    def close(self, at_once: bool) -> None:
        """See :meth:`Crew.close`; what is under way goes on, and nobody waits for it."""


# what this process knows: the plan it was sent when it began, the stage it has built, how far it has come
_held: tuple[str, bytes] = ("", b"")
_stages: dict[str, Any] = {}
_progress: Any = None
_building = threading.Lock()

_END = object()
_GONE = (BrokenExecutor, CancelledError, SystemExit)  # nobody did the task, and it was not its fault


class _Answer(Enum):
    LACKING = "this process was never sent the plan"


def perform(digest: str, plan: bytes | None, work: Work, task: Any, slot: int | None) -> Any:
    """Do a task in this process, which builds the stage if it has not; without a plan for it, say so."""
    with _building:
        if digest not in _stages:
            packed = plan or (_held[1] if _held[0] == digest else None)
            if packed is None:
                return _Answer.LACKING
            build, of = pickle.loads(packed)
            _stages.clear()
            _stages[digest] = build(of)
        stage = _stages[digest]

    def told(part: float) -> None:
        if slot is not None:
            if _progress[-1]:
                raise SystemExit  # the parent wants no more of this
            _progress[slot] = part

    return work(stage, task, told)


def _hold(digest: str, plan: bytes, progress: Any) -> None:
    global _held, _progress
    _held, _progress = (digest, plan), progress


def _packed(build: Callable[[Any], Any], plan: Any) -> tuple[str, bytes]:
    packed = pickle.dumps((build, plan), pickle.HIGHEST_PROTOCOL)
    return blake2b(packed, digest_size=16).hexdigest(), packed


def _outcome(future: Future[Any]) -> Any:
    try:
        return future.result()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the caller decides what a failure means
        return error


def _in_sum(tell: Callable[[float], None] | None, finished: int) -> Told:
    return (lambda part: None) if tell is None else (lambda part: tell(finished + part))
