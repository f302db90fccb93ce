r"""A log of predictions: what was asked and answered, a line each, which survives the death of its process and knows no names.

What a model did yesterday is known from its log or not at all. A line is a JSON object with the fields of a *schema*; a file only
grows, and its last byte decides: **a record is there when its newline is there.** Whoever is killed in the middle of a line has
left a *torn* tail without one. It is cut off before anything else is appended, or the next record would be glued to it and
both be lost.

After `append` returns, the bytes are the operating system's, and no end of this process can take them back, `kill -9` included.
(A power failure could; against that helps `os.fsync`, which waits for the disk, for each record.)

The inputs themselves are not kept. In their place stands a fingerprint with a secret *key*,

$$\mathrm{HMAC}_k(x) = H\bigl((k \oplus o) \, \| \, H((k \oplus i) \, \| \, x)\bigr),$$

with the hash function $H$ = SHA-256 and two constants $o$, $i$: equal inputs have equal fingerprints, so they can be counted and joined,
and who has no key cannot try out what the input was.

Source: RFC 2104, section 2, for HMAC; jsonlines.org for the format; Gray and Reuter, "Transaction processing", 1993, chapter 9, for logs.
"""
import hashlib
import hmac
import json
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

REQUEST = re.compile(r"[0-9A-Za-z_-]{1,64}")  # an identifier, and no place for a text


def fingerprint(text: str, *, key: bytes) -> str:
    """HMAC-SHA256 of the text in UTF-8, as 64 hexadecimal digits in lower case.

    >>> fingerprint("what do ya want for nothing?", key=b"Jefe")[:16]  # RFC 4231, test case 2
    '5bdcc146bf60754e'

    Raises ValueError where `key` is empty.
    """
    raise NotImplementedError


def read(folder: str | Path) -> list[dict[str, Any]]:
    """All records of a log, the oldest first, as they were written. It changes no file: the log may be in use.

    What stands after the last newline of the *last* file is a record that is being written, or was torn, and is left out. An
    empty folder has no records.

    Raises ValueError where something else is not a line with a JSON object: then the log is damaged, and no record is made up.
    """
    raise NotImplementedError


def files_of(folder: str | Path) -> list[Path]:
    """Given: the files of a log, the oldest first: 00000001.jsonl, 00000002.jsonl, …"""
    return sorted(Path(folder).glob("[0-9]*.jsonl"))


class PredictionLog:
    """Appends records to the files of a folder, and begins a new file when one is full.

    folder: where the files are; it exists. A log that is already there is continued: in its last file, whose torn tail,
        if it has one, is cut off. The whole records stay as they are, byte by byte.
    key: for the fingerprints, not empty. It is never written.
    model: which model answers, a text.
    features, classes: the names that a record may have, both without repetition.
    largest: the size of a file in bytes, 1 or more. A record that would make a file larger begins the next one, whose number
        is one higher. A record that is itself larger has a file of its own.
    keep: how many files are kept, 1 or more; when a new one begins, the oldest beyond that are removed.
    Raises ValueError where `key` is empty, a name is repeated, or `largest` or `keep` is less than 1.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     log = PredictionLog(folder, key=b"secret", model="v1", features=["length"], classes=["yes", "no"], largest=10_000, keep=5)
    ...     log.append(time=1.5, request="r-1", text="Ann Miller, 4 Elm Street", features={"length": 24.0}, label="yes", confidence=0.75)
    ...     record, = read(folder)
    >>> record["inputs"] == fingerprint("Ann Miller, 4 Elm Street", key=b"secret"), record["label"], record["features"]
    (True, 'yes', {'length': 24.0})
    """

    def __init__(self, folder: str | Path, *, key: bytes, model: str, features: Sequence[str], classes: Sequence[str], largest: int, keep: int):
        raise NotImplementedError

    @property
    def path(self) -> Path:
        """Given: the file that is written to, by `self.folder` and `self.number`."""
        return self.folder / f"{self.number:08d}.jsonl"

    def append(self, *, time: float, request: str, text: str, features: Mapping[str, float], label: str, confidence: float) -> None:
        """Write one record: {"time", "request", "model", "inputs", "features", "label", "confidence"}, one line of JSON in UTF-8.

        When it returns, the whole line has been handed to the operating system.

        time: Unix time, finite. request: its id, which matches REQUEST as a whole.
        text: the input; "inputs" is its fingerprint, and the text itself is in no file.
        features: a finite number for each feature's name, and no others. label: one of the classes. confidence: in [0, 1].
        Raises ValueError otherwise, also after `close`, and then nothing was written.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Write no more. To close twice does nothing."""
        raise NotImplementedError
