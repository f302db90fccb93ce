"""What learners get wrong in `backward`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake


@mistake("backward.topological_order", """Your topological_order calls itself for each parent. A chain of a
    few hundred operations fits on Python's stack, ten thousand do not: keep a stack of your own, a list.""")
def recurses(output):
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent in node.parents:
                if parent.requires_grad:
                    visit(parent)
            order.append(node)
    visit(output)
    return order[::-1]


@mistake("backward.topological_order", """Your topological_order goes level by level and keeps a tensor where
    it meets it first. Along another way the tensor may lie deeper, below one that comes later; it must come
    after all that were made from it.""")
def goes_level_by_level(output):
    order, seen = [output], {output}
    for node in order:
        for parent in node.parents:
            if parent.requires_grad and parent not in seen:
                seen.add(parent)
                order.append(parent)
    return order


@mistake("backward.topological_order", """Your topological_order takes a tensor as soon as it comes off the stack. By
    then only one of the tensors that were made from it may have had its turn; it must come after all of them. Take a
    tensor when all its parents are taken, and turn the order round in the end.""")
def takes_a_tensor_when_it_is_met(output):
    order, seen, stack = [], set(), [output]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            order.append(node)
            stack.extend(parent for parent in node.parents if parent.requires_grad)
    return order


@mistake("backward.topological_order", """The order is right, but your topological_order keeps what it has seen in a
    list. To look for a tensor in a list is to go through it: in a graph of 20,000 tensors that is done for each of
    their parents. A set finds it at once.""")
def keeps_the_seen_in_a_list(output):
    order, seen, stack = [], [], [(output, False)]
    while stack:
        node, parents_are_in = stack.pop()
        if parents_are_in:
            order.append(node)
        elif node not in seen:
            seen.append(node)
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents if parent.requires_grad)
    return order[::-1]


@mistake("backward.topological_order", """Your topological_order puts parents first: that is the order of the
    forward pass. Going back, the output comes first.""")
def orders_forward(output):
    order, seen, stack = [], set(), [(output, False)]
    while stack:
        node, parents_are_in = stack.pop()
        if parents_are_in:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents if parent.requires_grad)
    return order


def keeps_the_seen_for_ever(output, seen=set()):  # noqa: B006
    order, stack = [], [(output, False)]
    while stack:
        node, parents_are_in = stack.pop()
        if parents_are_in:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents if parent.requires_grad)
    return order[::-1]


@mistake("backward.topological_order", """What one call of your topological_order has visited counts as visited in the next one too: a flag that
    stays on the tensors does that, and so does a set that outlives the call, such as a default argument. A second walk then
    finds nothing. Each call starts with an empty set of its own.""", forms=[keeps_the_seen_for_ever])
def leaves_marks_on_the_tensors(output):
    order, stack = [], [(output, False)]
    while stack:
        node, parents_are_in = stack.pop()
        if parents_are_in:
            order.append(node)
        elif not getattr(node, "visited", False):
            node.visited = True
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents if parent.requires_grad)
    return order[::-1]


mistake("backward.topological_order", """Your topological_order holds a tensor that requires no gradient. Such tensors are left out, with what is
    reached only through them.""", name="takes_every_tensor", replace=" if parent.requires_grad", by="",
        forms=[{"replace": " if parent.requires_grad", "by": " if parent.parents or parent.requires_grad"}])


mistake("backward.topological_order", """Your topological_order leaves out a tensor that requires no gradient, but walks through it. What is reached only
    through such tensors is left out too: no gradient gets there.""", name="walks_through_what_requires_none",
        replace=" if parent.requires_grad)\n    return order[::-1]",
        by=")\n    return [node for node in order[::-1] if node.requires_grad]",
        forms=[{"replace": """            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents if parent.requires_grad)""", "by": """            if node.requires_grad:
                order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents)"""}])


