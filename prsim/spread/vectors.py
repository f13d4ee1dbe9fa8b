"""Arithmetic on all topics of an agent at once, as vector instructions.

The compiler does not find these by itself in a loop of eight turns. Written in the intermediate language of LLVM, so
they run on any processor that numba supports.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from prsim.spread import layout as L

_MANY = L.MAX_TOPICS
_FLOATS, _SHORTS, _INTS = (ir.VectorType(x, _MANY) for x in (ir.FloatType(), ir.IntType(16), ir.IntType(32)))


def _spread(builder: Any, number: Any) -> Any:
    """The number in every place of a vector."""
    one = builder.insert_element(ir.Constant(_FLOATS, ir.Undefined), number, ir.IntType(32)(0))
    places = ir.Constant(_INTS, [0] * _MANY)
    return builder.shuffle_vector(one, ir.Constant(_FLOATS, ir.Undefined), places)


def _place(context: Any, builder: Any, kind: Any, array: Any, index: Any, vector: Any) -> Any:
    """Address of eight numbers of a flat array, from ``index`` on."""
    tools: Any = cgutils
    view = context.make_array(kind)(context, builder, array)
    size = 2 if vector is _SHORTS else 4
    offset = builder.mul(index, index.type(size))
    return builder.bitcast(tools.pointer_add(builder, view.data, offset), vector.as_pointer())


def _by_lot(builder: Any, numbers: Any, lot: Any) -> Any:
    """Whole numbers, rounded up with the probability of the fraction (``lot`` is uniform in [0, 1))."""
    tools: Any = cgutils
    floor = tools.get_or_insert_function(
        builder.module, ir.FunctionType(_FLOATS, [_FLOATS]), f"llvm.floor.v{_MANY}f32"
    )
    return builder.fptosi(builder.call(floor, [builder.fadd(numbers, _spread(builder, lot))]), _INTS)


def _bounded(builder: Any, numbers: Any) -> Any:
    """Whole numbers within the range of an attitude."""
    for sign, limit in (("<", int(L.UNIT)), (">", -int(L.UNIT))):
        end = ir.Constant(_INTS, [limit] * _MANY)
        numbers = builder.select(builder.icmp_signed(sign, numbers, end), numbers, end)
    return numbers


def _relax_topics(typing_context: Any, halves: Any, at: Any, up: Any, down: Any, lot: Any) -> tuple[Any, Any]:
    """Let attitudes from ``halves[at]`` on return to their baselines, from above by ``up``, from below by ``down``."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        halves, at, up, down, lot = arguments
        attitude = _place(context, builder, signature.args[0], halves, at, _SHORTS)
        baseline = _place(
            context, builder, signature.args[0], halves, builder.add(at, at.type(L.H_BASE)), _SHORTS
        )
        base = builder.sext(builder.load(baseline, align=2), _INTS)
        gap = builder.sub(builder.sext(builder.load(attitude, align=2), _INTS), base)
        above = builder.icmp_signed(">", gap, ir.Constant(_INTS, [0] * _MANY))
        left = builder.select(above, _spread(builder, up), _spread(builder, down))
        kept = _by_lot(builder, builder.fmul(builder.sitofp(gap, _FLOATS), left), lot)
        builder.store(builder.trunc(_bounded(builder, builder.add(base, kept)), _SHORTS), attitude, align=2)
        return context.get_dummy_value()

    return types.void(halves, types.intp, types.float32, types.float32, types.float32), code


def _shift_topics(
    typing_context: Any, halves: Any, at: Any, halo: Any, row: Any, step: Any, lasting: Any, lot: Any
) -> tuple[Any, Any]:
    """Move attitudes from ``halves[at]`` on by ``step`` units times a row of ``halo``, ``lasting`` of it for good."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        halves, at, halo, row, step, lasting, lot = arguments
        lean = _place(context, builder, signature.args[2], halo, builder.mul(row, row.type(_MANY)), _FLOATS)
        part = builder.fmul(builder.load(lean, align=4), _spread(builder, step))
        for start, moved in ((0, part), (L.H_BASE, builder.fmul(part, _spread(builder, lasting)))):
            place = _place(
                context, builder, signature.args[0], halves, builder.add(at, at.type(start)), _SHORTS
            )
            value = builder.sext(builder.load(place, align=2), _INTS)
            value = builder.add(value, _by_lot(builder, moved, lot))
            value = _bounded(builder, value)
            builder.store(builder.trunc(value, _SHORTS), place, align=2)
        return context.get_dummy_value()

    numbers = (types.float32, types.float32, types.float32)
    return types.void(halves, types.intp, halo, types.intp, *numbers), code


relax_topics: Any = intrinsic(_relax_topics)
shift_topics: Any = intrinsic(_shift_topics)


def _weigh_topics(typing_context: Any, halves: Any, at: Any, weights: Any, row: Any) -> tuple[Any, Any]:
    """Weighted sums over topics of the baselines and of the deviations above and below them, float32 each."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        halves, at, weights, row = arguments
        tools: Any = cgutils
        weight = builder.load(
            _place(context, builder, signature.args[2], weights, builder.mul(row, row.type(_MANY)), _FLOATS),
            align=4,
        )
        attitude, base = (
            builder.sext(
                builder.load(
                    _place(context, builder, signature.args[0], halves, builder.add(at, at.type(k)), _SHORTS),
                    align=2,
                ),
                _INTS,
            )
            for k in (0, L.H_BASE)
        )
        gap, none = builder.sub(attitude, base), ir.Constant(_INTS, [0] * _MANY)
        up = builder.icmp_signed(">", gap, none)
        kind = ir.FunctionType(ir.FloatType(), [ir.FloatType(), _FLOATS])
        total = tools.get_or_insert_function(builder.module, kind, f"llvm.vector.reduce.fadd.v{_MANY}f32")
        sums = [
            builder.call(
                total,
                [ir.Constant(ir.FloatType(), 0.0), builder.fmul(weight, builder.sitofp(part, _FLOATS))],
                fastmath=("reassoc",),
            )
            for part in (base, builder.select(up, gap, none), builder.select(up, none, gap))
        ]
        return context.make_tuple(builder, signature.return_type, sums)

    tools: Any = types
    return tools.UniTuple(types.float32, 3)(halves, types.intp, weights, types.intp), code


weigh_topics: Any = intrinsic(_weigh_topics)
