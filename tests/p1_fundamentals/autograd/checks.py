"""Checks that the suites of all operations share."""
import itertools

from grader.judge import expect
from tests.p1_fundamentals.autograd import probes


def expect_records_operands(work, operation, arrays, *, in_list=False, **options):
    """The parents are the operands themselves, in order, where recording is on and one of them requires a gradient.

    Tried with each choice of operands that require one, without recording, and, where all have one shape, with one
    tensor for all operands, as in `x * x`.
    """
    every = range(len(arrays))
    cases = [{"required": required} for required in itertools.product((True, False), repeat=len(arrays))]
    cases.append({"required": (True,) * len(arrays), "recording": False})
    if len(arrays) > 1 and len({array.shape for array in arrays}) == 1:
        cases.append({"required": (True,) * len(arrays), "same": True})
    for case in cases:
        requires_grad, parents = work.run(probes.parents_of, operation, arrays, **case, in_list=in_list, **options)
        recorded = case.get("recording", True) and any(case["required"])
        want = [] if not recorded else [0 for _ in every] if case.get("same") else list(every)
        given = {"operation": operation, "operands that require a gradient": list(case["required"]),
                 **({"recording": False} if "recording" in case else {}),
                 **({"operands": "one tensor, more than once"} if "same" in case else {})}
        expect(requires_grad, equals=recorded, given=given, note="whether the result requires a gradient")
        expect(parents, equals=want, given=given, note="its parents: the operands, by their places; -1 is another tensor")
