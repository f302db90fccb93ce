"""Clients of the smoke check, in the judge: many questions at a time, rows with known answers."""
import asyncio
import json
import re
import weakref

import numpy as np

from grader.judge import http
from tests.p3_systems.serving import probes_smoke as probes

FEATURES, HIDDEN, OUTPUTS = 16, 64, 4
LARGE = (64, 2760, 10)  # 4 * (64 * 2760 + 2760 ** 2 + 2760 * 10) bytes: 31 MB
EXPORTED: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()  # work -> {sizes: (layers, the model)}


def model(work, sizes=(FEATURES, HIDDEN, OUTPUTS)):
    """(the layers, the model as the learner exports it); exported once for all checks."""
    exported = EXPORTED.setdefault(work, {})
    if sizes not in exported:
        arrays = work.run(probes.layers, *sizes)
        exported[sizes] = arrays, work.run(probes.exported, arrays)
    return exported[sizes]


def start(work, sizes=(FEATURES, HIDDEN, OUTPUTS), **settings):
    """The learner's service with these settings, ready."""
    service = work.serve(probes.learners, model(work, sizes)[1], **settings)
    try:
        service.wait_until_ready("/ready")
    except BaseException:
        service.stop()
        raise
    return service


def answers_to(layers, rows):
    """What the perceptron answers, in float64: ReLU between its layers."""
    x = np.asarray(rows, dtype=float)
    for weights, bias in layers[:-1]:
        x = np.maximum(x @ np.asarray(weights, float) + bias, 0)
    weights, bias = layers[-1]
    return x @ np.asarray(weights, float) + bias


def rows(count, seed=0, features=FEATURES):
    """Rows with one decimal, each unlike every other."""
    return np.random.default_rng(seed).normal(size=(count, features)).round(1)


def body(row) -> bytes:
    return json.dumps({"inputs": [float(value) for value in row]}).encode()


async def predict_at_once(port, table, seconds=http.SECONDS):
    """The answer to each row, all asked at the same time on connections of their own; NoAnswerError where none came."""
    return await asyncio.gather(*(http.ask(port, "POST", "/predict", body(row), seconds=seconds) for row in table),
                                return_exceptions=True)


def outputs(answer):
    """The numbers of an answer; None where it is none."""
    if isinstance(answer, http.Answer) and answer.status == 200 and isinstance(answer.json(), dict):
        found = answer.json().get("outputs")
        if isinstance(found, list) and all(isinstance(value, (int, float)) for value in found):
            return np.array(found, float)
    return None


def is_right(answer, want) -> bool:
    found = outputs(answer)
    return found is not None and found.shape == want.shape and bool(np.allclose(found, want, rtol=1e-3, atol=1e-3))  # float32


def told(answer) -> str:
    """An answer in words."""
    if isinstance(answer, http.Answer):
        return f"{answer.status} {answer.body[:120].decode('utf-8', 'replace')}"
    return str(answer)


SAMPLE = re.compile(r"^([a-zA-Z_:][\w:]*)(\{[^}]*\})? (\S+)$")


def samples(service) -> dict[tuple[str, tuple], float]:
    """{(name, its labels sorted): value} of GET /metrics."""
    found = {}
    for line in service.ask("GET", "/metrics").body.decode("utf-8", "replace").splitlines():
        if match := SAMPLE.match(line):
            labels = tuple(sorted(re.findall(r'(\w+)="([^"]*)"', match[2] or "")))
            found[match[1], labels] = float(match[3])
    return found


def total(found, name, **labels) -> float:
    """The sum of all samples of `name` that have these labels."""
    return sum(value for (each, has), value in found.items() if each == name and set(labels.items()) <= set(has))
