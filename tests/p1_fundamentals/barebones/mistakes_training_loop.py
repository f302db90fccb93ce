"""What learners get wrong in `training_loop`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── batches ─────────────────────────────────────────────────────────────────────────────────────────────────────

CUT = "return list(zip(x.split(batch_size), y.split(batch_size)))"


def drops_by_counting(x, y, *, batch_size, generator=None):
    order = torch.arange(len(x)) if generator is None else torch.randperm(len(x), generator=generator)
    for number in range(len(x) // batch_size):
        rows = order[number * batch_size:(number + 1) * batch_size]
        yield x[rows], y[rows]


mistake("training_loop.batches", """Your batches drops the last batch where the samples do not fill it. Every sample belongs
    to the epoch, so the last batch may be smaller: in an evaluation the missing samples would never be looked at.""",
        name="drops_the_last_batch", replace=CUT,
        by="return [(x[i:i + batch_size], y[i:i + batch_size]) for i in range(0, len(x) - batch_size + 1, batch_size)]",
        forms=[drops_by_counting, {"replace": CUT, "by": """whole = len(x) // batch_size * batch_size
    return list(zip(x[:whole].split(batch_size), y[:whole].split(batch_size))) if whole else []"""}])

mistake("training_loop.batches", """Your batches draws one order for x and another for y, so samples come with the labels of
    others, and nothing can be learned. Draw one order, and index both with it.""", name="shuffles_both_apart",
        replace="x, y = x[order], y[order]", by="x, y = x[order], y[torch.randperm(len(y), generator=generator)]")

mistake("training_loop.batches", """Your batches shuffles x and leaves y as it is, so samples come with the labels of others.
    Index both with the same order.""", name="shuffles_x_alone", replace="x, y = x[order], y[order]", by="x = x[order]")

mistake("training_loop.batches", """Your batches shuffles y and leaves x as it is, so samples come with the labels of others.
    Index both with the same order.""", name="shuffles_y_alone", replace="x, y = x[order], y[order]", by="y = y[order]")

mistake("training_loop.batches", """Your batches starts its random numbers anew in each call, so every epoch has the same
    order. Leave the seed alone and draw from `generator` as it comes: each draw moves it on.""", name="seeds_anew",
        replace="order = torch.randperm(len(x), generator=generator)",
        by="order = torch.randperm(len(x), generator=generator.manual_seed(generator.initial_seed()))",
        forms=[{"replace": "order = torch.randperm(len(x), generator=generator)", "by":
                "order = torch.randperm(len(x), generator=torch.Generator().manual_seed(generator.initial_seed()))"}])

mistake("training_loop.batches", """Your batches has the same order in every call, whatever `generator` it is given: the
    seed is a number in your code. Draw from `generator` as it comes.""", name="seeds_with_a_number",
        replace="order = torch.randperm(len(x), generator=generator)",
        by="order = torch.randperm(len(x), generator=generator.manual_seed(0))",
        forms=[{"replace": "order = torch.randperm(len(x), generator=generator)",
                "by": f"order = torch.randperm(len(x), generator=torch.Generator().manual_seed({seed}))"}
               for seed in (0, 42)])

mistake("training_loop.batches", """Your batches takes its order from the global random numbers, not from `generator`. A run
    is then another one when anything before it draws a random number: hand the generator to torch.randperm.""",
        name="draws_from_the_global_generator", replace="torch.randperm(len(x), generator=generator)",
        by="torch.randperm(len(x))", forms=[{"replace": "torch.randperm(len(x), generator=generator)",
                                             "by": "torch.rand(len(x)).argsort()"}])

mistake("training_loop.batches", """Your batches draws row numbers one by one, so some samples come twice in an epoch and
    others not at all. An epoch has every sample once: take a random order, as torch.randperm gives it.""",
        name="draws_with_replacement", replace="torch.randperm(len(x), generator=generator)",
        by="torch.randint(len(x), (len(x),), generator=generator)")


def shuffles_the_list_of_batches(x, y, *, batch_size, generator=None):
    pairs = [(x[i:i + batch_size], y[i:i + batch_size]) for i in range(0, len(x), batch_size)]
    if generator is not None:
        pairs = [pairs[i] for i in torch.randperm(len(pairs), generator=generator)]
    return pairs


mistake("training_loop.batches", """Your batches shuffles the batches and not the samples: the same samples are together in
    every epoch. Shuffle first, and cut into batches after it.""", name="shuffles_whole_batches",
        replace="x, y = x[order], y[order]\n\n    " + CUT, by="""pass
    pairs = list(zip(x.split(batch_size), y.split(batch_size)))
    if generator is not None:
        pairs = [pairs[i] for i in torch.randperm(len(pairs), generator=generator).tolist()]
    return pairs""", forms=[shuffles_the_list_of_batches])


def shuffles_in_each_batch(x, y, *, batch_size, generator=None):
    for i in range(0, len(x), batch_size):
        inputs, labels = x[i:i + batch_size], y[i:i + batch_size]
        if generator is not None:
            order = torch.randperm(len(inputs), generator=generator)
            inputs, labels = inputs[order], labels[order]
        yield inputs, labels


mistake("training_loop.batches", """Your batches shuffles inside of each batch only: the same samples are together in every
    epoch, and a step sums over them in whatever order. Shuffle all samples first, and cut into batches after it.""",
        name="shuffles_inside_of_batches", replace="order = torch.randperm(len(x), generator=generator)",
        by="order = torch.cat([i + torch.randperm(min(batch_size, len(x) - i), generator=generator)\n"
           "                           for i in range(0, len(x), batch_size)])", forms=[shuffles_in_each_batch])

mistake("training_loop.batches", """Your batches shuffles also where there is no generator. The samples come in their order
    then, as an evaluation wants them.""", name="always_shuffles", replace="if generator is not None:", by="if True:")

mistake("training_loop.batches", """Your batches never shuffles: with a generator the samples come in a random order. Sorted
    data, first all of one class and then all of the next, teach a network one class after the other.""",
        name="never_shuffles", replace="if generator is not None:", by="if False:")

mistake("training_loop.batches", """Your batches shuffles the tensors that it is given, in place. They belong to the caller,
    whose data lie in another order afterwards: index into a copy.""", name="shuffles_in_place",
        replace="x, y = x[order], y[order]", by="x[:], y[:] = x[order], y[order]",
        forms=[{"replace": "x, y = x[order], y[order]", "by": "x.copy_(x[order])\n        y.copy_(y[order])"}])

mistake("training_loop.batches", """Your batches makes `batch_size` batches. It is the number of samples in a batch, which
    `split` takes; `chunk` takes the number of pieces.""", name="takes_batch_size_for_their_number", replace=CUT,
        by="return list(zip(x.chunk(batch_size), y.chunk(batch_size)))")

# ── sgd_step ────────────────────────────────────────────────────────────────────────────────────────────────────

STEP = "parameter -= lr * gradient"


def puts_new_tensors_into_the_list(parameters, gradients, *, lr):
    for i, gradient in enumerate(gradients):
        parameters[i] = parameters[i] - lr * gradient


def puts_all_new_tensors_into_the_list(parameters, gradients, *, lr):
    parameters[:] = [parameter - lr * gradient for parameter, gradient in zip(parameters, gradients)]


mistake("training_loop.sgd_step", """Your sgd_step makes new tensors, and the model goes on computing with the old ones, which
    never move. `p = p - …` gives the name to another tensor; `p -= …`, or `sub_`, changes the tensor itself.""",
        name="makes_new_tensors", replace=STEP, by="parameter = parameter - lr * gradient",
        forms=[puts_new_tensors_into_the_list, puts_all_new_tensors_into_the_list])

mistake("training_loop.sgd_step", """Your sgd_step goes along the gradient, uphill: the loss grows. The gradient points to
    where the loss rises, and the step goes the other way.""", name="goes_uphill",
        replace=STEP, by="parameter += lr * gradient",
        forms=[{"replace": STEP, "by": "parameter.add_(gradient, alpha=lr)"}])

mistake("training_loop.sgd_step", """Your sgd_step multiplies the gradients in place. They belong to the model, and are only
    read here: `lr * gradient` is a new tensor.""", name="scales_the_gradients", replace=STEP,
        by="gradient *= lr\n        parameter -= gradient",
        forms=[{"replace": STEP, "by": "parameter.sub_(gradient.mul_(lr))"},
               {"replace": STEP, "by": "parameter += gradient.mul_(-lr)"}])

mistake("training_loop.sgd_step", """Your sgd_step raises IndexError for a parameter of the shape (): it has no axis that
    `[:]` could stand for. `p -= …` works for every shape.""", name="slices_scalars", replace=STEP,
        by="parameter[:] = parameter - lr * gradient", forms=[{"replace": STEP, "by": "parameter[:] -= lr * gradient"}])

mistake("training_loop.sgd_step", """Your sgd_step moves a copy where the parameter is a view that does not lie in one piece
    in memory, and the parameter itself stays. `reshape`, `flatten` and `contiguous` give the tensor itself only where
    it does: change the parameter itself.""", name="moves_a_copy_of_a_view", replace=STEP,
        by="parameter.reshape(-1).sub_(lr * gradient.reshape(-1))",
        forms=[{"replace": STEP, "by": "parameter.contiguous().sub_(lr * gradient)"},
               {"replace": STEP, "by": "parameter.flatten().sub_(lr * gradient.flatten())"}])

mistake("training_loop.sgd_step", """Your sgd_step goes by the gradient itself, whatever `lr` is. The learning rate says how
    far: multiply by it.""", name="forgets_lr", replace=STEP, by="parameter -= gradient")

mistake("training_loop.sgd_step", """Your sgd_step moves the first parameter only: it returns inside of the loop.""",
        name="returns_inside_of_the_loop", replace=STEP, by=STEP + "\n        return")

# ── train ───────────────────────────────────────────────────────────────────────────────────────────────────────

ASK = "loss, gradients = model.loss_and_gradients(inputs, labels)"
MOVE = "sgd_step(model.parameters, gradients, lr=lr)"
ADD = "total += loss.item() * len(inputs)                        # the batch's mean counts for each of its samples"
EPOCH = f"""total = 0.0
            for inputs, labels in batches(x, y, batch_size=batch_size, generator=generator):
                {ASK}
                {MOVE}
                {ADD}
            losses.append(total / len(x))"""


def means_of_a_list(model, x, y, *, epochs, batch_size, lr, generator):
    losses, before = [], model.training
    model.training = True
    try:
        for epoch in range(epochs):
            of_batches = []
            for inputs, labels in batches(x, y, batch_size=batch_size, generator=generator):
                loss, gradients = model.loss_and_gradients(inputs, labels)
                sgd_step(model.parameters, gradients, lr=lr)
                of_batches.append(loss.item())
            losses.append(sum(of_batches) / len(of_batches))
    finally:
        model.training = before
    return losses


mistake("training_loop.train", """Your train returns the mean of the batches' means. Where the last batch is smaller, each of
    its samples counts more than the others: weight each batch's loss with its number of samples, and divide by the
    number of all.""", name="means_over_batches", replace=EPOCH, by=f"""total, number = 0.0, 0
            for inputs, labels in batches(x, y, batch_size=batch_size, generator=generator):
                {ASK}
                {MOVE}
                total, number = total + loss.item(), number + 1
            losses.append(total / number)""", forms=[means_of_a_list])

mistake("training_loop.train", """Your train multiplies each batch's loss by `batch_size`. The last batch may be smaller: what
    counts is how many samples came.""", name="weights_with_batch_size", replace="loss.item() * len(inputs)",
        by="loss.item() * batch_size")

mistake("training_loop.train", """Your train adds up the batches' mean losses and divides the sum by the number of samples.
    A mean over a batch stands for all of its samples: multiply it by their number first.""",
        name="forgets_the_weights", replace="loss.item() * len(inputs)", by="loss.item()")

mistake("training_loop.train", """Your train returns sums. The loss of an epoch is a mean, so that it does not grow with the
    number of samples: divide by it.""", name="sums_over_the_epoch", replace="losses.append(total / len(x))",
        by="losses.append(total)")

mistake("training_loop.train", """Your train returns the loss of each epoch's last batch. The loss of an epoch is the mean
    over all its samples.""", name="keeps_the_last_batch", replace="losses.append(total / len(x))",
        by="losses.append(loss.item())")

mistake("training_loop.train", """Your train never sets its sum back to 0, so each epoch's loss has those of all epochs before
    it in it. Begin each epoch with a sum of 0.""", name="never_resets_the_sum",
        replace="for _ in range(epochs):\n            total = 0.0\n", by="total = 0.0\n        for _ in range(epochs):\n")

mistake("training_loop.train", """Your train returns tensors. The losses are to be floats: `loss.item()` is the number in a
    tensor of shape ().""", name="returns_tensors", replace="loss.item() * len(inputs)", by="loss * len(inputs)")

mistake("training_loop.train", """Your train returns the loss of every batch. One number is wanted for each epoch, the mean over
    its samples.""", name="keeps_every_batch", replace=f"{ADD}\n            losses.append(total / len(x))",
        by="losses.append(loss.item())")

mistake("training_loop.train", """Your train adds the gradients of several batches up and steps with the sum. Each step takes
    the gradients of its own batch alone: the others were computed for parameters that have moved since.""",
        name="accumulates_gradients", replace=EPOCH, by=f"""total, summed = 0.0, None
            for inputs, labels in batches(x, y, batch_size=batch_size, generator=generator):
                {ASK}
                summed = gradients if summed is None else [old + new for old, new in zip(summed, gradients)]
                sgd_step(model.parameters, summed, lr=lr)
                total += loss.item() * len(inputs)
            losses.append(total / len(x))""", forms=[
            {"replace": MOVE, "by": """summed = gradients if not losses and not total else [
                    old + new for old, new in zip(summed, gradients)]
                sgd_step(model.parameters, summed, lr=lr)"""}])

mistake("training_loop.train", """Your train steps once an epoch. A step belongs to each batch, right after its gradients:
    that is what the small batches are for.""", name="steps_once_an_epoch",
        replace=f"{MOVE}\n                {ADD}", by=f"{ADD}\n            {MOVE}",
        forms=[{"replace": EPOCH, "by": f"""total, summed = 0.0, None
            for inputs, labels in batches(x, y, batch_size=batch_size, generator=generator):
                {ASK}
                summed = gradients if summed is None else [old + new for old, new in zip(summed, gradients)]
                total += loss.item() * len(inputs)
            sgd_step(model.parameters, summed, lr=lr)
            losses.append(total / len(x))"""}])

mistake("training_loop.train", """Your train divides by the number of samples in a batch. The model's loss is a mean, and its
    gradients are divided already: the steps are too small by that factor.""", name="divides_a_second_time",
        replace="lr=lr)", by="lr=lr / len(inputs))",
        forms=[{"replace": "lr=lr)", "by": "lr=lr / batch_size)"}])

def steps_with_new_tensors(model, x, y, *, epochs, batch_size, lr, generator):
    losses, before = [], model.training
    model.training = True
    try:
        for epoch in range(epochs):
            total = 0.0
            for inputs, labels in batches(x, y, batch_size=batch_size, generator=generator):
                loss, gradients = model.loss_and_gradients(inputs, labels)
                for p, g in zip(model.parameters, gradients):
                    p = p - lr * g
                total += loss.item() * len(labels)
            losses.append(total / len(y))
    finally:
        model.training = before
    return losses


mistake("training_loop.train", """Your train puts new tensors into `model.parameters`, and the model's layers go on computing
    with the old ones, which never move. `sgd_step` changes the tensors themselves.""", name="replaces_the_parameters",
        replace=MOVE, by="model.parameters = [p - lr * g for p, g in zip(model.parameters, gradients)]",
        forms=[{"replace": MOVE, "by": "model.parameters[:] = [p - lr * g for p, g in zip(model.parameters, gradients)]"}])

mistake("training_loop.train", """Your train never moves the tensors that the model holds. `loss_and_gradients` changes nothing
    by itself, and `p = p - …` gives the name p to a new tensor: call `sgd_step` after each batch.""",
        name="never_steps", replace=MOVE, by="pass", forms=[steps_with_new_tensors])


def draws_before_the_epochs(model, x, y, *, epochs, batch_size, lr, generator):
    pairs = list(batches(x, y, batch_size=batch_size, generator=generator))
    losses, before = [], model.training
    model.training = True
    try:
        for epoch in range(epochs):
            total = 0.0
            for inputs, labels in pairs:
                loss, gradients = model.loss_and_gradients(inputs, labels)
                sgd_step(model.parameters, gradients, lr=lr)
                total += loss.item() * len(labels)
            losses.append(total / len(y))
    finally:
        model.training = before
    return losses


mistake("training_loop.train", """Your train has the same order in every epoch. Call `batches` inside of the loop over the
    epochs, with the `generator` as it comes: each call draws a new order.""", name="draws_once_for_all_epochs",
        replace="generator=generator)", by="generator=generator.manual_seed(generator.initial_seed()))",
        forms=[draws_before_the_epochs])

mistake("training_loop.train", """Your train seeds its own random numbers, and always has the same orders. Hand the
    `generator` on that came in, and who calls train decides.""", name="seeds_with_a_number_of_its_own",
        replace="generator=generator)", by="generator=torch.Generator().manual_seed(len(losses)))",
        forms=[{"replace": "generator=generator)", "by": f"generator=torch.Generator().manual_seed({seed} + len(losses)))"}
               for seed in (1, 42)])

mistake("training_loop.train", """Your train does not hand its `generator` on, so every epoch goes through the samples in the
    order in which they lie. Without a generator, `batches` does not shuffle.""", name="does_not_hand_the_generator_on",
        replace="batch_size=batch_size, generator=generator)", by="batch_size=batch_size)")

TRAINING = """Your train leaves the mode as it comes. The model is to compute in training mode, in which dropout drops and
    batch norm takes the statistics of the batch: set `training` to True first."""

mistake("training_loop.train", TRAINING, name="does_not_set_training_mode",
        replace="before, model.training = model.training, True", by="before = model.training")

mistake("training_loop.train", """Your train leaves the model in another mode than it came in. Keep what `training` was, and
    put it back in the end.""", name="does_not_restore_the_mode", replace="model.training = before", by="pass",
        forms=[{"replace": "model.training = before", "by": "model.training = False"}])

RESTORED = """Your {} restores `training` at the end, and the end is not reached where the model raises an error. What stands
    under `finally:` runs in either case."""

mistake("training_loop.train", RESTORED.format("train"), name="restores_the_mode_without_finally",
        replace="    finally:\n        model.training = before", by="    finally:\n        pass\n    model.training = before")

mistake("training_loop.train", """Your train catches the error that the model raises, and the caller learns nothing of it.
    `try:` with `finally:` and without `except` restores the mode and lets the error go on.""", name="swallows_errors",
        replace="    finally:", by="    except Exception:\n        pass\n    finally:",
        forms=[{"replace": "model.training = before\n    return losses",
                "by": "model.training = before\n        return losses"}])

# ── evaluate ────────────────────────────────────────────────────────────────────────────────────────────────────

COUNT = "right += (predicted == labels).sum().item()"


def means_of_accuracies(model, x, y, *, batch_size):
    accuracies, before = [], model.training
    model.training = False
    try:
        for inputs, labels in batches(x, y, batch_size=batch_size):
            hits = model(inputs).argmax(dim=1) == labels
            accuracies.append(hits.float().mean().item())
    finally:
        model.training = before
    return sum(accuracies) / len(accuracies)


mistake("training_loop.evaluate", """Your evaluate returns the mean of the batches' accuracies. Where the last batch is smaller,
    each of its samples counts more than the others: count the right ones over all batches, and divide once.""",
        name="means_of_the_accuracies", replace=COUNT,
        by="right += (predicted == labels).double().mean().item() * len(x) / -(-len(x) // batch_size)",
        forms=[means_of_accuracies])

mistake("training_loop.evaluate", """Your evaluate divides by the samples that full batches would have. The last batch may be
    smaller: divide by the number of samples.""", name="divides_by_full_batches", replace="right / len(x)",
        by="right / (-(-len(x) // batch_size) * batch_size)")

mistake("training_loop.evaluate", """Your evaluate returns how many samples are right. The accuracy is their share: divide by
    the number of samples.""", name="returns_the_number", replace="right / len(x)", by="right",
        forms=[{"replace": "right / len(x)", "by": "float(right)"}])

mistake("training_loop.evaluate", """Your evaluate returns per cent. The accuracy is a share, 1.0 where all are right.""",
        name="returns_per_cent", replace="right / len(x)", by="100 * right / len(x)")

mistake("training_loop.evaluate", """Your evaluate returns a tensor. The accuracy is to be a float: `.item()` is the number in
    a tensor of shape ().""", name="returns_a_tensor", replace="(predicted == labels).sum().item()",
        by="(predicted == labels).sum()")

mistake("training_loop.evaluate", """Your evaluate returns the accuracy of the last batch. It is to be that of all samples:
    count the right ones over all batches.""", name="counts_the_last_batch", replace=COUNT,
        by="right = (predicted == labels).double().mean().item() * len(x)")

mistake("training_loop.evaluate", """Your evaluate takes the smallest logit for the prediction. The largest belongs to the most
    probable class.""", name="takes_the_smallest", replace="argmax", by="argmin")

mistake("training_loop.evaluate", """Your evaluate looks for the largest logit down the batch. A row is one sample, and its
    classes lie along axis 1.""", name="goes_down_the_batch", replace="argmax(dim=1)", by="argmax(dim=0)",
        forms=[{"replace": "argmax(dim=1)", "by": "argmax(0)"}])

mistake("training_loop.evaluate", """Your evaluate hands the model all samples at once. It is to see at most `batch_size` of
    them in a call: a test set whose activations fill the memory is why there are batches here.""",
        name="hands_over_all_at_once", replace="batch_size=batch_size", by="batch_size=len(x)")

mistake("training_loop.evaluate", """Your evaluate leaves the mode as it comes. The model is to compute in evaluation mode, with
    no dropout and with batch norm's running statistics: set `training` to False first.""",
        name="does_not_set_evaluation_mode", replace="before, model.training = model.training, False",
        by="before = model.training")

mistake("training_loop.evaluate", """Your evaluate leaves the model in another mode than it came in. In the next epoch of a
    training, dropout would be off: keep what `training` was, and put it back in the end.""",
        name="evaluate_does_not_restore_the_mode", replace="model.training = before", by="pass")

mistake("training_loop.evaluate", """Your evaluate always ends in training mode. Who evaluates twice, or a model that is not
    trained now, has `training` changed: put back what it was.""", name="ends_in_training_mode",
        replace="model.training = before", by="model.training = True")

mistake("training_loop.evaluate", RESTORED.format("evaluate"), name="evaluate_restores_the_mode_without_finally",
        replace="    finally:\n        model.training = before", by="    finally:\n        pass\n    model.training = before")