mistake("backward.topological_order", """Your topological_order leaves out the leaves. They belong to the tensors from which the output was made: to reach
    them is what the walk is for.""", name="leaves_out_the_leaves", replace="if parent.requires_grad", by="if parent.requires_grad and parent.parents",
        forms=[{"replace": "return order[::-1]", "by": "return [node for node in order[::-1] if node.parents]"}])


mistake("backward.topological_order", """Your topological_order leaves out the output itself. It comes first: the walk begins with its vjp.""",
        name="leaves_out_the_output", replace="return order[::-1]", by="return order[-2::-1]",
        forms=[{"replace": "return order[::-1]", "by": "return order[:-1][::-1]"}])


def counts_each_time_and_takes_off_once(output):
    uses, todo = {output: 0}, [output]
    while todo:
        for parent in todo.pop().parents:
            if parent.requires_grad:
                if parent not in uses:
                    uses[parent] = 0
                    todo.append(parent)
                uses[parent] += 1
    order, ready = [], [output]
    while ready:
        node = ready.pop()
        order.append(node)
        for parent in set(node.parents):
            if parent.requires_grad:
                uses[parent] -= 1
                if uses[parent] == 0:
                    ready.append(parent)
    return order


@mistake("backward.topological_order", """Your topological_order counts for how many tensors each one was used, but not in the way in which it takes them off
    again. In x * x the one x is a parent twice: counted once and taken off twice, it comes before another that was made
    from it; counted twice and taken off once, it never comes.""",
         forms=[counts_each_time_and_takes_off_once])
def counts_a_repeated_parent_in_two_ways(output):
    uses, todo = {output: 0}, [output]
    while todo:
        for parent in set(todo.pop().parents):
            if parent.requires_grad:
                if parent not in uses:
                    uses[parent] = 0
                    todo.append(parent)
                uses[parent] += 1
    order, ready = [], [output]
    while ready:
        node = ready.pop()
        order.append(node)
        for parent in node.parents:
            if parent.requires_grad:
                uses[parent] -= 1
                if uses[parent] == 0:
                    ready.append(parent)
    return order


mistake("backward.backward", """After a second backward pass over the same graph the gradients are those of one pass.
    Gradients add up until somebody sets them to None: so the gradients of several losses, or of several small batches, are
    summed. `node.grad = gradient` replaces what was there, and a pass that takes the graph apart leaves the next one
    nothing to walk.""", name="overwrites_the_gradient",
        replace="np.array(gradient if node.grad is None else node.grad + gradient)",
        by="np.array(gradient)",
         forms=[{"replace": "zip(node.parents, node.parent_gradients(gradient)):",
                 "by": "zip(node.parents, node.parent_gradients(gradient)):\n            node.parents = ()"}])


mistake("backward.backward", """Where a tensor is used twice, your backward keeps only the gradient that came
    last. What flows to it from each use is summed.""", name="keeps_the_last_use",
        replace="np.asarray(gradients[parent] + flow) if parent in gradients else flow",
        by="flow")


@mistake("backward.backward", """Your backward sums gradients in place, with +=. A vjp may return one array
    for two parents, as that of add does: adding to the gradient of the one changes the other's. Make a new
    array for the sum.""",
         forms=[{"replace": "gradients[parent] = np.asarray(gradients[parent] + flow) if parent in gradients else flow",
                 "by": "gradients[parent] = np.add(gradients[parent], flow, out=gradients[parent]) if parent in gradients else flow"}])
def adds_in_place(output, grad=None):
    if not output.requires_grad or grad is None and output.data.size != 1:
        raise ValueError("no gradient")
    grad = np.ones_like(output.data) if grad is None else grad
    if grad.shape != output.shape:
        raise ValueError("another shape")
    gradients = {output: grad}
    for node in topological_order(output):
        gradient = gradients.pop(node, None)
        if gradient is None:
            continue
        if not node.parents:
            node.grad = np.array(gradient if node.grad is None else node.grad + gradient)
            continue
        for parent, flow in zip(node.parents, node.parent_gradients(gradient)):
            if flow is not None and parent.requires_grad:
                if parent in gradients:
                    gradients[parent] += flow
                else:
                    gradients[parent] = flow


