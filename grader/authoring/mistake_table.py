"""Which checks each mistake fails: a table for the author of a suite, and the same as data.

      1 2 3
      ✗ · ✗  keeps_the_broadcast_shape
      · ✗ –  drops_axes_of_length_one, forms 1 3
      ✗ ✗ –  drops_axes_of_length_one, form 2
    1 test_sums (2 of 4)
    ...

A sign for each check, in the order of the suite: ✗ fails, · passes, – was not run. The forms of a mistake that fail alike
share a line, and below stands how many of all forms fail each check. A check that no mistake fails, or a mistake that
fails all of them, says something about both.
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
    alike: dict[tuple[str, str], list[JudgedForm]] = {}  # {(the mistake, its signs): forms}
    for form, signs in judged:
        alike.setdefault((form.wrong.name, " ".join(signs.get(check, NOT_RUN).rjust(width) for check in checks)), []).append(form)
    rows = [f"{signs}  {name}{which(same)}" for (name, signs), same in alike.items()]
    counted = [f"{number} {check} ({sum(signs.get(check) == SIGNS[Status.FAILED] for _, signs in judged)} of {len(judged)})"
               for number, check in zip(numbers, checks)]
    return [" ".join(numbers), *rows, *counted]


def which(forms: list[JudgedForm]) -> str:
    """Which forms of their mistake these are; nothing if they are all."""
    numbers = [str(form.number + 1) for form in forms]
    if len(numbers) == len(forms[0].wrong.forms):
        return ""
    return f", form{'s' if len(numbers) > 1 else ''} {' '.join(numbers)}"


def signs_of(verdict: Verdict) -> dict[str, str]:
    return {check.name: SIGNS.get(check.status, NOT_RUN) for check in verdict.checks}


def as_data(forms: Sequence[JudgedForm]) -> list[dict]:
    """[{"name": the mistake, "form": counted from 1, "fails": the names of the checks, or None if it was not judged}]"""
    return [{"name": form.wrong.name, "form": form.number + 1,
             "fails": form.verdict and [check.name for check in form.verdict.checks if check.status == Status.FAILED]}
            for form in forms]
