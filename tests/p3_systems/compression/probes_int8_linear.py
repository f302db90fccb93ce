"""What the suite of `int8_linear` does beside the learner's objects, in the learner's process.

Dtypes do not cross the wire, so they come by name. A probe gets the exercise's module as `work`, returns plain data, and holds
no expected value.
"""
import copy

import torch


def requantized(work, accumulators, multipliers, zero_point, dtype):
    return work.requantize(accumulators, multipliers, zero_point, dtype=getattr(torch, dtype)), accumulators


def make(work, weight, bias, scale, zero_point, dtype):
    return work.Int8Linear(weight, bias, scale=scale, zero_point=zero_point, dtype=getattr(torch, dtype))


def buffers(work, *layer):
    """The buffers by name, what else is in the layer, and the arguments afterwards."""
    made = make(work, *layer)
    state = {name: each.clone() for name, each in made.state_dict().items()}
    return state, [name for name, _ in made.named_parameters()], [made.scale, made.zero_point], list(layer[:2])


def with_parameters(work, weight, bias, scale, zero_point, dtype):
    """The same for Parameters that need a gradient: their values, and whether a buffer needs one."""
    weight, bias = torch.nn.Parameter(weight), torch.nn.Parameter(bias)
    made = make(work, weight, bias, scale, zero_point, dtype)
    return [each.requires_grad for each in made.buffers()], {name: each.clone() for name, each in made.state_dict().items()}


def accumulated(work, codes, *layer, with_codes=None, layout="rows"):
    """The accumulators for codes. With `with_codes`, the layer gets these codes of weights and this bias first."""
    made = make(work, *layer)
    if with_codes is not None:
        made.weight.copy_(with_codes[0])
        made.bias.copy_(with_codes[1])
    codes = codes.transpose(0, -1).contiguous().transpose(0, -1) if layout == "columns" else codes.clone()
    return made.accumulate(codes), codes


def outputs(work, x, *layer):
    """The layer's outputs, also after it was saved and loaded into another one, and the argument afterwards."""
    made = make(work, *layer)
    first = made(x)
    other = make(work, torch.ones_like(layer[0]), None, *layer[2:])
    other.load_state_dict(copy.deepcopy(made.state_dict()))
    return first, other(x), x
