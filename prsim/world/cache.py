"""Built societies on disk, so that none is built twice and all processes share one copy in memory.

An entry is a folder named by a hash of everything that its contents depend on: the parts of the scenario, the contents
of imported graphs, the code that builds it and the versions of the libraries that compute it. Each array is a ``.npy``
file, mapped into memory when it is loaded: processes that map one entry share its pages. An entry is written under
another name and moved into place, so it is there whole or not at all; one that cannot be read is built again.

The folder is ``worlds`` beside that of the compiled kernels (see :mod:`prsim.spread.compiled`). The environment
variable ``PRSIM_CACHE`` names another one, or says ``off``.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prsim.scenario.plain import graph_digests, to_plain
from prsim.scenario.root import Scenario
from prsim.world.networks import Layer
from prsim.world.population import Population
from prsim.world.society import SHAPING, Society, build_society

__all__ = ["cache_folder", "load_society", "save_society", "shared_society", "society_of"]

SMALLEST = 50_000  # agents; fewer are built about as fast as they are loaded
MOST_BYTES = 4_000_000_000  # of all entries together; those used longest ago go first
MOST_ENTRIES = 64
_ABANDONED_S = 3600.0  # after this time a folder that was never moved into place is removed
_MAPPED = 1 << 16  # bytes; smaller arrays are read at once
_SAMPLES, _SAMPLE = 64, 4096  # blocks of an array that are compared when it is loaded, and bytes of each
_ABOUT = "about.json"
_PACKAGE = Path(__file__).resolve().parents[1]
_BUILDERS = (
    "world/*.py",
    "spread/draws.py",
    "spread/graph*.py",
    "spread/layout.py",
    "spread/places.py",
    "spread/walks.py",
)
_LIBRARIES = ("numpy", "scipy", "numba", "pandas", "pyarrow", "networkx")


def cache_folder() -> Path | None:
    """Folder of the built societies; None where they are not kept."""
    wish = os.environ.get("PRSIM_CACHE", "")
    if wish.lower() in ("off", "0", "no", "false"):
        return None
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    places = [Path(wish)] if wish else [base / "prsim", Path(tempfile.gettempdir()) / "prsim"]
    for place in places:
        with suppress(OSError):
            (place / "worlds").mkdir(parents=True, exist_ok=True)
            if os.access(place / "worlds", os.W_OK):
                return place / "worlds"
    return None


def society_of(scenario: Scenario) -> Society:
    """Load the society of a scenario from the cache, or build it and keep it there if it is worth it.

    Raises
    ------
    prsim.errors.ConfigError
        If it cannot be built; see :func:`prsim.world.society.build_society`.
    """
    root = cache_folder() if _worth_keeping(scenario) else None
    if root is None:
        return build_society(scenario)
    entry = root / _key(scenario)
    found = load_society(entry)
    if found is None:
        found = build_society(scenario)
        if _keep(found, entry):
            found = load_society(entry) or found
    return found


@contextmanager
def shared_society(scenario: Scenario) -> Iterator[Path | None]:
    """Have a society ready for other processes: a folder to load it from; None where each should build its own.

    Without a cache the folder is a temporary one, which is removed at the end.

    Raises
    ------
    prsim.errors.ConfigError
        If it cannot be built; see :func:`prsim.world.society.build_society`.
    """
    if not _worth_keeping(scenario):
        yield None
        return
    society, root = society_of(scenario), cache_folder()
    if root is not None and (entry := root / _key(scenario)).exists():
        del society  # those who wait for the others need no memory for it
        yield entry
        return
    with tempfile.TemporaryDirectory(prefix="prsim-", ignore_cleanup_errors=True) as place:
        folder: Path | None = Path(place) / "world"
        try:
            save_society(society, Path(place) / "world")
        except OSError:  # no room: each process builds its own
            folder = None
        del society
        yield folder


def save_society(society: Society, folder: Path) -> None:
    """Write a society to a new folder.

    Raises
    ------
    OSError
        If that is not possible.
    """
    folder.mkdir(parents=True)
    arrays = {}
    for name, array in _arrays(society).items():
        np.save(folder / f"{name}.npy", np.ascontiguousarray(array), allow_pickle=False)
        arrays[name] = [array.dtype.str, list(array.shape), _sampled(array)]
    about = {"arrays": arrays, "own": society.own, "notes": society.notes}
    (folder / _ABOUT).write_text(json.dumps(about), encoding="utf-8")


def load_society(folder: Path) -> Society | None:
    """Map a society into memory, or None if there is none or something about it is wrong.

    The arrays can be written to, as freshly built ones can (compiled code tells the two apart); what is written stays
    in this process and never reaches the file.
    """
    try:
        about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        arrays = {name: _load(folder / f"{name}.npy", *what) for name, what in about["arrays"].items()}
        traits = {f.name: arrays[f"population.{f.name}"] for f in fields(Population)}
        public, chat = (Layer(arrays[f"{name}.ptr"], arrays[f"{name}.idx"]) for name in ("public", "chat"))
        own, own_chat = map(bool, about["own"])
        found = Society(Population(**traits), public, chat, (own, own_chat), tuple(about["notes"]))
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        return None
    with suppress(OSError):
        os.utime(folder)
    return found


def _load(path: Path, dtype: str, shape: list[int], sample: str) -> NDArray[Any]:
    large = int(np.prod(shape)) * np.dtype(dtype).itemsize >= _MAPPED
    array = np.asarray(np.load(path, mmap_mode="c" if large else None, allow_pickle=False))
    if array.dtype.str != dtype or list(array.shape) != shape or _sampled(array) != sample:
        raise ValueError(f"{path} is not what was written")
    return array


def _arrays(society: Society) -> dict[str, NDArray[Any]]:
    named = {f"population.{f.name}": getattr(society.population, f.name) for f in fields(Population)}
    for name, layer in (("public", society.public), ("chat", society.chat)):
        named |= {f"{name}.ptr": layer.ptr, f"{name}.idx": layer.idx}
    return named


def _sampled(array: NDArray[Any]) -> str:
    """Hash of blocks spread evenly over an array, its two ends among them."""
    data = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    digest = hashlib.blake2b(digest_size=16)
    if data.size <= _SAMPLES * _SAMPLE:
        digest.update(data.tobytes())
    else:
        for at in np.linspace(0, data.size - _SAMPLE, _SAMPLES).astype(np.int64):
            digest.update(data[at : at + _SAMPLE].tobytes())
    return digest.hexdigest()


def _worth_keeping(scenario: Scenario) -> bool:
    p = scenario.population
    return p.agents >= SMALLEST or bool(p.follower_graph or p.chat_graph)


@cache
def _builder() -> str:
    """Hash of the code that builds a society and of the libraries that it computes with."""
    from importlib.metadata import PackageNotFoundError, version

    digest = hashlib.blake2b(f"{platform.machine()} {platform.python_version()}".encode(), digest_size=16)
    for name in _LIBRARIES:
        with suppress(PackageNotFoundError):
            digest.update(f"{name} {version(name)}\n".encode())
    for pattern in _BUILDERS:
        for path in sorted(_PACKAGE.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _key(scenario: Scenario) -> str:
    """Name of the entry of a scenario's society."""
    plain = to_plain(scenario)
    shape = [_builder(), {part: plain[part] for part in SHAPING}, graph_digests(scenario)]
    text = json.dumps(shape, ensure_ascii=False, separators=(",", ":"))  # the order of segments matters
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _keep(society: Society, entry: Path) -> bool:
    """Move a society into the cache; whether it is there afterwards."""
    size = sum(array.nbytes for array in _arrays(society).values())
    try:
        if size > min(MOST_BYTES, shutil.disk_usage(entry.parent).free // 2):
            return False
        with tempfile.TemporaryDirectory(prefix=".", dir=entry.parent, ignore_cleanup_errors=True) as place:
            save_society(society, Path(place) / "new")
            if entry.exists() and load_society(entry) is None:
                entry.rename(Path(place) / "broken")
            with suppress(OSError):  # another process was faster
                (Path(place) / "new").rename(entry)
        _trim(entry)
    except OSError:
        return False
    return True


def _trim(newest: Path) -> None:
    """Remove what was used longest ago until the cache is small enough, and what others left half-written."""
    entries = []
    for folder in newest.parent.iterdir():
        with suppress(OSError):
            age = time.time() - folder.stat().st_mtime
            if not folder.name.startswith("."):
                entries.append(
                    (folder == newest, -age, sum(f.stat().st_size for f in folder.iterdir()), folder)
                )
            elif age > _ABANDONED_S:
                shutil.rmtree(folder, ignore_errors=True)
    total = sum(size for _, _, size, _ in entries)
    excess = len(entries) - MOST_ENTRIES
    for _, _, size, folder in sorted(entries)[:-1]:
        if total <= MOST_BYTES and excess <= 0:
            return
        total, excess = total - size, excess - 1
        with suppress(OSError), tempfile.TemporaryDirectory(prefix=".", dir=newest.parent) as place:
            folder.rename(Path(place) / "old")  # gone at once, whoever has it open keeps it
