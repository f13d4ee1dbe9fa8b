"""Arguments that are handed over to compiled code once, for many calls.

A kernel that works on hundreds of arrays spends longer on taking them from Python, and on passing them to the kernels
that it calls, than on a quiet hour. What stays the same from call to call is therefore written down once, as compiled
code holds it, and a call brings the address; each kernel reads what it needs.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import NativeValue, intrinsic, models, register_model, typeof_impl, unbox

from prsim.spread.compiled import fitted, kernel

__all__ = ["Handed", "taken"]


class HandedType(types.Type):
    """The type of arguments handed over, in compiled code: an address."""

    def __init__(self, of: Any) -> None:
        self.of = of
        super().__init__(name=f"Handed({of})")


@register_model(HandedType)
class _Model(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, ir.IntType(64))  # type: ignore[no-untyped-call]


@unbox(HandedType)  # type: ignore[no-untyped-call]
def _unbox(kind: Any, handed: Any, c: Any) -> Any:
    address = c.pyapi.object_getattr_string(handed, "address")
    value = c.pyapi.long_as_ulonglong(address)
    c.pyapi.decref(address)
    native: Any = NativeValue
    return native(value, is_error=c.pyapi.c_api_error())


def _leaves(builder: Any, place: Any, whole: Any, step: Any) -> Any:
    """Put ``whole`` together from its parts at ``place``: what is not needed of it is then never read."""
    kind = place.type.pointee
    if isinstance(kind, ir.LiteralStructType | ir.ArrayType):
        many = len(kind.elements) if isinstance(kind, ir.LiteralStructType) else kind.count
        number = ir.IntType(32)
        for i in range(many):
            part = builder.gep(place, [number(0), number(i)], inbounds=True)
            inner = _leaves(builder, part, ir.Constant(part.type.pointee, ir.Undefined), step)
            whole = builder.insert_value(whole, inner, i)
        return whole
    return step(builder.load(place))


def _taken(typing_context: Any, handed: Any) -> tuple[Any, Any]:
    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        form = context.get_value_type(handed.of)
        place = builder.inttoptr(arguments[0], form.as_pointer())

        def lasting(part: Any) -> Any:
            part.set_metadata("invariant.load", builder.module.add_metadata([]))
            return part

        value = _leaves(builder, place, ir.Constant(form, ir.Undefined), lasting)
        if context.enable_nrt:
            context.nrt.incref(builder, handed.of, value)
        return value

    return handed.of(handed), code


#: The arguments that were handed over, as a tuple. For compiled code.
taken: Any = intrinsic(_taken)


def _write(typing_context: Any, memory: Any, arguments: Any) -> tuple[Any, Any]:
    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        form = context.get_value_type(arguments)
        size = ir.Constant(ir.IntType(64), context.get_abi_sizeof(form))
        room = context.make_array(memory)(context, builder, values[0])
        with builder.if_then(builder.icmp_signed(">=", room.nitems, size)):
            builder.store(values[1], builder.bitcast(room.data, form.as_pointer()))
        return size

    return types.int64(memory, arguments), code


_written: Any = intrinsic(_write)


@kernel()
def write_down(memory, arguments):  # type: ignore[no-untyped-def]
    """Write arguments into ``memory`` if there is room for them; return the bytes that they take."""
    return _written(memory, arguments)


class Handed:
    """Arguments as compiled code holds them, in memory that stays as it is as long as compiled code may read it."""

    __slots__ = ("_memory", "_write", "address", "arguments")

    def __init__(self, arguments: tuple[Any, ...]) -> None:
        self._memory = np.empty(0, np.uint8)
        self._write = fitted(write_down, (self._memory, arguments))
        self.hand_over(arguments)

    def hand_over(self, arguments: tuple[Any, ...]) -> None:
        """Hand over other arguments of the same types; those of before are no longer needed."""
        self.arguments = arguments  # the memory names their arrays, but does not keep them
        memory = np.empty(len(self._memory), np.uint8)
        size = self._write(memory, arguments)
        if size > len(memory):
            memory = np.empty(size, np.uint8)
            self._write(memory, arguments)
        self._memory, self.address = memory, memory.ctypes.data


@typeof_impl.register(Handed)
def _type_of(handed: Handed, context: Any) -> Any:
    type_of: Any = numba.typeof
    return HandedType(type_of(handed.arguments))
