# how: An ExitStack puts everything back; the projection makes the second direction orthogonal to the first (Gram-Schmidt).
from contextlib import ExitStack

import torch
from torch.linalg import vector_norm


def random_direction(model, generator):
    direction = []
    for p in model.parameters():
        d = torch.zeros_like(p, requires_grad=False)
        if p.ndim > 1:
            for part, own in zip(d, p.detach()):  # a filter at a time; `part` is a view into d
                drawn = torch.randn(own.shape, generator=generator, dtype=torch.float64, device=generator.device).to(own.device)
                norm = vector_norm(own, dtype=torch.float64)
                if norm > 0:
                    part.copy_(drawn * (norm / vector_norm(drawn)))
        direction.append(d)
    return direction


def _put_back(tensor, numbers):
    with torch.no_grad():
        tensor.copy_(numbers)


def _put_back_module(module, training, buffers):
    module.training = training
    module._buffers.clear()
    module._buffers.update(buffers)


def loss_at(model, loss, directions, coefficients):
    params = list(model.parameters())
    for direction in directions:
        if len(direction) != len(params):
            raise ValueError(f"{len(direction)} tensors in a direction, {len(params)} parameters in the model")
        for d, p in zip(direction, params):
            if d.shape != p.shape:
                raise ValueError(f"a direction's part has the shape {tuple(d.shape)}, the parameter {tuple(p.shape)}")

    with torch.no_grad(), ExitStack() as stack:
        for module in model.modules():
            stack.callback(_put_back_module, module, module.training, dict(module._buffers))
        for t in (*params, *model.buffers()):
            shared = t.layout == torch.strided and any(n > 1 and s == 0 for n, s in zip(t.shape, t.stride()))
            if not shared:  # an expanded tensor is read-only
                stack.callback(_put_back, t, t.detach().clone())
        targets = [p.detach() + sum((float(c) * d[i].detach() for c, d in zip(coefficients, directions)), torch.zeros_like(p))
                   for i, p in enumerate(params)]
        for p, target in zip(params, targets):
            p.copy_(target)
        return float(loss(model))


def loss_along(model, loss, direction, alphas):
    values = []
    for alpha in alphas:
        values.append(loss_at(model, loss, [direction], [alpha.item()]))
    return torch.tensor(values, dtype=torch.float64)


def loss_surface(model, loss, directions, alphas, betas):
    first, second = directions
    pairs = torch.cartesian_prod(alphas.detach().double(), betas.detach().double()).tolist()
    values = [loss_at(model, loss, [first, second], pair) for pair in pairs]
    return torch.tensor(values, dtype=torch.float64).reshape(len(alphas), len(betas))


def _dot(a, b):
    return sum((x * y).sum() for x, y in zip(a, b))


def _double(tensors):
    return [t.detach().double() for t in tensors]


def project(path, centre, directions):
    d1, d2 = map(_double, directions)
    # lengths and the overlap are taken out first: d2 = overlap * d1 + rest, and rest is orthogonal to d1
    along = _dot(d1, d2) / _dot(d1, d1)
    rest = [y - along * x for x, y in zip(d1, d2)]
    again = _dot(d1, rest) / _dot(d1, d1)
    rest, along = [y - again * x for x, y in zip(d1, rest)], along + again
    places = []
    for state in path:
        u = [s - c for s, c in zip(_double(state), _double(centre))]
        b = _dot(rest, u) / _dot(rest, rest)
        a = _dot(d1, u) / _dot(d1, d1) - along * b
        places.append(torch.stack([a, b]))
    return torch.stack(places)
