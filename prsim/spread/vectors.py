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


def _transposed(builder: Any, rows: list[Any]) -> list[Any]:
    """Eight vectors of eight numbers, rows made columns in three steps of exchanges."""
    steps = (
        ((0, 8, 1, 9, 4, 12, 5, 13), (2, 10, 3, 11, 6, 14, 7, 15), 1),
        ((0, 1, 8, 9, 4, 5, 12, 13), (2, 3, 10, 11, 6, 7, 14, 15), 2),
        ((0, 1, 2, 3, 8, 9, 10, 11), (4, 5, 6, 7, 12, 13, 14, 15), 4),
    )
    for low, high, apart in steps:
        made: list[Any] = [None] * _MANY
        for k in range(_MANY):
            if k & apart:
                continue
            for place, mask in ((k, low), (k + apart, high)):
                made[place] = builder.shuffle_vector(rows[k], rows[k + apart], ir.Constant(_INTS, mask))
        rows = made
    return [rows[k] for k in (0, 2, 1, 3, 4, 6, 5, 7)]


def _gather_lines(
    typing_context: Any, words: Any, who: Any, first: Any, when: Any, columns: Any, marks: Any, at: Any
) -> tuple[Any, Any]:
    """Bring the second halves of eight agents' lines, ``who[first]`` and the next, and ``when`` into columns."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        words, who, first, when, columns, marks, at = arguments
        kinds = signature.args
        ids = builder.load(_place(context, builder, kinds[1], who, first, _INTS), align=4)
        rows = []
        for k in range(_MANY):
            one = builder.sext(builder.extract_element(ids, ir.IntType(32)(k)), first.type)
            start = builder.add(builder.mul(one, first.type(L.WORDS)), first.type(L.W_TOUCHED))
            rows.append(builder.load(_place(context, builder, kinds[0], words, start, _FLOATS), align=4))
        lines = _transposed(builder, rows)

        def write(kind: Any, array: Any, column: Any, vector: Any, form: Any) -> None:
            place = builder.add(at, at.type(int(column)))
            builder.store(vector, _place(context, builder, kind, array, place, form), align=4)

        for number, column in ((0, L.M_TOUCHED), (6, L.M_TRUST0), (7, L.M_FLAGS)):
            write(kinds[5], marks, column, builder.bitcast(lines[number], _INTS), _INTS)
        for number, column in enumerate((L.C_LOAD, L.C_TRUST, L.C_WEARY, L.C_AUDIENCE, L.C_CONTACTS), 1):
            write(kinds[4], columns, column, lines[number], _FLOATS)
        time = builder.load(_place(context, builder, kinds[3], when, first, _INTS), align=4)
        write(kinds[5], marks, L.M_WHEN, time, _INTS)
        return context.get_dummy_value()

    return types.void(words, who, types.intp, when, columns, marks, types.intp), code


def _fill(typing_context: Any, array: Any, at: Any, number: Any) -> tuple[Any, Any]:
    """Write a number into eight places of a flat array, from ``at`` on."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, at, number = arguments
        form = _FLOATS if signature.args[2] == types.float32 else _INTS
        one = builder.insert_element(ir.Constant(form, ir.Undefined), number, ir.IntType(32)(0))
        all_ = builder.shuffle_vector(one, ir.Constant(form, ir.Undefined), ir.Constant(_INTS, [0] * _MANY))
        builder.store(all_, _place(context, builder, signature.args[0], array, at, form), align=4)
        return context.get_dummy_value()

    return types.void(array, types.intp, number), code


