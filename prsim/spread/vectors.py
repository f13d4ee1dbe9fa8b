"""Eight exposures at once, as vector instructions: lines to columns, columns to rows, sums, truths."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from prsim.spread import layout as L
from prsim.spread.vector_code import FLOATS, INTS, MANY, eight_at, spread


def _transposed(builder: Any, rows: list[Any]) -> list[Any]:
    """Eight vectors of eight numbers, rows made columns in three steps of exchanges."""
    steps = (
        ((0, 8, 1, 9, 4, 12, 5, 13), (2, 10, 3, 11, 6, 14, 7, 15), 1),
        ((0, 1, 8, 9, 4, 5, 12, 13), (2, 3, 10, 11, 6, 7, 14, 15), 2),
        ((0, 1, 2, 3, 8, 9, 10, 11), (4, 5, 6, 7, 12, 13, 14, 15), 4),
    )
    for low, high, apart in steps:
        made: list[Any] = [None] * MANY
        for k in range(MANY):
            if k & apart:
                continue
            for place, mask in ((k, low), (k + apart, high)):
                made[place] = builder.shuffle_vector(rows[k], rows[k + apart], ir.Constant(INTS, mask))
        rows = made
    return [rows[k] for k in (0, 2, 1, 3, 4, 6, 5, 7)]


def _gather_lines(
    typing_context: Any, words: Any, who: Any, first: Any, when: Any, columns: Any, marks: Any, at: Any
) -> tuple[Any, Any]:
    """Bring the second halves of eight agents' lines, ``who[first]`` and the next, and ``when`` into columns."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        words, who, first, when, columns, marks, at = arguments
        kinds = signature.args
        ids = builder.load(eight_at(context, builder, kinds[1], who, first, INTS), align=4)
        rows = []
        for k in range(MANY):
            one = builder.sext(builder.extract_element(ids, ir.IntType(32)(k)), first.type)
            start = builder.add(builder.mul(one, first.type(L.WORDS)), first.type(L.W_TOUCHED))
            rows.append(builder.load(eight_at(context, builder, kinds[0], words, start, FLOATS), align=4))
        lines = _transposed(builder, rows)

        def write(kind: Any, array: Any, column: Any, vector: Any, form: Any) -> None:
            place = builder.add(at, at.type(int(column)))
            builder.store(vector, eight_at(context, builder, kind, array, place, form), align=4)

        for number, column in ((0, L.M_TOUCHED), (6, L.M_TRUST0), (7, L.M_FLAGS)):
            write(kinds[5], marks, column, builder.bitcast(lines[number], INTS), INTS)
        for number, column in enumerate((L.C_LOAD, L.C_TRUST, L.C_WEARY, L.C_AUDIENCE, L.C_CONTACTS), 1):
            write(kinds[4], columns, column, lines[number], FLOATS)
        time = builder.load(eight_at(context, builder, kinds[3], when, first, INTS), align=4)
        write(kinds[5], marks, L.M_WHEN, time, INTS)
        return context.get_dummy_value()

    return types.void(words, who, types.intp, when, columns, marks, types.intp), code


def _fill(typing_context: Any, array: Any, at: Any, number: Any) -> tuple[Any, Any]:
    """Write a number into eight places of a flat array, from ``at`` on."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, at, number = arguments
        all_ = spread(builder, number)
        builder.store(all_, eight_at(context, builder, signature.args[0], array, at, all_.type), align=4)
        return context.get_dummy_value()

    return types.void(array, types.intp, number), code


def _copy(typing_context: Any, from_: Any, first: Any, to: Any, at: Any) -> tuple[Any, Any]:
    """Write eight numbers of a flat array, from ``first`` on, into another, from ``at`` on."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        from_, first, to, at = arguments
        source = eight_at(context, builder, signature.args[0], from_, first, FLOATS)
        target = eight_at(context, builder, signature.args[2], to, at, FLOATS)
        builder.store(builder.load(source, align=4), target, align=4)
        return context.get_dummy_value()

    return types.void(from_, types.intp, to, types.intp), code


