"""What the suite of `session` does beside the learner's functions, in the learner's process.

Models are made there, of a few numbers. A probe gets the exercise's module as `work`, returns plain data, and holds no
expected value.
"""
import warnings

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

NAMES = ("get_available_providers",)


def model(weights, input_name="input", output_name="output"):
    """rows @ weights, as the bytes of an ONNX file with a batch of any size."""
    features, outputs = weights.shape
    graph = helper.make_graph(
        [helper.make_node("MatMul", [input_name, "weights"], [output_name])], "product",
        [helper.make_tensor_value_info(input_name, TensorProto.FLOAT, ["batch", features])],
        [helper.make_tensor_value_info(output_name, TensorProto.FLOAT, ["batch", outputs])],
        [numpy_helper.from_array(weights.astype(np.float32), "weights")])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9).SerializeToString()


def described(options):
    return {"intra-op threads": options.intra_op_num_threads, "inter-op threads": options.inter_op_num_threads,
            "execution mode": options.execution_mode.name, "graph optimisation": options.graph_optimization_level.name,
            "arena": options.enable_cpu_mem_arena, "spinning": entry(options, "session.intra_op.allow_spinning")}


def entry(options, name):
    try:
        return options.get_session_config_entry(name)
    except Exception:
        return "not set"


def options(work, arguments):
    return described(work.session_options(**arguments))


def opened(work, weights, wanted, *, threads=1, claimed=()):
    """(the options that the session has, its providers, those it did not take, what was warned about, what it answers)

    `claimed` are providers that ONNX Runtime says to offer, although it has none of their hardware.
    """
    offered = onnxruntime.get_available_providers
    onnxruntime.get_available_providers = lambda: [*claimed, *offered()]
    try:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            session, missing = work.open_session(model(weights), work.session_options(threads=threads), list(wanted))
    finally:
        onnxruntime.get_available_providers = offered
    answers = session.run(None, {"input": np.eye(len(weights), dtype=np.float32)})[0]
    return described(session.get_session_options()), session.get_providers(), missing, len(heard), answers


def refused(work, data):
    """The class of the error for bytes that are no model, or ""."""
    try:
        work.open_session(data, work.session_options(threads=1), ["CPUExecutionProvider"])
    except NotImplementedError:
        raise
    except Exception as raised:
        return type(raised).__name__
    return ""


class Recorder:
    """A session that notes which providers it is asked for."""

    asked: list = []

    def __init__(self, data, options=None, providers=None, **_):
        Recorder.asked.append(list(providers or []))
        self.providers = providers

    def get_providers(self):
        return [name for name in self.providers if name not in ("TensorrtExecutionProvider",)]


def asked_for(work, wanted, offered):
    """(the providers that a session is asked for, what was not taken), where this is offered; TensorRT is never taken."""
    real = onnxruntime.InferenceSession, onnxruntime.get_available_providers
    onnxruntime.InferenceSession, onnxruntime.get_available_providers = Recorder, lambda: list(offered)
    Recorder.asked = []
    try:
        _, missing = work.open_session(b"model", onnxruntime.SessionOptions(), list(wanted))
    finally:
        onnxruntime.InferenceSession, onnxruntime.get_available_providers = real
    return Recorder.asked[-1] if Recorder.asked else [], missing


def predicted(work, weights, rows, *, names=("input", "output"), layout=""):
    """(the answers, the rows afterwards)"""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model(weights, *names), options, providers=["CPUExecutionProvider"])
    if layout == "Fortran":
        rows = np.asfortranarray(rows)
    elif layout == "strided":
        rows = np.repeat(rows, 2, axis=1)[:, ::2]
    return work.predict(session, rows), rows
