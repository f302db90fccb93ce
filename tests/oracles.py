"""Independent oracles: what is right, computed in ways that share nothing with the reference solutions."""
import numpy as np
import torch


def torch_vjp(function, *arrays: np.ndarray, grad: np.ndarray | None = None, **options):
    """PyTorch's value of `function(*arrays)` and its gradients for upstream gradient `grad` (ones where None).

    Returns (value, [gradient for each array]). Arrays keep their dtype, so float64 is judged in float64.
    """
    tensors = [torch.tensor(a, requires_grad=True) for a in arrays]
    value = function(*tensors, **options)
    upstream = torch.ones_like(value) if grad is None else torch.tensor(grad, dtype=value.dtype)
    gradients = torch.autograd.grad(value, tensors, upstream, allow_unused=True)
    return value.detach().numpy(), [np.zeros_like(a) if g is None else g.numpy() for a, g in zip(arrays, gradients)]


def numeric_vjp(function, *arrays: np.ndarray, grad: np.ndarray, step: float = 1e-6) -> list[np.ndarray]:
    """Central differences in float64 of sum(grad * function(*arrays)), one gradient per array; error O(step²)."""
    gradients = []
    for which, array in enumerate(arrays):
        gradient = np.zeros_like(array, dtype=np.float64)
        for index in np.ndindex(array.shape):
            sides = []
            for sign in (+1, -1):
                moved = [np.array(a, dtype=np.float64) for a in arrays]
                moved[which][index] += sign * step
                sides.append(np.sum(grad * function(*moved)))
            gradient[index] = (sides[0] - sides[1]) / (2 * step)
        gradients.append(gradient)
    return gradients
