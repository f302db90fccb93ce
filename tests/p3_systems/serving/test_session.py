"""A session of ONNX Runtime: its threads, its options, and which hardware it really took."""
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.judge import expect, expect_raises, supporting
from tests.p3_systems.serving import probes_session as probes
from tests.strategies import values

CPU, CUDA, TENSORRT = "CPUExecutionProvider", "CUDAExecutionProvider", "TensorrtExecutionProvider"
LEVELS = {"none": "ORT_DISABLE_ALL", "basic": "ORT_ENABLE_BASIC", "extended": "ORT_ENABLE_EXTENDED", "all": "ORT_ENABLE_ALL"}


@given(st.integers(1, 64), st.integers(1, 20))
def test_threads(work, cores, processes):
    """threads_each: an equal part of the cores, rounded down, and at least one."""
    want = max(n for n in range(65) if n * processes <= cores or n == 1)
    expect(work.threads_each(cores, processes), equals=want, given={"cores": cores, "processes": processes})


@pytest.mark.parametrize("arguments", [{"threads": 1}, {"threads": 3}, {"threads": 2, "spin": True}, {"threads": 2, "arena": False},
                                      *({"threads": 1, "optimize": level} for level in LEVELS)])
def test_options(work, arguments):
    """session_options: threads, mode, spinning, arena and optimisation are what was asked for."""
    want = {"intra-op threads": arguments["threads"], "inter-op threads": 1, "execution mode": "ORT_SEQUENTIAL",
            "graph optimisation": LEVELS[arguments.get("optimize", "all")], "arena": arguments.get("arena", True),
            "spinning": "1" if arguments.get("spin") else "0"}
    got = work.run(probes.options, arguments)
    for name, value in want.items():
        expect(got[name], equals=value, given=arguments, note=name)


def test_open(work):
    """open_session: the session has the model, and the options that it was given."""
    for seed, threads in ((1, 1), (11, 2)):
        weights = values((3, 2), seed, dtype=np.float32)
        options, providers, missing, _, answers = work.run(probes.opened, weights, [CPU], threads=threads)
        given = {"model": "rows @ weights", "weights": weights, "threads": threads, "wanted": [CPU]}
        expect(answers, equals=weights, given=given, note="what it answers to rows of the identity")
        expect(options["intra-op threads"], equals=threads, given=given, note="its intra-op threads")
        expect(options["inter-op threads"], equals=1, given=given, note="its inter-op threads")
        expect([providers, missing], equals=[[CPU], []], given=given, note="its providers, and those it did not take")


@pytest.mark.parametrize("wanted, offered, asked", [
    ([CUDA], [CUDA, CPU], [CUDA, CPU]), ([CPU, CUDA], [CUDA, CPU], [CPU, CUDA]), ([CUDA], [CPU], [CPU]), ([], [CUDA, CPU], [CPU]),
    ([TENSORRT, CUDA, CPU], [TENSORRT, CUDA, CPU], [TENSORRT, CUDA, CPU]), ([CUDA, TENSORRT], [TENSORRT, CUDA, CPU], [CUDA, TENSORRT, CPU])])
def test_asks(work, wanted, offered, asked):
    """open_session: asks for what is wanted and offered, in the wanted order, and for the CPU last."""
    got, missing = work.run(probes.asked_for, wanted, offered)
    given = {"wanted": wanted, "offered": offered}
    expect(got, equals=asked, given=given, note="the providers that the session is asked for")
    taken = [name for name in asked if name != TENSORRT]
    given["taken"] = taken
    expect(missing, equals=[name for name in wanted if name not in taken], given=given, note="those that it did not take")


def test_honest(work):
    """open_session: a provider that is offered and has no hardware here counts as not taken."""
    for seed, wanted in ((2, [CUDA, CPU]), (12, [TENSORRT, CUDA])):
        weights = values((2, 2), seed, dtype=np.float32)
        _, providers, missing, _, answers = work.run(probes.opened, weights, wanted, claimed=[TENSORRT, CUDA])
        given = {"wanted": wanted, "offered": [TENSORRT, CUDA, CPU], "taken": [CPU]}
        expect(providers, equals=[CPU], given=given, note="the session's providers")
        expect(missing, equals=[name for name in wanted if name != CPU], given=given, note="those that it did not take")
        expect(answers, equals=weights, given=given, note="what it answers to rows of the identity")


@given(st.integers(0, 5), st.integers(1, 4), st.integers(1, 3), st.sampled_from(["", "Fortran", "strided"]),
       st.sampled_from(["float32", "float64", "float16"]))
def test_predict(work, count, features, outputs, layout, dtype):
    """predict: float32 answers for any number of rows, of any float type, however they lie in memory."""
    weights = values((features, outputs), count + 1, dtype=np.float32)
    rows = values((count, features), 3, dtype=dtype)
    want = (rows.astype(np.float64) @ weights.astype(np.float64)).astype(np.float32)
    got, after = work.run(probes.predicted, weights, rows, layout=layout)
    given = {"weights": weights, "rows": rows, "dtype": dtype, "layout": layout or "rows"}
    expect(got, equals=want, given=given)
    expect(after, equals=rows, given=given, note="the rows afterwards")


def test_names(work):
    """predict: inputs and outputs are known by the names that the model has for them."""
    for seed, names in ((4, ("input", "output")), (5, ("tokens", "logits")), (6, ("output", "input"))):
        weights, rows = values((3, 2), seed, dtype=np.float32), values((2, 3), seed + 1, dtype=np.float32)
        got, _ = work.run(probes.predicted, weights, rows, names=names)
        expect(got, equals=rows @ weights, given={"weights": weights, "rows": rows, "names of input and output": names})


@supporting
def test_refuses(work):
    """What makes no session raises ValueError: no threads, another level, bytes that are no model, other features."""
    for cores, processes in ((0, 1), (2, 0), (-1, 1), (1, -2)):
        with expect_raises(ValueError, given={"cores": cores, "processes": processes}):
            work.threads_each(cores, processes)
    for arguments in ({"threads": 0}, {"threads": -1}, {"threads": 1, "optimize": "most"}, {"threads": 1, "optimize": "ALL"}):
        with expect_raises(ValueError, given=arguments):
            work.run(probes.options, arguments)
    for data in (b"", b"no model at all", bytes(range(200))):
        expect(work.run(probes.refused, data), equals="ValueError", given={"model": data[:20]}, note="the error that came")
    for features in (2, 4, 0):
        with expect_raises(ValueError, given={"features of the model": 3, "of the rows": features}):
            work.run(probes.predicted, np.ones((3, 2), np.float32), np.ones((2, features), np.float32))
