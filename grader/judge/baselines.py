"""`@expected_once`: what a suite expects, where it takes seconds to compute: computed once and kept.

    @expected_once
    def losses_of_sgd(track: str) -> list[float]:
        return race(torch.optim.SGD, track)

The first judge that needs the value computes it, never a worker. It is kept in .grader/catalogue/ for all judges, under a
digest of the engine and of the suites and helpers beside the function. So it must be the same whenever it is computed:
seed what is drawn. Arguments and value are plain data, as JSON has them; a tuple comes back as a list.
"""
import contextlib
import functools
import hashlib
import json
import signal
from collections.abc import Callable
from pathlib import Path

from grader.errors import UsageError
from grader.files import write_atomically
from grader.judge.engine import engine_digest

Kept = dict[str, object]  # {the function and its arguments: the value}
_kept: dict[Path, Kept] = {}  # by file, as far as this process knows them


def expected_once(function: Callable) -> Callable:
    """Let `function` compute each value once for this version of the suites."""
    source = Path(function.__code__.co_filename)

    @functools.wraps(function)
    def once(*args, **kwargs):
        key = json.dumps([source.stem, function.__qualname__, args, kwargs], sort_keys=True)
        path = kept_at(source)
        if key not in kept_in(path):
            with unlimited_judge_time():
                keep(path, {key: json.loads(json.dumps(function(*args, **kwargs)))})
        return json.loads(json.dumps(kept_in(path)[key]))  # a copy: a check may change what it got

    return once


@functools.cache
def kept_at(source: Path) -> Path:
    """The file for the values of the suites and helpers in the folder of `source`, a file below a course's tests/."""
    return file_of_folder(next(folder for folder in source.parents if (folder / "course.yml").exists()), source.parent)


@functools.cache
def file_of_folder(root: Path, folder: Path) -> Path:
    """The file for the values of one folder. Once for a process, until `forget`."""
    whole = hashlib.sha256(engine_digest().encode())
    for file in sorted({*folder.glob("*.py"), *(root / "tests").glob("*.py")}):
        whole.update(file.name.encode() + b"\0" + file.read_bytes())
    name = folder.relative_to(root).as_posix().replace("/", ".")
    return root / ".grader" / "catalogue" / f"expected-{name}-{whole.hexdigest()[:16]}.json"


def forget() -> None:
    """Forget what is kept, and which files it is kept in: a suite or a helper has changed."""
    kept_at.cache_clear()
    file_of_folder.cache_clear()
    _kept.clear()


def kept_in(path: Path) -> Kept:
    """What is kept in the file; it is read once."""
    if path not in _kept:
        _kept[path] = {}
        with contextlib.suppress(OSError, ValueError):
            _kept[path] = json.loads(path.read_text(encoding="utf-8"))
    return _kept[path]


def read_kept(root: Path, suite: str) -> None:
    """Read what is kept for a suite and for the helpers of all suites, before this process is forked."""
    for file in (suite, "tests/any.py"):
        kept_in(file_of_folder(root, (root / file).parent))


def keep(path: Path, values: Kept) -> None:
    """Keep further values, in memory and, if that is possible, in the file. Of two judges at once, one writes last."""
    kept_in(path).update(values)
    with contextlib.suppress(OSError, ValueError):
        _kept[path] = {**json.loads(path.read_text(encoding="utf-8")), **_kept[path]}
    with contextlib.suppress(OSError, UsageError):  # a judge of a class may write nothing
        write_atomically(path, json.dumps(_kept[path], indent=1).encode())


def all_kept() -> dict[str, Kept]:
    """Everything that this process knows, as plain data, for a process that may write it: see `keep_all`."""
    return {str(path): values for path, values in _kept.items()}


def keep_all(known: dict[str, Kept]) -> None:
    for path, values in known.items():
        if values:
            keep(Path(path), values)


@contextlib.contextmanager
def unlimited_judge_time():
    """In here the judge's own time does not count: a value is computed once, whatever it takes."""
    left = signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, *left)
