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
    ### BEGIN SOLUTION
    if not key:
        raise ValueError("a fingerprint takes a key: without one everybody can compute it")
    # With the hash alone, sha256(text), one could hash all telephone numbers in an afternoon and look up which it was.
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    ### END SOLUTION


def read(folder: str | Path) -> list[dict[str, Any]]:
    """All records of a log, the oldest first, as they were written. It changes no file: the log may be in use.

    What stands after the last newline of the *last* file is a record that is being written, or was torn, and is left out. An
    empty folder has no records.

    Raises ValueError where something else is not a line with a JSON object: then the log is damaged, and no record is made up.
    """
    ### BEGIN SOLUTION
    files, records = files_of(folder), []
    for path in files:
        *lines, tail = path.read_bytes().split(b"\n")                # the tail is what follows the last newline: b"" as a rule
        if tail and path != files[-1]:
            raise ValueError(f"{path.name} ends in the middle of a record")
        for number, line in enumerate(lines, start=1):
            try:
                record = json.loads(line)
            except ValueError as error:  # what is no UTF-8 is a ValueError too
                raise ValueError(f"{path.name}, line {number}, is no JSON") from error
            if not isinstance(record, dict):
                raise ValueError(f"{path.name}, line {number}, is no record")
            records.append(record)
    return records
    ### END SOLUTION


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
        ### BEGIN SOLUTION
        if not key or largest < 1 or keep < 1 or len(set(features)) < len(features) or len(set(classes)) < len(classes):
            raise ValueError("a key, names without repetition, a size and a number of files of 1 or more")
        self.folder, self.key, self.model, self.largest, self.keep = Path(folder), key, model, largest, keep
        self.features, self.classes = set(features), set(classes)

        files = files_of(folder)
        self.number = int(files[-1].stem) if files else 1
        # Unbuffered: Python's own buffer would die with the process, and some kilobytes of records with it.
        self.file = self.path.open("ab", buffering=0)
        written = self.path.read_bytes()
        self.size = written.rfind(b"\n") + 1                          # up to the last newline; 0 if there is none
        if self.size < len(written):
            self.file.truncate(self.size)
        ### END SOLUTION

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
        ### BEGIN SOLUTION
        if not REQUEST.fullmatch(request):
            raise ValueError("the request's id has letters, digits, - and _, 64 of them at most")
        if features.keys() != self.features or label not in self.classes:
            raise ValueError("the features or the class are not those of the schema")
        if not all(math.isfinite(value) for value in [time, *features.values()]) or not 0 <= confidence <= 1:
            raise ValueError("the time and the features are finite, and the confidence is in [0, 1]")
        record = {"time": time, "request": request, "model": self.model, "inputs": fingerprint(text, key=self.key),
                  "features": dict(features), "label": label, "confidence": confidence}
        line = json.dumps(record).encode() + b"\n"                    # a newline inside of a text is escaped: \n is the end of a record

        if self.size and self.size + len(line) > self.largest and not self.file.closed:
            self.file.close()
            self.number += 1
            self.file, self.size = self.path.open("ab", buffering=0), 0
            for old in files_of(self.folder)[:-self.keep]:
                old.unlink()
        self.file.write(line)                                         # raises ValueError where the file is closed
        self.size += len(line)
        ### END SOLUTION

    def close(self) -> None:
        """Write no more. To close twice does nothing."""
        ### BEGIN SOLUTION
        self.file.close()
        ### END SOLUTION

### BEGIN AFTERWORD
# Nothing here recovers anything: opening the log after a crash is the same code as opening it in the morning. That is the
# property to look for in everything that has to survive, because the path which is taken every day is the one that works.
# A fingerprint is a pseudonym and not anonymity: who has the key can check whether a given text was asked. Throw the key away
# every month, and old fingerprints say nothing any more; but then equal inputs of two months are no longer equal.
# SQLite would do the same with `journal_mode=WAL` and a transaction for each record: it too has a log with a mark of what
# was committed, and throws away what comes after the last one.
### END AFTERWORD

### BEGIN HINTS
# 1. Two questions decide: where are the bytes when `append` returns (in this process, or outside)? And what stands at the end
#    of the file when the process is killed in the middle of a write?
# 2. Open in binary mode, to append, with `buffering=0`. In the constructor find the last newline, and truncate what comes after
#    it. `json.dumps` escapes newlines, so a newline only ever ends a record. Check everything before the first write.
# 3. `hmac.new(key, text.encode(), hashlib.sha256).hexdigest()`; `self.size = written.rfind(b"\n") + 1` and
#    `self.file.truncate(self.size)`; `if self.size and self.size + len(line) > self.largest:` begin the next file.
### END HINTS
