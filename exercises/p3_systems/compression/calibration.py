r"""Calibration: the range of an activation, from batches that pass by.

A weight is there to be looked at. An activation is another one for each input, so its range is chosen from a few batches of typical
inputs. An *observer* sees each of them once and keeps little: two numbers, or the counts of a histogram.

The wider a range $[l, h]$ is, the longer its 255 steps are, and all that is inside is rounded by up to half of one; the narrower it
is, the more of the values outside are *clipped* to its ends. Four ways to choose:

- **Min-max.** Nothing is clipped, and one odd value sets the step for all others.
- **Moving average** of each batch's ends, with the momentum $\mu$: $l \leftarrow \mu\, l + (1 - \mu) \min_i x_i$, and $h$ likewise.
- **Percentile.** At most the share $t$ of the values lies beyond each end.
- **Mean squared error.** Of many candidates the range with the smallest $\sum_i (x_i - \hat x_i)^2$, which weighs rounding
  against clipping.

The last two look at all values once more, so a **histogram** keeps them, in memory that does not grow. Its $B$ bins have one width $w$
and lie around 0: bin $i$ holds what is from $(i - B/2)\,w$ on and below $(i + 1 - B/2)\,w$. Where a value lies outside of all bins, $w$
is doubled: pairs of bins become one, and nothing that was counted is lost.

Source: Krishnamoorthi, "Quantizing deep convolutional networks for efficient inference" (2018), section 3.1; Nagel et al., "A white
paper on neural network quantization" (2021), section 3.1; moving averages: Jacob et al. (CVPR 2018), section 3.1.
"""
import math

import torch
from jaxtyping import Float
from torch import Tensor

from exercises.p3_systems.compression.quantize import affine_parameters, dequantize, quantize


class MinMax:
    """The smallest and the largest value that it has seen.

    >>> observer = MinMax()
    >>> observer.observe(torch.tensor([[0.5, -1.0]])); observer.observe(torch.tensor([2.0]))
    >>> observer.range()
    (-1.0, 2.0)
    """

    def __init__(self):
        self.low, self.high = math.inf, -math.inf

    def observe(self, x: Float[Tensor, "*shape"]) -> None:
        """See a batch of any shape; one without elements changes nothing.

        Raises ValueError, and changes nothing, where a value is NaN or infinite.
        """
        raise NotImplementedError

    def range(self) -> tuple[float, float]:
        """The smallest and the largest value so far, as they are: they need not hold 0.

        Raises ValueError where no value was seen yet.
        """
        raise NotImplementedError


class MovingAverage:
    """Moving averages of the smallest and of the largest value of each batch.

    >>> observer = MovingAverage(momentum=0.75)
    >>> observer.observe(torch.tensor([-1.0, 1.0])); observer.observe(torch.tensor([-1.0, 9.0]))
    >>> observer.range()
    (-1.0, 3.0)
    """

    def __init__(self, *, momentum: float = 0.9):
        """`momentum` is what an average keeps of itself when a batch comes. Raises ValueError unless 0 <= momentum < 1."""
        raise NotImplementedError

    def observe(self, x: Float[Tensor, "*shape"]) -> None:
        """See a batch of any shape. The first one's ends are taken as they are; one without elements changes nothing.

        Raises ValueError, and changes nothing, where a value is NaN or infinite.
        """
        raise NotImplementedError

    def range(self) -> tuple[float, float]:
        """The two averages. Raises ValueError where no value was seen yet."""
        raise NotImplementedError


class Histogram:
    """How many values fell into each bin, of all batches so far.

    `counts` is a tensor of int64 with the shape (bins,), and `width` the width of a bin, a float. Both are there from the beginning,
    and `counts` never has another length, however many values come and however large they are.

    >>> histogram = Histogram(bins=4, width=1.0)
    >>> histogram.observe(torch.tensor([-1.5, 0.0, 0.5, 1.0]))
    >>> histogram.counts, histogram.width
    (tensor([1, 0, 2, 1]), 1.0)
    >>> histogram.observe(torch.tensor([2.0]))            # not below 2: the bins are twice as wide now
    >>> histogram.counts, histogram.width
    (tensor([0, 1, 3, 1]), 2.0)
    """

    def __init__(self, *, bins: int = 2048, width: float = 2.0**-16):
        """Without any value. `bins` is a multiple of 4, and the first `width` a power of 2, so that no edge is ever rounded.

        Raises ValueError where `bins` is no multiple of 4 above 0, and where `width` is not above 0.
        """
        raise NotImplementedError

    def observe(self, x: Float[Tensor, "*shape"]) -> None:
        """Count a batch of any shape; one without elements changes nothing.

        Where a value is outside of all bins the width is doubled until none is, and no further. So the counts are the same for
        whatever batches the values come in, and in whatever order. `x` may be float16, float32 or float64, and is not changed.

        Raises ValueError, and changes nothing, where a value is NaN or infinite.
        """
        raise NotImplementedError

    def range(self) -> tuple[float, float]:
        """The lower edge of the first bin that holds a value, and the upper edge of the last one.

        Raises ValueError where no value was seen yet.
        """
        raise NotImplementedError


def percentile_range(histogram: Histogram, tail: float) -> tuple[float, float]:
    """The narrowest range between edges of bins beyond each end of which lies at most the share `tail` of the values.

    With $n$ values in all, the lower end is the largest edge with at most `tail * n` values in the bins below it, and the upper end
    the smallest edge with at most `tail * n` in the bins above it. With `tail` 0 that is `histogram.range()`.

    >>> histogram = Histogram(bins=8, width=1.0)
    >>> histogram.observe(torch.tensor([-3.5, 0.5, 0.5, 1.5, 1.5, 1.5, 1.5, 3.5]))
    >>> percentile_range(histogram, 0.125)
    (0.0, 2.0)

    Raises ValueError unless 0 <= tail < 0.5, and where no value was seen yet.
    """
    raise NotImplementedError


def mse_range(histogram: Histogram, *, dtype: torch.dtype = torch.uint8, candidates: int = 100) -> tuple[float, float]:
    r"""Of `candidates` ranges, the one that costs the smallest sum of squared errors.

    With $[l, h]$ for `histogram.range()` and $C$ for `candidates`, the candidates are $[l\,k/C,\, h\,k/C]$ for $k = 1, \dots, C$. Each value
    counts as the centre of its bin. A candidate's cost is $\sum_i c_i\,(x_i - \hat x_i)^2$ over the bins, with their centres $x_i$ and counts
    $c_i$, where $\hat x_i$ is $x_i$ quantised with `affine_parameters` for that range and `dtype`, and dequantised. The widest one wins where
    several cost the same.

    Raises ValueError where `candidates` is below 1, and where no value was seen yet.
    """
    raise NotImplementedError


def quantization_cost(values: Float[Tensor, "n"], counts: Float[Tensor, "n"], low: float, high: float, dtype: torch.dtype) -> float:
    """A help for `mse_range`: the sum of squared errors of `values`, each as often as `counts` says, quantised for one range.

    The suite does not ask for it, and you may do without it.
    """
    raise NotImplementedError
