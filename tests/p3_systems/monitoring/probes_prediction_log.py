"""What the suite of `prediction_log` does beside the learner's objects, in the learner's process.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value.
"""
import contextlib
import tempfile
from pathlib import Path


@contextlib.contextmanager
def folder_with(files):
    """A new folder with these files, {name: bytes}."""
    with tempfile.TemporaryDirectory() as name:
        for file, content in files.items():
            (Path(name) / file).write_bytes(content)
        yield Path(name)


def content(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def written(work, records, *, files=None, **named):
    """The files after each record, as the operating system has them while the log is open; for one that is refused, "ValueError"
    beside them. The first entry is what is there before the first record.
    """
    with folder_with(files or {}) as folder:
        log, seen = work.PredictionLog(folder, **named), []
        seen.append(["", content(folder)])
        for record in records:
            said = ""
            try:
                log.append(**record)
            except ValueError:
                said = "ValueError"
            seen.append([said, content(folder)])
        log.close()
    return seen


def reads(work, folders):
    """What `read` gives for each folder, {name: bytes}, or "ValueError"; and whether each folder is as it was."""
    results = []
    for files in folders:
        with folder_with(files) as folder:
            try:
                said = list(work.read(folder))
            except ValueError:
                said = "ValueError"
            results.append([said, content(folder) == files])
    return results


def continued(work, folders, record, **named):
    """What is in each folder after a log was opened there and has written one record, and what `read` gives then."""
    results = []
    for files in folders:
        with folder_with(files) as folder:
            log = work.PredictionLog(str(folder), **named)
            log.append(**record)
            try:
                said = list(work.read(str(folder)))
            except ValueError:
                said = "ValueError"
            results.append([content(folder), said])
            log.close()
    return results


def made(work, **named):
    """What comes of making a log, in a word or two."""
    with folder_with({}) as folder:
        try:
            work.PredictionLog(folder, **named).close()
        except ValueError:
            return "ValueError"
    return "a log"


def after_closing(work, record, **named):
    """The files after a record and two closings, what a further record says, and the files then."""
    with folder_with({}) as folder:
        log = work.PredictionLog(folder, **named)
        log.append(**record)
        log.close()
        log.close()
        before = content(folder)
        try:
            log.append(**record)
            said = "no error"
        except ValueError:
            said = "ValueError"
        return [before, said, content(folder)]
