"""Names of submissions as names of files: whatever a student called theirs, and no two the same."""
import hashlib
import unicodedata
from collections.abc import Iterable

LONGEST = 60        # characters
LONGEST_BYTES = 150  # a file system allows 255, and an ending is added
# Windows opens a device for these, whatever the ending.
DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


def file_names(names: Iterable[str]) -> dict[str, str]:
    """{name: the same as the name of a file, without an ending}.

    Letters and digits of any script, `-`, `_` and `.` stay. A name that is changed in any way, or that another has
    taken already where a file system does not tell upper from lower case, gets some digits of its hash.
    """
    made: dict[str, str] = {}
    taken: set[str] = set()
    for name in sorted(names):
        stem = _stem(name)
        if not stem or stem != name or stem.partition(".")[0].casefold() in DEVICES or _key(stem) in taken:
            stem = f"{stem or 'submission'}-{_digits(name)}"
        while _key(stem) in taken:  # somebody is called like another's digits
            stem = f"{stem}-{_digits(stem)}"
        taken.add(_key(stem))
        made[name] = stem
    return made


def _stem(name: str) -> str:
    kept = "".join(c if c.isalnum() or c in "-_." else "-" for c in unicodedata.normalize("NFC", name)[:LONGEST])
    return kept.encode()[:LONGEST_BYTES].decode(errors="ignore").strip("-.")


def _key(stem: str) -> str:
    """Equal where some file system takes two names for one."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", stem).casefold())


def _digits(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
