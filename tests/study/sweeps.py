"""Studies that take a moment, for tests of how they are made and kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from prsim.design.experiment import Experiment
from prsim.design.points import Design, Factor, Point
from prsim.study.manifest import TABLES
from tests.laboratory import RICH

ROOT = Path(__file__).parents[2]
QUICK = {"horizon_days": 6.0, "population.agents": 500, "engine.particles": 8}

# prsim.sweep in a process of its own: PROGRAM folder points replicates executor days
PROGRAM = """
import sys
from prsim.cli import main
from prsim.errors import PrsimError
from prsim.study.sweep import sweep
from tests.study.sweeps import small

if __name__ == "__main__":
    folder, points, replicates, executor, days = sys.argv[1:]
    experiment = small(int(points), int(replicates), horizon_days=float(days))
    try:
        sweep(experiment, folder, resume=True, workers=2, executor=executor)
    except KeyboardInterrupt as stopped:
        print(stopped)
        sys.exit(130)
    except PrsimError as error:
        print(error)
        sys.exit(error.exit_code)
"""


def small(points: int = 3, replicates: int = 2, **changes: Any) -> Experiment:
    """An experiment on how late an answer may be."""
    keep = changes.pop("keep", "summaries")
    common = changes.pop("common", True)
    hours = [float(2**i) for i in range(points)]
    made = tuple(
        Point({"delay_h": h}, {"response.first_h": h, "response.statement_h": h + 2.0}) for h in hours
    )
    design = Design((Factor("delay_h", "Delay", "延迟", "h", "log"),), made)
    return Experiment.of(
        design,
        RICH,
        {**QUICK, **changes},
        name="small",
        replicates=replicates,
        common=common,
        keep=keep,
        question_en="How late may an answer be?",
        question_zh="回应能有多晚？",
    )


def tables(folder: Path) -> dict[str, bytes]:
    """The bytes of the tables of a study."""
    return {name: (folder / name).read_bytes() for name in TABLES}


def start(
    folder: Path, points: int, replicates: int, executor: str = "local", days: float = 6.0
) -> subprocess.Popen[bytes]:
    """Run a small study in a process of its own."""
    program = folder.with_name(f"{folder.name}.py")
    program.write_text(PROGRAM, encoding="utf-8")
    words = [str(folder), str(points), str(replicates), executor, str(days)]
    with said_by(folder).open("w", encoding="utf-8") as log:
        return subprocess.Popen(
            [sys.executable, str(program), *words],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def said_by(folder: Path) -> Path:
    """What the process that makes a study last said."""
    return folder.with_name(f"{folder.name}.log")