def _make_rows(
    typing_context: Any, columns: Any, first: Any, apart: Any, rows: Any, at: Any
) -> tuple[Any, Any]:
    """Write eight columns, ``apart`` numbers from each other and the first at ``first``, as rows from ``at`` on."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        columns, first, apart, rows, at = arguments
        kinds = signature.args
        held = []
        for k in range(MANY):
            place = builder.add(first, builder.mul(apart, apart.type(k)))
            held.append(builder.load(eight_at(context, builder, kinds[0], columns, place, FLOATS), align=4))
        for k, row in enumerate(_transposed(builder, held)):
            place = builder.add(at, at.type(k * MANY))
            builder.store(row, eight_at(context, builder, kinds[3], rows, place, FLOATS), align=4)
        return context.get_dummy_value()

    return types.void(columns, types.intp, types.intp, rows, types.intp), code


def _add_rows(
    typing_context: Any, rows: Any, first: Any, end: Any, counted: Any, caused: Any, needed: Any
) -> tuple[Any, Any]:
    """Add rows of eight numbers: the first four to ``counted``, the others to ``caused``, four float64 each.

    Goes on from row ``first`` to ``end``, or until one of those caused is as much as is ``needed`` of it; returns the
    row after the last that was added.
    """
    quads = ir.VectorType(ir.DoubleType(), MANY // 2)
    number = ir.IntType(64)

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        rows, first, end, *sums = arguments
        kinds = signature.args

        def four(kind: Any, array: Any) -> Any:
            data = context.make_array(kind)(context, builder, array).data
            return builder.bitcast(data, quads.as_pointer())

        places = [four(kind, array) for kind, array in zip(kinds[3:], sums, strict=True)]
        start = [builder.load(place, align=8) for place in places]
        before = builder.block
        turn, over = builder.append_basic_block("turn"), builder.append_basic_block("over")
        builder.branch(turn)
        builder.position_at_end(turn)
        row = builder.phi(number)
        totals = [builder.phi(quads), builder.phi(quads)]
        place = eight_at(context, builder, kinds[0], rows, builder.mul(row, number(MANY)), FLOATS)
        both = builder.load(place, align=4)
        added = []
        for k, total in enumerate(totals):
            mask = ir.Constant(
                ir.VectorType(ir.IntType(32), MANY // 2), [k * 4 + x for x in range(MANY // 2)]
            )
            part = builder.shuffle_vector(both, ir.Constant(FLOATS, ir.Undefined), mask)
            added.append(builder.fadd(total, builder.fpext(part, quads)))
        after = builder.add(row, number(1))
        full = builder.fcmp_ordered(">=", added[1], start[2])
        some = builder.icmp_unsigned(
            "!=", builder.bitcast(full, ir.IntType(MANY // 2)), ir.IntType(MANY // 2)(0)
        )
        stop = builder.or_(some, builder.icmp_signed(">=", after, end))
        row.add_incoming(first, before)
        row.add_incoming(after, turn)
        for total, begun, now in zip(totals, start, added, strict=False):
            total.add_incoming(begun, before)
            total.add_incoming(now, turn)
        builder.cbranch(stop, over, turn)
        builder.position_at_end(over)
        for now, where in zip(added, places, strict=False):
            builder.store(now, where, align=8)
        return after

    return types.intp(rows, types.intp, types.intp, counted, caused, needed), code


def _write_times(
    typing_context: Any, when: Any, at: Any, start: Any, parts: Any, per: Any
) -> tuple[Any, Any]:
    """Write ``start + (parts + k) * per`` for k = 0 … 7 as whole numbers, from ``when[at]`` on."""
    doubles = ir.VectorType(ir.DoubleType(), MANY)

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        when, at, start, parts, per = arguments
        count = builder.fadd(spread(builder, parts), ir.Constant(doubles, list(range(MANY))))
        time = builder.fadd(spread(builder, start), builder.fmul(count, spread(builder, per)))
        whole = builder.fptosi(time, INTS)
        builder.store(whole, eight_at(context, builder, signature.args[0], when, at, INTS), align=4)
        return context.get_dummy_value()

    return types.void(when, types.intp, types.float64, types.float64, types.float64), code


def _mask_of(builder: Any, which: Any) -> Any:
    """Eight truths as the low bits of a number."""
    return builder.zext(builder.bitcast(which, ir.IntType(MANY)), ir.IntType(64))


def _above_zero(typing_context: Any, array: Any, at: Any) -> tuple[Any, Any]:
    """Which of eight numbers of a flat array, from ``at`` on, are above zero: a bit each, the first the lowest."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, at = arguments
        numbers = builder.load(eight_at(context, builder, signature.args[0], array, at, FLOATS), align=4)
        return _mask_of(builder, builder.fcmp_ordered(">", numbers, ir.Constant(FLOATS, [0.0] * MANY)))

    return types.uint64(array, types.intp), code


def _equal_to(typing_context: Any, array: Any, at: Any, number: Any) -> tuple[Any, Any]:
    """Which of eight whole numbers of a flat array, from ``at`` on, are this one: a bit each, the first the lowest."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, at, number = arguments
        numbers = builder.load(eight_at(context, builder, signature.args[0], array, at, INTS), align=4)
        return _mask_of(builder, builder.icmp_signed("==", numbers, spread(builder, number)))

    return types.uint64(array, types.intp, types.int32), code


def _lowest(typing_context: Any, bits: Any) -> tuple[Any, Any]:
    """Place of the lowest bit that is set; there is one."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.IntType(1)(1))

    return types.intp(types.uint64), code


gather_lines: Any = intrinsic(_gather_lines)
fill: Any = intrinsic(_fill)
copy: Any = intrinsic(_copy)
make_rows: Any = intrinsic(_make_rows)
add_rows: Any = intrinsic(_add_rows)
write_times: Any = intrinsic(_write_times)
above_zero: Any = intrinsic(_above_zero)
equal_to: Any = intrinsic(_equal_to)
lowest: Any = intrinsic(_lowest)
