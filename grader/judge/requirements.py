"""What a check needs of the machine beyond Python: a program, a GPU, a library. Where it is missing, the check is not run.

    @requires("promtool")
    def test_fires_after_two_minutes(work): ...

Such a check counts for nothing where it is not run: its points are left out of what the exercise can earn, and the
verdict says so. It is never shown as passed. Whether a thing is there is asked where the judge is: in the sandbox of a
class there is no GPU, and only what is installed in /usr.
"""
import functools
import importlib.util
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from grader.records.verdict import Check, Status
from grader.text import count, listed

_MARK = "__requires__"


class Thing(NamedTuple):
    """Something that may be missing. `install` ends the sentence `… is not here: …`."""

    is_there: Callable[[], bool]
    install: str
    called: str = ""  # as a sentence calls it, if not by its name


def _program(name: str) -> Callable[[], bool]:
    return lambda: shutil.which(name, path="/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin") is not None


def _library(name: str) -> Callable[[], bool]:
    return lambda: importlib.util.find_spec(name) is not None


THINGS = {
    "promtool": Thing(_program("promtool"), "apt install prometheus brings it"),
    "prometheus": Thing(_program("prometheus"), "apt install prometheus brings it"),
    "buildah": Thing(_program("buildah"), "apt install buildah brings it"),
    "podman": Thing(_program("podman"), "apt install podman brings it"),
    "docker": Thing(_program("docker"), "docs.docker.com/engine/install says how to install it"),
    "compiler": Thing(_program("g++"), "apt install g++ brings it", "a C++ compiler"),
    "tensorrt": Thing(_library("tensorrt_libs"), "pip install tensorrt brings it", "TensorRT"),
    "gpu": Thing(lambda: Path("/dev/nvidiactl").exists(), "it takes a machine with one, and NVIDIA's driver", "a GPU"),
}


def requires(*names: str) -> Callable[[Callable], Callable]:
    """Declare what a check needs. Raises ValueError for a name that is not in THINGS."""
    for name in names:
        if name not in THINGS:
            raise ValueError(f"nothing is known of {name!r}, which a check requires; THINGS in requirements.py has "
                             f"{', '.join(THINGS)}")

    def mark(check: Callable) -> Callable:
        setattr(check, _MARK, (*names, *getattr(check, _MARK, ())))
        return check
    return mark


def required_by(check: Callable) -> tuple[str, ...]:
    return getattr(check, _MARK, ())


@functools.cache
def is_there(name: str) -> bool:
    return THINGS[name].is_there()


def missing(names: Sequence[str]) -> list[str]:
    return [name for name in names if not is_there(name)]


def called(name: str) -> str:
    return THINGS[name].called or name


def sentence(names: Sequence[str]) -> str:
    """`promtool is not here: apt install prometheus brings it.`"""
    words = [f"{called(name)} is not here: {THINGS[name].install}" for name in names]
    text = "; ".join(words)
    return f"{text[:1].upper() if names and THINGS[names[0]].called else text[:1]}{text[1:]}."


def not_run_for(check: Check, names: list[str]) -> Check:
    """The check as it is where it cannot be run: it has neither passed nor failed, and counts for nothing."""
    return check.model_copy(update={"status": Status.NOT_RUN, "counts": False, "missing": names,
                                    "note": f"Not run: {sentence(names)}"})


def said_of(checks: Sequence[Check], left_out: int) -> str:
    """One sentence about the checks that were not run; empty if there is none."""
    without = [check for check in checks if check.missing]
    if not without:
        return ""
    names = listed(list(dict.fromkeys(called(name) for check in without for name in check.missing)))
    points = f"; {count(left_out, 'point')} of this exercise {'is' if left_out == 1 else 'are'} left out" if left_out else ""
    return f"{count(len(without), 'check')} could not be run here, for want of {names}{points}."
