"""What learners get wrong in `residual`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── Residual ────────────────────────────────────────────────────────────────────────────────────────────────────

RUN = "y = self.stage(x.clone())                       # a copy, for a first layer that works in place"
SUM = "y = y + self.shortcut(x)                    # a new tensor: the stage's last layer may have kept y for its gradient"

mistake("residual.Residual.forward", """Your block hands x itself to the stage. If the stage's first layer works in place, it
    writes into x: the shortcut reads what is left of it, and so does the caller. Give the stage a copy, `x.clone()`.""",
        name="stage_writes_into_x", replace="x.clone()", by="x")

mistake("residual.Residual.forward", """Your block keeps a copy for the shortcut and gives x itself to the stage. Its sum is
    right, but where the stage's first layer works in place the caller's x is changed: the copy belongs to the stage.""",
        name="copies_for_the_shortcut", replace=RUN, by="x, kept = x.clone(), x\n        y = self.stage(kept)")

mistake("residual.Residual.forward", """Your block copies x only where it has a shortcut. Without one a layer that works in place
    at the front still writes into the caller's x: the stage always gets a copy.""", name="copies_beside_a_shortcut_only",
        replace=RUN, by="y = self.stage(x if self.shortcut is None else x.clone())")

mistake("residual.Residual.forward", """Your block adds the shortcut into the stage's output, in place. Some layers, such as
    nn.Tanh or nn.ReLU, need their output again for their gradient, and PyTorch raises an error in the backward pass: `y = y +
    …` makes a new tensor.""", name="adds_in_place", replace=SUM, by="y += self.shortcut(x)",
        forms=[{"replace": SUM, "by": "y.add_(self.shortcut(x))"}])

mistake("residual.Residual.forward", """Your block applies the activation before it adds. The sum comes first: after a relu a
    stage could only add what is positive.""", name="activation_before_the_sum",
        replace="return self.activation(y)", by="return y", forms=[
            {"replace": RUN, "by": "y = self.activation(self.stage(x.clone()))"}])

mistake("residual.Residual.forward", """Your block adds x itself and passes the shortcut over. Where the stage changes the shape
    the shortcut is a projection, and x does not fit without it.""", name="adds_x", replace=SUM, by="y = y + x")

mistake("residual.Residual.forward", """Your block cannot do without a shortcut. Where `shortcut` is None the output is
    activation(stage(x)).""", name="needs_a_shortcut", replace="if self.shortcut is not None:", by="if True:")

mistake("residual.Residual.forward", """Your block adds x where it has no shortcut. None means that nothing is added: an
    nn.Identity is the shortcut that hands x on.""", name="adds_x_without_shortcut", replace=SUM,
        by=SUM + "\n        else:\n            y = y + x")

mistake("residual.Residual.forward", """Your block cuts the gradient where it copies x: `detach` and `.data` hand on values
    alone. `clone()` copies, and gradients flow through it.""", name="detaches_the_copy", replace="x.clone()",
        by="x.detach().clone()", forms=[{"replace": "x.clone()", "by": "x.data.clone()"}])

mistake("residual.Residual.forward", """Your block cuts the gradient of the shortcut. The short way back is what a skip
    connection is for.""", name="detaches_the_shortcut", replace="self.shortcut(x)", by="self.shortcut(x.detach())")

# ── shortcut_for ────────────────────────────────────────────────────────────────────────────────────────────────

STRIDE = "stride = tuple(-(-size // smaller) for size, smaller in zip(before[2:], after[2:]))"

mistake("residual.shortcut_for", """Your stride is not the quotient rounded up. 7 pixels become 4 with a stride of 2, though 2
    does not divide 7: a kernel of 1 also stands on the last pixel of an odd row.""", name="stride_rounded_down",
        replace="-(-size // smaller)", by="max(size // smaller, 1)")

mistake("residual.shortcut_for", """Your projection takes the stride of the height along both axes. A stage may halve one axis
    and keep the other.""", name="one_stride", replace=STRIDE, by="stride = (-(-before[2] // after[2]),) * 2")

