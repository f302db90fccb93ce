"""What the suite of `optimizers` does beside the learner's objects; see probes.py."""
import numpy as np


def train(work, optimizer, arrays, gradients, rates=None, container="list", **options):
    """Every parameter after each step, a stack for each; `gradients` holds for each step one array or None for each.

    With `rates`, the learning rate is set before each step. `container` says in what the parameters are handed over.
    """
    params = [work.Tensor(array.copy(), requires_grad=True) for array in arrays]
    wrapped = {"list": list, "tuple": tuple, "generator": lambda tensors: (t for t in tensors)}[container](params)
    stepper = getattr(work, optimizer)(wrapped, **options)
    history = [[] for _ in params]
    for place, given in enumerate(gradients):
        for param, gradient in zip(params, given):
            param.grad = None if gradient is None else gradient.copy()
        if rates is not None:
            stepper.lr = rates[place]
        stepper.step()
        for kept, param in zip(history, params):
            kept.append(param.data.copy())
    return [np.stack(kept) for kept in history]


def train_in_place(work, optimizer, arrays, gradients, **options):
    """As `train`, but each gradient is written into the one array that a parameter's `grad` is from the start.

    The parameters are views of larger, transposed arrays. Returned are whether `data` is the array that it was; the
    parameters at the end; their gradients after the last step.
    """
    held = [np.repeat(array.T[..., None], 2, axis=-1)[..., 0].T for array in arrays]
    params = [work.Tensor(array, requires_grad=True) for array in held]
    stepper = getattr(work, optimizer)(params, **options)
    for param in params:
        param.grad = np.zeros_like(param.data)
    for given in gradients:
        for param, gradient in zip(params, given):
            param.grad[...] = gradient
        stepper.step()
    return [param.data is array for param, array in zip(params, held)], held, [param.grad for param in params]


def zero_gradients(work, optimizer, arrays, gradient, **options):
    """A step, `zero_grad`, another step: the gradients, and the parameters after the first and the second step.

    The first parameter has a gradient, the others have none. Also the array that the gradient was.
    """
    params = [work.Tensor(array.copy(), requires_grad=True) for array in arrays]
    stepper = getattr(work, optimizer)(params, **options)
    kept = params[0].grad = gradient.copy()
    stepper.step()
    first = [param.data.copy() for param in params]
    stepper.zero_grad()
    gradients = [param.grad for param in params]
    stepper.step()
    return gradients, first, [param.data for param in params], kept


def what_an_optimizer_keeps(work, optimizer, array, **options):
    """After a step: the type of `params`, the place of each of them among those handed over, -1 for any other, and lr.

    Three are handed over, of which the second requires no gradient, as one does that is frozen for a while.

    Last, the dtypes of all float arrays of the parameters' shape that the optimizer holds, however deep.
    """
    params = [work.Tensor(array.copy(), requires_grad=place != 1) for place in range(3)]
    stepper = getattr(work, optimizer)((param for param in params), **options)
    for param in params:
        param.grad = np.ones_like(param.data)
    if hasattr(stepper, "step"):
        stepper.step()
    kept = getattr(stepper, "params", None)
    places = [next((place for place, param in enumerate(params) if param is other), -1)
              for other in (kept if isinstance(kept, (list, tuple)) else ())]
    dtypes, seen = set(), set()

    def visit(value):
        if id(value) in seen:
            return
        seen.add(id(value))
        if isinstance(value, np.ndarray) and value.shape == array.shape and value.dtype.kind == "f":
            dtypes.add(value.dtype.name)
        elif isinstance(value, (list, tuple, dict)):
            for part in list(value.values()) if isinstance(value, dict) else value:
                visit(part)

    visit(vars(stepper))
    return type(kept).__name__, places, stepper.lr, sorted(dtypes)


def error_of_optimizer(work, optimizer, count, options, container="list"):
    """The classes and the message of what the constructor raises for `count` parameters; ([], "") for nothing."""
    params = [work.Tensor([1.0], requires_grad=True) for _ in range(count)]
    try:
        getattr(work, optimizer)((p for p in params) if container == "generator" else params, **options)
    except NotImplementedError:
        raise
    except Exception as error:
        return [c.__name__ for c in type(error).__mro__], str(error)
    return [], ""
