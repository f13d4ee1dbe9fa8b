"""The draws are uniform, independent along every coordinate, and never move silently."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special, stats

from prsim.spread.draws import (
    STREAMS,
    Draws,
    Stream,
    hash3,
    mix64,
    normal,
    normal_array,
    normal_quantile,
    stream_key,
    uniform,
    uniform_array,
)

GOLDEN_KEYS = (0xC77C7EC46922BB0A, 0x9E2BC4BD892F5A2B, 0xDEE4F6B6131C98C8)
GOLDEN_HASHES = (0x4FEE469900F9A352, 0x551A953CC378EE1D)
GOLDEN_UNIFORM = 0.6740861603633523
GOLDEN_INTEGER = 460
GOLDEN_NORMAL = 0.57115488976759

MASK = (1 << 64) - 1
N = 200_000
WHO = np.arange(N)


def reference_mix(x: int) -> int:
    """Splitmix64's finaliser in unbounded integers."""
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


def reference_hash(key: int, a: int, b: int) -> int:
    x = reference_mix((key + 0x9E3779B97F4A7C15) & MASK)
    x = reference_mix(x ^ reference_mix((a + 0xD1B54A32D192ED03) & MASK))
    return reference_mix(x ^ reference_mix((b + 0x8CB92BA72F3D8DD7) & MASK))


