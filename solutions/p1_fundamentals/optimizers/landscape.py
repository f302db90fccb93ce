r"""The landscape of a loss: the loss along a line and over a plane through trained weights, and a training's path on it.

A network has millions of parameters $\theta$, and nobody sees its loss $L$. What can be drawn is a slice: along one or two
directions $d$ in the space of the parameters,

$$f(\alpha) = L(\theta + \alpha\, d), \qquad f(\alpha, \beta) = L(\theta + \alpha\, d_1 + \beta\, d_2).$$

A slice deceives unless $d$ has the scale of the weights. With batch norm behind it, a layer may have weights ten times as
large and the network computes the same function; with relu too, if the weights of the next layer are divided by ten. A step
of the same length then changes a tenth as much, and the valley looks wide. So a random direction is *filter-normalised*: with $d_i$ and $w_i$ for its part and the model's part of the $i$-th filter,

$$d_i \leftarrow \frac{\lVert w_i \rVert}{\lVert d_i \rVert}\, d_i.$$

Source: Li, Xu, Taylor, Studer and Goldstein, "Visualizing the loss landscape of neural nets" (NeurIPS 2018), sections 3
and 4 for slices and filter normalisation, section 7 for paths; Goodfellow, Vinyals and Saxe, "Qualitatively
characterizing neural network optimization problems" (ICLR 2015), for lines.
"""
from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float, Float64
from torch import Tensor, nn
from torch.linalg import vector_norm

# A tensor for each of `model.parameters()`, in their order, of its shape and dtype. It is a tensor of its own: whoever goes
# along the parameters themselves hands over copies of them.
Direction = Sequence[Tensor]


def random_direction(model: nn.Module, generator: torch.Generator) -> list[Tensor]:
    """A random direction, filter-normalised: a tensor for each parameter, in their order, of its shape and dtype.

    The filters of a parameter with two axes or more are its slices along the first axis: the rows of a linear layer's
    weight, the (in, height, width) blocks of a convolution's. The numbers of a filter are drawn from the normal
    distribution, independently of each other and of all other filters, and then scaled so that the filter has the norm of
    the same filter of the parameter. Of a filter of zeros the direction is zero. Parameters with one axis or none, such as
    biases and the weights of batch norm, do not move: their part of the direction is zero. Whether a parameter requires a
    gradient makes no difference: frozen ones move too. The model is in float32 or float64.

    Random numbers come from `generator` alone; the global one is neither used nor seeded. The model is not changed, and
    the direction requires no gradient.

    >>> layer = nn.Linear(3, 2)
    >>> weight, bias = random_direction(layer, torch.Generator().manual_seed(0))
    >>> torch.allclose(weight.norm(dim=1), layer.weight.norm(dim=1)), bias
    (True, tensor([0., 0.]))
    """
    ### BEGIN SOLUTION
    direction = []
    for p in model.parameters():
        w = p.detach()
        d = torch.zeros_like(w)
        if w.ndim >= 2:
            d = torch.randn(w.shape, generator=generator, dtype=w.dtype)
            rest = tuple(range(1, w.ndim))                                # all axes of one filter
            d *= vector_norm(w, dim=rest, keepdim=True) / vector_norm(d, dim=rest, keepdim=True)   # (filters, 1, ...)
        direction.append(d)
    return direction
    ### END SOLUTION


def loss_at(model: nn.Module, loss: Callable, directions: Sequence[Direction], coefficients: Sequence[float]) -> float:
    r"""The loss at $\theta + c_1 d_1 + c_2 d_2 + \dots$ as a float, where $\theta$ are the parameters of `model`.

    There is a direction or more, with a coefficient for each, and they fit the model: nothing of that needs to be checked.

    `loss(model)` is called once, with the model itself, its parameters moved, and no graph recorded. It returns a float or a
    tensor of shape (). It may change two things: the numbers in buffers, in place, as batch norm does in training mode; and
    modes, as an evaluation does. It changes no parameter, and replaces no parameter and no buffer.

    Afterwards the model is as it came, bit for bit, also where `loss` raises an error, which goes on to the caller. Three
    things are put back:

    - the numbers of all parameters, into the tensors that they were in: an optimiser holds these;
    - the numbers of all of `model.buffers()`, of which some may not be in `state_dict`, likewise;
    - `training` of each of `model.modules()`: within a model that trains there may be one in evaluation mode.

    >>> model = nn.Linear(1, 1, bias=False)
    >>> with torch.no_grad():
    ...     model.weight.fill_(3.0)
    Parameter containing:
    tensor([[3.]], requires_grad=True)
    >>> loss_at(model, lambda m: m.weight.square().sum(), [[torch.tensor([[1.0]])]], [-2.0]), model.weight.item()
    (1.0, 3.0)
    """
    ### BEGIN SOLUTION
    params = list(model.parameters())
    held = [*params, *model.buffers()]
    kept = [tensor.detach().clone() for tensor in held]                   # copies: the tensors themselves will change
    modes = [(module, module.training) for module in model.modules()]
    with torch.no_grad():
        try:
            for c, direction in zip(coefficients, directions):
                for p, d in zip(params, direction):
                    p += c * d
            return float(loss(model))
        finally:
            # Copied back, not moved back: in floating point p + cd - cd is not p.
            for tensor, was in zip(held, kept):
                tensor.copy_(was)
            for module, training in modes:
                module.training = training
    ### END SOLUTION


