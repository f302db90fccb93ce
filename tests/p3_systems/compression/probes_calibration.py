"""What the suite of `calibration` does beside the learner's objects, in the learner's process.

Dtypes do not cross the wire, so they come by name. A probe gets the exercise's module as `work`, returns plain data, and holds
no expected value.
"""
import torch


def observed(work, kind, batches, **options):
    """The range of a new observer after these batches, and the batches as they are then."""
    observer = getattr(work, kind)(**options)
    for batch in batches:
        observer.observe(batch)
    return observer.range(), batches


def two(work, kind, first, second, **options):
    """The ranges of two observers that see their batches in turn, the first one's after its first batch too."""
    one, other, early = getattr(work, kind)(**options), getattr(work, kind)(**options), None
    for mine, its in zip(first, second):
        one.observe(mine)
        early = one.range() if early is None else early
        other.observe(its)
    return early, one.range(), other.range()


def counted(work, batches, **options):
    """The counts and the width after each batch."""
    histogram, seen = work.Histogram(**options), []
    for batch in batches:
        histogram.observe(batch)
        seen.append([histogram.counts.clone(), histogram.width])
    return seen


def memory(work, batches, **options):
    """The most numbers that a tensor, list, tuple, dict, set or deque, kept by a histogram, has after any of these batches."""
    histogram, most = work.Histogram(**options), 0
    for batch in batches:
        histogram.observe(batch)
        for each in vars(histogram).values():
            size = each.numel() if isinstance(each, torch.Tensor) else len(each) if hasattr(each, "__len__") else 0
            most = max(most, size)
    return most


def chosen(work, counts, width, function, *arguments, dtype=None, **options):
    """What a function, or the method "range", chooses for a histogram that has counted so much, and its counts and width then."""
    histogram = work.Histogram(bins=len(counts), width=width)
    histogram.counts, histogram.width = counts.clone(), width
    if function == "range":
        return histogram.range(), histogram.counts, histogram.width
    if dtype is not None:
        options["dtype"] = getattr(torch, dtype)
    return getattr(work, function)(histogram, *arguments, **options), histogram.counts, histogram.width


def refused(work, kind, batch, bad, **options):
    """The class of the error at a bad batch, or "", and the ranges before it and afterwards."""
    observer, error = getattr(work, kind)(**options), ""
    observer.observe(batch)
    before = observer.range()
    try:
        observer.observe(bad)
    except NotImplementedError:
        raise
    except Exception as raised:
        error = type(raised).__name__
    return error, before, observer.range()


def nothing_seen(work, kind):
    """The range of an observer that has seen batches without elements only."""
    observer = getattr(work, kind)()
    observer.observe(torch.zeros(0, 3))
    return observer.range()
