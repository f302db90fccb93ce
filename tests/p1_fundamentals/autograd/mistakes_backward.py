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
    reached only through them.""", name="takes_every_tensor", replace=" if parent.requires_grad", by="")


@mistake("backward.backward", """After a second backward pass over the same graph the gradients are those of one pass.
    Gradients add up until somebody sets them to None: so the gradients of several losses, or of several small batches, are
    summed. `node.grad = gradient` replaces what was there, and a pass that takes the graph apart leaves the next one
    nothing to walk.""",
         forms=[{"replace": "zip(node.parents, node.parent_gradients(gradient)):",
                 "by": "zip(node.parents, node.parent_gradients(gradient)):\n            node.parents = ()"}])
def overwrites_the_gradient(output, grad=None):
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
            node.grad = np.array(gradient)
            continue
        for parent, flow in zip(node.parents, node.parent_gradients(gradient)):
            if flow is not None and parent.requires_grad:
                gradients[parent] = gradients[parent] + flow if parent in gradients else flow


@mistake("backward.backward", """Where a tensor is used twice, your backward keeps only the gradient that came
    last. What flows to it from each use is summed.""")
def keeps_the_last_use(output, grad=None):
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
                gradients[parent] = flow


@mistake("backward.backward", """Your backward sums gradients in place, with +=. A vjp may return one array
    for two parents, as that of add does: adding to the gradient of the one changes the other's. Make a new
    array for the sum.""")
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


@mistake("backward.backward", """The first gradient that a leaf gets is stored uncopied. A vjp may return one
    array for two leaves, or the argument grad itself: whoever writes into the gradient of one leaf then
    changes the other's.""")
def stores_uncopied(output, grad=None):
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
            node.grad = gradient if node.grad is None else node.grad + gradient
            continue
        for parent, flow in zip(node.parents, node.parent_gradients(gradient)):
            if flow is not None and parent.requires_grad:
                gradients[parent] = gradients[parent] + flow if parent in gradients else flow


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


@mistake("backward.backward", """Your backward calls vjp itself, whose gradients may have the shape of the
    result. An operand that was broadcast is smaller; parent_gradients sums its gradient back to its own
    shape.""")
def forgets_to_unbroadcast(output, grad=None):
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
        for parent, flow in zip(node.parents, node.vjp(gradient)):
            if flow is not None and parent.requires_grad:
                gradients[parent] = gradients[parent] + flow if parent in gradients else flow


@mistake("backward.backward", """Your backward leaves a gradient in every tensor on the way. Only leaves that
    require one keep it: the others would cost the memory of the whole graph.""")
def fills_every_tensor(output, grad=None):
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
        node.grad = np.array(gradient if node.grad is None else node.grad + gradient)
        for parent, flow in zip(node.parents, node.parent_gradients(gradient) if node.parents else ()):
            if flow is not None and parent.requires_grad:
                gradients[parent] = gradients[parent] + flow if parent in gradients else flow


@mistake("backward.backward", """Your backward starts with ones whatever the output's shape, and that is the
    gradient of its sum. An output of several numbers is not a loss: without `grad` it is an error.""")
def starts_with_ones_anyway(output, grad=None):
    grad = np.ones_like(output.data) if grad is None else grad
    if not output.requires_grad or grad.shape != output.shape:
        raise ValueError("no gradient, or one of another shape")
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
                gradients[parent] = gradients[parent] + flow if parent in gradients else flow


mistake("backward.backward", """The gradient of a float32 leaf is float64 after your backward. np.ones and np.zeros make float64 unless they
    are told otherwise; np.ones_like(output.data) has the dtype of the output.""", name="starts_with_ones_of_float64",
        replace="np.ones_like(output.data)", by="np.ones(output.shape)",
        forms=[{"replace": "np.ones_like(output.data)", "by": "np.array(1.0).reshape(output.shape)"}])


mistake("backward.backward", """Your backward refuses an output of several numbers without a gradient with a RuntimeError, as PyTorch does.
    The contract names ValueError: the argument is what is wrong.""", name="raises_a_runtime_error",
        replace="raise ValueError(f\"an output", by="raise RuntimeError(f\"an output")


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
