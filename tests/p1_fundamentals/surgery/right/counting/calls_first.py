"""The hooks only write down the outputs' sizes; everything is computed afterwards, in two passes."""
import torch
from torch import nn


def count(model, input_shape):
    found = [(name, m) for name, m in model.named_modules() if isinstance(m, (nn.Conv2d, nn.Linear))]
    calls = []
    handles = [m.register_forward_hook(lambda m, i, o: calls.append((m, o.shape))) for _, m in found]
    was = {m: m.training for m in model.modules()}
    p = next(filter(torch.is_floating_point, model.parameters()), None)
    x = torch.zeros(input_shape) if p is None else p.new_zeros(input_shape)
    grad = torch.is_grad_enabled()
    try:
        torch.set_grad_enabled(False)
        model.train(False)
        model(x)
    finally:
        torch.set_grad_enabled(grad)
        [h.remove() for h in handles]
        for m in was:
            m.training = was[m]

    layers = {}
    for name, m in found:
        shapes = [shape for called, shape in calls if called is m]
        numbers = sum(shape.numel() for shape in shapes)
        live = int(torch.count_nonzero(m.weight))
        layers[name] = {"parameters": sum(q.numel() for q in m.parameters()),
                        "flops": 2 * numbers * m.weight[0].numel(),
                        "effective": 2 * live * (numbers // m.weight.size(0))}
    once = {id(q): q for q in model.parameters()}.values()
    return {"layers": layers, "parameters": sum(q.numel() for q in once),
            "nonzero": sum(q.count_nonzero().item() for q in once),
            **{key: sum(row[key] for row in layers.values()) for key in ("flops", "effective")}}
