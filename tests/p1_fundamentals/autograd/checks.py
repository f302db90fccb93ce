"""Checks that the suites of all operations share."""
import itertools

from grader.judge import expect
from tests.p1_fundamentals.autograd import probes

LAYOUTS = ("strided", "Fortran")  # see the probe `value_and_vjp_of_views`


def expect_records_operands(work, operation, arrays, *, in_list=False, **options):
    """The parents are the operands themselves, in order, where recording is on and one of them requires a gradient.

    Tried with each choice of operands that require one, without recording, and, where all have one shape, with one
    tensor for all operands, as in `x * x`.
    """
    everyone = (True,) * len(arrays)
    cases = [(required, True, False) for required in itertools.product((True, False), repeat=len(arrays))]
    cases.append((everyone, False, False))
    if len(arrays) > 1 and len({array.shape for array in arrays}) == 1:
        cases.append((everyone, True, True))
    found = work.run(probes.parents_of, operation, arrays, cases, in_list=in_list, **options)
    for (required, recording, same), (requires_grad, parents) in zip(cases, found, strict=True):
        recorded = recording and any(required)
        want = [0 if same else place for place in range(len(arrays))] if recorded else []
        given = {"operation": operation, "which operands require a gradient": list(required)}
        given |= {} if recording else {"recording": False}
        given |= {"operands": "all one tensor"} if same else {}
        expect(requires_grad, equals=recorded, given=given, note="whether the result requires a gradient")
        expect(parents, equals=want, given=given,
               note="the parents of the result: each operand by its place, -1 for any other tensor")
