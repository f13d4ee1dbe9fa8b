"""Graphs and node lists as others write them: tables, GraphML, NetworkX, SciPy. Reading only; see `imported`.

The readers are those of pandas, PyArrow and NetworkX. What is read may come from anybody, so files are bounded, and
GraphML is looked through for a document type before it is parsed, because entities can be made to expand for ever.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prsim.errors import GraphError, Problem
from prsim.scenario.names import listing, nearest

if TYPE_CHECKING:
    import networkx
    import scipy.sparse

__all__ = ["MAX_BYTES", "MAX_ROWS", "EdgeTable", "NodeTable", "edge_table", "name_of", "node_table", "refuse"]

MAX_BYTES = {".csv": 1_000_000_000, ".parquet": 1_000_000_000, ".graphml": 100_000_000}
MAX_ROWS = 50_000_000
_MAX_UNPACKED = 8_000_000_000  # bytes of a Parquet file once unpacked

type Source = str | Path | pd.DataFrame | networkx.Graph | scipy.sparse.sparray | scipy.sparse.spmatrix
type Nodes = str | Path | pd.DataFrame | int


@dataclass(frozen=True, slots=True)
class EdgeTable:
    """Edges as written.

    Attributes
    ----------
    name
        What to call the source in messages.
    source, target
        Ids; an empty text where none is given.
    weight
        As written, or None where there are no weights.
    place
        Where the edge of a position stands, in words.
    nodes
        Nodes that the source lists, where it does.
    segment
        Segment by node, where the nodes carry one.
    mutual
        Whether the source says that its edges have no direction.
    """

    name: str
    source: NDArray[np.object_]
    target: NDArray[np.object_]
    weight: NDArray[Any] | None
    place: Callable[[int], str]
    nodes: Sequence[str] = ()
    segment: Mapping[str, str] = field(default_factory=dict)
    mutual: bool = False


@dataclass(frozen=True, slots=True)
class NodeTable:
    """Nodes as written; ``segment`` is None where only their number is given."""

    name: str
    ids: NDArray[np.object_]
    segment: NDArray[np.object_] | None
    place: Callable[[int], str]


def refuse(path: str, what: str, *, given: str = "", allowed: str = "", near: str = "") -> GraphError:
    """A graph error with a single problem."""
    return GraphError([Problem(path, what, given, allowed, near)])


def name_of(source: object) -> str:
    """What to call a source in messages."""
    return str(source) if isinstance(source, str | Path) else f"the {type(source).__name__}"


def edge_table(source: Source) -> EdgeTable:
    """Read the edges of a source.

    Raises
    ------
    GraphError
        If it cannot be read, is too large, or lacks a column.
    """
    import networkx as nx
    from scipy.sparse import issparse

    name = name_of(source)
    if isinstance(source, str | Path):
        path = _file(source, (".csv", ".parquet", ".graphml"))
        if path.suffix.lower() == ".graphml":
            return _of_networkx(_graphml(path), name)
        return _of_frame(_table(path, ("source", "target"), ("weight",)), name, path.suffix.lower())
    if isinstance(source, pd.DataFrame):
        return _of_frame(_columns(source, name, ("source", "target"), ("weight",)), name, "")
    if isinstance(source, nx.Graph):
        return _of_networkx(source, name)
    if issparse(source):
        return _of_sparse(source, name)
    raise refuse(
        name,
        "is no graph that can be read; give the path of a .csv, .parquet or .graphml file, a DataFrame, a NetworkX "
        "graph or a SciPy sparse matrix",
    )


def node_table(nodes: Nodes) -> NodeTable:
    """Read a list of nodes; a whole number n stands for the ids 0 … n - 1.

    Raises
    ------
    GraphError
        If it cannot be read, is too large, or lacks a column.
    """
    if isinstance(nodes, int | np.integer) and not isinstance(nodes, bool):
        if not 0 < nodes <= MAX_ROWS:
            raise refuse("nodes", f"{nodes} is not a number of nodes (1 … {MAX_ROWS:,})")
        ids = np.arange(int(nodes)).astype(str).astype(object)
        return NodeTable("nodes", ids, None, lambda row: f"node {row}")
    wanted = ("id", "segment")
    if isinstance(nodes, pd.DataFrame):
        frame, kind, name = _columns(nodes, "the nodes", wanted, ()), "", "the nodes"
    elif isinstance(nodes, str | Path):
        path = _file(nodes, (".csv", ".parquet"))
        frame, kind, name = _table(path, wanted, ()), path.suffix.lower(), str(nodes)
    else:
        raise refuse(
            "nodes", f"a {type(nodes).__name__} is no list of nodes; give a path, a DataFrame or a number"
        )
    frame = _without_blank_rows(frame)
    return NodeTable(name, _texts(frame["id"]), _texts(frame["segment"]), _places(frame, name, kind))


def _file(source: str | Path, kinds: tuple[str, ...]) -> Path:
    path = Path(source).expanduser()
    suffix = path.suffix.lower()
    if suffix not in kinds:
        raise refuse(
            str(source), f"is, by its name, none of the files that are read here: {', '.join(kinds)}"
        )
    try:
        if not path.is_file():
            raise refuse(str(source), "there is no such file" if not path.exists() else "is not a file")
        size = path.stat().st_size
    except OSError as wrong:
        raise refuse(str(source), f"cannot be read: {wrong.strerror or wrong}") from None
    if size > MAX_BYTES[suffix]:
        raise refuse(
            str(source), f"has {size / 1e6:,.0f} MB; at most {MAX_BYTES[suffix] / 1e6:,.0f} MB are read"
        )
    return path


def _table(path: Path, wanted: tuple[str, ...], optional: tuple[str, ...]) -> pd.DataFrame:
    name = str(path)
    try:
        frame = _parquet(path, wanted, optional) if path.suffix.lower() == ".parquet" else _csv(path)
    except GraphError:
        raise
    except UnicodeDecodeError:
        raise refuse(name, "is not UTF-8 text") from None
    except pd.errors.EmptyDataError:
        raise refuse(name, f"is empty; its first line names the columns {', '.join(wanted)}") from None
    except (
        OSError,
        ValueError,
        pd.errors.ParserError,
        MemoryError,
    ) as wrong:  # PyArrow's errors are ValueErrors
        what = " ".join(str(wrong).split()).removeprefix("Error tokenizing data. C error: ")
        raise refuse(name, f"cannot be read as {path.suffix[1:].upper()}: {what[:200]}") from None
    if len(frame) > MAX_ROWS:
        raise refuse(name, f"has more than {MAX_ROWS:,} rows")
    return _columns(frame, name, wanted, optional)


def _csv(path: Path) -> pd.DataFrame:
    options: dict[str, Any] = {"dtype": str, "keep_default_na": False, "encoding": "utf-8-sig"}
    head = pd.read_csv(path, header=None, nrows=1, **options).iloc[0].str.strip()
    if head.duplicated().any():
        raise refuse(str(path), f"has two columns named {head[head.duplicated()].iloc[0]!r}")
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        try:  # without index_col a row with one field too many would be taken for one with an index
            made: pd.DataFrame = pd.read_csv(
                path, index_col=False, skip_blank_lines=False, nrows=MAX_ROWS + 1, **options
            )
            return made
        except pd.errors.ParserWarning:
            raise refuse(str(path), "has rows with more fields than its first line names") from None


def _parquet(path: Path, wanted: tuple[str, ...], optional: tuple[str, ...]) -> pd.DataFrame:
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        about = file.metadata
        unpacked = sum(about.row_group(i).total_byte_size for i in range(about.num_row_groups))
        if about.num_rows > MAX_ROWS or unpacked > _MAX_UNPACKED:
            raise refuse(
                str(path),
                f"has {about.num_rows:,} rows and {unpacked / 1e6:,.0f} MB unpacked; that is too large",
            )
        _columns(pd.DataFrame(columns=file.schema_arrow.names), str(path), wanted, optional)
        names = [c for c in file.schema_arrow.names if c.strip() in (*wanted, *optional)]
        made: pd.DataFrame = file.read(columns=names).to_pandas()
        return made


def _columns(
    frame: pd.DataFrame, name: str, wanted: tuple[str, ...], optional: tuple[str, ...]
) -> pd.DataFrame:
    there = {str(c).strip(): c for c in frame.columns}
    if len(there) < len(frame.columns):
        raise refuse(name, "has two columns of one name")
    missing = [c for c in wanted if c not in there]
    if missing and len(there) == 1 and any(sign in next(iter(there)) for sign in ";\t|"):
        raise refuse(name, f"has one column, {next(iter(there))!r}; fields are separated by commas")
    if missing:
        raise GraphError(
            Problem(name, f"there is no column {c!r}; columns: {listing(there)}", nearest=nearest(c, there))
            for c in missing
        )
    kept = [c for c in (*wanted, *optional) if c in there]
    return frame[[there[c] for c in kept]].set_axis(kept, axis=1)


def _without_blank_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out rows in which nothing stands (blank lines); the index still counts them."""
    frame = frame.reset_index(drop=True)
    blank = np.ones(len(frame), dtype=bool)
    for column in frame:
        blank &= (frame[column].isna() | (frame[column] == "")).to_numpy()
    return frame[~blank] if blank.any() else frame