mistake("residual.shortcut_for", """Your projection has a bias. A batch norm follows it, which subtracts the mean and the bias
    with it.""", name="bias", replace="stride=stride, bias=False", by="stride=stride")

mistake("residual.shortcut_for", """Your projection has no batch norm after its convolution.""", name="no_batch_norm",
        replace=", nn.BatchNorm2d(after[1]))", by=")")

mistake("residual.shortcut_for", """Your shortcut is the identity wherever the channels agree. The size of the image may change
    all the same, and then x cannot be added.""", name="compares_channels_only", replace="if before == after:",
        by="if before[1] == after[1]:")

mistake("residual.shortcut_for", """Your shortcut is always a projection. Where the shapes agree it is an nn.Identity: no
    weights, and the gradient goes back as it is.""", name="always_projects", replace="if before == after:",
        by="if before == after and len(before) != 4:")

mistake("residual.shortcut_for", """Your shortcut does not check where its stride leads to. Between 8 and 6 pixels no stride
    fits, and the sum would fail in every later call: raise ValueError.""", name="checks_no_size",
        replace="if reached != after[2:]:", by="if False:")

mistake("residual.shortcut_for", """Your shortcut does not compare the numbers of examples. A stage that makes two examples of
    one, or one of two, has no shortcut: raise ValueError.""", name="checks_no_batch",
        replace=" or before[0] != after[0]", by="")

# ── add_skips ───────────────────────────────────────────────────────────────────────────────────────────────────

RESTORE = "module.training = training\n\n    blocks"
PUT = "    for name, block in blocks.items():\n"
SHAPES = "shapes = {}                                         # name: (shape that comes in, shape that goes out)"
FINALLY = "    finally:\n        for module, training in modes:"
SPLIT = "body, activation = stage[:-1], stage[-1]"

mistake("residual.add_skips", """Your add_skips leaves the last activation within the stage. The sum comes before it, so it
    moves out of the stage and becomes the block's `activation`.""", name="activation_stays_in_the_stage",
        replace="if len(stage) and isinstance(stage[-1], ACTIVATIONS):", by="if False:")

mistake("residual.add_skips", """Your add_skips takes only nn.ReLU for an activation. ACTIVATIONS names the classes that
    count.""", name="relu_alone", replace="isinstance(stage[-1], ACTIVATIONS)", by="isinstance(stage[-1], nn.ReLU)")

mistake("residual.add_skips", """Your add_skips always takes the last layer for the activation. A stage may end with a
    convolution or a batch norm, which belongs to what is added.""", name="last_layer_is_activation",
        replace="if len(stage) and isinstance(stage[-1], ACTIVATIONS):", by="if len(stage):")

mistake("residual.add_skips", """Your add_skips deletes the activation from the stage that it is given. That Sequential may
    stand in another place of the model too, which would lose it: `stage[:-1]` is a new one of the same layers.""",
        name="cuts_the_stage_itself", replace=SPLIT, by="body, activation = stage, stage[-1]\n            del stage[-1]", forms=[
            {"replace": PUT, "by": PUT + """        stage = model._modules[name]
        if block.stage is not stage:
            stage._modules.popitem()
            block.stage = stage
"""}])

mistake("residual.add_skips", """Your add_skips numbers anew the layers that stay in a stage that is cut. They keep their names,
    by which others find their weights: `stage[:-1]` keeps them.""", name="numbers_anew", replace=SPLIT,
        by="body, activation = nn.Sequential(*list(stage)[:-1]), stage[-1]")

mistake("residual.add_skips", """Your add_skips walks through `names` twice. They may come from a generator, of which nothing is
    left the second time: make a list first, or walk once.""", name="walks_through_names_twice", replace=SHAPES,
        by="for name in names:\n        if not isinstance(model._modules.get(name), nn.Sequential):\n"
           "            raise ValueError(name)\n    " + SHAPES)

