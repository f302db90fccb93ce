"""What learners get wrong in `calibration`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── Two numbers ─────────────────────────────────────────────────────────────────────────────────────────────────

SEEN = "self.low, self.high = min(self.low, x.min().item()), max(self.high, x.max().item())"

mistake("calibration.MinMax.observe", """Your MinMax has the ends of the last batch only. A range has to hold what came in any of them: compare
    with what was seen before.""", name="keeps_the_last_batch", replace=SEEN, by="self.low, self.high = x.min().item(), x.max().item()")

mistake("calibration.MinMax.observe", """Your MinMax begins with 0 at both ends, so 0 is in its range though it was never seen. Begin with no
    range at all, such as infinity for the lower end; `affine_parameters` widens it where that is needed.""",
        name="begins_at_zero", replace=SEEN,
        by="self.low, self.high = min(self.low, x.min().item(), 0.0), max(self.high, x.max().item(), 0.0)")

mistake("calibration.MinMax.observe", """Your MinMax fails at a batch without elements. It has no smallest value; it changes nothing.""",
        name="min_max_of_nothing", replace="if x.numel():", by="if True:")

mistake("calibration.MinMax.observe", """Your MinMax takes NaN or infinity in. With an infinite end no scale can be made, and comparisons with NaN are all
    False: refuse such a batch, before anything is changed.""", name="min_max_takes_nan", replace="if not x.isfinite().all():",
        by="if False:", forms=[{"replace": "if not x.isfinite().all():", "by": "if x.isnan().any():"}])

mistake("calibration.MinMax.range", """Your MinMax makes its range symmetric. It gives the smallest and the largest value as they are; who wants a
    symmetric scale makes one of them.""", name="makes_it_symmetric", replace="return self.low, self.high",
        by="b = max(abs(self.low), abs(self.high)); return -b, b")

AVERAGE = """self.low = self.momentum * self.low + (1 - self.momentum) * low
            self.high = self.momentum * self.high + (1 - self.momentum) * high"""

mistake("calibration.MovingAverage.observe", """Your MovingAverage has the momentum the wrong way round: it is the share that the average keeps of
    itself, and the new batch gets the rest.""", name="momentum_reversed", replace=AVERAGE,
        by="""self.low += self.momentum * (low - self.low)
            self.high += self.momentum * (high - self.high)""")

mistake("calibration.MovingAverage.observe", """Your MovingAverage begins at 0. The first batch's ends are to be taken as they are: an average that began
    at 0 is too narrow for many batches.""", name="average_from_zero", replace="self.low, self.high = low, high",
        by="self.low, self.high = (1 - self.momentum) * low, (1 - self.momentum) * high")

mistake("calibration.MovingAverage.observe", """Your MovingAverage has the mean of all batches' ends, in which the first one weighs as much as the last.""",
        name="plain_mean", replace=AVERAGE, by="""self.n = getattr(self, "n", 1) + 1
            self.low += (low - self.low) / self.n
            self.high += (high - self.high) / self.n""")

mistake("calibration.MovingAverage.observe", """Your MovingAverage never lets a range become narrower. It is an average: a batch that stays inside of the range pulls
    its ends in.""", name="never_narrower", replace=AVERAGE,
        by="""self.low = min(self.low, self.momentum * self.low + (1 - self.momentum) * low)
            self.high = max(self.high, self.momentum * self.high + (1 - self.momentum) * high)""")

mistake("calibration.MovingAverage.observe", """Your MovingAverage fails at a batch without elements, or lets it pull at the range. It has no ends; it changes
    nothing.""", name="average_of_nothing", replace="if not x.numel():", by="if False:")

# ── The histogram ───────────────────────────────────────────────────────────────────────────────────────────────

PLACES = "(values / self.width).floor().long() + half"
PAD = "torch.nn.functional.pad(pairs, (half // 2, half // 2))"