def series(key: int, coordinate: str) -> NDArray[np.float64]:
    """N uniforms along one coordinate, the others fixed."""
    if coordinate == "who":
        return np.asarray(uniform_array(np.uint64(key), WHO, 3))
    if coordinate == "when":
        return np.array([uniform(np.uint64(key), 3, t) for t in range(N // 4)])
    return np.array([uniform(np.uint64(key + i), 3, 3) for i in range(N // 4)])


def chi2_p(counts: NDArray[np.number[Any]]) -> float:
    return float(stats.chisquare(counts.ravel()).pvalue)


def test_splitmix64_published_values() -> None:
    # the first outputs of splitmix64 seeded with 1234567 (Rosetta Code, "Pseudo-random numbers/Splitmix64")
    golden = 0x9E3779B97F4A7C15
    state, out = 1234567, []
    for _ in range(3):
        state = (state + golden) & MASK
        out.append(int(mix64(np.uint64(state))))
    assert out == [6457827717110365317, 3203168211198807973, 9817491932198370423]


@pytest.mark.parametrize("coordinate", ["who", "when", "key"])
@pytest.mark.parametrize("key", [0, 1, 2**63 + 5])
def test_uniform_and_independent_along(coordinate: str, key: int) -> None:
    u = series(key, coordinate)
    assert u.min() >= 0.0 and u.max() < 1.0
    assert chi2_p(np.histogram(u, 256, (0, 1))[0]) > 1e-4
    assert stats.kstest(u, "uniform").pvalue > 1e-4
    for lag in (1, 2, 64):
        assert abs(np.corrcoef(u[:-lag], u[lag:])[0, 1]) < 4.5 / np.sqrt(len(u))
        pairs = np.histogram2d(u[:-lag:2], u[lag::2], 32, ((0, 1), (0, 1)))[0]
        assert chi2_p(pairs) > 1e-4
    low_bits = (u * 2**53).astype(np.int64) & 255
    assert chi2_p(np.bincount(low_bits, minlength=256)) > 1e-4


@pytest.mark.parametrize("step", [1, 2, 1 << 32, 0x9E3779B97F4A7C15])
def test_keys_a_small_step_apart_give_independent_series(step: int) -> None:
    first = int(stream_key(11, Stream.SHARE))
    u = np.asarray(uniform_array(np.uint64(first), WHO, 0))
    v = np.asarray(uniform_array(np.uint64((first + step) & MASK), WHO, 0))
    for shift in (0, 1, -1):
        assert abs(np.corrcoef(u, np.roll(v, shift))[0, 1]) < 4.5 / np.sqrt(N)
    assert chi2_p(np.histogram2d(u, v, 32, ((0, 1), (0, 1)))[0]) > 1e-4
    assert np.intersect1d(u, v).size == 0


@pytest.mark.parametrize("position", [0, 1, 2])
def test_avalanche(position: int) -> None:
    trials = 400
    flips = np.zeros((64, 64))
    for t in range(trials):
        at = (
            [int(hash3(np.uint64(5), np.uint64(t), np.uint64(c))) for c in range(3)]
            if t % 2
            else [t, 2 * t, 7]
        )
        before = int(hash3(*(np.uint64(c) for c in at)))
        for bit in range(64):
            moved = list(at)
            moved[position] ^= 1 << bit
            after = int(hash3(*(np.uint64(c) for c in moved)))
            flips[bit] += np.unpackbits(np.frombuffer((before ^ after).to_bytes(8, "little"), np.uint8))
    rate = flips / trials
    assert abs(rate.mean() - 0.5) < 0.002
    assert np.abs(rate - 0.5).max() < 5.5 * 0.5 / np.sqrt(trials)


def test_numba_and_python_agree_bit_for_bit() -> None:
    rng = np.random.default_rng(1)
    for key, a, b in rng.integers(0, 2**64, (300, 3), dtype=np.uint64, endpoint=False):
        expected = reference_hash(int(key), int(a), int(b))
        assert int(hash3(key, a, b)) == expected
        assert float(uniform(key, a, b)) == (expected >> 11) * 2.0**-53
    key = stream_key(3, "x")
    assert int(hash3(key, -1, 2)) == reference_hash(int(key), MASK, 2)
    assert [uniform(key, i, 9) for i in range(50)] == uniform_array(key, WHO[:50], 9).tolist()
    assert [normal(key, i, 9) for i in range(50)] == normal_array(key, WHO[:50], 9).tolist()


def test_coordinates_are_not_interchangeable() -> None:
    seen = {
        int(hash3(np.uint64(k), np.uint64(a), np.uint64(b)))
        for k in range(20)
        for a in range(20)
        for b in range(20)
    }
    assert len(seen) == 20**3


def test_normal() -> None:
    z = np.asarray(normal_array(stream_key(5, Stream.QUALITY), WHO, 0))
    assert stats.kstest(z, "norm").pvalue > 1e-4
    assert abs(stats.kurtosis(z)) < 4.5 * np.sqrt(24 / N)
    u = np.concatenate([np.linspace(1e-6, 1 - 1e-6, 2000), 10.0 ** -np.arange(1, 17), [2.0**-53]])
    np.testing.assert_allclose([normal_quantile(x) for x in u], special.ndtri(u), rtol=1e-13, atol=1e-15)


def test_golden_values() -> None:
    assert stream_key(0) == GOLDEN_KEYS[0]
    assert stream_key(2026, Stream.SHARE, "incident:leak", 7) == GOLDEN_KEYS[1]
    assert stream_key(-(2**70), "微博", -5) == GOLDEN_KEYS[2]
    assert int(hash3(np.uint64(0), np.uint64(0), np.uint64(0))) == GOLDEN_HASHES[0]
    assert int(hash3(np.uint64(1), np.uint64(2), np.uint64(3))) == GOLDEN_HASHES[1]
    draws = Draws(2026)
    assert draws.uniform(Stream.SHARE, "incident:leak", 4) == GOLDEN_UNIFORM
    assert draws.integers(1000, Stream.SURVEY, 1) == GOLDEN_INTEGER
    assert draws.normal(Stream.QUALITY, "post", 1) == pytest.approx(GOLDEN_NORMAL, rel=1e-15)


def test_streams_are_separate() -> None:
    assert len(STREAMS) == len(Stream) == 12
    assert all(stream.value == stream.name.lower() for stream in STREAMS)
    keys = [stream_key(seed, s, *more) for seed in range(20) for s in STREAMS for more in ((), (0,), ("0",))]
    assert len(set(keys)) == len(keys)
    u = np.array([uniform_array(Draws(1).key(s), WHO[:20_000], 0) for s in STREAMS])
    off = np.corrcoef(u)[~np.eye(len(STREAMS), dtype=bool)]
    assert np.abs(off).max() < 5 / np.sqrt(20_000)


def test_names_are_encoded_without_collisions() -> None:
    lists: list[tuple[str | int, ...]] = [
        (), ("",), ("", ""), ("ab", "c"), ("a", "bc"), ("abc",), (1,), ("1",), (1, 1), (11,), (-1,), (255,),
        (256,), (0,), (1 << 64,), (0, 0),
    ]  # fmt: skip
    assert len({int(stream_key(0, *names)) for names in lists}) == len(lists)
    assert stream_key(0, np.int64(5)) == stream_key(0, 5)
    assert stream_key(0, Stream.SHARE) == stream_key(0, "share")


@pytest.mark.parametrize("name", [1.5, None, b"x", (1,)])
def test_a_name_is_a_str_or_an_int(name: object) -> None:
    with pytest.raises(TypeError, match="str or an int"):
        stream_key(0, name)  # type: ignore[arg-type]


def test_draws_are_pure_functions() -> None:
    first, again = Draws(4), Draws(4)
    forward = [first.uniform(Stream.MEDIA, "outlet", t) for t in range(50)]
    backward = [again.uniform(Stream.MEDIA, "outlet", t) for t in reversed(range(50))]
    assert forward == backward[::-1]
    assert len(set(forward)) == 50
    assert forward != [Draws(5).uniform(Stream.MEDIA, "outlet", t) for t in range(50)]


def test_draws_distributions() -> None:
    d = Draws(8)
    e = [d.exponential(Stream.ARRIVAL, i, mean=6.0) for i in range(4000)]
    assert stats.kstest(e, stats.expon(scale=6.0).cdf).pvalue > 1e-4
    z = [d.normal(Stream.KOL, i, mean=2.0, sd=3.0) for i in range(4000)]
    assert stats.kstest(z, stats.norm(2.0, 3.0).cdf).pvalue > 1e-4
    k = [d.integers(7, Stream.SURVEY, i) for i in range(7000)]
    assert chi2_p(np.bincount(k, minlength=7)) > 1e-4
    c = [d.choice_weighted([0.0, 1.0, 3.0, 0.0], Stream.KOL, i) for i in range(4000)]
    assert set(c) == {1, 2}
    assert abs(c.count(2) / 4000 - 0.75) < 4.5 * np.sqrt(0.75 * 0.25 / 4000)


def test_draws_refuse_nonsense() -> None:
    d = Draws(1)
    with pytest.raises(ValueError, match="n >= 1"):
        d.integers(0, Stream.KOL)
    for weights in ([], [0.0, 0.0], [1.0, -1.0], [float("nan"), 1.0], [float("inf"), 1.0]):
        with pytest.raises(ValueError, match="weights"):
            d.choice_weighted(weights, Stream.KOL)
    with pytest.raises(ValueError, match="gossip"):
        d.uniform("gossip")  # type: ignore[arg-type]


def test_same_draws_in_another_process() -> None:
    code = "from prsim.spread.draws import *; print(Draws(9).uniform(Stream.GRAPH, 'a', 1), hash('a'))"
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()[0]
    assert float(out) == Draws(9).uniform(Stream.GRAPH, "a", 1)
