"""What the suite of `quantize_model` does beside the learner's functions, in the learner's process.

Models are made there. A probe gets the exercise's module as `work`, returns plain data, and holds no expected value.
"""
import torch
from torch import nn
from torchao.quantization import Int8Tensor


class Scaled(nn.Linear):
    """A layer of a class that is derived from nn.Linear."""

    def forward(self, x):
        return 2 * super().forward(x)


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.MultiheadAttention(8, 2, batch_first=True)
        self.out = nn.Linear(8, 8)

    def forward(self, x):
        return self.out(self.inner(x, x, x, need_weights=False)[0])


def made(kind, seed=0):
    torch.manual_seed(seed)
    if kind == "mlp":
        return nn.Sequential(nn.Linear(16, 24), nn.ReLU(), nn.Sequential(nn.Dropout(0.5), nn.Linear(24, 16, bias=False)), nn.LayerNorm(16),
                             Scaled(16, 8))
    if kind == "attention":
        return Attention()
    if kind == "tied":
        model = nn.ModuleDict({"embedding": nn.Embedding(12, 16), "body": nn.Linear(16, 16), "head": nn.Linear(16, 12, bias=False)})
        model["head"].weight = model["embedding"].weight
        return model
    if kind == "shared":
        layer = nn.Linear(8, 8)
        return nn.Sequential(layer, nn.ReLU(), layer, nn.Linear(8, 4))  # one layer in two places, and a weight that has one holder
    if kind == "names":
        return nn.ModuleDict({"out": nn.Linear(8, 8), "out2": nn.Linear(8, 4)})
    if kind == "one layer":
        return nn.Linear(8, 6)
    return nn.Sequential(nn.LayerNorm(4), nn.Conv1d(2, 2, 1))  # "no layers"


def numbers(model):
    return {name: each.detach().clone() for name, each in [*model.named_parameters(), *model.named_buffers()]}


def names(work, kind):
    return list(work.quantizable(made(kind)))


def weights(work, kind, seed, options):
    """For each nn.Linear of the quantised model, by name: its weight before; and the integers and scales after, if it has any.

    Then the names that `integer_layers` has for the quantised model and for the model before, whether any module of the copy
    is in training, the modules of the model that are, and its numbers before and after.
    """
    model = made(kind, seed)
    before, training = numbers(model), [name for name, module in model.named_modules() if module.training]
    got = work.quantize_model(model, **options)
    layers = dict(model.named_modules())
    found = {}
    for name, layer in got.named_modules():
        if isinstance(layer, nn.Linear):
            weight = layer.weight
            integers = [weight.qdata, weight.scale] if isinstance(weight, Int8Tensor) else None
            found[name] = [layers[name].weight.detach().clone(), integers, int(weight.data_ptr() == layers[name].weight.data_ptr()) if integers is None else 0]
    after = [name for name, module in model.named_modules() if module.training]
    return (found, list(work.integer_layers(got)), list(work.integer_layers(model)), any(module.training for module in got.modules()),
            [training, after], [before, numbers(model)], got is model)


def others(work, kind, seed, options):
    """The parameters that are no weight of a quantised layer: before, and in the quantised model."""
    model = made(kind, seed)
    got = work.quantize_model(model, **options)
    mine = {name: each.detach().clone() for name, each in got.named_parameters() if not isinstance(each, Int8Tensor)}
    return {name: each for name, each in numbers(model).items() if name in mine}, mine


def answers(work, kind, seed, options, x):
    """What the model answers in evaluation before, and the quantised one as it came."""
    model = made(kind, seed)
    got = work.quantize_model(model, **options)
    with torch.no_grad():
        return model.eval()(x), got(x)


def tied(work, seed):
    """Whether the tied weight is one Parameter in the copy too, and the names of the copy's parameters."""
    got = work.quantize_model(made("tied", seed))
    return got["head"].weight is got["embedding"].weight, [name for name, _ in got.named_parameters()]


def kinds_of_activation(work, seed, reduce_range):
    """How the quantised weight says that inputs are to be quantised: [granularity, mapping, reduce_range]."""
    weight = work.quantize_model(made("one layer", seed), reduce_range=reduce_range).weight
    how = getattr(weight, "act_quant_kwargs", None)
    return None if how is None else [type(how.granularity).__name__, how.mapping_type.name, bool(how.reduce_range)]


def refused(work, kind, keep):
    try:
        work.quantize_model(made(kind), keep=keep)
    except NotImplementedError:
        raise
    except Exception as raised:
        return type(raised).__name__
    return ""


def sizes(work, kind):
    """bytes_of a model, and of it quantised by torchao itself; for a model with buffers of other dtypes, too."""
    from torchao.quantization import Int8DynamicActivationInt8WeightConfig, quantize_
    model = made(kind)
    model.register_buffer("counts", torch.zeros(5, dtype=torch.int64))
    model.register_buffer("flags", torch.zeros(3, dtype=torch.bool), persistent=False)
    plain = work.bytes_of(model)
    quantize_(model, Int8DynamicActivationInt8WeightConfig())
    parts = [[list(tensor.shape), tensor.element_size()] for weight in model.parameters() if isinstance(weight, Int8Tensor)
             for tensor in (weight.qdata, weight.scale, weight.zero_point) if tensor is not None]
    rest = [[list(each.shape), each.element_size()] for each in [*model.parameters(), *model.buffers()] if not isinstance(each, Int8Tensor)]
    return plain, work.bytes_of(model), parts, rest
