"""What decides verdicts beside the course and the learner: the grader's own code, and the libraries that it decides with."""
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
    """Another one where the grader's code, a library's version or Python's has changed; of this process, for as long as it lives."""
    whole = hashlib.sha256(f"python {sys.version_info[:2]}".encode())
    for name in LIBRARIES:
        whole.update(f"\0{name} {version_of(name)}".encode())
    for part in DECIDE:
        path = GRADER / part
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            whole.update(f"\0{file.relative_to(GRADER).as_posix()}\0".encode() + file.read_bytes())
    return whole.hexdigest()[:12]


def version_of(library: str) -> str:
    """Empty where it is not installed."""
    try:
        return importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        return ""