def _copy(typing_context: Any, from_: Any, first: Any, to: Any, at: Any) -> tuple[Any, Any]:
    """Write eight numbers of a flat array, from ``first`` on, into another, from ``at`` on."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        from_, first, to, at = arguments
        source = _place(context, builder, signature.args[0], from_, first, _FLOATS)
        target = _place(context, builder, signature.args[2], to, at, _FLOATS)
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
        for k in range(_MANY):
            place = builder.add(first, builder.mul(apart, apart.type(k)))
            held.append(builder.load(_place(context, builder, kinds[0], columns, place, _FLOATS), align=4))
        for k, row in enumerate(_transposed(builder, held)):
            place = builder.add(at, at.type(k * _MANY))
            builder.store(row, _place(context, builder, kinds[3], rows, place, _FLOATS), align=4)
        return context.get_dummy_value()

    return types.void(columns, types.intp, types.intp, rows, types.intp), code


def _add_rows(
    typing_context: Any, rows: Any, first: Any, end: Any, counted: Any, caused: Any, needed: Any
) -> tuple[Any, Any]:
    """Add rows of eight numbers: the first four to ``counted``, the others to ``caused``, four float64 each.

    Goes on from row ``first`` to ``end``, or until one of those caused is as much as is ``needed`` of it; returns the
    row after the last that was added.
    """
    quads = ir.VectorType(ir.DoubleType(), _MANY // 2)
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
        place = _place(context, builder, kinds[0], rows, builder.mul(row, number(_MANY)), _FLOATS)
        both = builder.load(place, align=4)
        added = []
        for k, total in enumerate(totals):
            mask = ir.Constant(
                ir.VectorType(ir.IntType(32), _MANY // 2), [k * 4 + x for x in range(_MANY // 2)]
            )
            part = builder.shuffle_vector(both, ir.Constant(_FLOATS, ir.Undefined), mask)
            added.append(builder.fadd(total, builder.fpext(part, quads)))
        after = builder.add(row, number(1))
        full = builder.fcmp_ordered(">=", added[1], start[2])
        some = builder.icmp_unsigned(
            "!=", builder.bitcast(full, ir.IntType(_MANY // 2)), ir.IntType(_MANY // 2)(0)
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


def _spread_whole(builder: Any, number: Any) -> Any:
    """The whole number in every place of a vector."""
    none = ir.Constant(_INTS, ir.Undefined)
    one = builder.insert_element(none, number, ir.IntType(32)(0))
    return builder.shuffle_vector(one, none, ir.Constant(_INTS, [0] * _MANY))


def _mask_of(builder: Any, which: Any) -> Any:
    """Eight truths as the low bits of a number."""
    return builder.zext(builder.bitcast(which, ir.IntType(_MANY)), ir.IntType(64))


def _above_zero(typing_context: Any, array: Any, at: Any) -> tuple[Any, Any]:
    """Which of eight numbers of a flat array, from ``at`` on, are above zero: a bit each, the first the lowest."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, at = arguments
        numbers = builder.load(_place(context, builder, signature.args[0], array, at, _FLOATS), align=4)
        return _mask_of(builder, builder.fcmp_ordered(">", numbers, ir.Constant(_FLOATS, [0.0] * _MANY)))

    return types.uint64(array, types.intp), code


def _equal_to(typing_context: Any, array: Any, at: Any, number: Any) -> tuple[Any, Any]:
    """Which of eight whole numbers of a flat array, from ``at`` on, are this one: a bit each, the first the lowest."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, at, number = arguments
        numbers = builder.load(_place(context, builder, signature.args[0], array, at, _INTS), align=4)
        one = builder.insert_element(ir.Constant(_INTS, ir.Undefined), number, ir.IntType(32)(0))
        wanted = builder.shuffle_vector(one, ir.Constant(_INTS, ir.Undefined), ir.Constant(_INTS, [0] * _MANY))
        return _mask_of(builder, builder.icmp_signed("==", numbers, wanted))

    return types.uint64(array, types.intp, types.int32), code


def _lowest(typing_context: Any, bits: Any) -> tuple[Any, Any]:
    """Place of the lowest bit that is set; there is one."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.IntType(1)(1))

    return types.intp(types.uint64), code


