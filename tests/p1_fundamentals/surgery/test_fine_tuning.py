"""Fine-tuning: train a pruned model on, so that the weights that remain make up for those that are gone."""
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge import expect
from tests.p1_fundamentals.surgery import probes_fine_tuning as probes
from tests.strategies import seeds, values

WEIGHTS = {"linear": ["0.weight", "3.weight"], "convolution": ["0.0.weight"], "one layer": ["weight"]}
OPTIMIZERS = {"SGD": {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.1},
              "SGD with Nesterov momentum": {"lr": 0.1, "momentum": 0.5, "nesterov": True},
              "Adam": {"lr": 0.1, "weight_decay": 0.1}, "AdamW": {"lr": 0.1, "amsgrad": True},
              "RMSprop": {"lr": 0.1, "momentum": 0.5, "centered": True}}


def tensor(shape, seed):
    return torch.tensor(values(tuple(shape), seed))


def parameters_of(kind, seed):
    """A value for each parameter, in eighths; halves of the weights' numbers, so that tanh does not saturate."""
    return {name: tensor(each.shape, seed + place) / 2 for place, (name, each) in
            enumerate(probes.MODELS[kind]().named_parameters())}


def masks_of(kind, parameters, seed):
    """Masks with both values in each, whatever the weights are."""
    masks = {}
    for place, name in enumerate(WEIGHTS[kind]):
        mask = tensor(parameters[name].shape, seed + 50 + place) > 0
        mask.view(-1)[0], mask.view(-1)[-1] = True, False
        masks[f"{name}_mask"] = mask
    return masks


def zeroed(parameters, masks):
    """A copy in which all is 0 that the masks have as False."""
    made = {name: each.clone() for name, each in parameters.items()}
    for name, mask in masks.items():
        made[name.removesuffix("_mask")][~mask] = 0.0
    return made


def with_odd_values(parameters, masks):
    """A copy with NaN and infinity at pruned places, and a 0 at one that remains."""
    made = {name: each.clone() for name, each in parameters.items()}
    for name, mask in masks.items():
        weight = made[name.removesuffix("_mask")].view(-1)
        gone = (~mask).view(-1).nonzero().flatten().tolist()
        weight[gone[0]], weight[gone[-1]] = torch.inf, torch.nan
        weight[0] = 0.0                                     # masks_of has the first place as True
    return made


def compare(got, want, given, what):
    """Compare tensors by name."""
    expect(sorted(got), equals=sorted(want), given=given, note=f"the names of {what}")
    for name, each in want.items():
        expect(got[name], equals=each, given=given, note=f"{what}: {name}")


@settings(max_examples=15)  # each builds a model
@given(kind=st.sampled_from(["one layer", "linear", "convolution"]), seed=seeds)
def test_mask_weights(work, kind, seed):
    """mask_weights: a layer's weight is 0 where its mask is False; all else stays, in place."""
    parameters = parameters_of(kind, seed)
    masks, gradients = masks_of(kind, parameters, seed), parameters_of(kind, seed + 7)
    for held in (parameters, with_odd_values(parameters, masks)):
        got, grads, others = work.run(probes.masked, "mask_weights", kind, held, masks, gradients)
        given = masks | {name: held[name] for name in WEIGHTS[kind]}
        compare(got, zeroed(held, masks), given, "the parameters")
        compare(grads, gradients, given, "the gradients, which are not touched here")
        expect(others, equals=[], given=given, note="parameters that are not the same object, memory or leaf as before")


@settings(max_examples=15)
@given(kind=st.sampled_from(["one layer", "linear", "convolution"]), seed=seeds)
def test_mask_gradients(work, kind, seed):
    """mask_gradients: the gradient of a layer's weight is 0 where its mask is False; all else stays, None too."""
    parameters, gradients = parameters_of(kind, seed), parameters_of(kind, seed + 7)
    masks = masks_of(kind, parameters, seed)
    one_less = {name: each for name, each in gradients.items() if name != WEIGHTS[kind][-1]}
    for held in (gradients, with_odd_values(gradients, masks), one_less):
        want = zeroed(gradients | held, masks)
        got, grads, others = work.run(probes.masked, "mask_gradients", kind, parameters, masks, held)
        given = masks | {f"the gradient of {name}": held.get(name) for name in WEIGHTS[kind]}
        compare(grads, {name: want[name] for name in held}, given, "the gradients that are not None")
        compare(got, parameters, given, "the parameters, which are not touched here")
        expect(others, equals=[], given=given, note="parameters whose grad is not the same tensor as before")


