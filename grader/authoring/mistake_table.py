"""Which checks each mistake fails: a table for the author of a suite, and the same as data.

      1 2 3
      ✗ · ✗  keeps_the_broadcast_shape
      · ✗ –  drops_axes_of_length_one, form 2
    1 test_sums (1 of 2)
    ...

A sign for each check, in the order of the suite: ✗ fails, · passes, – was not run. A check that no mistake fails, or a
mistake that fails all of them, says something about both.
"""
from collections.abc import Sequence

from grader.authoring.proofs import JudgedForm
from grader.records.verdict import Status, Verdict

SIGNS = {Status.FAILED: "✗", Status.PASSED: "·"}
NOT_RUN = "–"


def table(forms: Sequence[JudgedForm]) -> list[str]:
    """The lines of the table; none where no form could be judged."""
    judged = [(form, signs_of(form.verdict)) for form in forms if form.verdict]
    checks = list(dict.fromkeys(check for _, signs in judged for check in signs))
    if not checks:
        return []
    width = len(str(len(checks)))
    numbers = [str(number).rjust(width) for number in range(1, len(checks) + 1)]
    rows = [f"{' '.join(signs.get(check, NOT_RUN).rjust(width) for check in checks)}  {form.name}" for form, signs in judged]
    counted = [f"{number} {check} ({sum(signs.get(check) == SIGNS[Status.FAILED] for _, signs in judged)} of {len(judged)})"
               for number, check in zip(numbers, checks)]
    return [" ".join(numbers), *rows, *counted]


def signs_of(verdict: Verdict) -> dict[str, str]:
    return {check.name: SIGNS.get(check.status, NOT_RUN) for check in verdict.checks}


def as_data(forms: Sequence[JudgedForm]) -> list[dict]:
    """[{"name": the mistake, "form": counted from 1, "fails": the names of the checks, or None if it was not judged}]"""
    return [{"name": form.wrong.name, "form": form.number + 1,
             "fails": form.verdict and [check.name for check in form.verdict.checks if check.status == Status.FAILED]}
            for form in forms]
