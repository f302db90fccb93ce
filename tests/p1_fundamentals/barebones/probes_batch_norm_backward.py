"""What the suite of `batch_norm_backward` does beside the learner's objects, in the learner's process.

It holds no expected value and returns plain data. `inputs` are grad, x, gamma, mean and inv_std.
"""
import torch


def gradients_of(work, inputs, *, training, layout="rows"):
    """The gradients of x, gamma and beta, after a call with other numbers of the same shapes, and the inputs then."""
    grad, x, gamma, mean, inv_std = inputs
    # Who remembers what came out here has the next result wrong.
    work.batch_norm_backward(grad.flip(0) + 1, x + 1, gamma + 1, mean + 1, inv_std * 0.5, training=training)
    given = [laid_out(each, layout) for each in inputs]
    return list(work.batch_norm_backward(*given, training=training)), given


def laid_out(tensor, layout):
    """A copy of a tensor in memory: row by row ("rows"), column by column ("columns"), or every other place ("gaps")."""
    if layout == "gaps":
        return torch.stack((tensor, torch.zeros_like(tensor)), dim=-1)[..., 0]
    backwards = tuple(reversed(range(tensor.ndim)))
    return tensor.permute(backwards).contiguous().permute(backwards) if layout == "columns" else tensor.clone()
