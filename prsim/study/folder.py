"""A study on disk: its runs (runs.sqlite), and who may write to it.

Every run is one transaction in a database with a write-ahead log, so whatever ends the process loses the runs under way
and nothing else.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, Self

from prsim.design.experiment import Experiment
from prsim.errors import ResultsExist, StoreError, StudyRefused
from prsim.study.manifest import (
    DATABASE,
    MANIFEST,
    REPORT,
    SERIES,
    TABLES,
    base_hash,
    described,
    read_manifest,
    refuse_others,
    run_key,
)
from prsim.study.run import to_json
from prsim.study.run_point import Failure, Made, Task
from prsim.study.whole_files import whole_file, write_text

__all__ = ["Counts", "StudyFolder", "connect", "counted", "locked", "stored"]

_LOCK = ".in-use"
_SETTLE_S = 5.0
_SCHEMA = """
create table if not exists points (key text primary key, number integer not null, levels text not null,
    changes text not null);
create table if not exists runs (point text not null, replicate integer not null, seed integer not null,
    key text not null unique, status text not null, origin text, error text, traceback text, seconds real, result blob,
    primary key (point, replicate));
create table if not exists written (what text not null);
"""


class Counts(NamedTuple):
    """Runs of a study by what became of them."""

    done: int
    failed: int
    waiting: int


class StudyFolder:
    """A study's folder, open for writing; nobody else writes to it meanwhile.

    Parameters
    ----------
    path
        The folder.
    experiment
        What is to be in it.
    resume
        Go on with what is there; start where there is nothing.
    force
        Remove the study that is there.

    Raises
    ------
    ResultsExist
        If there are results, and neither ``resume`` nor ``force`` is set.
    StudyRefused
        If what is there is no study, is in use, or was made by another model, plan or choice of seeds.
    StoreError
        If it cannot be written.
    """

    def __init__(self, path: Path, experiment: Experiment, *, resume: bool, force: bool) -> None:
        self.path, self.experiment = path, experiment
        self.base = base_hash(experiment)
        self._settled = 0.0
        found = _visible(path)
        if found and not (resume or force):
            raise ResultsExist(str(path)) if MANIFEST not in found else _study_exists(path)
        with stored(path):
            path.mkdir(parents=True, exist_ok=True)
            self._lock = _lock(path)
        try:
            manifest = None
            if found and not force:
                manifest = read_manifest(path)
                refuse_others(path, manifest, experiment)
            elif found:
                _remove(path)
            with stored(path):
                self.manifest = described(experiment, manifest)
                write_text(path / MANIFEST, to_json(self.manifest))
                self.database = connect(path / DATABASE)
                self._enter()
        except BaseException:
            _unlock(path, self._lock)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(sqlite3.Error):  # in use by a reader, or no room: the log stays, and is as good
            self.database.execute("pragma journal_mode = delete")
        self.database.close()
        _unlock(self.path, self._lock)

    def waiting(self) -> Iterator[Task]:
        """Runs that are to be made, all points of a replicate before the next replicate."""
        points = self.experiment.design.points
        done = {row[0] for row in self.database.execute("select key from runs where status = 'done'")}
        by_point = any(key.partition(".")[0] in _SOCIETY for p in points for key in p.changes)
        for a in range(len(points) if by_point else self.experiment.replicates):
            for b in range(self.experiment.replicates if by_point else len(points)):
                i, replicate = (a, b) if by_point else (b, a)
                seed = self.experiment.seed(points[i], replicate)
                if run_key(self.base, points[i], seed) not in done:
                    yield Task(points[i], replicate, seed)

    def counts(self) -> Counts:
        """Runs by what became of them."""
        return counted(self.database)

    def seconds(self) -> float | None:
        """Mean time of the runs that are there, of those made last; None if there are none."""
        last = "select seconds from runs where status = 'done' order by replicate desc limit 200"
        query = f"select avg(seconds) from ({last})"
        found = self.database.execute(query).fetchone()[0]
        return None if found is None else float(found)

    def size_of_a_run(self) -> float | None:
        """Mean bytes kept of a run; None if there are none."""
        query = "select avg(length(result)) from (select result from runs where status = 'done' limit 200)"
        found = self.database.execute(query).fetchone()[0]
        return None if found is None else float(found)

    def keep(self, task: Task, result: Made | Failure) -> None:
        """Write a run, whole or not at all.

        Raises
        ------
        StoreError
            If that is not possible.
        """
        where = (task.point.key, task.replicate)
        with stored(self.path):
            values: tuple[Any, ...]
            if isinstance(result, Failure):
                values = ("failed", result.origin, result.error, result.traceback, result.seconds, None)
            else:
                if result.series is not None:
                    self._write_series(task, result.series)
                values = ("done", None, None, None, result.seconds, result.kept)
            with self.database:
                self.database.execute(
                    "update runs set status = ?, origin = ?, error = ?, traceback = ?, seconds = ?, result = ? "
                    "where point = ? and replicate = ?",
                    (*values, *where),
                )
            self._have_on_disk()

    def _have_on_disk(self) -> None:
        """Every few seconds, see that a power cut too would lose nothing before; to do so for each run takes long."""
        now = time.monotonic()
        if now - self._settled > _SETTLE_S:
            self._settled = now
            with suppress(FileNotFoundError), (self.path / f"{DATABASE}-wal").open("rb") as log:
                os.fsync(log.fileno())

    def _write_series(self, task: Task, series: bytes) -> None:
        folder = self.path / SERIES
        folder.mkdir(exist_ok=True)
        name = f"{task.point.key}-{task.replicate:05d}.parquet"
        with whole_file(folder / name) as part:
            part.write_bytes(series)

    def _enter(self) -> None:
        """Enter the points and runs of the experiment that are not there yet."""
        points = self.experiment.design.points
        self.database.executescript(_SCHEMA)
        with self.database as db:
            mine = {point.key for point in points}
            self.failed_before = counted(db).failed
            db.execute(
                "delete from runs where status != 'done'"
            )  # those that are still wanted are entered below
            db.execute("delete from points where key not in (select point from runs)")
            there = [row[0] for row in db.execute("select key from points order by number")]
            db.executemany(
                "insert into points values (?, ?, ?, ?) on conflict (key) do update set number = excluded.number, "
                "levels = excluded.levels",
                [(p.key, i, _plain_json(p.levels), _plain_json(p.changes)) for i, p in enumerate(points)],
            )
            others = [key for key in there if key not in mine]  # of an earlier design: they stay, at the end
            db.executemany(
                "update points set number = ? where key = ?",
                [(len(points) + i, key) for i, key in enumerate(others)],
            )
            db.executemany(
                "insert into runs (point, replicate, seed, key, status) values (?, ?, ?, ?, 'waiting') "
                "on conflict (point, replicate) do nothing",
                (
                    (p.key, r, seed, run_key(self.base, p, seed))
                    for p in points
                    for r in range(self.experiment.replicates)
                    for seed in (self.experiment.seed(p, r),)
                ),
            )


# a world is built anew for a point that sets one of these
_SOCIETY = ("segments", "topics", "population", "recommendation")


def connect(path: Path, write: bool = True) -> sqlite3.Connection:
    """Open the database of the runs."""
    if not write:
        return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=30.0)
    database = sqlite3.connect(path, timeout=30.0)
    database.execute("pragma journal_mode = wal")
    database.execute(
        "pragma synchronous = normal"
    )  # survives whatever ends the process; see StudyFolder.keep
    return database


def counted(database: sqlite3.Connection) -> Counts:
    """Runs by what became of them."""
    found = dict(database.execute("select status, count(*) from runs group by status"))
    return Counts(*(found.get(status, 0) for status in Counts._fields))


@contextmanager
def stored(folder: Path) -> Iterator[None]:
    """Say what and where, if something cannot be written or read."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(_in_words(folder, error, getattr(error, "sqlite_errorcode", 0) & 0xFF)) from error
    except OSError as error:
        raise StoreError(_in_words(folder, error, sqlite3.SQLITE_FULL if _full(error) else 0)) from error


