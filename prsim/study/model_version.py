"""Which model made a result: a hash of its code and of the libraries that it computes with.

Two versions of the package may give other numbers for the same plan, so a study is made by one model only.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
from functools import cache
from pathlib import Path

import prsim

__all__ = ["model_fingerprint", "versions"]

# everything between a point of a design and what is kept of its runs
_SOURCES = (
    "spread/*.py", "scenario/*.py", "design/*.py", "world/*.py", "measure/*.py", "model/*.py", "study/run.py",
    "study/summaries.py",
)  # fmt: skip
_LIBRARIES = ("mesa", "numba", "llvmlite", "numpy", "scipy")
_PACKAGES = (*_LIBRARIES, "pandas", "pyarrow", "hydra-core")


@cache
def model_fingerprint() -> str:
    """16 hexadecimal digits that change with the code of the model and with its libraries."""
    package = Path(__file__).resolve().parents[1]
    digest = hashlib.blake2b(digest_size=8)
    for name in _LIBRARIES:
        digest.update(f"{name} {importlib.metadata.version(name)}\n".encode())
    for pattern in _SOURCES:
        for path in sorted(package.glob(pattern)):
            digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that results may depend on."""
    return {
        "prsim": prsim.__version__,
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in _PACKAGES},
    }
