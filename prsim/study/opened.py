"""A study that is on disk: its tables, read when they are first asked for."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from prsim.design.experiment import Experiment
from prsim.design.points import Design, Point
from prsim.errors import PrsimError, StudyRefused
from prsim.study.folder import Counts, connect, counted, locked, stored
from prsim.study.manifest import DATABASE, SERIES, factors_of, read_manifest
from prsim.study.summaries import unpack
from prsim.study.tables import are_current, write_tables

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Study", "open_study"]


class Study:
    """A study on disk.

    Parameters
    ----------
    folder
        Its folder.

    Attributes
    ----------
    folder : Path
        Its folder.
    manifest : dict
        What it is: experiment, configuration, seeds, versions, the model's fingerprint.

    Raises
    ------
    prsim.errors.StudyRefused
        If the folder is no study.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.manifest: dict[str, Any] = read_manifest(self.folder)
        if not (self.folder / DATABASE).exists():
            raise StudyRefused(f"{self.folder} is not a study: its {DATABASE} is missing")

    def __repr__(self) -> str:
        c = self.counts
        return f"<Study {self.folder}: {c.done} runs done, {c.failed} failed, {c.waiting} waiting>"

    @property
    def counts(self) -> Counts:
        """Runs done, failed and waiting, as things stand."""
        with stored(self.folder), closing(self._connect()) as database:
            return counted(database)

    @cached_property
    def points(self) -> pd.DataFrame:
        """``point, key``, a column for each factor, ``changes`` (JSON)."""
        return self._table("points")

    @cached_property
    def summaries(self) -> pd.DataFrame:
        """``point, replicate, seed, segment, metric, statistic, value``."""
        return self._table("summaries")

    @cached_property
    def incidents(self) -> pd.DataFrame:
        """``point, replicate, seed, incident`` and what became of it (hours after it began)."""
        return self._table("incidents")

    @cached_property
    def bands(self) -> pd.DataFrame:
        """``point, segment, metric, time_h, runs, mean, q05, q10, q25, q50, q75, q90, q95``, by day."""
        return self._table("bands")

    @cached_property
    def runs(self) -> pd.DataFrame:
        """``point, replicate, seed, status, origin, error, seconds``; failures with their origin."""
        return self._runs("origin, error, seconds")

    @cached_property
    def failures(self) -> pd.DataFrame:
        """The runs that failed, with their traceback."""
        failed = self._runs("origin, error, traceback")
        return failed[failed["status"] == "failed"].drop(columns="status").reset_index(drop=True)

    def series(self, point: int, replicate: int | None = None) -> pd.DataFrame:
        """The whole series of the runs of a point, if they were kept.

        Returns
        -------
        DataFrame
            ``replicate, seed, time_h, segment, metric, value``.

        Raises
        ------
        prsim.errors.StudyRefused
            If they were not kept.
        """
        import pandas as pd

        key = self.points.loc[self.points["point"] == point, "key"].item()
        name = "*" if replicate is None else f"{replicate:05d}"
        files = sorted((self.folder / SERIES).glob(f"{key}-{name}.parquet"))
        if not files:
            what = f"point {point}" + ("" if replicate is None else f", replicate {replicate}")
            raise StudyRefused(f"{self.folder} holds no series of {what}; ask for them with keep: series")
        return pd.concat([pd.read_parquet(file) for file in files], ignore_index=True).drop(columns="key")

    def courses(self, metric: str, segment: str = "all") -> Iterator[tuple[int, int, NDArray[np.float32]]]:
        """The course of a metric in every run that is done, by day.

        Yields
        ------
        point, replicate : int
        course : float32[days + 1]
            The start first; nan where nothing is said. Metrics: :data:`prsim.study.summaries.BANDS`.
        """
        with stored(self.folder), closing(self._connect()) as database:
            rows = database.execute(
                "select p.number, r.replicate, r.result from runs r join points p on p.key = r.point "
                "where r.status = 'done' order by p.number, r.replicate"
            )
            for point, replicate, result in rows:
                kept = unpack(result)
                if (segment, metric) in kept.courses:
                    yield point, replicate, kept.days[kept.courses.index((segment, metric))]

    @cached_property
    def experiment(self) -> Experiment:
        """The experiment, as it can be run again."""
        from prsim.scenario.compose import Composed
        from prsim.scenario.load import from_plain

        about = self.manifest["experiment"]
        with stored(self.folder), closing(self._connect()) as database:
            rows = database.execute("select levels, changes from points order by number").fetchall()
        points = tuple(Point(json.loads(levels), json.loads(changes)) for levels, changes in rows)
        texts = {name: about[name] for name in ("name", "title_en", "title_zh", "question_en", "question_zh")}
        return Experiment(
            **texts,
            scenario=from_plain(self.manifest["config"]).scenario,
            design=Design(factors_of(self.manifest), points),
            replicates=about["replicates"],
            common=about["common"],
            keep=about["keep"],
            notes=tuple(about["notes"]),
            sources={
                choices: Composed(source["name"], source["plain"], tuple(source["horizons"]))
                for choices, source in self.manifest["sources"].items()
            },
        )

    def _connect(self) -> sqlite3.Connection:
        return connect(self.folder / DATABASE, write=False)

    def _table(self, name: str) -> pd.DataFrame:
        """A table; made first if the process that made the runs had no time to write it."""
        import pandas as pd

        self._bring_up_to_date()
        path = self.folder / f"{name}.parquet"
        if not path.exists():
            raise StudyRefused(f"{path} is missing and cannot be made now; go on with the study by --resume")
        return pd.read_parquet(path)

    def _bring_up_to_date(self) -> None:
        with stored(self.folder), closing(self._connect()) as database:
            current = are_current(self.folder, database)
        if current:
            return
        with (
            suppress(PrsimError, sqlite3.Error),  # another process may be at it, or the folder be read-only
            locked(self.folder),
            closing(connect(self.folder / DATABASE)) as database,
        ):
            write_tables(self.folder, database, factors_of(self.manifest))

    def _runs(self, columns: str) -> pd.DataFrame:
        import pandas as pd

        with stored(self.folder), closing(self._connect()) as database:
            return pd.read_sql_query(
                f"select p.number as point, r.replicate, r.seed, r.status, {columns} from runs r "
                "join points p on p.key = r.point order by p.number, r.replicate",
                database,
            )


def open_study(folder: str | Path) -> Study:
    """Open a study that is on disk, finished or not.

    Parameters
    ----------
    folder
        The folder that :func:`prsim.sweep` or ``prsim sweep out=…`` wrote.

    Raises
    ------
    prsim.errors.StudyRefused
        If the folder is no study.
    """
    return Study(folder)
