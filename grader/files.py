"""Read files and write them atomically. An error of the file system becomes a UsageError of one sentence."""
import contextlib
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

from grader.errors import UsageError

_numbers = itertools.count()


@contextlib.contextmanager
def translate_errors(path: Path | str, verb: str, advice: str = "") -> Iterator[None]:
    """Raise UsageError instead of OSError or UnicodeDecodeError: `path` cannot be `verb`, the reason, and `advice`."""
    try:
        yield
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8 text; save it as UTF-8.") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be {verb}: {error.strerror or error}{advice and '; '}{advice}.") from None


def read_text(file: Path, name: str) -> str:
    """The text of `file`. Raises UsageError, in which the file is called `name`."""
    with translate_errors(name, "read"):
        return file.read_text(encoding="utf-8")


def read_bytes(file: Path) -> bytes | None:
    """The bytes of `file`, or None if there is no such file. Raises UsageError."""
    with translate_errors(file, "read"), contextlib.suppress(FileNotFoundError):
        return file.read_bytes()
    return None


def write_atomically(file: Path, content: str | bytes, advice: str = "") -> None:
    """Write `file` atomically: a reader never sees half a file.

    Missing folders are made. Raises UsageError, which ends with `advice`.
    """
    temporary = file.with_name(f".{os.getpid()}-{next(_numbers)}.part")  # short: `file` may have the longest name
    with translate_errors(file, "written", advice):
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.write_bytes(content.encode() if isinstance(content, str) else content)
            temporary.replace(file)
        finally:
            temporary.unlink(missing_ok=True)
