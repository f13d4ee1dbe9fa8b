"""What is imported before the first simulated hour: no library that is needed later only, or never.

Imports take most of the time that one waits for a run to begin.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEAVY = {
    "hydra", "IPython", "matplotlib", "mesa.discrete_space", "mesa.space", "networkx", "omegaconf", "pandas.core",
    "prsim.report", "pyarrow", "requests", "scipy.linalg", "scipy.optimize", "scipy.sparse", "scipy.spatial",
    "scipy.special", "scipy.stats", "tqdm",
}  # fmt: skip
FIRST_HOUR = """
import sys
from benchmarks.start import first_hour
first_hour(sys.argv[1:], begun=0.0)
print(sorted(sys.modules))
"""
WORKERS = """
import sys
import prsim.study.preloaded
from prsim.spread.draws import Draws, Stream
Draws(0).uniform(Stream.POPULATION, 0)  # loads compiled code, whether or not all of it is compiled
print(sorted(sys.modules))
"""
LINEAR_ALGEBRA = """
import prsim.spread.compiled
import numba, numpy, sys
assert "scipy.linalg.cython_blas" not in sys.modules
product = numba.njit(lambda a, b: a @ b)
assert (product(numpy.eye(2), numpy.full((2, 2), 3.0)) == 3.0).all()
import scipy.linalg.cython_blas
assert scipy.linalg.cython_blas.__pyx_capi__ and scipy.linalg.det(numpy.eye(2)) == 1.0
print([])
"""


def imported_by(program: str, kept: Path, *arguments: str) -> set[str]:
    """Names of the modules that a program of its own names at last; worlds and configurations are kept in a folder."""
    from prsim.spread.compiled import FOLDER

    place = {"XDG_CACHE_HOME": str(kept), "PRSIM_CACHE": str(kept), "NUMBA_CACHE_DIR": str(FOLDER.parent)}
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | place,
    )
    assert done.returncode == 0, done.stderr
    return set(ast.literal_eval(done.stdout.splitlines()[-1]))


def test_nothing_heavy_is_imported_before_the_first_simulated_hour(tmp_path: Path) -> None:
    plan = ("workers=1", "population.agents=50000", f"out={tmp_path / 'out'}")
    first, again = (imported_by(FIRST_HOUR, tmp_path, *plan) for _ in range(2))
    assert {"hydra", "scipy.special"} <= first  # composed and built anew, which the names here would show
    assert again & HEAVY == set() and "numba" in again
    assert "multiprocessing.forkserver" not in again  # one process does it all


def test_workers_are_forked_from_a_process_without_anything_heavy(tmp_path: Path) -> None:
    found = imported_by(WORKERS, tmp_path)
    assert found & HEAVY == set() and {"numba", "mesa.model", "prsim.study.api"} <= found


def test_linear_algebra_that_was_not_imported_is_there_for_others(tmp_path: Path) -> None:
    assert imported_by(LINEAR_ALGEBRA, tmp_path) == set()
