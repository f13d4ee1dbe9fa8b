"""Numbers that threads of compiled code share: each read and written whole and in order, as the atomics of C11 are."""

from __future__ import annotations

import os
import platform
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

__all__ = ["announce", "breathe", "exchange_if", "give_way", "publish", "seen"]

_WIDTH = 8  # bytes
_PAUSE: tuple[str, tuple[int, ...]] = ("llvm.x86.sse2.pause", ())
_YIELD: tuple[str, tuple[int, ...]] = ("llvm.aarch64.hint", (1,))
#: What tells a core that it is waiting, by the kind of machine.
_BREATHE = {"x86_64": _PAUSE, "amd64": _PAUSE, "arm64": _YIELD, "aarch64": _YIELD}


def _place(context: Any, builder: Any, array: Any, values: Any) -> Any:
    """Where ``array[index]`` is, of ``values`` that begin with these two."""
    tools: Any = cgutils
    view = context.make_array(array)(context, builder, values[0])
    return tools.pointer_add(
        builder, view.data, builder.mul(values[1], values[1].type(_WIDTH)), view.data.type
    )


def _seen(typing_context: Any, array: Any, index: Any) -> tuple[Any, Any]:
    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.load_atomic(_place(context, builder, array, values), "acquire", _WIDTH)

    return types.int64(array, types.intp), code


def _publish(typing_context: Any, array: Any, index: Any, value: Any) -> tuple[Any, Any]:
    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        builder.store_atomic(values[2], _place(context, builder, array, values), "release", _WIDTH)
        return context.get_dummy_value()

    return types.void(array, types.intp, types.int64), code


def _announce(typing_context: Any, array: Any, index: Any, value: Any) -> tuple[Any, Any]:
    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        builder.store_atomic(values[2], _place(context, builder, array, values), "seq_cst", _WIDTH)
        return context.get_dummy_value()

    return types.void(array, types.intp, types.int64), code


def _exchange_if(typing_context: Any, array: Any, index: Any, old: Any, new: Any) -> tuple[Any, Any]:
    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        place = _place(context, builder, array, values)
        done = builder.cmpxchg(place, values[2], values[3], "seq_cst", "seq_cst")
        return builder.extract_value(done, 1)

    return types.boolean(array, types.intp, types.int64, types.int64), code


def _breathe(typing_context: Any) -> tuple[Any, Any]:
    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        word = _BREATHE.get(platform.machine().lower())
        if word is not None:
            name, given = word
            number, tools = ir.IntType(32), cgutils
            form = ir.FunctionType(ir.VoidType(), [number] * len(given))
            rest: Any = tools.get_or_insert_function(builder.module, form, name)  # type: ignore[no-untyped-call]
            builder.call(rest, [number(x) for x in given])
        return context.get_dummy_value()

    return types.void(), code


def _give_way(typing_context: Any) -> tuple[Any, Any]:
    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        if hasattr(os, "sched_yield"):
            tools: Any = cgutils
            form = ir.FunctionType(ir.IntType(32), [])
            builder.call(tools.get_or_insert_function(builder.module, form, "sched_yield"), [])
        return context.get_dummy_value()

    return types.void(), code


#: ``seen(array, index)``: a number of an int64 array, with all that its writer had written before it.
seen: Any = intrinsic(_seen)
#: ``publish(array, index, value)``: write a number after all that was written before it.
publish: Any = intrinsic(_publish)
#: ``announce(array, index, value)``: the same, and before all that is read after it.
announce: Any = intrinsic(_announce)
#: ``exchange_if(array, index, old, new)``: write ``new`` where ``old`` stands; return whether it stood there.
exchange_if: Any = intrinsic(_exchange_if)
#: Let a core rest for a moment in a loop that waits.
breathe: Any = intrinsic(_breathe)
#: Let another thread have the core, if one waits for it.
give_way: Any = intrinsic(_give_way)
