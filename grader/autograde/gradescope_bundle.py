"""`grader autograde --bundle gradescope`: write the zip of a Gradescope autograder.

    setup.sh          run once, as root, when the image is built: installs Python, bubblewrap, the course
    run_autograder    run for each submission, each in its own container: writes results/results.json
    …                 the course, unpacked beside them into /autograder/source

https://gradescope-autograders.readthedocs.io/en/latest/specs/ describes the zip and the folders,
https://gradescope-autograders.readthedocs.io/en/latest/tech/ the containers. Neither says whether root may make
namespaces in them, and Docker's default profile forbids it (https://docs.docker.com/engine/security/seccomp/). So
run_autograder tries.
"""
import io
import zipfile
from pathlib import Path

from grader.authoring.release import files_below, released_texts
from grader.autograde.run import exercises_to_mark
from grader.course.languages import suffixes
from grader.course.manifest import MANIFEST, Course, Exercise
from grader.errors import UsageError
from grader.files import STRANGERS, read_bytes, read_text, write_atomically
from grader.judge.diagnose import catalogue_path
from grader.judge.suite_faults import faults_path
from grader.judge.suites import Suite, suite_digest

ENGINE = Path(__file__).resolve().parents[1]
SCRIPTS = ("setup.sh", "run_autograder")
TEMPLATES = ENGINE / "autograde" / "gradescope"
BUNDLED = (MANIFEST, "pyproject.toml", "constraints.txt", "LICENSE")
SAID_WITHOUT = {
    True: "it is judged all the same, because this autograder was written with `--unsafe`. Each verdict says so.",
    False: "nothing is judged: the student reads that you should be told, and gets no points. An autograder that was "
           "written\n  with `--unsafe` goes on without it, and each verdict says so.",
}


def write_gradescope_bundle(course: Course, submissions: list[str], out: str | None, only: str | None, unsafe: bool) -> str:
    """Write the zip to `out`; return a sentence for the user.

    Raises UsageError if there is no suite to judge with, if submissions are named, or if the zip cannot be written.
    """
    if submissions:
        raise UsageError("--bundle writes an autograder and marks nobody; leave the submissions out.")
    path = Path(out or "gradescope.zip")
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name the zip to write, as in --out gradescope.zip.")
    write_atomically(path, zipped(gradescope_files(course, exercises_to_mark(course, only), only, unsafe)))
    return f"Wrote {path}. Where Gradescope allows no sandbox, it " + (
        "goes on without one, and every verdict says so." if unsafe else
        "judges nothing; with --unsafe it would go on without one.")


def gradescope_files(course: Course, exercises: list[Exercise], only: str | None, unsafe: bool) -> dict[str, bytes]:
    """The files of the zip, {path: content}.

    Every file is chosen by name, so that no stray file gets in: no learner's or stranger's work and no tests of the
    grader. Projects that are not judged have stubs in place of solutions: the files that course.yml names must exist in
    solutions/, because judges see no others.
    """
    texts = released_texts(course)
    stubs = {e.path: texts[e.path].encode() for e in course.exercises.values() if e.path in texts}
    files = {f"{top}/{path}": stub for top in ("exercises", "solutions") for path, stub in stubs.items()}
    needed = {each.project for e in exercises for each in [*course.requirements(e), e]}
    for top in ("solutions", "tests", "exercises/common"):
        for path in files_below(course.root / top):
            name = path.relative_to(course.root).as_posix()
            stays = name.startswith("tests/grader/") or STRANGERS & {*name.split("/")}
            if path.suffix in suffixes() and not stays and project_of(course, name) in {None, *needed}:
                files[name] = read_bytes(path) or b""
    for path in files_below(ENGINE):
        files[f"grader/{path.relative_to(ENGINE).as_posix()}"] = read_bytes(path) or b""
    for name in BUNDLED:
        if (course.root / name).exists():
            files[name] = read_bytes(course.root / name) or b""
    for exercise in exercises:  # only what is still valid: an outdated catalogue is never read
        suite = Suite([], suite_digest(course, exercise))
        for path in (catalogue_path(course, exercise, suite), faults_path(course, exercise, suite, "class")):
            if content := read_bytes(path):
                files[path.relative_to(course.root).as_posix()] = content
    return files | written_for(course, exercises, only, unsafe)


def project_of(course: Course, name: str) -> str | None:
    """The project that a file in solutions/ or tests/ belongs to; None for a file that all projects share."""
    folder = "/".join(name.split("/")[1:3])
    return folder if folder in course.projects else None


def written_for(course: Course, exercises: list[Exercise], only: str | None, unsafe: bool) -> dict[str, bytes]:
    """The scripts and the README for the instructor, with the options of this call filled in."""
    options = [*(["--only", named(course, only)] if only else []), *(["--unsafe"] if unsafe else [])]
    files = {name: template(name).replace("@OPTIONS@", " ".join(options)).encode() for name in SCRIPTS}
    page = template("README.md").replace("{title}", course.title).replace("{without}", SAID_WITHOUT[unsafe])
    return files | {"README.md": page.replace("{points}", str(sum(e.points for e in exercises))).encode()}


def named(course: Course, only: str) -> str:
    """`only` as an id that contains nothing a shell would interpret."""
    found = course.find(only)
    return found[0].id if len(found) == 1 else found[0].project if len({e.project for e in found}) == 1 else \
        found[0].id.partition("/")[0]


def template(name: str) -> str:
    return read_text(TEMPLATES / name, name)


def zipped(files: dict[str, bytes]) -> bytes:
    """The zip of `files`; the same files give the same bytes."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            member = zipfile.ZipInfo(name)  # dated 1980
            member.create_system = 3        # Unix, so that the mode below is used
            member.external_attr = (0o100755 if name in SCRIPTS else 0o100644) << 16
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, content)
    return whole.getvalue()
