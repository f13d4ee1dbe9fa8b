"""Compile a kernel in another process, while this one goes on.

The other process leaves the compiled code in numba's cache, where this one finds it when it needs it. Nothing depends
on it: what the other process did not do, for whatever reason, is compiled here.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import numba

__all__ = ["compile_given", "compiled_apart"]

_PROGRAM = "from prsim.study.apart import compile_given; compile_given()"


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
    getattr(import_module(module), name).compile(kinds)
