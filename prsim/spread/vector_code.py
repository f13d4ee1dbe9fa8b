"""Building blocks of vector instructions for compiled code: eight numbers of a flat array at a time.

The compiler does not find these by itself in a loop of eight turns. Written in the intermediate language of LLVM, so
they run on any processor that numba supports.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils

__all__ = ["FLOATS", "INTS", "MANY", "SHORTS", "eight_at", "spread"]

MANY = 8
FLOATS, SHORTS, INTS = (ir.VectorType(x, MANY) for x in (ir.FloatType(), ir.IntType(16), ir.IntType(32)))


def spread(builder: Any, number: Any) -> Any:
    """The number in every place of a vector."""
    none = ir.Constant(ir.VectorType(number.type, MANY), ir.Undefined)
    one = builder.insert_element(none, number, ir.IntType(32)(0))
    return builder.shuffle_vector(one, none, ir.Constant(INTS, [0] * MANY))


def eight_at(context: Any, builder: Any, kind: Any, array: Any, index: Any, form: Any) -> Any:
    """Address of eight numbers of a flat array, from ``index`` on, as a vector of this form."""
    tools: Any = cgutils
    view = context.make_array(kind)(context, builder, array)
    size = 2 if form is SHORTS else 4
    offset = builder.mul(index, index.type(size))
    return builder.bitcast(tools.pointer_add(builder, view.data, offset), form.as_pointer())
