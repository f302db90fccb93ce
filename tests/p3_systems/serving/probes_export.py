"""What the suite of `export` does beside the learner's functions, in the learner's process.

An export takes a second, so each model is exported once, and what came of it is kept for the checks that look at it. A probe
gets the exercise's module as `work`, returns plain data, and holds no expected value.
"""
import contextlib
import functools
import io
import logging

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it misses operators of torchvision, which no model here has
KEPT: dict = {}


def know_the_operators_once():
    """The exporter reads the source of its 500 operators anew in each export, which is most of its time: once is enough."""
    from torch.onnx._internal._lazy_import import onnxscript_apis
    if not hasattr(onnxscript_apis.get_torchlib_ops, "cache_info"):
        onnxscript_apis.get_torchlib_ops = functools.cache(onnxscript_apis.get_torchlib_ops)


class Image(nn.Module):
    """A convolution, and a layer after a view that names the batch."""

    def __init__(self):
        super().__init__()
        self.convolution, self.last = nn.Conv2d(1, 2, 2), nn.Linear(8, 3)

    def forward(self, x):
        y = self.convolution(x).relu()
        return self.last(y.view(y.shape[0], -1))                             # (batch, 2, 2, 2) -> (batch, 8)


class Decides(nn.Module):
    """Python decides by the batch's size."""

    def __init__(self):
        super().__init__()
        self.last = nn.Linear(3, 2)

    def forward(self, x):
        return self.last(x) if x.shape[0] > 4 else -self.last(x)


class Noisy(nn.Module):
    """Does something else in training, as Python sees it."""

    def forward(self, x):
        return x + 1 if self.training else x


def made(kind):
    if kind == "image":
        return Image()
    if kind == "decides":
        return Decides()
    return nn.Sequential(nn.Linear(3, 4), Noisy(), nn.BatchNorm1d(4), nn.Sequential(nn.Tanh(), nn.Linear(4, 2)))


@torch.no_grad()
def filled(kind, weights):
    model = made(kind)
    for parameter, value in zip(model.parameters(), weights):
        parameter.copy_(torch.as_tensor(value))
    if kind in ("vector", "other"):  # in training, but for one block and the norm, whose numbers are frozen
        model.train()
        model[2].eval(), model[3].eval()
        model[2].running_mean.fill_(0.25), model[2].running_var.fill_(4.0)
    return model


def modes(model):
    return [name for name, module in model.named_modules() if module.training]


def numbers(model):
    return {name: each.detach().clone() for name, each in [*model.named_parameters(), *model.named_buffers()]}


def exported(work, kind, weights, example, options):
    """{the file's bytes, or the class of the error; and what there was before and after}, made once for each kind."""
    if kind not in KEPT:
        know_the_operators_once()
        model, mine = filled(kind, weights), torch.as_tensor(example)
        kept = {"modes": [modes(model)], "numbers": [numbers(model)], "file": None, "error": ""}
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                kept["file"] = work.export(model, mine, **options)
        except NotImplementedError:
            raise
        except Exception as raised:
            if kind != "decides":
                raise
            kept["error"] = type(raised).__name__
        kept["modes"].append(modes(model)), kept["numbers"].append(numbers(model))
        kept["example"] = mine
        KEPT[kind] = kept
    return KEPT[kind]


def session_of(file):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])


def answers(work, kind, weights, example, options, batches):
    """What the file answers to each batch, or the class of the error."""
    session, found = session_of(exported(work, kind, weights, example, options)["file"]), []
    for batch in batches:
        try:
            found.append(session.run(None, {session.get_inputs()[0].name: batch})[0])
        except Exception as raised:
            found.append(type(raised).__name__)
    return found


def described(work, kind, weights, example, options):
    """Inputs and outputs as [name, shape]; the version of the operators; how many weights lie outside; whether it is bytes."""
    file = exported(work, kind, weights, example, options)["file"]
    model = onnx.load_from_string(file)

    def shape(value):
        return [axis.dim_param or axis.dim_value for axis in value.type.tensor_type.shape.dim]
    outside = sum(each.data_location == TensorProto.EXTERNAL for each in model.graph.initializer)
    return ([[each.name, shape(each)] for each in model.graph.input], [[each.name, shape(each)] for each in model.graph.output],
            [each.version for each in model.opset_import if each.domain in ("", "ai.onnx")], outside, type(file).__name__)


def left(work, kind, weights, example, options):
    """(the modules in training, before and after; the numbers, before and after; the example afterwards; the error)"""
    kept = exported(work, kind, weights, example, options)
    return kept["modes"], kept["numbers"], kept["example"], kept["error"]


def product(weights, *, rows=None, name="input", turned=False):
    """rows @ weights as a file, with a batch of any size, or of one size only; its answer turned on its side if wanted."""
    features, outputs = weights.shape
    nodes = [helper.make_node("MatMul", [name, "weights"], ["y" if turned else "output"])]
    if turned:
        nodes.append(helper.make_node("Transpose", ["y"], ["output"], perm=[1, 0]))
    batch = rows or "batch"
    graph = helper.make_graph(
        nodes, "product", [helper.make_tensor_value_info(name, TensorProto.FLOAT, [batch, features])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [outputs, batch] if turned else [batch, outputs])],
        [numpy_helper.from_array(weights.astype(np.float32), "weights")])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9).SerializeToString()


def parity(work, weights, in_file, batches, options):
    """(parity of a model of `weights`, with dropout and in training, with a file of `in_file`; the modules in training, before and after)"""
    model = nn.Sequential(nn.Linear(*weights.shape, bias=False), nn.Dropout(0.5), nn.Sequential(nn.Dropout(0.5)))
    model[0].weight.data = torch.as_tensor(np.ascontiguousarray(weights.T))
    model[2].eval()
    before = modes(model)
    got = work.parity(model, product(in_file, **options), [torch.as_tensor(batch) for batch in batches])
    return list(got), before, modes(model)
