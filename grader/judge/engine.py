"""The engine: what decides verdicts besides the course and the learner.

The engine is the grader's own code, and the libraries that it uses to decide.
"""
import functools
import hashlib
import importlib.metadata
import sys
from pathlib import Path

GRADER = Path(__file__).resolve().parents[1]
DECIDE = ("course", "ipc", "judge", "records/verdict.py", "sandbox", "worker")
LIBRARIES = ("beartype", "hypothesis", "jaxtyping", "msgpack", "numpy", "pytest", "scipy", "sympy", "torch")


@functools.cache
def engine_digest() -> str:
    """A digest that changes with the grader's code in DECIDE, a library's version, or Python's major or minor version.

    Computed once per process: a later change on disk does not change it. Twelve hexadecimal digits.
    """
    whole = hashlib.sha256(f"python {sys.version_info[:2]}".encode())
    for name in LIBRARIES:
        whole.update(f"\0{name} {version_of(name)}".encode())
    for part in DECIDE:
        path = GRADER / part
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            whole.update(f"\0{file.relative_to(GRADER).as_posix()}\0".encode() + file.read_bytes())
    return whole.hexdigest()[:12]


def version_of(library: str) -> str:
    """The installed version of `library`; empty if it is not installed."""
    try:
        return importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        return ""
