"""Observations that a project adds for all its exercises, in tests/<project>/observations.py.

    from grader.judge import Seen, numbers, same

    def is_of_another_place(seen: Seen) -> str | None:
        ...

    OBSERVATIONS = [is_of_another_place, ..., is_rounded]    # `...` stands for those of observe.py

They are asked in this order about a value that came back in place of the right one, and the first that returns a sentence
is heard. The sentence must be literally true of that value. Where the failure was shrunk, the same function must also have
something to say about the example that failed first: what holds of one small example may be a coincidence. They run in
the judge, know nothing but what came back, and have one second of its CPU time. One that raises says nothing, and its line
is in the verdict for the author of the suite: `grader verify` tells it.
"""
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import EllipsisType
from unittest import mock

from grader.course.manifest import Course, Exercise
from grader.errors import GraderError
from grader.judge.context import JudgeTimeoutError, limited_judge_time
from grader.judge.expect import MismatchError
from grader.judge.fresh_module import fresh_module
from grader.judge.observe import comparable, of_form, of_numbers
from grader.judge.suite_line import suite_line

CPU_SECONDS = 1  # of each function that is asked


@dataclass(frozen=True)
class Seen:
    """A value that came back where another one was right."""

    got: object
    want: object
    given: dict[str, object]               # the arguments, by the names that the learner reads
    note: str                              # what the check says of this value
    together: list[tuple[object, object]]  # (got, want) of all values that came back together, this one among them
    place: int                             # its place among these


Observation = Callable[[Seen], str | None]
Observations = Sequence[Observation | EllipsisType]


def load_observations(course: Course, exercise: Exercise) -> Observations:
    """The observations of the exercise's project, and where those of observe.py come among them: last, if it is not said.

    Raises GraderError if the project's file cannot be read.
    """
    path = course.root / exercise.observations
    if not path.exists():
        return [...]
    try:
        with mock.patch.object(sys, "path", [str(course.root), *sys.path]):  # for tests.oracles and its like
            module = fresh_module(f"observations_of_{exercise.project.replace('/', '_')}", path)
    except Exception as error:  # the author's Python file can raise anything
        raise GraderError(f"{exercise.observations} cannot be read: {type(error).__name__}: {error}.") from None
    listed = getattr(module, "OBSERVATIONS", None)
    if type(listed) is not list or not all(each is ... or callable(each) for each in listed):
        raise GraderError(f"{exercise.observations} has no list OBSERVATIONS of functions.")
    return listed if ... in listed else [*listed, ...]


def observed(error: Exception, first: Exception, observations: Observations) -> tuple[str, str]:
    """(a sentence about a failed call, or nothing; where an added observation raised, and by what).

    `first` is the same failure as it was before it was shrunk.
    """
    if (words := of_form(error)) or not comparable(error):
        return words, ""
    fault = ""
    for observation in observations:
        if observation is ...:
            words = of_numbers(error)
        else:
            try:
                with limited_judge_time(CPU_SECONDS):
                    words = ask(observation, error, first)
            except (Exception, JudgeTimeoutError) as raised:
                fault = fault or suite_line(raised)
        if words:
            break
    return words, fault


def ask(observation: Observation, error: MismatchError, first: Exception) -> str:
    words = observation(seen_in(error)) or ""
    if type(words) is not str:
        raise TypeError(f"{getattr(observation, '__name__', observation)} returned a {type(words).__name__}, which is no sentence")
    if words and first is not error and not (comparable(first) and observation(seen_in(first))):
        return ""
    return words


def seen_in(error: MismatchError) -> Seen:
    together = error.together or [(error.received, error.wanted)]
    return Seen(error.received, error.wanted, error.arguments, error.note, together, error.place)