@pytest.mark.parametrize("plain", [False, True], ids=["of torch", "of another maker"])
def test_mask_state(work, plain):
    """mask_state: each tensor of the weight's shape in the optimiser's state is 0 where the mask is False."""
    parameters = parameters_of("one layer", 21)
    for seed in (1, 2):
        mask = masks_of("one layer", parameters, seed)["weight_mask"]
        odd = with_odd_values({"weight": tensor(mask.shape, seed + 2)}, {"weight_mask": mask})["weight"]
        tensors = {"momentum_buffer": tensor(mask.shape, seed), "of any name": odd, "float32": tensor(mask.shape, 3).float()}
        others = {"step": torch.tensor(3.0), "row": tensor((4,), seed + 3), "turned": tensor((4, 3), seed + 4), "lr": 0.5,
                  "count": 7, "nothing": None}
        want = {name: torch.where(mask, each, torch.zeros_like(each)) for name, each in tensors.items()} | others
        got, replaced, weight = work.run(probes.state, parameters, mask, tensors | others, plain)
        given = {"weight_mask": mask} | tensors
        compare(got, want, given, "the state")
        expect(replaced, equals=[], given=given, note="what is another object in the state now")
        expect(weight, equals=parameters["weight"], given=given, note="the weight, which is not touched here")
        got, *_ = work.run(probes.state, parameters, mask, None, plain)
        expect(got, equals=None, given={"the state": "has no key for the weight"}, note="the state of the weight")


def remaining_alone(parameters, mask, name, options, before, gradients):
    """What an optimiser of torch does with the weights that remain, if there are no others, and with the bias.

    The dense steps are taken with all weights. Then those that remain move into a vector of their own, with their state.
    """
    make = getattr(torch.optim, name)
    weight, bias = (parameters[key].clone().requires_grad_() for key in ("weight", "bias"))
    dense = make([weight, bias], **options)
    for arrived in before:
        weight.grad, bias.grad = arrived["weight"].clone(), arrived["bias"].clone()
        dense.step()
    vector = weight.detach()[mask].requires_grad_()                                       # (remaining,)
    alone = make([vector, bias], **options)
    for old, new, choose in ((weight, vector, lambda each: each[mask]), (bias, bias, torch.clone)):
        if before:
            alone.state[new] = {key: choose(each) if each.shape == old.shape else each.clone()
                                for key, each in dense.state[old].items()}
    history = []
    for arrived in gradients:
        vector.grad, bias.grad = arrived["weight"][mask].clone(), arrived["bias"].clone()
        alone.step()
        now = torch.zeros_like(parameters["weight"])
        now[mask] = vector.detach()
        history.append({"weight": now, "bias": bias.detach().clone()})
    return history


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("earlier", [0, 2])
def test_remaining_weights(work, optimizer, earlier):
    """masked_step: what remains takes the steps that it would take alone, and what is pruned stays at 0."""
    name, options = optimizer.split()[0], OPTIMIZERS[optimizer]
    for seed in (31, 41):
        parameters = parameters_of("one layer", seed)
        masks = masks_of("one layer", parameters, seed)
        gradients = [parameters_of("one layer", seed + 3 * step) for step in range(1, earlier + 4)]
        before, gradients = gradients[:earlier], gradients[earlier:]
        want = remaining_alone(parameters, masks["weight_mask"], name, options, before, gradients)
        got, _ = work.run(probes.steps, parameters, masks, name, options, before, gradients)
        given = {"optimizer": optimizer, **options, "steps before the pruning": earlier} | masks
        for number, ((now, grads, state), right) in enumerate(zip(got, want), 1):
            compare(now, right, given, f"the parameters after masked step {number}")


