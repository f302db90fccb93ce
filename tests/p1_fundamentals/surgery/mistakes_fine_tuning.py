"""What learners get wrong in `fine_tuning`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── Weights ─────────────────────────────────────────────────────────────────────────────────────────────────────

WEIGHT = "layer.weight.masked_fill_(~layer.weight_mask, 0)"

mistake("fine_tuning.mask_weights", """Your mask_weights multiplies by the mask. 0 times NaN is NaN, and 0 times infinity
    too: what is pruned is set to 0, whatever it was.""", name="multiplies_weights", replace=WEIGHT,
        by="layer.weight.mul_(layer.weight_mask)",
        forms=[{"replace": WEIGHT, "by": "layer.weight *= layer.weight_mask"}])

mistake("fine_tuning.mask_weights", """Your mask_weights puts other memory or another Parameter in the place of the
    weight. The optimiser holds the one that was there and goes on moving it: change the numbers in place.""",
        name="replaces_weights", replace=WEIGHT,
        by="layer.weight = nn.Parameter(layer.weight.masked_fill(~layer.weight_mask, 0))",
        forms=[{"replace": WEIGHT, "by": "layer.weight.data = layer.weight.data.masked_fill(~layer.weight_mask, 0)"}])

mistake("fine_tuning.mask_weights", """Your mask_weights sets to 0 what remains, and leaves what is pruned. The mask is
    True where the weight remains.""", name="masks_what_remains", replace=WEIGHT,
        by="layer.weight.masked_fill_(layer.weight_mask, 0)")

# ── Gradients ───────────────────────────────────────────────────────────────────────────────────────────────────

GRADIENT = "layer.weight.grad.masked_fill_(~layer.weight_mask, 0)"
THERE = "if layer.weight.grad is not None:"

mistake("fine_tuning.mask_gradients", """Your mask_gradients multiplies by the mask. 0 times NaN is NaN, and 0 times
    infinity too: the gradient of what is pruned is set to 0, whatever it was.""",
        name="multiplies_gradients", replace=GRADIENT,
        by="layer.weight.grad.mul_(layer.weight_mask)",
        forms=[{"replace": GRADIENT, "by": "layer.weight.grad *= layer.weight_mask"}])

mistake("fine_tuning.mask_gradients", """Your mask_gradients puts a new tensor in the place of `grad`. Whoever holds the
    gradient, as a hook or a bucket of gradients of several machines does, has the old one: change it in place.""",
        name="replaces_gradients", replace=GRADIENT,
        by="layer.weight.grad = layer.weight.grad.masked_fill(~layer.weight_mask, 0)")

mistake("fine_tuning.mask_gradients", """Your mask_gradients fails where a weight has no gradient. `grad` is None for a
    frozen layer, and for one that the loss does not depend on: leave it so.""", name="fails_without_gradient", replace=THERE,
        by="if True:")

mistake("fine_tuning.mask_gradients", """Your mask_gradients takes the weights that are 0 for those that are pruned. A
    weight that remains can be 0 and learn again, and a pruned one need not be 0 yet: the mask says which are pruned.""",
        name="masks_gradients_by_zeros", replace=GRADIENT, by="layer.weight.grad.masked_fill_(layer.weight == 0, 0)")

# ── State ───────────────────────────────────────────────────────────────────────────────────────────────────────

STATE = "for value in optimizer.state.get(layer.weight, {}).values():"
TENSORS = "if isinstance(value, Tensor) and value.shape == layer.weight.shape:"
FILL = "value.masked_fill_(~layer.weight_mask, 0)"

mistake("fine_tuning.mask_state", """Your mask_state asks the state for the weight with `[...]`. Where there is no key for
    it yet, a plain dict raises KeyError and the one of torch makes an empty entry: ask with `get`.""", name="asks_by_brackets",
        replace=STATE, by="for value in optimizer.state[layer.weight].values():")

mistake("fine_tuning.mask_state", """Your mask_state goes by the names of what the state holds, and knows some of them.
    Each optimiser has its own, and one that you have not seen may keep any: go through all that the state holds.""",
        name="goes_by_names", replace=STATE, by="""for value in [v for key, v in optimizer.state.get(layer.weight, {}).items()
                  if key == "momentum_buffer"]:""", forms=[
            {"replace": STATE, "by": """for value in [v for key, v in optimizer.state.get(layer.weight, {}).items()
                  if key in ("momentum_buffer", "exp_avg", "exp_avg_sq", "max_exp_avg_sq")]:"""}])

mistake("fine_tuning.mask_state", """Your mask_state applies the mask to tensors of another shape. Beside tensors of the
    weight's shape the state has others, such as the number of steps, to which the mask does not belong.""",
        name="masks_every_tensor", replace=TENSORS, by="if isinstance(value, Tensor):")

mistake("fine_tuning.mask_state", """Your mask_state applies the mask to values that are no tensors. A state may hold
    numbers and None too: ask for the type first.""",
        name="masks_numbers", replace=TENSORS, by="if value.shape == layer.weight.shape:")

mistake("fine_tuning.mask_state", """Your mask_state multiplies by the mask. 0 times NaN is NaN, and 0 times infinity too:
    what is remembered of a pruned weight is set to 0, whatever it was.""", name="multiplies_state", replace=FILL,
        by="value.mul_(layer.weight_mask)", forms=[{"replace": FILL, "by": "value *= layer.weight_mask"}])


@mistake("fine_tuning.mask_state", """Your mask_state throws away all that the optimiser remembers, also of the weights
    that remain. They would begin again without momentum: set to 0 only what belongs to pruned weights.""")