def _texts(column: pd.Series[Any]) -> NDArray[np.object_]:
    """Ids as text without blanks around; whole numbers without a point; empty where nothing is given."""
    if column.dtype.kind in "iu":
        return column.to_numpy().astype(str).astype(object)
    if column.dtype.kind == "f":
        plain = [str(int(x)) if float(x).is_integer() else ("" if np.isnan(x) else str(x)) for x in column]
        return np.array(plain, dtype=object)
    known = pd.isna(column).to_numpy()
    made = ["" if gone else str(x).strip() for x, gone in zip(column, known, strict=True)]
    return np.array(made, dtype=object)


def _places(frame: pd.DataFrame, name: str, kind: str) -> Callable[[int], str]:
    """A row of a CSV file is named by its line, of another table by its number from 1."""
    numbers = frame.index.to_numpy()
    first, word = (2, "line") if kind == ".csv" else (1, "row")
    return lambda at: f"{name}, {word} {numbers[at] + first}"


def _of_frame(frame: pd.DataFrame, name: str, kind: str) -> EdgeTable:
    frame = _without_blank_rows(frame)
    weight = frame["weight"].to_numpy() if "weight" in frame else None
    return EdgeTable(
        name, _texts(frame["source"]), _texts(frame["target"]), weight, _places(frame, name, kind)
    )


