"""Run a command as an ordinary user, where the tests run as root: for what must hold for both."""
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.sandbox.bubblewrap import python_folders

USER = 12345  # nobody's: a user that no file of the machine belongs to
USERS = ["root", "ordinary"]


def as_user(user: str, command: list, readable: list[Path]) -> list[str]:
    """`command`, as it must be called so that it runs as `user`, "root" or "ordinary".

    An ordinary user may not enter root's home, where Python may lie: of a folder that is closed to others, what the
    command needs (Python, `readable`) is shown in a view of its own, and nothing else.
    """
    command = [*map(str, command)]
    if os.geteuid() != 0:
        if user == "root":
            pytest.skip("this part needs root, and the tests run as an ordinary user")
        return command
    if user == "root":
        return command
    needed = [path.resolve() for path in (*python_folders(), *readable)]
    closed = {parent for path in needed for parent in path.parents if not parent.stat().st_mode & 0o001}
    view: list[str] = []
    for folder in sorted(closed):
        if not any(other != folder and folder.is_relative_to(other) for other in closed):
            view += ["--perms", "0755", "--tmpfs", str(folder)]
    for path in needed:
        if inside := [parent for parent in reversed(path.parents) if any(parent.is_relative_to(f) for f in closed)]:
            for parent in inside:
                if parent not in closed:
                    view += ["--perms", "0755", "--dir", str(parent)]
            view += ["--bind", str(path), str(path)]
    return ["bwrap", "--dev-bind", "/", "/", *view, "--", "setpriv", "--reuid", str(USER), "--regid", str(USER),
            "--clear-groups", "--", *command]


def folder_of(user: str) -> Iterator[Path]:
    """A folder of the user's own; pytest's are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="mldd-"))
    if user == "ordinary" and os.geteuid() == 0:
        os.chown(folder, USER, USER)
    yield folder
    subprocess.run(["rm", "-rf", folder])  # shutil's gives up on folders some thousand deep


def give(folder: Path, user: str) -> None:
    """Make a folder, and all that is in it, the user's."""
    if user == "ordinary" and os.geteuid() == 0:
        subprocess.run(["chown", "--recursive", "--no-dereference", f"{USER}:{USER}", folder], check=True)
