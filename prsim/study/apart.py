"""Compile in less time: a kernel in another process, while this one goes on; and with less to do on the way.

The other process leaves the compiled code in numba's cache, where this one finds it when it needs it. Nothing depends
on it: what the other process did not do, for whatever reason, is compiled here.
"""

from __future__ import annotations

import gc
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import numba
from numba.core.targetconfig import TargetConfig

__all__ = ["compile_given", "compiled_apart", "in_haste"]

_PROGRAM = "from prsim.study.apart import compile_given; compile_given()"
_OBJECTS = 100_000  # new ones before garbage is looked for


@contextmanager
def compiled_apart(function: Any, arguments: tuple[Any, ...]) -> Iterator[bool]:
    """Have a kernel compiled for arguments of these types during a block, and wait for it at the block's end.

    Gives whether another process is at it. It ends when the block is left with an exception.
    """
    typeof: Any = numba.typeof
    order = pickle.dumps((function.__module__, function.__name__, tuple(typeof(x) for x in arguments)))
    try:
        other = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
    except OSError:
        yield False
        return
    try:
        assert other.stdin is not None
        try:
            with other.stdin as pipe:
                pipe.write(order)
        except OSError:  # it has ended already
            pass
        yield True
        other.wait()
    finally:
        if other.poll() is None:
            other.kill()
            other.wait()


def compile_given() -> None:
    """Compile what the standard input names."""
    module, name, kinds = pickle.load(sys.stdin.buffer)
    with in_haste():
        getattr(import_module(module), name).compile(kinds)


@contextmanager
def in_haste() -> Iterator[None]:
    """Spare the compiler two things that take a sixth of its time.

    It looks up each operation by all of its options, and each time makes a table of them to compare with; nearly
    always the options that were set are the same. And most of what it makes is kept, so that to look for garbage often
    is idle.
    """
    pauses = gc.get_threshold()
    gc.set_threshold(_OBJECTS)
    options: Any = TargetConfig
    slow = options.__eq__, options.__hash__

    def equal(self: Any, other: Any) -> Any:
        if isinstance(other, TargetConfig) and self._values == other._values:
            return True
        return slow[0](self, other)

    try:
        if hasattr(options(), "_values"):  # as numba has it now; without it the compiler takes its time
            options.__eq__, options.__hash__ = equal, lambda self: hash(TargetConfig)
        yield
    finally:
        options.__eq__, options.__hash__ = slow
        gc.set_threshold(*pauses)