def _graphml(path: Path) -> networkx.Graph:
    import networkx as nx

    content = path.read_bytes()
    _no_document_type(content, str(path))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about keys without a type and the like
        try:
            return nx.read_graphml(io.BytesIO(content), node_type=str)
        except (
            nx.NetworkXException,
            ParseError,
            ValueError,
            LookupError,
            TypeError,
            AttributeError,
        ) as wrong:
            what = " ".join(str(wrong).split())[:200] or type(wrong).__name__
            raise refuse(str(path), f"is no GraphML that NetworkX reads: {what}") from None


class _DocumentType(Exception):
    """The file declares a document type."""


def _no_document_type(content: bytes, name: str) -> None:
    """Refuse a document type, in which entities are declared, before anything could expand them."""

    def found(*_: object) -> None:
        raise _DocumentType

    reader = expat.ParserCreate()
    reader.StartDoctypeDeclHandler = found
    try:
        reader.Parse(content, True)
    except _DocumentType:
        raise refuse(
            name,
            "declares a document type (<!DOCTYPE …>); it is refused, since entities can expand without end",
        ) from None
    except expat.ExpatError as wrong:
        raise refuse(f"{name}, line {wrong.lineno}", f"is not XML: {expat.ErrorString(wrong.code)}") from None


def _of_networkx(graph: networkx.Graph, name: str) -> EdgeTable:
    written = {node: str(node).strip() for node in graph}
    if len(set(written.values())) < len(written):
        raise refuse(name, "has two nodes whose ids are written alike, as 1 and '1' are")
    data = list(graph.edges(data="weight", default=None))
    weighted = any(w is not None for _, _, w in data)
    segments = {
        written[n]: str(s).strip() for n, s in graph.nodes(data="segment", default=None) if s is not None
    }
    ends = [(written[a], written[b]) for a, b, _ in data]

    def place(at: int) -> str:
        return f"{name}, edge {ends[at][0]!r} → {ends[at][1]!r}"

    return EdgeTable(
        name,
        _objects(a for a, _ in ends),
        _objects(b for _, b in ends),
        _objects(1.0 if w is None else w for _, _, w in data) if weighted else None,
        place,
        list(written.values()),
        segments,
        not graph.is_directed(),
    )


def _objects(values: Iterable[object]) -> NDArray[np.object_]:
    listed = list(values)
    out = np.empty(len(listed), dtype=object)
    out[:] = listed
    return out


def _of_sparse(matrix: scipy.sparse.sparray | scipy.sparse.spmatrix, name: str) -> EdgeTable:
    rows, columns = matrix.shape
    if rows != columns:
        raise refuse(name, f"is {rows} × {columns}; the matrix of a graph is square")
    entries = matrix.tocsr().tocoo()  # sorted by row
    ids = np.arange(rows).astype(str).astype(object)
    a, b = entries.row.astype(np.int64), entries.col.astype(np.int64)
    return EdgeTable(
        name, ids[a], ids[b], entries.data, lambda at: f"{name}, entry ({a[at]}, {b[at]})", list(ids)
    )
