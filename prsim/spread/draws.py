"""Random numbers that are a pure function of their coordinates.

There is no generator state anywhere: a draw is ``uniform(key, who, when)``. The full-width 64-bit *key* says
which stream of luck is meant (seed, stream, the origin of the thing that happens), *who* and *when* the agent
and the moment. So a draw does not depend on what else was drawn, in which order, by which thread; two runs
that differ in one decision share all their other luck.

Kernels use the compiled functions `hash3`, `uniform` and `normal` with a key made once by `stream_key`;
deciding agents use `Draws`, which names each draw in full.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prsim.spread.compiled import njit

# In compiled code whatever meets a 64-bit key must be a uint64: numba turns uint64 + int64 into float64.
_SHIFT_1 = np.uint64(30)
_SHIFT_2 = np.uint64(27)
_SHIFT_3 = np.uint64(31)
_MUL_1 = np.uint64(0xBF58476D1CE4E5B9)
_MUL_2 = np.uint64(0x94D049BB133111EB)
_SALT_KEY = np.uint64(0x9E3779B97F4A7C15)
_SALT_A = np.uint64(0xD1B54A32D192ED03)
_SALT_B = np.uint64(0x8CB92BA72F3D8DD7)
_DROP_TO_53 = np.uint64(11)
_DROP_TO_52 = np.uint64(12)
_ULP_53 = 2.0**-53
_ULP_52 = 2.0**-52


#: A coordinate in compiled code: 64 bits, however written; negative integers wrap.
type Bits = int | np.integer[Any]

#: One part of a stream's or a draw's full name outside the kernels.
type Name = str | int | np.integer[Any]


class Stream(StrEnum):
    """The streams of luck, all of them; a new kind of draw gets a new line here."""

    POPULATION = "population"  #: who the agents are at t = 0
    GRAPH = "graph"  #: who follows whom
    SHARE = "share"  #: what an exposure does: noticed, shared, over which tie, after which delay
    BROADCAST = "broadcast"  #: which subscribers a broadcast reaches
    MEDIA = "media"  #: decisions of media outlets
    KOL = "kol"  #: decisions of opinion leaders
    DETECTION = "detection"  #: when monitoring notices, false alarms
    ARRIVAL = "arrival"  #: when incidents happen, and which
    QUALITY = "quality"  #: how well a piece of content turns out
    SURVEY = "survey"  #: who answers a survey, and with which error
    SERVICE = "service"  #: outcomes of single complaints at the service desk
    TEXTBOOK = "textbook"  #: draws of the textbook models


#: Every stream, in the order of the listing.
STREAMS: tuple[Stream, ...] = tuple(Stream)


@njit(inline="always", cache=True)
def mix64(x: Bits) -> np.uint64:
    """Scramble 64 bits: a bijection in which every input bit flips each output bit about half the time.

    Source: the finaliser of splitmix64 (Stafford's variant 13) in Steele, Lea and Flood (2014), "Fast
    splittable pseudorandom number generators".
    """
    y = np.uint64(x)
    y = (y ^ (y >> _SHIFT_1)) * _MUL_1
    y = (y ^ (y >> _SHIFT_2)) * _MUL_2
    return np.uint64(y ^ (y >> _SHIFT_3))


@njit(cache=True)
def hash3(key: Bits, a: Bits, b: Bits) -> np.uint64:
    """Return 64 random bits for the coordinates (key, a, b).

    Each coordinate has a mixing round of its own before it meets the others, so neither neighbouring keys nor
    neighbouring agents nor neighbouring ticks give shifted copies of one series. The result may serve as a
    key again.

    Parameters
    ----------
    key : uint64
        Stream key, from `stream_key` (any 64 bits will do).
    a, b : int
        Who and when; negative integers wrap.
    """
    x = mix64(np.uint64(key) + _SALT_KEY)
    x = mix64(x ^ mix64(np.uint64(a) + _SALT_A))
    return mix64(x ^ mix64(np.uint64(b) + _SALT_B))


@njit(cache=True)
def uniform(key: Bits, a: Bits, b: Bits) -> float:
    """Return the uniform draw in [0, 1) at (key, a, b), with 53 random bits."""
    return np.float64(hash3(key, a, b) >> _DROP_TO_53) * _ULP_53


@njit(cache=True)
def normal_quantile(u: float) -> float:
    """Return the standard normal quantile of `u`, 0 < u < 1, to about 1e-16 relative.

    Source: Wichura (1988), algorithm AS 241 (PPND16), Applied Statistics 37, 477-484.
    """
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        num = 2.5090809287301226727e3
        num = num * r + 3.3430575583588128105e4
        num = num * r + 6.7265770927008700853e4
        num = num * r + 4.5921953931549871457e4
        num = num * r + 1.3731693765509461125e4
        num = num * r + 1.9715909503065514427e3
        num = num * r + 1.3314166789178437745e2
        num = num * r + 3.3871328727963666080e0
        den = 5.2264952788528545610e3
        den = den * r + 2.8729085735721942674e4
        den = den * r + 3.9307895800092710610e4
        den = den * r + 2.1213794301586595867e4
        den = den * r + 5.3941960214247511077e3
        den = den * r + 6.8718700749205790830e2
        den = den * r + 4.2313330701600911252e1
        den = den * r + 1.0
        return q * num / den
    tail = u if q < 0.0 else 1.0 - u
    r = math.sqrt(-math.log(tail))
    if r <= 5.0:
        r -= 1.6
        num = 7.74545014278341407640e-4
        num = num * r + 2.27238449892691845833e-2
        num = num * r + 2.41780725177450611770e-1
        num = num * r + 1.27045825245236838258e0
        num = num * r + 3.64784832476320460504e0
        num = num * r + 5.76949722146069140550e0
        num = num * r + 4.63033784615654529590e0
        num = num * r + 1.42343711074968357734e0
        den = 1.05075007164441684324e-9
        den = den * r + 5.47593808499534494600e-4
        den = den * r + 1.51986665636164571966e-2
        den = den * r + 1.48103976427480074590e-1
        den = den * r + 6.89767334985100004550e-1
        den = den * r + 1.67638483018380384940e0
        den = den * r + 2.05319162663775882187e0
        den = den * r + 1.0
    else:
        r -= 5.0
        num = 2.01033439929228813265e-7
        num = num * r + 2.71155556874348757815e-5
        num = num * r + 1.24266094738807843860e-3
        num = num * r + 2.65321895265761230930e-2
        num = num * r + 2.96560571828504891230e-1
        num = num * r + 1.78482653991729133580e0
        num = num * r + 5.46378491116411436990e0
        num = num * r + 6.65790464350110377720e0
        den = 2.04426310338993978564e-15
        den = den * r + 1.42151175831644588870e-7
        den = den * r + 1.84631831751005468180e-5
        den = den * r + 7.86869131145613259100e-4
        den = den * r + 1.48753612908506148525e-2
        den = den * r + 1.36929880922735805310e-1
        den = den * r + 5.99832206555887937690e-1
        den = den * r + 1.0
    return -num / den if q < 0.0 else num / den


@njit(cache=True)
def normal(key: Bits, a: Bits, b: Bits) -> float:
    """Return the standard normal draw at (key, a, b).

    By inversion, so the draw rises with the hash: coupled runs stay coupled, which Box-Muller would spoil.
    """
    # the middle of one of 2**52 equal cells: never 0, never 1
    return normal_quantile((np.float64(hash3(key, a, b) >> _DROP_TO_52) + 0.5) * _ULP_52)


@njit(cache=True)
def uniform_array(key: Bits, who: NDArray[np.int64], when: Bits) -> NDArray[np.float64]:
    """Return ``uniform(key, who[i], when)`` for every i, as float64[len(who)]."""
    out = np.empty(who.shape[0], dtype=np.float64)
    for i in range(who.shape[0]):
        out[i] = uniform(key, who[i], when)
    return out


@njit(cache=True)
def normal_array(key: Bits, who: NDArray[np.int64], when: Bits) -> NDArray[np.float64]:
    """Return ``normal(key, who[i], when)`` for every i, as float64[len(who)]."""
    out = np.empty(who.shape[0], dtype=np.float64)
    for i in range(who.shape[0]):
        out[i] = normal(key, who[i], when)
    return out


_SHORT = 256
# what precedes so many bytes of a str
_STR_OF = [b"s" + many.to_bytes(8, "little") for many in range(_SHORT)]


def _encode(name: Name) -> bytes:
    """Return `name` with its kind and length in front, so that no two lists of names have one encoding."""
    if isinstance(name, str):
        body = name.encode()
        many = len(body)
        return (_STR_OF[many] if many < _SHORT else b"s" + many.to_bytes(8, "little")) + body
    try:
        number = operator.index(name)
    except TypeError:
        raise TypeError(f"a coordinate of a draw is a str or an int, not {name!r}") from None
    body = number.to_bytes(number.bit_length() // 8 + 1, "little", signed=True)
    return b"i" + len(body).to_bytes(8, "little") + body


@lru_cache(maxsize=256)
def _begun(seed: int, stream: Stream | None = None) -> blake2b:
    """The digest of a seed, and of a stream under it, to be copied and gone on with."""
    if stream is None:
        return blake2b(_encode(seed), digest_size=8, person=b"prsim-draws-1")
    digest = _begun(seed).copy()
    digest.update(_encode(str(Stream(stream))))
    return digest


def _key(digest: blake2b, names: tuple[Name, ...]) -> np.uint64:
    """Go on with a digest by ``names``, and turn it into a key."""
    digest.update(b"".join([_encode(name) for name in names]))
    return np.uint64(int.from_bytes(digest.digest(), "little"))


def stream_key(seed: int, *names: Name) -> np.uint64:
    """Return the full-width key of the stream called `names` under `seed`.

    Parameters
    ----------
    seed : int
        Any integer, of any size.
    *names : str or int
        What the stream is about, by origin: ``stream_key(7, Stream.SHARE, "incident:leak")``.
        ``("ab", "c")`` and ``("a", "bc")`` differ, as do ``1`` and ``"1"``.

    Raises
    ------
    TypeError
        If the seed is not an integer or a name is neither str nor int (a float has no exact name).
    """
    return _key(_begun(operator.index(seed)).copy(), names)


class Draws:
    """Draws that name themselves, for code outside the kernels.

    Every method is a pure function of (seed, stream, coordinates): call it twice and it answers the same. A
    coordinate is a str or an int; time goes in as an integer (minutes or ticks).

    Parameters
    ----------
    seed : int
        The seed of the run.
    """

    __slots__ = ("seed",)

    def __init__(self, seed: int) -> None:
        self.seed: int = operator.index(seed)

    def __repr__(self) -> str:
        return f"Draws(seed={self.seed})"

    def key(self, stream: Stream, *what: Name) -> np.uint64:
        """Return the key of (seed, stream, *what), for use in compiled code."""
        return _key(_begun(self.seed, stream).copy(), what)

    def uniform(self, stream: Stream, *coords: Name) -> float:
        """Return a uniform draw in [0, 1)."""
        return float(uniform(self.key(stream, *coords), 0, 0))

    def normal(self, stream: Stream, *coords: Name, mean: float = 0.0, sd: float = 1.0) -> float:
        """Return a normal draw with the given mean and standard deviation."""
        return mean + sd * float(normal(self.key(stream, *coords), 0, 0))

    def exponential(self, stream: Stream, *coords: Name, mean: float = 1.0) -> float:
        """Return an exponential draw with the given mean, in the mean's unit."""
        return -mean * math.log1p(-self.uniform(stream, *coords))

    def integers(self, n: int, stream: Stream, *coords: Name) -> int:
        """Return an integer in 0 … n - 1, each equally likely.

        Raises
        ------
        ValueError
            If `n` is not positive.
        """
        if n <= 0:
            raise ValueError(f"integers needs n >= 1, got {n}")
        return (int(hash3(self.key(stream, *coords), 0, 0)) * n) >> 64

    def choice_weighted(
        self, weights: Sequence[float] | NDArray[np.floating[Any]], stream: Stream, *coords: Name
    ) -> int:
        """Return the index of one of `weights`, with probability proportional to its weight.

        Raises
        ------
        ValueError
            If there is no weight, one is negative or not finite, or all are zero.
        """
        w = np.asarray(weights, dtype=np.float64)
        usable = w.ndim == 1 and w.size > 0 and bool(np.all(np.isfinite(w) & (w >= 0)))
        if not usable or w.sum() <= 0:
            raise ValueError(f"weights must be finite, not negative and not all zero, got {weights!r}")
        cumulative = np.cumsum(w)
        index = int(np.searchsorted(cumulative, self.uniform(stream, *coords) * cumulative[-1], side="right"))
        return min(index, int(np.flatnonzero(w)[-1]))