@pytest.mark.parametrize("name", ["Momentum", "Centred"])
@pytest.mark.parametrize("earlier", [0, 2])
def test_any_optimizer(work, name, earlier):
    """masked_step: weights, gradients and state are 0 at pruned places before the step and after it, for any optimiser."""
    lr, momentum = 0.25, 0.5
    for seed in (51, 61):
        parameters = parameters_of("one layer", seed)
        masks = masks_of("one layer", parameters, seed)
        mask = masks["weight_mask"]
        gradients = [parameters_of("one layer", seed + 3 * step) for step in range(1, earlier + 4)]
        weight, velocity = parameters["weight"].clone(), torch.zeros_like(parameters["weight"])
        history = []
        for number, arrived in enumerate(gradients):
            remains = mask if number >= earlier else torch.ones_like(mask)
            gradient = arrived["weight"] * remains
            velocity = momentum * velocity * remains + gradient
            velocity = velocity - velocity.mean() if name == "Centred" else velocity
            weight, velocity = (weight * remains - lr * velocity) * remains, velocity * remains
            history.append([weight, gradient, velocity])
        got, calls = work.run(probes.steps, parameters, masks, name, {"lr": lr, "momentum": momentum}, gradients[:earlier],
                              gradients[earlier:])
        given = {"optimizer": "not of torch" + (", takes off the mean velocity" if name == "Centred" else ""), "lr": lr,
                 "momentum": momentum, "steps before the pruning": earlier} | masks
        for number, ((now, grads, state), right) in enumerate(zip(got, history[earlier:]), 1):
            found = [now["weight"], grads["weight"], state.get("velocity")]
            for what, one, other in zip(("weight", "gradient", "velocity in the state"), found, right):
                expect(one, equals=other, given=given, note=f"the {what} after masked step {number}")
        expect(calls, equals=["step"] * 3, given=given, note="the methods of the optimiser that were called in three steps")


def by_multiplication(kind, parameters, masks, name, options, batches):
    """A dense training in which each weight is multiplied by its mask in the forward pass: losses and state_dict."""
    model = probes.make(kind, parameters, {})
    leaves = dict(model.named_parameters())
    optimizer, losses = getattr(torch.optim, name)(model.parameters(), **options), []
    model.train()
    for x, y in batches:
        product = {key: each * masks[f"{key}_mask"] if f"{key}_mask" in masks else each for key, each in leaves.items()}
        predicted = torch.func.functional_call(model, product | dict(model.named_buffers()), (x,))
        loss = (predicted - y).pow(2).sum() / len(x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    state = {key: each.detach().clone() for key, each in model.state_dict().items()}
    return losses, {key: each * masks[f"{key}_mask"] if f"{key}_mask" in masks else each for key, each in state.items()} | masks


def data(kind, seed, sizes=(4, 3, 4)):
    side = (1, 3, 3) if kind == "convolution" else (3,)
    return [(tensor((size, *side), seed + 2 * place), tensor((size, 2), seed + 2 * place + 1))
            for place, size in enumerate(sizes)]


TUNED = [("linear", "SGD"), ("convolution", "Adam"), ("linear", "SGD with Nesterov momentum")]


def check_tuning(work, kind, optimizer, seed, *, which, **options):
    name, settings_ = optimizer.split()[0], OPTIMIZERS[optimizer]
    parameters = parameters_of(kind, seed)
    masks, batches = masks_of(kind, parameters, seed), data(kind, seed + 20)
    want = by_multiplication(kind, parameters, masks, name, settings_, batches)
    got = work.run(probes.tune, kind, parameters, masks, name, settings_, batches, **options)
    given = {"model": kind, "optimizer": optimizer, **settings_} | masks
    if which == "losses":
        expect(got[0], equals=want[0], given=given, note="the losses of the batches")
    else:
        compare(got[1], want[1], given, "the state_dict")
        expect(all(got[2]), equals=True, given=given, note="whether all modules are in training mode afterwards")


@pytest.mark.parametrize("kind, optimizer", TUNED)
def test_fine_tune(work, kind, optimizer):
    """fine_tune: the model learns as one does whose weights are multiplied by the masks; biases, norms, statistics too."""
    for seed in (71, 81):
        check_tuning(work, kind, optimizer, seed, which="state")


@pytest.mark.parametrize("kind, optimizer", TUNED)
def test_losses(work, kind, optimizer):
    """fine_tune: returns the loss of each batch, before its step, as a float; pruned weights are 0 for the first too."""
    for seed in (72, 82):
        check_tuning(work, kind, optimizer, seed, which="losses")


@pytest.mark.parametrize("kind, optimizer", TUNED[:2])
def test_fine_tune_goes_on(work, kind, optimizer):
    """fine_tune: masks may come from a state_dict, and gradients from before count for nothing."""
    for seed in (73, 83):
        check_tuning(work, kind, optimizer, seed, which="state", loaded=True)
        check_tuning(work, kind, optimizer, seed, which="state", stale=True)
