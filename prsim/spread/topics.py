"""Arithmetic on all topics of an agent at once, as vector instructions."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from prsim.spread import layout as L
from prsim.spread.vector_code import FLOATS, INTS, MANY, SHORTS, eight_at, spread


def _by_lot(builder: Any, numbers: Any, lot: Any) -> Any:
    """Whole numbers, rounded up with the probability of the fraction (``lot`` is uniform in [0, 1))."""
    tools: Any = cgutils
    floor = tools.get_or_insert_function(
        builder.module, ir.FunctionType(FLOATS, [FLOATS]), f"llvm.floor.v{MANY}f32"
    )
    return builder.fptosi(builder.call(floor, [builder.fadd(numbers, spread(builder, lot))]), INTS)


def _bounded(builder: Any, numbers: Any) -> Any:
    """Whole numbers within the range of an attitude."""
    for sign, limit in (("<", int(L.UNIT)), (">", -int(L.UNIT))):
        end = ir.Constant(INTS, [limit] * MANY)
        numbers = builder.select(builder.icmp_signed(sign, numbers, end), numbers, end)
    return numbers


def _relax_topics(typing_context: Any, halves: Any, at: Any, up: Any, down: Any, lot: Any) -> tuple[Any, Any]:
    """Let attitudes from ``halves[at]`` on return to their baselines, from above by ``up``, from below by ``down``."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        halves, at, up, down, lot = arguments
        attitude = eight_at(context, builder, signature.args[0], halves, at, SHORTS)
        baseline = eight_at(
            context, builder, signature.args[0], halves, builder.add(at, at.type(L.H_BASE)), SHORTS
        )
        base = builder.sext(builder.load(baseline, align=2), INTS)
        gap = builder.sub(builder.sext(builder.load(attitude, align=2), INTS), base)
        above = builder.icmp_signed(">", gap, ir.Constant(INTS, [0] * MANY))
        left = builder.select(above, spread(builder, up), spread(builder, down))
        kept = _by_lot(builder, builder.fmul(builder.sitofp(gap, FLOATS), left), lot)
        builder.store(builder.trunc(_bounded(builder, builder.add(base, kept)), SHORTS), attitude, align=2)
        return context.get_dummy_value()

    return types.void(halves, types.intp, types.float32, types.float32, types.float32), code


def _shift_topics(
    typing_context: Any, halves: Any, at: Any, halo: Any, row: Any, step: Any, lasting: Any, lot: Any
) -> tuple[Any, Any]:
    """Move attitudes from ``halves[at]`` on by ``step`` units times a row of ``halo``, ``lasting`` of it for good."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        halves, at, halo, row, step, lasting, lot = arguments
        lean = eight_at(context, builder, signature.args[2], halo, builder.mul(row, row.type(MANY)), FLOATS)
        part = builder.fmul(builder.load(lean, align=4), spread(builder, step))
        for start, moved in ((0, part), (L.H_BASE, builder.fmul(part, spread(builder, lasting)))):
            place = eight_at(
                context, builder, signature.args[0], halves, builder.add(at, at.type(start)), SHORTS
            )
            value = builder.sext(builder.load(place, align=2), INTS)
            value = builder.add(value, _by_lot(builder, moved, lot))
            value = _bounded(builder, value)
            builder.store(builder.trunc(value, SHORTS), place, align=2)
        return context.get_dummy_value()

    numbers = (types.float32, types.float32, types.float32)
    return types.void(halves, types.intp, halo, types.intp, *numbers), code


def _weigh_topics(typing_context: Any, halves: Any, at: Any, weights: Any, row: Any) -> tuple[Any, Any]:
    """Weighted sums over topics of the baselines and of the deviations above and below them, float32 each."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        halves, at, weights, row = arguments
        tools: Any = cgutils
        weight = builder.load(
            eight_at(context, builder, signature.args[2], weights, builder.mul(row, row.type(MANY)), FLOATS),
            align=4,
        )
        attitude, base = (
            builder.sext(
                builder.load(
                    eight_at(
                        context, builder, signature.args[0], halves, builder.add(at, at.type(k)), SHORTS
                    ),
                    align=2,
                ),
                INTS,
            )
            for k in (0, L.H_BASE)
        )
        gap, none = builder.sub(attitude, base), ir.Constant(INTS, [0] * MANY)
        up = builder.icmp_signed(">", gap, none)
        kind = ir.FunctionType(ir.FloatType(), [ir.FloatType(), FLOATS])
        total = tools.get_or_insert_function(builder.module, kind, f"llvm.vector.reduce.fadd.v{MANY}f32")
        sums = [
            builder.call(
                total,
                [ir.Constant(ir.FloatType(), 0.0), builder.fmul(weight, builder.sitofp(part, FLOATS))],
                fastmath=("reassoc",),
            )
            for part in (base, builder.select(up, gap, none), builder.select(up, none, gap))
        ]
        return context.make_tuple(builder, signature.return_type, sums)

    tools: Any = types
    return tools.UniTuple(types.float32, 3)(halves, types.intp, weights, types.intp), code


relax_topics: Any = intrinsic(_relax_topics)
shift_topics: Any = intrinsic(_shift_topics)
weigh_topics: Any = intrinsic(_weigh_topics)