mistake("backward.backward", """The first gradient that a leaf gets is stored uncopied. A vjp may return one
    array for two leaves, or the argument grad itself: whoever writes into the gradient of one leaf then
    changes the other's.""", name="stores_uncopied",
        replace="np.array(gradient if node.grad is None else node.grad + gradient)",
        by="gradient if node.grad is None else node.grad + gradient",
         forms=[{"replace": "np.array(gradient if node.grad is None else node.grad + gradient)",
                 "by": "np.asarray(gradient if node.grad is None else node.grad + gradient)"}])


@mistake("backward.backward", """Your backward hands a gradient on as soon as it arrives, along every path by
    itself. The sums come out right, but a tensor that is used twice, made of one that is used twice, ...,
    doubles the work at every step. Wait until all that flows to a tensor is there, then call its vjp
    once.""")
def walks_every_path(output, grad=None):
    if not output.requires_grad or grad is None and output.data.size != 1:
        raise ValueError("no gradient")
    grad = np.ones_like(output.data) if grad is None else grad
    if grad.shape != output.shape:
        raise ValueError("another shape")
    stack = [(output, grad)]
    while stack:
        node, gradient = stack.pop()
        if not node.parents:
            node.grad = np.array(gradient if node.grad is None else node.grad + gradient)
            continue
        for parent, flow in zip(node.parents, node.parent_gradients(gradient)):
            if flow is not None and parent.requires_grad:
                stack.append((parent, flow))


@mistake("backward.backward", """Your backward calls itself, or a function in it does, for each parent. A chain of a
    few hundred operations fits on Python's stack, ten thousand do not: go through the tensors in the order that
    topological_order gives you.""")
def calls_itself(output, grad=None):
    if not output.requires_grad or grad is None and output.data.size != 1:
        raise ValueError("no gradient")
    grad = np.ones_like(output.data) if grad is None else grad
    if grad.shape != output.shape:
        raise ValueError("another shape")
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent in node.parents:
                if parent.requires_grad:
                    visit(parent)
            order.append(node)

    visit(output)
    gradients = {output: grad}
    for node in reversed(order):
        gradient = gradients.pop(node, None)
        if gradient is None:
            continue
        if not node.parents:
            node.grad = np.array(gradient if node.grad is None else node.grad + gradient)
            continue
        for parent, flow in zip(node.parents, node.parent_gradients(gradient)):
            if flow is not None and parent.requires_grad:
                gradients[parent] = np.asarray(gradients[parent] + flow) if parent in gradients else flow


mistake("backward.backward", """Your backward calls vjp itself, whose gradients may have the shape of the
    result. An operand that was broadcast is smaller; parent_gradients sums its gradient back to its own
    shape.""", name="forgets_to_unbroadcast",
        replace="node.parent_gradients(gradient)",
        by="node.vjp(gradient)")


mistake("backward.backward", """Your backward leaves a gradient in every tensor on the way. Only leaves that
    require one keep it: the others would cost the memory of the whole graph.""", name="fills_every_tensor",
        replace="""if not node.parents:
            # np.array copies, so that no two leaves share what add, for one, gives to both its parents.
            node.grad = np.array(gradient if node.grad is None else node.grad + gradient)
            continue""",
        by="""node.grad = np.array(gradient if node.grad is None else node.grad + gradient)
        if not node.parents:
            continue""")


mistake("backward.backward", """Your backward starts with ones whatever the output's shape, and that is the
    gradient of its sum. An output of several numbers is not a loss: without `grad` it is an error.""", name="starts_with_ones_anyway",
        replace="output.data.size != 1",
        by="False")


