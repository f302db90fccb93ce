"""Run a trusted program, such as promtool, in a worker that loads no learner's code.

The program's files lie in an empty folder of its own. What it may do is what the worker may: in a class it runs inside
the sandbox, with no network, and it ends with the worker. Imports only the standard library.
"""
import os
import shutil
import subprocess
import tempfile

PATH = "/usr/local/bin:/usr/bin:/bin"
TOOLS = {"promtool"}
LONGEST = 20_000  # characters of what it printed


def run_tool(name: str, arguments: list[str], files: dict[str, str]) -> list:
    """[exit code, what it printed] of the program, with `files`, {name: text}, in its folder.

    Raises ValueError for a program that is not among TOOLS or a file's name that has a folder in it, and
    FileNotFoundError where the program is not installed.
    """
    if name not in TOOLS:
        raise ValueError(f"{name} is none of the programs that are run here")
    program = shutil.which(name, path=PATH)
    if program is None:
        raise FileNotFoundError(f"{name} is not installed")
    with tempfile.TemporaryDirectory(prefix="tool-") as folder:
        for file, text in files.items():
            if os.path.basename(file) != file or file in ("", ".", ".."):
                raise ValueError(f"{file!r} names no file of the program's own folder")
            with open(os.path.join(folder, file), "w", encoding="utf-8") as stream:
                stream.write(text)
        done = subprocess.run([program, *arguments], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, env={"PATH": PATH, "HOME": folder, "TMPDIR": folder, "GOMAXPROCS": "1"})
    return [done.returncode, done.stdout.decode("utf-8", "replace")[:LONGEST].replace(folder + os.sep, "")]