mistake("calibration.Histogram.observe", """Your Histogram cuts off what is behind the point instead of rounding down. Towards 0 means upwards below 0:
    the bins on both sides of 0 are counted as one.""", name="truncates_places", replace=PLACES,
        by="(values / self.width).long() + half",
        forms=[{"replace": PLACES, "by": "(values / self.width).trunc().long() + half"},
               {"replace": PLACES, "by": "(values / self.width).int().long() + half"}])

mistake("calibration.Histogram.observe", """Your Histogram rounds to the nearest edge. A value belongs to the bin that begins below it: round down.""",
        name="rounds_places", replace=PLACES, by="((values / self.width).round().long() + half).clamp(0, 2 * half - 1)")

mistake("calibration.Histogram.observe", """Your Histogram has only the counts of the last batch. They add up.""", name="counts_the_last_batch",
        replace="self.counts += torch.bincount", by="self.counts = torch.bincount")

mistake("calibration.Histogram.observe", """Your Histogram does not grow: values outside of its bins are counted in the first and the last one. Double the
    width until they are inside.""", name="does_not_grow",
        replace="while low < -half * self.width or high >= half * self.width:", by="""values = values.clamp(-half * self.width, (half - 0.5) * self.width)
        while False:""")

mistake("calibration.Histogram.observe", """Your Histogram forgets values where it grows. Two bins of the old width make one of the new: add them up in
    pairs.""", name="forgets_when_growing", replace="pairs = self.counts.reshape(-1, 2).sum(dim=1)", by="pairs = self.counts[::2]",
        forms=[{"replace": "pairs = self.counts.reshape(-1, 2).sum(dim=1)", "by": "pairs = torch.zeros_like(self.counts[::2])"}])

mistake("calibration.Histogram.observe", """Your Histogram grows to one side. 0 stays in the middle: the joined pairs have a quarter of the bins on
    either side of them.""", name="grows_to_one_side", replace=PAD, by="torch.nn.functional.pad(pairs, (0, half))",
        forms=[{"replace": PAD, "by": "torch.nn.functional.pad(pairs, (half, 0))"}])

mistake("calibration.Histogram.observe", """Your Histogram doubles its width once where it has to more often: a value may be many times further out. Go on
    until all are inside.""", name="grows_once", replace="while low < -half * self.width or high >= half * self.width:",
        by="if low < -half * self.width or high >= half * self.width:")

mistake("calibration.Histogram.observe", """Your Histogram doubles its width where it need not, or not where it has to, because of a value at the very
    end. The lower end belongs to the first bin, and the upper end to no bin.""", name="wrong_at_the_ends",
        replace="while low < -half * self.width or high >= half * self.width:",
        by="while max(-low, high) >= half * self.width:",
        forms=[{"replace": "while low < -half * self.width or high >= half * self.width:",
                "by": "while low <= -half * self.width or high >= half * self.width:"}])

mistake("calibration.Histogram.observe", """Your Histogram looks at the upper end only. Values below all bins make it grow as well.""",
        name="grows_for_large_only", replace="while low < -half * self.width or high >= half * self.width:",
        by="values = values.clamp(min=-half * max(self.width, high / half))\n        while high >= half * self.width:")

mistake("calibration.Histogram.observe", """Your Histogram rounds values to float32 before it counts them. What lies just below an edge in float64 is on it
    then.""", name="counts_in_float32", replace="x.double().flatten()", by="x.float().flatten()")


@mistake("calibration.Histogram.observe", """Your Histogram keeps the values that it has seen, to count them again when it grows. Its memory then grows with
    every batch: the counts in pairs are all that is needed.""")
def keeps_all_values(self, x):
    if not x.isfinite().all():
        raise ValueError("a value is NaN or infinite")
    if not x.numel():
        return
    self.seen = torch.cat([getattr(self, "seen", torch.zeros(0, dtype=torch.float64)), x.double().flatten()])
    half = len(self.counts) // 2
    while self.seen.min() < -half * self.width or self.seen.max() >= half * self.width:
        self.width *= 2
    self.counts = torch.bincount((self.seen / self.width).floor().long() + half, minlength=2 * half)


