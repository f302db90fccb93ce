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
        ### BEGIN SOLUTION
        if not x.isfinite().all():
            raise ValueError("a value is NaN or infinite")
        if x.numel():
            self.low, self.high = min(self.low, x.min().item()), max(self.high, x.max().item())
        ### END SOLUTION

    def range(self) -> tuple[float, float]:
        """The smallest and the largest value so far, as they are: they need not hold 0.

        Raises ValueError where no value was seen yet.
        """
        ### BEGIN SOLUTION
        if self.low > self.high:
            raise ValueError("nothing was seen yet")
        return self.low, self.high
        ### END SOLUTION


class MovingAverage:
    """Moving averages of the smallest and of the largest value of each batch.

    >>> observer = MovingAverage(momentum=0.75)
    >>> observer.observe(torch.tensor([-1.0, 1.0])); observer.observe(torch.tensor([-1.0, 9.0]))
    >>> observer.range()
    (-1.0, 3.0)
    """

    def __init__(self, *, momentum: float = 0.9):
        """`momentum` is what an average keeps of itself when a batch comes. Raises ValueError unless 0 <= momentum < 1."""
        ### BEGIN SOLUTION
        if not 0 <= momentum < 1:
            raise ValueError(f"the momentum is from 0 on and below 1, and not {momentum}")
        self.momentum, self.low, self.high = momentum, None, None
        ### END SOLUTION

    def observe(self, x: Float[Tensor, "*shape"]) -> None:
        """See a batch of any shape. The first one's ends are taken as they are; one without elements changes nothing.

        Raises ValueError, and changes nothing, where a value is NaN or infinite.
        """
        ### BEGIN SOLUTION
        if not x.isfinite().all():
            raise ValueError("a value is NaN or infinite")
        if not x.numel():
            return
        low, high = x.min().item(), x.max().item()
        if self.low is None:  # an average that began at 0 would remember that 0 for long
            self.low, self.high = low, high
        else:
            self.low = self.momentum * self.low + (1 - self.momentum) * low
            self.high = self.momentum * self.high + (1 - self.momentum) * high
        ### END SOLUTION

    def range(self) -> tuple[float, float]:
        """The two averages. Raises ValueError where no value was seen yet."""
        ### BEGIN SOLUTION
        if self.low is None:
            raise ValueError("nothing was seen yet")
        return self.low, self.high
        ### END SOLUTION


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
        ### BEGIN SOLUTION
        if bins <= 0 or bins % 4:
            raise ValueError(f"the number of bins is a multiple of 4, and not {bins}")
        if not width > 0:
            raise ValueError(f"a bin has a width above 0, and not {width}")
        self.counts, self.width = torch.zeros(bins, dtype=torch.int64), float(width)
        ### END SOLUTION

    def observe(self, x: Float[Tensor, "*shape"]) -> None:
        """Count a batch of any shape; one without elements changes nothing.

        Where a value is outside of all bins the width is doubled until none is, and no further. So the counts are the same for
        whatever batches the values come in, and in whatever order. `x` may be float16, float32 or float64, and is not changed.

        Raises ValueError, and changes nothing, where a value is NaN or infinite.
        """
        ### BEGIN SOLUTION
        if not x.isfinite().all():
            raise ValueError("a value is NaN or infinite")
        if not x.numel():
            return
        values, half = x.double().flatten(), len(self.counts) // 2      # (values,)
        low, high = values.min().item(), values.max().item()

        while low < -half * self.width or high >= half * self.width:
            # Bins 2j and 2j + 1 become one. They are half as many, and stand in the middle: a quarter of the bins is empty on each side.
            pairs = self.counts.reshape(-1, 2).sum(dim=1)               # (bins,) -> (bins / 2,)
            self.counts = torch.nn.functional.pad(pairs, (half // 2, half // 2))
            self.width *= 2

        places = (values / self.width).floor().long() + half            # (values,), from 0 to bins - 1
        self.counts += torch.bincount(places, minlength=len(self.counts))
        ### END SOLUTION

    def range(self) -> tuple[float, float]:
        """The lower edge of the first bin that holds a value, and the upper edge of the last one.

        Raises ValueError where no value was seen yet.
        """
        ### BEGIN SOLUTION
        return percentile_range(self, 0.0)
        ### END SOLUTION


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
    ### BEGIN SOLUTION
    if not 0 <= tail < 0.5:
        raise ValueError(f"a tail is a share from 0 on and below 0.5, and not {tail}")
    counts = histogram.counts
    total, half = int(counts.sum()), len(counts) // 2
    if total == 0:
        raise ValueError("nothing was seen yet")

    # The first bin with which there are more values than `tail` allows is the first that stays, from either side.
    first = int((counts.cumsum(0) > tail * total).nonzero()[0])
    last = len(counts) - 1 - int((counts.flip(0).cumsum(0) > tail * total).nonzero()[0])
    return (first - half) * histogram.width, (last + 1 - half) * histogram.width
    ### END SOLUTION


def mse_range(histogram: Histogram, *, dtype: torch.dtype = torch.uint8, candidates: int = 100) -> tuple[float, float]:
    r"""Of `candidates` ranges, the one that costs the smallest sum of squared errors.

    With $[l, h]$ for `histogram.range()` and $C$ for `candidates`, the candidates are $[l\,k/C,\, h\,k/C]$ for $k = 1, \dots, C$. Each value
    counts as the centre of its bin. A candidate's cost is $\sum_i c_i\,(x_i - \hat x_i)^2$ over the bins, with their centres $x_i$ and counts
    $c_i$, where $\hat x_i$ is $x_i$ quantised with `affine_parameters` for that range and `dtype`, and dequantised. The widest one wins where
    several cost the same.

    Raises ValueError where `candidates` is below 1, and where no value was seen yet.
    """
    ### BEGIN SOLUTION
    if candidates < 1:
        raise ValueError(f"there is one candidate or more, and not {candidates}")
    low, high = histogram.range()
    bins = histogram.counts.nonzero().flatten()                         # (filled,): an empty bin costs nothing
    counts = histogram.counts[bins].double()
    centres = (bins - len(histogram.counts) // 2 + 0.5) * histogram.width   # (filled,)

    best = (math.inf, low, high)
    for k in range(candidates, 0, -1):  # from the widest on, so that of equal ones it stays
        ends = low * k / candidates, high * k / candidates
        cost = quantization_cost(centres.double(), counts, *ends, dtype)
        if cost < best[0]:
            best = (cost, *ends)
    return best[1:]
    ### END SOLUTION


def quantization_cost(values: Float[Tensor, "n"], counts: Float[Tensor, "n"], low: float, high: float, dtype: torch.dtype) -> float:
    """A help for `mse_range`: the sum of squared errors of `values`, each as often as `counts` says, quantised for one range.

    The suite does not ask for it, and you may do without it.
    """
    ### BEGIN SOLUTION
    scale, zero_point = affine_parameters(torch.tensor(low, dtype=torch.float64), torch.tensor(high, dtype=torch.float64), dtype=dtype)
    there_and_back = dequantize(quantize(values, scale, zero_point, dtype=dtype), scale, zero_point)
    return float((counts * (values - there_and_back).square()).sum())
    ### END SOLUTION

### BEGIN AFTERWORD
# The width is doubled and bins are joined in pairs, so the histogram is the same for any order and any cut into batches: no
# value was moved into a bin by a guess. A histogram that is stretched to a new range by sharing out its counts has to guess, and gives
# another range when the batches come in another order.
# Which range is best depends on what the network does with the activation. The squared error asks about the tensor alone. A
# rare large value can be just what a later layer looks for: in transformers a few channels are a hundred times larger than all
# others, and clipping them costs more accuracy than all the rounding.
### END AFTERWORD

### BEGIN HINTS
# 1. `(x / width).floor()` is the number of a bin as counted from 0. Half of the bins lie below 0, so half of them is added. Since
#    widths are powers of two, that division is exact in float64.
# 2. Doubling the width: `counts.reshape(-1, 2).sum(1)` joins pairs, and a quarter of the old number of bins stands empty on either side.
#    Percentile: `cumsum` from the left, and from the right with `flip`; the first place with more than `tail * n` is the bin that stays.
# 3. `self.counts = torch.nn.functional.pad(pairs, (half // 2, half // 2))`, `self.counts += torch.bincount(places, minlength=bins)`,
#    `first = int((counts.cumsum(0) > tail * total).nonzero()[0])`. For the squared error go from k = C down to 1 and keep a
#    candidate only if it is strictly better.
### END HINTS
