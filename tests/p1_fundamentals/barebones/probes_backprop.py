"""What the suite of `backprop` does beside the learner's objects, in the learner's process.

It holds no expected value and returns plain data. `inputs` are x, labels, w1, b1, w2 and b2.
"""
import torch


def loss_of(work, inputs):
    """The loss, after a pass with other numbers of the same shapes: who remembers that result has this one wrong."""
    work.forward(*others(inputs))
    loss, _ = work.forward(*inputs)
    return loss


def gradients_of(work, inputs, *grad, layout="rows"):
    """The loss and the gradients of x, w1, b1, w2 and b2, after both passes with other numbers, and the inputs then."""
    _, cache = work.forward(*others(inputs))
    work.backward(cache, 0.5)
    given = [laid_out(each, layout) for each in inputs]
    loss, cache = work.forward(*given)
    gradients = list(work.backward(cache, *grad))
    return loss, gradients, given


def gradients_of_two(work, first, second, grad):
    """Two passes forward, then backward through the first, the second, and the first again, this time from `grad`.

    The gradients of each call, copied before they are overwritten, and the inputs of both passes afterwards.
    """
    _, of_first = work.forward(*first)
    _, of_second = work.forward(*second)
    calls = []
    for cache, upstream in ((of_first, 1.0), (of_second, 1.0), (of_first, grad)):
        gradients = work.backward(cache, upstream)
        calls.append([])
        for gradient in gradients:
            calls[-1].append(gradient.clone())
            gradient.fill_(7.0)
    return calls, first, second


def others(inputs):
    """Other numbers of the same shapes; the labels are the same ones in another order."""
    return [each.flip(0) if each.dtype == torch.int64 else each.flip(0) * 0.75 for each in inputs]


def laid_out(tensor, layout):
    """A copy of a tensor in memory: row by row ("rows"), column by column ("columns"), or every other place ("gaps")."""
    if layout == "gaps":
        return torch.stack((tensor, torch.zeros_like(tensor)), dim=-1)[..., 0]
    backwards = tuple(reversed(range(tensor.ndim)))
    return tensor.permute(backwards).clone(memory_format=torch.contiguous_format).permute(backwards) if layout == "columns" else tensor.clone()