# ── Ranges of a histogram ───────────────────────────────────────────────────────────────────────────────────────

FIRST = "first = int((counts.cumsum(0) > tail * total).nonzero()[0])"
LAST = "last = len(counts) - 1 - int((counts.flip(0).cumsum(0) > tail * total).nonzero()[0])"

mistake("calibration.percentile_range", """Your percentile_range stops one bin too early where the values beyond an end are exactly `tail * n`. At most as many
    may be there, so that many are allowed.""", name="less_than_the_tail", replace=FIRST,
        by="first = int((counts.cumsum(0) >= max(tail * total, 1)).nonzero()[0])",
        forms=[{"replace": LAST,
                "by": "last = len(counts) - 1 - int((counts.flip(0).cumsum(0) >= max(tail * total, 1)).nonzero()[0])"}])

mistake("calibration.percentile_range", """Your percentile_range takes half of `tail` for each end. `tail` is the share that may lie beyond each of
    them.""", name="halves_the_tail", replace="    # The first bin with which", by="    tail = tail / 2\n    # The first bin with which")

mistake("calibration.percentile_range", """Your percentile_range gives the lower edge of the last bin. Its upper edge is the end of the range, and what is in that
    bin would be clipped.""", name="ends_at_the_lower_edge", replace="(last + 1 - half) * histogram.width",
        by="(last - half) * histogram.width")

mistake("calibration.percentile_range", """Your percentile_range gives the centres of bins. The contract has edges: a range from centre to centre clips half of
    the values in its first and its last bin.""", name="gives_centres",
        replace="return (first - half) * histogram.width, (last + 1 - half) * histogram.width",
        by="return (first + 0.5 - half) * histogram.width, (last + 0.5 - half) * histogram.width")

mistake("calibration.percentile_range", """Your percentile_range clips at the upper end only.""", name="clips_above_only", replace=FIRST,
        by="first = int((counts > 0).nonzero()[0])")

mistake("calibration.percentile_range", """Your percentile_range makes the range symmetric.""", name="percentile_symmetric",
        replace="return (first - half) * histogram.width, (last + 1 - half) * histogram.width",
        by="b = max(half - first, last + 1 - half) * histogram.width; return -b, b")

CENTRES = "(bins - len(histogram.counts) // 2 + 0.5) * histogram.width"

mistake("calibration.mse_range", """Your mse_range does not weigh a bin by its count. A bin with one value costs as much as one with a thousand
    then, so what is rare rules.""", name="forgets_the_counts", replace="counts = histogram.counts[bins].double()",
        by="counts = torch.ones(len(bins), dtype=torch.float64)")

mistake("calibration.mse_range", """Your mse_range looks only at what lies inside of a candidate. What it clips costs most of all: narrow ranges look
    good without it.""", name="ignores_what_is_clipped", replace="cost = quantization_cost(centres.double(), counts, *ends, dtype)",
        by="""inside = (centres >= ends[0]) & (centres <= ends[1])
        cost = quantization_cost(centres.double()[inside], counts[inside], *ends, dtype)""")

mistake("calibration.quantization_cost", """Your mse_range adds up absolute errors. Squares weigh one large error, as clipping makes it, more than many small
    ones.""", name="absolute_errors", replace="(values - there_and_back).square()", by="(values - there_and_back).abs()")

mistake("calibration.mse_range", """Your mse_range gives no candidate: its range is scaled by another factor, or moved.""", name="other_candidates",
        replace="ends = low * k / candidates, high * k / candidates", by="ends = low * k / (candidates + 1), high * k / (candidates + 1)",
        forms=[{"replace": "ends = low * k / candidates, high * k / candidates",
                "by": "ends = low * (k - 1) / candidates, high * (k - 1) / candidates"}])