mistake("backward.backward", """The gradient of a float32 leaf is float64 after your backward. np.ones and np.zeros make float64 unless they
    are told otherwise; np.ones_like(output.data) has the dtype of the output.""", name="starts_with_ones_of_float64",
        replace="np.ones_like(output.data)", by="np.ones(output.shape)",
        forms=[{"replace": "np.ones_like(output.data)", "by": "np.array(1.0).reshape(output.shape)"}])


mistake("backward.backward", """Your backward refuses an output of several numbers without a gradient with a RuntimeError, as PyTorch does.
    The contract names ValueError: the argument is what is wrong.""", name="raises_a_runtime_error",
        replace="raise ValueError(f\"an output", by="raise RuntimeError(f\"an output")


mistake("backward.backward", """Your backward takes a `grad` whose shape is not that of the output. That NumPy could broadcast it, or that it has as
    many numbers, does not make it a gradient of this output: the contract asks for a ValueError.""",
        name="takes_a_gradient_of_another_shape", replace="if grad.shape != output.shape:\n        raise ValueError(",
        by="grad = np.broadcast_to(grad, output.shape)\n    if grad.shape != output.shape:\n        raise ValueError(",
        forms=[{"replace": "if grad.shape != output.shape:", "by": "if False:"},
               {"replace": "if grad.shape != output.shape:", "by": "if grad.size != output.data.size:"},
               {"replace": "if grad.shape != output.shape:\n        raise ValueError(",
                "by": "grad = np.reshape(grad, output.shape)\n    if grad.shape != output.shape:\n        raise ValueError("},
               {"replace": "if grad.shape != output.shape:", "by": "if grad.ndim != output.ndim:"}])


mistake("backward.backward", """Without `grad`, your backward takes an output that has no elements. One of shape (0,) is no number, and so no loss: exactly
    one element is wanted.""", name="takes_an_empty_output", replace="output.data.size != 1", by="output.data.size > 1")


mistake("backward.backward", """Without `grad`, your backward refuses an output of shape (1,) or (1, 1). It has one element and is the loss: count
    elements, not axes.""", name="refuses_one_element_with_axes", replace="output.data.size != 1", by="output.shape != ()")


mistake("backward.backward", """Your backward takes an output that requires no gradient. Nothing below it was recorded, which is mostly an oversight, such
    as a forgotten no_grad: the contract asks for a ValueError.""", name="takes_an_output_that_requires_none",
        replace="if not output.requires_grad:", by="if False:",
        forms=[{"replace": """raise ValueError("nothing below this tensor requires a gradient; was it made inside no_grad?")""", "by": "return"}])


mistake("backward.backward", """Your backward refuses what does not fit with an AssertionError. assert is for bugs in the program itself, and python -O
    leaves it out; an argument that does not fit is a ValueError.""", name="asserts_that_the_gradient_fits",
        replace="""        if output.data.size != 1:
            raise ValueError(""", by="""        if output.data.size != 1:
            raise AssertionError(""",
        forms=[{"replace": "raise ValueError(f\"the gradient has", "by": "raise AssertionError(f\"the gradient has"},
               {"replace": "raise ValueError(\"nothing", "by": "raise AssertionError(\"nothing"}])


mistake("backward.backward", """Where the output is a leaf itself, your backward does not add `grad` to its gradient. A leaf is no special case of a
    parent: it gets what flows to it, also if it is where the walk begins.""", name="gives_nothing_to_an_output_that_is_a_leaf",
        replace="        if gradient is None:\n            continue",
        by="        if gradient is None or node is output and not node.parents:\n            continue",
        forms=[{"replace": "if not node.parents:", "by": "if not node.parents and node is not output:"}])


mistake("backward.backward", """Your backward asks a leaf for the gradients of its parents. A leaf has no parents and no vjp; with it a way ends.""",
        name="asks_a_leaf_for_its_vjp", replace="if not node.parents:", by="node.parent_gradients(gradient)\n        if not node.parents:")


