"""The studentised bootstrap of means, for many columns at once, with gaps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Means", "means_of", "student_roots", "weights_of_resamples"]

type Floats = NDArray[np.float64]

# A resample may hold one value again and again and so have no spread at all. Its standard error counts as this part
# of the sample's at least, or one resample would make a limit infinite.
_LEAST_ERROR = 0.1
_WEIGHTS_AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True)
class Means:
    """Means of the columns of a table, with what it takes to judge them.

    Attributes
    ----------
    n : int64[m]
        Finite values of each column.
    mean, sd, error : float64[m]
        Mean, standard deviation (n − 1) and standard error; nan where there are too few values.
    """

    n: NDArray[np.int64]
    mean: Floats
    sd: Floats
    error: Floats

    def of(self, columns: NDArray[np.int64]) -> Means:
        """Those of some columns."""
        return Means(self.n[columns], self.mean[columns], self.sd[columns], self.error[columns])

    def column(self, j: int) -> tuple[int, float, float]:
        """Number, mean and standard deviation of one column."""
        return int(self.n[j]), float(self.mean[j]), float(self.sd[j])


def means_of(x: Floats) -> Means:
    """Means of the columns of ``x`` float64[n, m]; what is not finite is left out."""
    good = np.isfinite(x)
    n = good.sum(axis=0)
    values = np.where(good, x, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = values.sum(axis=0) / n
        squares = (np.where(good, x - mean, 0.0) ** 2).sum(axis=0)
        sd = np.sqrt(squares / np.where(n > 1, n - 1, np.nan))
        # rounding in the mean of equal values is no spread
        sd = np.where(sd <= 1e-13 * np.abs(mean), 0.0, sd)
        return Means(n.astype(np.int64), mean, sd, sd / np.sqrt(n))


def weights_of_resamples(n: int, resamples: int, seed: int) -> Iterator[Floats]:
    """How often each of ``n`` rows is drawn in each resample, float64[some, n] at a time."""
    generator = np.random.default_rng(seed)
    step = max(1, _WEIGHTS_AT_ONCE // max(n, 1))
    for begin in range(0, resamples, step):
        many = min(step, resamples - begin)
        yield generator.multinomial(n, np.full(n, 1.0 / n), size=many).astype(np.float64)


def student_roots(x: Floats, found: Means, resamples: int, seed: int) -> Floats:
    """Student's ratio (mean* − mean) / error* of each column in each resample of the rows, float64[resamples, m].

    All columns are resampled together, so that what they have in common stays in them.
    """
    good = np.isfinite(x)
    centred = np.where(good, x - found.mean, 0.0)
    complete = bool(good.all())
    roots = np.empty((resamples, x.shape[1]))
    begin = 0
    for weights in weights_of_resamples(len(x), resamples, seed):
        end = begin + len(weights)
        drawn = len(x) if complete else weights @ good.astype(np.float64)
        roots[begin:end] = _roots(weights, centred, drawn, found.error)
        begin = end
    return roots


def _roots(weights: Floats, centred: Floats, drawn: Floats | int, error: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = weights @ centred / drawn
        variance = np.maximum(weights @ (centred * centred) / drawn - mean * mean, 0.0)
        spread = np.sqrt(variance / (np.asarray(drawn) - 1))
        ratio = mean / np.maximum(spread, _LEAST_ERROR * error)
    return np.where(np.isfinite(ratio), ratio, 0.0)
