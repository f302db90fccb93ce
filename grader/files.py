"""Read and write files: whole or not at all, and what the file system refuses is one sentence."""
import contextlib
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

from grader.errors import UsageError

_numbers = itertools.count()


@contextlib.contextmanager
def translate_errors(path: Path | str, verb: str, advice: str = "") -> Iterator[None]:
    """Raise UsageError for what the file system refuses: `path` cannot be `verb`, why, and what to do about it."""
    try:
        yield
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8 text; save it as UTF-8.") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be {verb}: {error.strerror or error}{advice and '; '}{advice}.") from None


def read_text(file: Path, name: str) -> str:
    """The text of `file`, which an error calls `name`."""
    with translate_errors(name, "read"):
        return file.read_text(encoding="utf-8")


def read_bytes(file: Path) -> bytes | None:
    """None where there is no file."""
    with translate_errors(file, "read"), contextlib.suppress(FileNotFoundError):
        return file.read_bytes()
    return None


def write_atomically(file: Path, content: str | bytes, advice: str = "") -> None:
    """All or nothing: a reader, or a power cut, never meets half a file. Folders on the way are made."""
    temporary = file.with_name(f".{os.getpid()}-{next(_numbers)}.part")  # short: a file's own name may be as long as allowed
    with translate_errors(file, "written", advice):
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.write_bytes(content.encode() if isinstance(content, str) else content)
            temporary.replace(file)
        finally:
            temporary.unlink(missing_ok=True)
