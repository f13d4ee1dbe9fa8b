"""Compilation of the kernels, cached between runs and between processes.

Numba notices an edit of the file a compiled function stands in, but not of the functions it calls in other files;
so the cache folder is named by the contents of all files with kernels. Import ``njit`` from here.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar, cast

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

__all__ = [
    "address_of", "cache_folder", "call_at", "fingerprint", "fitted", "kernel", "njit", "prefetch", "prefetch_read",
]  # fmt: skip

_Result = TypeVar("_Result")

_PACKAGE = Path(__file__).resolve().parents[1]
_WITH_KERNELS = (
    "spread/*.py", "measure/observe.py", "world/networks.py",
    *(f"model/{name}.py" for name in ("cases", "kols", "notes", "outlets", "service", "threads", "waiting")),
)  # fmt: skip


def _import_numba_without_scipy_linalg() -> None:
    """Import the part of numba that asks whether there is a BLAS, without importing scipy.linalg for the answer.

    That takes a tenth of a process's start. There is one, since prsim needs SciPy; and numba imports it after all where
    a compiled function uses linear algebra.
    """
    asking, asked_for = "numba.np.arraymath", "scipy.linalg.cython_blas"
    if asking in sys.modules or asked_for in sys.modules:
        return
    sys.modules[asked_for] = ModuleType(asked_for)
    try:
        import_module(asking)
    finally:
        del sys.modules[asked_for]


_import_numba_without_scipy_linalg()


# Kernels only read and write arrays that others own. Counting references to them costs more than the arithmetic (an
# atomic addition for every array of every tuple at every call), so it is left out where numba knows how to.
_BORROWING: dict[str, Any] = {"_nrt": False}
try:
    numba.njit(**_BORROWING)(lambda: None)
except Exception:  # noqa: BLE001 - whatever a numba without the option says; the kernels then run with it, slower
    _BORROWING = {}


def njit(**options: Any) -> Callable[[Callable[..., _Result]], Callable[..., _Result]]:
    """Compile a function, for the types of its arguments only and for calls from Python only.

    Numba would compile it anew for each constant that it is called with, and once more for callers in C.
    """

    def compiled(function: Callable[..., _Result]) -> Callable[..., _Result]:
        made: Any = numba.njit(**{"no_cfunc_wrapper": True} | options)(function)
        if hasattr(made, "get_call_template"):  # compilation is not switched off
            by_type = made.get_call_template
            kind: Callable[[Any], Any] = types.unliteral
            made.get_call_template = lambda args, kws: by_type(
                [kind(x) for x in args], {name: kind(x) for name, x in kws.items()}
            )
        return cast(Callable[..., _Result], made)

    return compiled


def kernel(
    *,
    inlined: bool = False,
    vector: bool = False,
    nogil: bool = False,
    entry: bool = True,
    apart: bool = False,
) -> Callable[[Callable[..., Any]], Any]:
    """Compile a function that makes no arrays of its own.

    Parameters
    ----------
    inlined
        Put its code where it is called. Such a function should have one caller with one loop, so that the loop is one
        piece of machine code.
    vector
        Let the compiler take several turns of a loop at once, which reorders sums: for measuring only, where nothing
        is decided by the last bit.
    entry
        It can be called from Python; what is placed into its caller cannot.
    apart
        It is called from compiled code by :func:`call_at` only.
    nogil
        Let other threads of Python run meanwhile.
    """
    alone = entry and not inlined  # the others are kept as parts of their callers
    options: dict[str, Any] = {
        "cache": alone or apart,
        "forceinline": inlined,
        "error_model": "numpy",
        **_BORROWING,
    }
    if nogil:
        options["nogil"] = True
    if apart or not alone:  # half of the time to compile it would go into the way from Python to it
        options["no_cpython_wrapper"] = True
    if vector:
        options["fastmath"] = True
    return njit(**options)


_FITTED: dict[tuple[Any, ...], Callable[..., Any]] = {}  # compiled code by kernel and kinds of arguments


def _kind(x: Any) -> Any:
    """What the type that numba gives to an argument depends on, found faster than the type."""
    if isinstance(x, np.ndarray):
        return x.dtype, x.ndim, x.flags.num
    if isinstance(x, tuple):
        return type(x), *map(_kind, x)
    if hasattr(x, "arguments"):  # handed over once: see prsim.spread.handed
        return type(x), _kind(x.arguments)
    return type(x), isinstance(x, int) and x >= 2**63


def fitted(function: Any, arguments: tuple[Any, ...]) -> Callable[..., Any]:
    """Return the compiled code of a kernel for arguments of these types, to be called with such arguments only.

    An ordinary call finds out the type of every array of every tuple each time, which takes ten times as long as to
    hand them over.
    """
    if not hasattr(function, "compile"):  # compilation is switched off
        return cast(Callable[..., Any], function)
    key = (function, *map(_kind, arguments))
    if key not in _FITTED:
        type_of: Callable[[Any], Any] = numba.typeof
        _FITTED[key] = function.compile(tuple(type_of(x) for x in arguments))
    return _FITTED[key]


def address_of(function: Any, arguments: tuple[Any, ...]) -> int:
    """Where the compiled code of a kernel for arguments of these types begins, for :func:`call_at`."""
    fitted(function, arguments)
    type_of: Callable[[Any], Any] = numba.typeof
    made = function.overloads[tuple(type_of(x) for x in arguments)]
    return int(made.library.get_pointer_to_function(made.fndesc.llvm_func_name))


def _call(typing_context: Any, address: Any, first: Any, last: Any, rest: Any) -> tuple[Any, Any]:
    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        tools: Any = cgutils
        kinds = (first, last, rest)
        convention = context.call_conv
        form = convention.get_function_type(types.boolean, kinds)
        place = builder.inttoptr(arguments[0], form.as_pointer())
        status, result = convention.call_function(builder, place, types.boolean, kinds, arguments[1:])
        with tools.if_unlikely(builder, status.is_error):
            convention.return_status_propagate(builder, status)
        return result

    return types.boolean(address, first, last, rest), code


#: ``call_at(address, first, last, rest)``: call the kernel at an address with what follows; it says yes or no. What is
#: called in the ordinary way is compiled again as a part of its caller.
call_at: Any = intrinsic(_call)


def _hint(write: bool) -> Any:
    """Ask for the cache line of ``array[row]`` ahead of its use."""

    def hint(typing_context: Any, array: Any, row: Any) -> tuple[Any, Any]:
        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            tools: Any = cgutils
            view = context.make_array(signature.args[0])(context, builder, arguments[0])
            place = builder.mul(arguments[1], tools.unpack_tuple(builder, view.strides)[0])
            address = tools.pointer_add(builder, view.data, place)
            byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
            form = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
            ask = tools.get_or_insert_function(builder.module, form, "llvm.prefetch.p0")
            builder.call(ask, [builder.bitcast(address, byte), number(int(write)), number(3), number(1)])
            return context.get_dummy_value()

        return types.void(array, types.intp), code

    return intrinsic(hint)


#: To be read and written: the line is taken away from the other cores.
prefetch: Any = _hint(write=True)
#: To be read only, as by several threads on one graph.
prefetch_read: Any = _hint(write=False)


def fingerprint() -> str:
    """A hash over everything that compiled code depends on but the machine: all files with kernels, and numba."""
    digest = hashlib.blake2b(numba.__version__.encode(), digest_size=8)
    for pattern in _WITH_KERNELS:
        for path in sorted(_PACKAGE.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _usable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def cache_folder() -> Path:
    """Folder of the compiled kernels: below ``NUMBA_CACHE_DIR``, the user's cache, or the temporary folder."""
    name = f"kernels-{fingerprint()}"
    if os.environ.get("NUMBA_CACHE_DIR"):
        return Path(os.environ["NUMBA_CACHE_DIR"]) / name
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    for folder in (base / "prsim" / name, Path(tempfile.gettempdir()) / "prsim" / name):
        if _usable(folder):
            return folder
    return base


FOLDER = cache_folder()
vars(numba.config)["CACHE_DIR"] = str(FOLDER)