mistake("backward.backward", """A leaf that nothing reaches has a gradient of zeros after your backward. Where a vjp gives None nothing flows to that
    parent, and what nothing reaches stays as it was: its `grad` is None still.""", name="takes_none_for_zeros",
        replace="if flow is not None and parent.requires_grad:",
        by="""if parent.requires_grad:
                flow = np.zeros_like(parent.data) if flow is None else flow""",
        forms=[{"replace": "gradients = {output: grad}", "by": """gradients = {output: grad}
    for node in topological_order(output):
        if not node.parents and node.grad is None:
            node.grad = np.zeros_like(node.data)"""}])


mistake("backward.backward", """Where vjps give None, your backward computes with it, or goes on from a tensor that nothing has reached. None says that
    nothing flows to that parent: add nothing there, and call no vjp for what has no gradient.""", name="computes_with_none",
        replace="if flow is not None and parent.requires_grad:", by="if parent.requires_grad:",
        forms=[{"replace": "gradients.pop(node, None)\n        if gradient is None:\n            continue", "by": "gradients.pop(node)"},
               {"replace": "        if gradient is None:\n            continue\n", "by": ""}])


mistake("backward.backward", """For a leaf of shape () your backward leaves a NumPy scalar in `grad`. The sum, or a copy, of arrays of shape () is no array,
    and cannot be written into: np.array(...) or np.asarray(...) makes one of it.""", name="leaves_a_scalar_in_grad",
        replace="np.array(gradient if node.grad is None else node.grad + gradient)",
        by="gradient.copy() if node.grad is None else node.grad + gradient")


@mistake("backward.no_grad", """Your no_grad turns recording on after its block, whatever it was before.
    Inside another no_grad it must stay off: put back the value that you found.""")
def always_turns_recording_on():
    tensor.recording = False
    try:
        yield
    finally:
        tensor.recording = True


@mistake("backward.no_grad", """Where an exception ends the block, your no_grad leaves recording off, and
    nothing in the program is ever recorded again. What stands in a `finally` runs in any case.""")
def forgets_the_exception():
    before = tensor.recording
    tensor.recording = False
    yield
    tensor.recording = before


@mistake("backward.no_grad", """Your no_grad does not change the `recording` that `record` looks at. That one is
    a variable of the module tensor, and is set as `tensor.recording = False`; one in this file, be it imported,
    global or local, is another.""")
def sets_its_own_variable():
    global recording
    recording = False
    try:
        yield
    finally:
        recording = True


mistake("backward.no_grad", """Where KeyboardInterrupt ends the block, your no_grad leaves recording off. `except Exception` does not catch it, since it
    is a BaseException only; what stands in a `finally` runs in any case.""", name="catches_exceptions_only",
        replace="""try:
        yield
    finally:
        tensor.recording = before""", by="""try:
        yield
    except Exception:
        tensor.recording = before
        raise
    tensor.recording = before""")


mistake("backward.no_grad", """Your no_grad swallows the exception that ends its block. It has to go on to whoever can handle it: a `finally` lets it
    pass, an `except` without `raise` does not.""", name="swallows_the_exception",
        replace="try:\n        yield", by="try:\n        yield\n    except BaseException:\n        pass",
        forms=[{"replace": "try:\n        yield", "by": "try:\n        yield\n    except Exception:\n        pass"},
               {"replace": "        tensor.recording = before", "by": "        tensor.recording = before\n        return"}])


mistake("backward.no_grad", """Your no_grad leaves recording off after its block: nothing in the program is ever recorded again. It gives back the value that it
    found.""", name="leaves_recording_off", replace="        tensor.recording = before", by="        pass",
        forms=[{"replace": "before = tensor.recording\n    tensor.recording = False",
                "by": "tensor.recording = False\n    before = tensor.recording"}])


mistake("backward.no_grad", """Your no_grad turns recording round, which turns it on inside another no_grad. It sets it to False, whatever it was.""",
        name="turns_recording_round", replace="tensor.recording = False", by="tensor.recording = not before")