mistake("residual.add_skips", """Your add_skips notes the shapes of each module. One stage may stand in two places, with images
    of another size in each: the shapes belong to the name.""", name="shapes_of_the_module",
        replace="shapes[name] = before, tuple(x.shape)",
        by="shapes |= {other: (before, tuple(x.shape)) for other, same in model._modules.items() if same is layer}")

mistake("residual.add_skips", """Your add_skips puts the modes back only where the model raises no error. What stands under
    `finally:` runs in either case.""", name="no_finally", replace=FINALLY,
        by=FINALLY.replace("finally:", "except ZeroDivisionError:\n        raise\n    else:"))

mistake("residual.add_skips", """Your add_skips runs the example in training mode. The running statistics of every batch norm
    move towards those of the example: call `model.eval()` first, and put the modes back afterwards.""",
        name="probes_in_training_mode", replace="    model.eval()\n", by="")

mistake("residual.add_skips", """Your add_skips leaves the model in evaluation mode. Keep the mode of each module, and put it
    back in the end.""", name="stays_in_evaluation_mode", replace=RESTORE, by="pass\n\n    blocks")

mistake("residual.add_skips", """Your add_skips puts all modules into one mode. Some may have been in another one, such as a
    batch norm that is frozen: keep the mode of each module, and restore one by one.""", name="restores_one_mode",
        replace=RESTORE, by="module.training = modes[0][1]\n\n    blocks")

mistake("residual.add_skips", """Your add_skips leaves its new modules in training mode, as they are made. In a model in
    evaluation mode the projection's batch norm would take the statistics of the batch: give them their stage's mode.""",
        name="new_modules_train", replace="module.training = stage.training", by="pass")

mistake("residual.add_skips", """Your add_skips sets the mode of the whole block, and with it that of the layers in the stage.
    Only the new modules take the stage's mode: a batch norm within it may be frozen.""", name="trains_the_whole_block",
        replace="            module.training = stage.training", by="            blocks[name].train(stage.training)")

mistake("residual.add_skips", """Your add_skips makes a projection in float32 for every model. It has the dtype and the device
    of the example, else the first call of a float64 model fails.""", name="float32_projection",
        replace=".to(example.device, example.dtype)", by="")

mistake("residual.add_skips", """Your add_skips runs the model on the caller's example. A first layer that works in place writes
    into it: run a copy.""", name="example_overwritten", replace="example.clone()", by="example")

mistake("residual.add_skips", """Your add_skips walks through `named_children`, which names each module once. A stage that
    stands in two places is not found in the second one.""", name="walks_named_children",
        replace="model._modules.items()", by="model.named_children()")

# ── remove_skips ────────────────────────────────────────────────────────────────────────────────────────────────

mistake("residual.remove_skips", """Your remove_skips looks only at the outermost layers. A block may stand deeper, in another
    block, and the model itself may be one: `modules()` goes through all.""", name="outermost_only",
        replace="model.modules()", by="model.children()")

mistake("residual.remove_skips", """Your remove_skips does not look into the blocks that it finds. A block may stand within
    another: `modules()` goes through all.""", name="stops_at_blocks",
        replace="blocks = [module for module in model.modules() if isinstance(module, Residual) and module.shortcut is not None]",
        by="""def walk(module):
        if isinstance(module, Residual):
            return [module] * (module.shortcut is not None)
        return [block for child in module.children() for block in walk(child)]
    blocks = list(dict.fromkeys(walk(model)))""")

mistake("residual.remove_skips", """Your remove_skips puts an nn.Identity in the place of the shortcut. That *is* a skip
    connection, the plainest one: None means that nothing is added.""", name="identity_for_none",
        replace="block.shortcut = None", by="block.shortcut = nn.Identity()")

mistake("residual.remove_skips", """Your remove_skips counts blocks whose shortcut is None already. It returns how many skip
    connections it took out.""", name="counts_all_blocks", replace=" and module.shortcut is not None]", by="]")
