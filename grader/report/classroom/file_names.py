"""Turn the names of submissions, which may contain anything, into file names that are all different."""
import hashlib
import unicodedata
from collections.abc import Iterable

LONGEST = 60        # characters
LONGEST_BYTES = 150  # a file system allows 255, and a suffix is added
# Windows opens a device for these names, with any suffix.
DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


def file_names(names: Iterable[str]) -> dict[str, str]:
    """{name: file name without a suffix}.

    Letters and digits of any script, `-`, `_` and `.` are kept. Digits of its hash are added to a name if it was
    changed in any way, or if it equals another name on a file system that ignores case.
    """
    made: dict[str, str] = {}
    taken: set[str] = set()
    for name in sorted(names):
        stem = _stem(name)
        if not stem or stem != name or stem.partition(".")[0].casefold() in DEVICES or _key(stem) in taken:
            stem = f"{stem or 'submission'}-{_digits(name)}"
        while _key(stem) in taken:  # a submission has the name that the digits of another one make
            stem = f"{stem}-{_digits(stem)}"
        taken.add(_key(stem))
        made[name] = stem
    return made


def _stem(name: str) -> str:
    kept = "".join(c if c.isalnum() or c in "-_." else "-" for c in unicodedata.normalize("NFC", name)[:LONGEST])
    return kept.encode()[:LONGEST_BYTES].decode(errors="ignore").strip("-.")


def _key(stem: str) -> str:
    """A key that is equal for two names if some file system takes them for the same name."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", stem).casefold())


def _digits(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