def _full(error: OSError) -> bool:
    import errno

    numbers = (errno.ENOSPC, getattr(errno, "EDQUOT", -1))
    return error.errno in numbers or "No space left" in str(error)


def _in_words(folder: Path, error: Exception, code: int) -> str:
    if code == sqlite3.SQLITE_FULL:
        return f"no room left for {folder}: {error}"
    return f"{folder} cannot be used: {error}"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Have a study for oneself for a while (see :func:`_lock`)."""
    lock = _lock(folder)
    try:
        yield
    finally:
        _unlock(folder, lock)


def _lock(folder: Path) -> sqlite3.Connection:
    """A lock on a study, until it is closed or this process ends, however that happens.

    Raises
    ------
    StudyRefused
        If another process has it.
    """
    lock = sqlite3.connect(folder / _LOCK, timeout=0.0, isolation_level=None)
    try:
        lock.execute("begin exclusive")
    except sqlite3.OperationalError as error:
        lock.close()
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            raise StudyRefused(f"{folder} is in use: another process is at this study") from None
        raise
    return lock


def _unlock(folder: Path, lock: sqlite3.Connection) -> None:
    with suppress(OSError):
        (folder / _LOCK).unlink()
    lock.close()


def _visible(folder: Path) -> set[str]:
    """What is in a folder; what begins with a dot was never finished."""
    if folder.exists() and not folder.is_dir():
        raise StudyRefused(f"{folder} is a file; name a folder")
    return {p.name for p in folder.iterdir() if not p.name.startswith(".")} if folder.is_dir() else set()


def _study_exists(folder: Path) -> StudyRefused:
    read_manifest(folder)
    return StudyRefused(f"{folder} holds a study; go on with it by --resume, or start anew by --force")


def _remove(folder: Path) -> None:
    """Remove the files of a study, and nothing else."""
    for name in (MANIFEST, DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", *TABLES, REPORT):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / SERIES, ignore_errors=True)


def _plain_json(value: Mapping[str, Any]) -> str:
    return json.dumps(dict(value), ensure_ascii=False, separators=(",", ":"))
