"""The scalar kernels, against their formulas and against quadrature."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate

from prsim.spread.kernels import (
    bounded_pull,
    exponential_delay,
    hard_confidence,
    infect,
    reaction_cdf,
    reaction_delay,
    reinforcement,
    relax,
)

opinions = st.floats(-1, 1)
quantiles = st.floats(0, 1, exclude_max=True)


def test_infect() -> None:
    assert not infect(0.0, 0.0)
    assert infect(1.0 - 2.0**-53, 1.0)
    assert infect(0.2, 0.3) and not infect(0.3, 0.3)


def test_reinforcement() -> None:
    # below the threshold; exactly one; the peak at two; fading after it
    assert reinforcement(1, 0.5, 0.3, 2, 0.1) == 0.1
    assert reinforcement(1, 0.5, 0.3, 1, 0.1) == 1.0
    assert reinforcement(2, 0.5, 0.3, 1, 0.1) == 1.5
    assert reinforcement(4, 0.5, 0.3, 1, 0.1) == pytest.approx(1.5 * math.exp(-0.6))
    factors = [reinforcement(n, 0.4, 0.2, 1, 0.0) for n in range(8)]
    assert int(np.argmax(factors)) == 2
    assert [reinforcement(n, 0, 0, 3, 0) for n in range(6)] == [0, 0, 0, 1, 1, 1]


@given(opinions, opinions, st.floats(0, 1), st.floats(0.01, 10))
def test_bounded_pull(a: float, s: float, eta: float, width: float) -> None:
    shift = bounded_pull(a, s, eta, width)
    assert shift == pytest.approx(eta * math.exp(-(((s - a) / width) ** 2)) * (s - a), abs=1e-15)
    assert abs(shift) <= abs(s - a)  # never past the stance
    assert bounded_pull(a, s, eta, math.inf) == eta * (s - a)


@given(opinions, opinions, st.floats(0, 2), st.floats(0, 0.5))
def test_hard_confidence(a: float, s: float, eps: float, mu: float) -> None:
    assert hard_confidence(a, s, eps, mu) == (mu * (s - a) if abs(s - a) <= eps else 0.0)


@given(st.floats(-2, 2), st.floats(0, 100), st.floats(0, 100), st.floats(0.1, 1000))
def test_relax_forgets_how_time_was_cut(dev: float, first: float, second: float, half_life: float) -> None:
    whole = relax(dev, first + second, half_life)
    assert relax(relax(dev, first, half_life), second, half_life) == pytest.approx(
        whole, rel=1e-12, abs=1e-300
    )
    assert relax(dev, half_life, half_life) == dev / 2
    assert relax(dev, first, math.inf) == dev


@pytest.mark.parametrize(("t_flat", "theta"), [(300.0, 1.23), (0.25, 1.242), (1.0, 3.0)])
def test_reaction_kernel(t_flat: float, theta: float) -> None:
    height = (theta - 1.0) / (theta * t_flat)  # makes the density integrate to one

    def density(t: float) -> float:
        return height if t <= t_flat else height * (t / t_flat) ** -theta

    for t in (0.3 * t_flat, t_flat, 2.0 * t_flat, 50.0 * t_flat):
        area, _ = integrate.quad(density, 0.0, t, points=[min(t, t_flat)], limit=200)
        assert reaction_cdf(t, t_flat, theta) == pytest.approx(area, rel=1e-8)
    assert reaction_cdf(0.0, t_flat, theta) == reaction_cdf(-1.0, t_flat, theta) == 0.0
    assert reaction_cdf(1e300, t_flat, theta) == pytest.approx(1.0, abs=1e-12)
    assert reaction_delay(0.0, t_flat, theta) == 0.0
    assert reaction_delay((theta - 1.0) / theta, t_flat, theta) == pytest.approx(t_flat)
    assert math.isfinite(reaction_delay(1.0 - 2.0**-53, t_flat, theta))


@given(quantiles, st.sampled_from([1.1, 1.23, 1.5, 2.5]))
def test_reaction_delay_inverts_the_cdf(u: float, theta: float) -> None:
    assert reaction_cdf(reaction_delay(u, 300.0, theta), 300.0, theta) == pytest.approx(u, abs=1e-12)


def test_seismic_constant() -> None:
    # Zhao et al. (2015): c = 6.27e-4 per second with s0 = 300 s and exponent 1 + 0.242, to their rounding
    assert reaction_cdf(1.0, 300.0, 1.242) == pytest.approx(6.27e-4, rel=0.05)


@given(quantiles, st.floats(0.01, 1000))
def test_exponential_delay(u: float, mean: float) -> None:
    assert 1.0 - math.exp(-exponential_delay(u, mean) / mean) == pytest.approx(u, abs=1e-12)
