"""What the suite of `batch_norm` does beside the learner's objects, in the learner's process.

It holds no expected value and returns plain data. `inputs` are x, gamma, beta, running_mean and running_var.
"""
import torch


def train_then_evaluate(work, batches, inputs, momentum, eps):
    """The running statistics after each batch, a stack of each, and two results of evaluation for x of `inputs`.

    The first is with the running mean and a variance of 1, the second with a mean of 0 and the running variance.
    """
    *inputs, mean, var = inputs
    history, options = [], {"momentum": momentum, "eps": eps}
    for batch in batches:
        work.batch_norm(batch, inputs[1].clone(), inputs[2].clone(), mean, var, training=True, **options)
        history.append((mean.clone(), var.clone()))
    results = [work.batch_norm(*(each.clone() for each in inputs), *running, training=False, **options)
               for running in ((mean.clone(), torch.ones_like(var)), (torch.zeros_like(mean), var.clone()))]
    return *(torch.stack(each) for each in zip(*history)), *results


def after_refusal(work, inputs):
    """The inputs after a call in training that is refused."""
    try:
        work.batch_norm(*inputs, training=True)
    except ValueError:
        pass
    return inputs