def _draw_lots(
    typing_context: Any, cells: Any, first: Any, least: Any, lots: Any, agent: Any, at: Any
) -> tuple[Any, Any]:
    """Write down, from ``agent[at]`` on, who has a lot drawn of each of sixteen cells from ``cells[first]`` on."""
    number = ir.IntType(32)

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        cells, first, least, lots, agent, at = arguments
        kinds = signature.args
        for turn in range(2):
            ahead = first.type(turn * _MANY)
            place = _place(context, builder, kinds[0], cells, builder.add(first, ahead), _INTS)
            entry = builder.load(place, align=4)
            half = builder.trunc(builder.lshr(lots, lots.type(32 * turn)), number)
            drawn = builder.lshr(_spread_whole(builder, half), ir.Constant(_INTS, [4 * k for k in range(_MANY)]))
            lot = builder.or_(
                builder.and_(drawn, ir.Constant(_INTS, [15] * _MANY)),
                _spread_whole(builder, builder.trunc(least, number)),
            )
            kept = builder.lshr(entry, ir.Constant(_INTS, [26] * _MANY))
            other = builder.and_(entry, ir.Constant(_INTS, [2**26 - 1] * _MANY))
            cell = builder.trunc(builder.add(first, ahead), number)
            own = builder.add(_spread_whole(builder, cell), ir.Constant(_INTS, list(range(_MANY))))
            who = builder.select(builder.icmp_signed("<", lot, kept), own, other)
            where = _place(context, builder, kinds[4], agent, builder.add(at, ahead), _INTS)
            builder.store(who, where, align=4)
        return context.get_dummy_value()

    return types.void(cells, types.intp, types.intp, types.uint64, agent, types.intp), code


def _number_visits(typing_context: Any, luck: Any, step: Any, origin: Any, at: Any) -> tuple[Any, Any]:
    """Write the upper 31 bits of ``luck`` and of what it is after each of the next fifteen steps from ``origin[at]`` on."""
    number, wide = ir.IntType(64), ir.VectorType(ir.IntType(64), _MANY)

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        luck, step, origin, at = arguments
        places = ir.Constant(_INTS, [0] * _MANY)

        def spread(one: Any) -> Any:
            none = ir.Constant(wide, ir.Undefined)
            return builder.shuffle_vector(builder.insert_element(none, one, ir.IntType(32)(0)), none, places)

        steps = builder.mul(spread(step), ir.Constant(wide, list(range(_MANY))))
        now = builder.add(spread(luck), steps)
        for turn in range(2):
            name = builder.trunc(builder.lshr(now, ir.Constant(wide, [33] * _MANY)), _INTS)
            where = _place(context, builder, signature.args[2], origin, builder.add(at, at.type(turn * _MANY)), _INTS)
            builder.store(name, where, align=4)
            now = builder.add(now, spread(builder.mul(step, number(_MANY))))
        return context.get_dummy_value()

    return types.void(types.uint64, types.uint64, origin, types.intp), code


def _write_times(
    typing_context: Any, when: Any, at: Any, start: Any, made: Any, per: Any
) -> tuple[Any, Any]:
    """Write ``start + (made + 0.5) * per``, cut to whole numbers, and the same for the next seven, from ``when[at]`` on."""
    wide = ir.VectorType(ir.DoubleType(), _MANY)

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        when, at, start, made, per = arguments

        def spread(one: Any) -> Any:
            none = ir.Constant(wide, ir.Undefined)
            first = builder.insert_element(none, one, ir.IntType(32)(0))
            return builder.shuffle_vector(first, none, ir.Constant(_INTS, [0] * _MANY))

        count = builder.add(
            _spread_whole(builder, builder.trunc(made, ir.IntType(32))), ir.Constant(_INTS, list(range(_MANY)))
        )
        middle = builder.fadd(builder.sitofp(count, wide), ir.Constant(wide, [0.5] * _MANY))
        time = builder.fptosi(builder.fadd(spread(start), builder.fmul(middle, spread(per))), _INTS)
        builder.store(time, _place(context, builder, signature.args[0], when, at, _INTS), align=4)
        return context.get_dummy_value()

    return types.void(when, types.intp, types.float64, types.intp, types.float64), code


draw_lots: Any = intrinsic(_draw_lots)
number_visits: Any = intrinsic(_number_visits)
write_times: Any = intrinsic(_write_times)
above_zero: Any = intrinsic(_above_zero)
equal_to: Any = intrinsic(_equal_to)
lowest: Any = intrinsic(_lowest)
relax_topics: Any = intrinsic(_relax_topics)
make_rows: Any = intrinsic(_make_rows)
add_rows: Any = intrinsic(_add_rows)
copy: Any = intrinsic(_copy)
fill: Any = intrinsic(_fill)
gather_lines: Any = intrinsic(_gather_lines)
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
