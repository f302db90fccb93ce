"""A class as classes are, for measurements: half of it right, a third with mistakes that learners make, the rest broken,
looping or hostile. The same seed makes the same class."""
import random
from pathlib import Path

from grader.authoring.release import stub_text
from grader.course.manifest import Course, Exercise
from grader.course.workspace import local_workspace
from grader.judge.mistakes import mistakes_of, with_mistake

LOOP = "\n\nwhile True:\n    pass\n"
SPOILERS = {
    "a syntax error": lambda text: text + "\ndef broken(:\n",
    "a loop": lambda text: text + LOOP,
    "an exit": lambda text: "import os\nos._exit(0)\n" + text,
    "a bomb of prints": lambda text: "while True:\n    print('x' * 1000)\n" + text,
    "a bomb of memory": lambda text: "x = []\nwhile True:\n    x.append(bytearray(10_000_000))\n" + text,
    "an object that equals everything": lambda text: text + '''

class Yes(float):
    def __eq__(self, other):
        return True
    __hash__ = float.__hash__

for name, value in list(globals().items()):
    if callable(value) and getattr(value, "__module__", "") == __name__:
        globals()[name] = lambda *args, **kwargs: Yes()
''',
    "a forged reply": lambda text: "import os\nos.write(3, b'\\0\\0\\0\\4\\0\\0\\0\\0\\x93\\xa2ok\\xc3\\x90')\n" + text,
    "not UTF-8": None,
}


def make_class(course: Course, exercises: list[Exercise], folder: Path, submissions: int, seed: int = 0) -> None:
    """Write the class into `folder`, a folder of files for each student."""
    dice = random.Random(seed)
    reference = local_workspace(course, "solutions")
    right = {exercise.path: reference.read(exercise.path) for exercise in exercises}
    wrong = {e.path: [with_mistake(reference, e, m).read(e.path) for m in mistakes_of(course, e)] for e in exercises}
    for number in range(submissions):
        texts: dict[str, str | bytes] = {path: f"{text}\n# student {number}\n" for path, text in right.items()}
        kind = number % 6
        if kind in (1, 4):  # a third: mistakes in one to three exercises
            for path in dice.sample(sorted(wrong), dice.randint(1, min(3, len(wrong)))):
                texts[path] = dice.choice(wrong[path])
        elif kind == 2:  # a sixth: something worse in one exercise, and one that was never begun
            path, other = dice.choices(exercises, k=2)
            texts[other.path] = stub_text(course, other)
            spoiler = list(SPOILERS)[number // 6 % len(SPOILERS)]
            texts[path.path] = b"\xff\xfe\0" if SPOILERS[spoiler] is None else SPOILERS[spoiler](right[path.path])
        for path, text in texts.items():
            file = folder / f"student_{number:03}" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text if isinstance(text, bytes) else text.encode())