def loss_along(model: nn.Module, loss: Callable, direction: Direction,
               alphas: Float[Tensor, "alphas"]) -> Float64[Tensor, "alphas"]:
    r"""The losses $L(\theta + \alpha d)$ for each of `alphas`, each as `loss_at` says; of no alphas, no losses.

    Every point starts from the model as it came, so the order of the alphas does not matter.

    >>> model = nn.Linear(1, 1, bias=False)
    >>> with torch.no_grad():
    ...     _ = model.weight.fill_(3.0)
    >>> loss_along(model, lambda m: m.weight.square().sum(), [torch.tensor([[2.0]])], torch.tensor([-1.0, 0.0, 1.0]))
    tensor([ 1.,  9., 25.], dtype=torch.float64)
    """
    ### BEGIN SOLUTION
    return torch.tensor([loss_at(model, loss, [direction], [a]) for a in alphas.tolist()], dtype=torch.float64)
    ### END SOLUTION


def loss_surface(model: nn.Module, loss: Callable, directions: Sequence[Direction], alphas: Float[Tensor, "alphas"],
                 betas: Float[Tensor, "betas"]) -> Float64[Tensor, "alphas betas"]:
    r"""The losses $L(\theta + \alpha d_1 + \beta d_2)$ over a plane, each as `loss_at` says: [i, j] for alphas[i], betas[j].

    `directions` are two, $d_1$ and $d_2$, in a list or a tuple. There is at least one alpha and one beta.

    >>> model = nn.Linear(2, 1, bias=False)
    >>> with torch.no_grad():
    ...     _ = model.weight.zero_()
    >>> plane = [torch.tensor([[1.0, 0.0]])], [torch.tensor([[0.0, 1.0]])]
    >>> loss_surface(model, lambda m: m.weight.square().sum(), plane, torch.tensor([1.0, 2.0]), torch.tensor([0.0, 1.0, 3.0]))
    tensor([[ 1.,  2., 10.],
            [ 4.,  5., 13.]], dtype=torch.float64)
    """
    ### BEGIN SOLUTION
    rows = [[loss_at(model, loss, directions, [a, b]) for b in betas.tolist()] for a in alphas.tolist()]
    return torch.tensor(rows, dtype=torch.float64)                        # (alphas, betas)
    ### END SOLUTION


def project(path: Sequence[Direction], centre: Direction, directions: Sequence[Direction]) -> Float64[Tensor, "states 2"]:
    r"""Where the states of a training lie in the plane $\theta + a\, d_1 + b\, d_2$: for each state its (a, b).

    They are the coordinates of the nearest point of the plane, which minimises
    $\lVert \theta_t - \theta - a\, d_1 - b\, d_2 \rVert^2$ over all numbers of all parameters. `directions` are two, as for
    `loss_surface`. They are not parallel, but neither need they be orthogonal, nor of length 1.

    `path` has one state or more; a state, like `centre` ($\theta$), is a tensor for each parameter, of any shape. All may
    be float32 or float64, and may require a gradient; it is computed in float64, and the result requires none.

    >>> d1, d2 = [torch.tensor([1.0, 0.0, 0.0])], [torch.tensor([1.0, 1.0, 0.0])]
    >>> project([[torch.tensor([3.0, 2.0, 7.0])]], [torch.zeros(3)], (d1, d2))
    tensor([[1., 2.]], dtype=torch.float64)
    """
    ### BEGIN SOLUTION
    def flat(tensors):
        return torch.cat([t.detach().double().reshape(-1) for t in tensors])

    plane = torch.stack([flat(d) for d in directions], dim=1)             # (numbers, 2)
    away = torch.stack([flat(state) for state in path], dim=1) - flat(centre)[:, None]   # (numbers, states)
    # The normal equations: what is left over is orthogonal to both directions, PᵀP x = Pᵀ(θ_t - θ).
    return torch.linalg.solve(plane.T @ plane, plane.T @ away).T          # (2, states) -> (states, 2)
    ### END SOLUTION

### BEGIN AFTERWORD
# A picture is now three calls away: two random directions, a grid from -1 to 1, and contour lines of the surface. At
# alpha = 1 every filter has moved by its own norm, so a valley that is narrow on that scale is narrow indeed. Note what
# cost the most care: not the loss, but that nobody notices you looked. A landscape is drawn in the middle of trainings,
# and a running mean that moved, or a last bit of a weight, makes the rest of the training another one. And mind the
# projection: a path drawn into two random directions hardly moves, since random directions in a million dimensions are
# nearly orthogonal to everything. For paths one takes the first two principal components of the path itself.
### END AFTERWORD

### BEGIN HINTS
# 1. `model.parameters()` gives a direction its order, `p.ndim` tells weights from biases. For the losses: what exactly can
#    a call of `loss` change? Keep a copy of all that, and put it back whatever happens. A state_dict holds no copies.
# 2. `torch.linalg.vector_norm(w, dim=..., keepdim=True)` over all axes but the first is a norm for each filter. In
#    loss_at: clone parameters and buffers, remember `training` of each of `model.modules()`, then `try: ... finally:
#    tensor.copy_(was)`, all of it under `torch.no_grad()`. In project: flatten, and solve the least squares problem with
#    two unknowns.
# 3. With `rest = tuple(range(1, w.ndim))`: `d *= vector_norm(w, dim=rest, keepdim=True) / vector_norm(d, dim=rest,
#    keepdim=True)`. Within the `try`: `p += c * d` for all, `return float(loss(model))`. With P of shape (numbers, 2) and
#    the differences to the centre as columns of D: `torch.linalg.solve(P.T @ P, P.T @ D).T`.
### END HINTS