def forgets_everything(model, optimizer):
    optimizer.state.clear()


# ── Steps ───────────────────────────────────────────────────────────────────────────────────────────────────────

TWICE = """for take in (optimizer.step, lambda: None):
        mask_weights(model)
        mask_gradients(model)
        mask_state(model, optimizer)
        take()"""

mistake("fine_tuning.masked_step", """Your masked_step masks the gradients and nothing else. Momentum from before the
    pruning goes on moving pruned weights, with a gradient of 0 too: mask the state, and the weights after the step.""",
        name="gradients_only", replace=TWICE, by="mask_gradients(model)\n    optimizer.step()")

mistake("fine_tuning.masked_step", """Your masked_step sets the weights back to 0 and lets the optimiser see the gradients
    of what is pruned. It remembers them, and where its step looks at all weights together the others get another step:
    mask the gradients too.""", name="weights_only", replace=TWICE, by="optimizer.step()\n    mask_weights(model)")

mistake("fine_tuning.masked_step", """Your masked_step leaves the optimiser's state as it is. What is remembered
    from before the pruning stays in it, and counts wherever a step looks at all weights together: mask the state before
    the step and after it.""",
        name="leaves_the_state", replace=TWICE,
        by="mask_weights(model)\n    mask_gradients(model)\n    optimizer.step()\n    mask_weights(model)",
        forms=[{"replace": TWICE, "by": "mask_gradients(model)\n    optimizer.step()\n    mask_weights(model)"}])

mistake("fine_tuning.masked_step", """Your masked_step masks before the step and not after it. An optimiser whose step
    looks at all weights together can move those that are pruned: set them to 0 again, and what it remembers of them.""",
        name="masks_before_only", replace=TWICE,
        by="mask_weights(model)\n    mask_gradients(model)\n    mask_state(model, optimizer)\n    optimizer.step()")

mistake("fine_tuning.masked_step", """Your masked_step masks the state only after the step, so in the first step the
    momentum from before the pruning counts: the optimiser is to see 0 there already.""", name="masks_the_state_after_only",
        replace=TWICE, by="""mask_weights(model)
    mask_gradients(model)
    optimizer.step()
    mask_weights(model)
    mask_gradients(model)
    mask_state(model, optimizer)""")

mistake("fine_tuning.masked_step", """Your masked_step masks the gradients after the step, when the optimiser has used
    them. Mask them before it.""", name="masks_gradients_too_late", replace=TWICE,
        by="optimizer.step()\n    mask_weights(model)\n    mask_gradients(model)\n    mask_state(model, optimizer)")

mistake("fine_tuning.masked_step", """Your masked_step also calls zero_grad. It takes one step with the gradients that are
    there, and does not throw them away: who calls it may want to look at them.""", name="step_zeroes_gradients",
        replace=TWICE, by=TWICE + "\n    optimizer.zero_grad()")

# ── The loop ────────────────────────────────────────────────────────────────────────────────────────────────────

mistake("fine_tuning.fine_tune", """Your fine_tune lets gradients add up: `backward` adds to what is in `grad`. Call
    zero_grad before it, for the first batch too.""", name="gradients_add_up", replace="optimizer.zero_grad()", by="pass")

mistake("fine_tuning.fine_tune", """Your fine_tune throws gradients away only after each step, so those that are there
    when it is called count in the first step. Call zero_grad before `backward`.""", name="zeroes_after_the_step",
        replace="""optimizer.zero_grad()
        value = loss(model(x), y)
        value.backward()
        masked_step(model, optimizer)""", by="""value = loss(model(x), y)
        value.backward()
        masked_step(model, optimizer)
        optimizer.zero_grad()""")

mistake("fine_tuning.fine_tune", """Your fine_tune takes the optimiser's own step, in which pruned weights move. Each step
    is a masked_step.""", name="takes_dense_steps", replace="masked_step(model, optimizer)", by="optimizer.step()")

mistake("fine_tuning.fine_tune", """Your fine_tune computes the first loss with pruned weights as they come. They may have
    been loaded from a model that was not pruned: call mask_weights before the first batch.""", name="first_loss_is_dense",
        replace="mask_weights(model)\n", by="\n")

mistake("fine_tuning.fine_tune", """Your fine_tune leaves the model in evaluation mode. Batch norm then uses its old
    statistics, which belong to the model before the pruning, and does not learn new ones: call `model.train()`.""",
        name="stays_in_evaluation_mode", replace="model.train()\n", by="\n")

mistake("fine_tuning.fine_tune", """Your fine_tune trains in training mode, and changes the mode at the end. The model is to
    stay in training mode: when to evaluate is for the caller to say.""", name="ends_in_evaluation_mode",
        replace="return losses", by="model.eval()\n    return losses")

mistake("fine_tuning.fine_tune", """Your fine_tune returns tensors. The losses are to be floats: `value.item()` is the
    number in a tensor of shape (), and does not hold on to the graph behind it.""", name="returns_tensors",
        replace="losses.append(value.item())", by="losses.append(value)",
        forms=[{"replace": "losses.append(value.item())", "by": "losses.append(value.detach())"}])

mistake("fine_tuning.fine_tune", """Your fine_tune reports the loss after each step, and calls the model once more for it.
    What is wanted is the loss that the step was taken by; and each call in training mode moves the norms' statistics.""",
        name="loss_after_the_step", replace="losses.append(value.item())", by="losses.append(loss(model(x), y).item())")
