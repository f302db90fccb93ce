"""What learners get wrong in `distill`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── The loss ────────────────────────────────────────────────────────────────────────────────────────────────────

COSINES = "cosines = (F.normalize(student, dim=-1) * F.normalize(teacher.detach(), dim=-1)).sum(dim=-1)    #"
MEAN = "return (1 - cosines).mean()"

mistake("distill.cosine_distance", """Your cosine_distance lets gradients into the teacher's vectors. They are the target: whoever
    moves the target to the student learns nothing. `detach` ends the graph there.""", name="teaches_the_teacher",
        replace="teacher.detach()", by="teacher")

mistake("distill.cosine_distance", """Your cosine_distance is the cosine, and not 1 minus it. It is largest where both vectors point the same way,
    so a step that makes it smaller turns the student away from the teacher.""", name="cosine_itself",
        replace=MEAN, by="return cosines.mean()")

mistake("distill.cosine_distance", """Your cosine_distance is minus the cosine. Its gradient is right, and its value is off by one: equal
    directions are to have the distance 0.""", name="minus_the_cosine", replace=MEAN, by="return -cosines.mean()")

mistake("distill.cosine_distance", """Your cosine_distance adds the rows up. The mean is asked for: with a sum the step grows with the batch.""",
        name="sums_the_rows", replace=MEAN, by="return (1 - cosines).sum()")

mistake("distill.cosine_distance", """Your cosine_distance does not divide by the vectors' lengths. Their inner product changes with the
    length, and the cosine does not.""", name="no_lengths", replace=COSINES, by="cosines = (student * teacher.detach()).sum(dim=-1)  #",
        forms=[{"replace": COSINES, "by": "cosines = (student * F.normalize(teacher.detach(), dim=-1)).sum(dim=-1)  #"},
               {"replace": COSINES, "by": "cosines = (F.normalize(student, dim=-1) * teacher.detach()).sum(dim=-1)  #"}])

mistake("distill.cosine_distance", """Your cosine_distance is the squared distance of the two at length 1. That is twice what the contract
    has: |s - t|² = 2 - 2 cos.""", name="squared_distance", replace=MEAN, by="return 2 * (1 - cosines).mean()")

mistake("distill.cosine_distance", """Your cosine_distance is the mean squared difference of the vectors as they are. That asks the student for the
    teacher's lengths too, which a search by cosines never looks at.""", name="squared_error",
        replace=MEAN, by="return (student - teacher.detach()).square().mean()",
        forms=[{"replace": MEAN, "by": "return (student - teacher.detach()).square().sum(dim=-1).mean()"}])

mistake("distill.cosine_distance", """Your cosine_distance takes the whole batch for one long vector. Then long vectors count for more
    than short ones: each row has a cosine of its own.""", name="one_long_vector",
        replace=COSINES, by="cosines = F.cosine_similarity(student.flatten(), teacher.detach().flatten(), dim=0)  #")

mistake("distill.cosine_distance", """Your cosine_distance normalises down the columns. A text's vector is a row: the lengths are those over
    the last axis.""", name="columns", replace=COSINES,
        by="cosines = (F.normalize(student, dim=0) * F.normalize(teacher.detach(), dim=0)).sum(dim=0)  #")

mistake("distill.cosine_distance", """Your cosine_distance divides by a length that may be 0, and gives NaN for a zero vector. A length below
    1e-12 counts as 1e-12, as in F.normalize.""", name="divides_by_zero", replace=COSINES,
        by="cosines = (student * teacher.detach()).sum(-1) / (student.norm(dim=-1) * teacher.detach().norm(dim=-1))  #")

# ── The masks ───────────────────────────────────────────────────────────────────────────────────────────────────

MASKS = "if parameter.dim() >= 2 and bool((parameter == 0).any())"

mistake("distill.masks_of", """Your masks_of has masks for vectors too. A bias or the shift of a norm is 0 when training begins: with a
    mask it could never learn.""", name="masks_vectors", replace=MASKS, by="if bool((parameter == 0).any())")

mistake("distill.masks_of", """Your masks_of has a mask for matrices without a zero. Nothing was pruned there, and nothing has to be held.""",
        name="masks_dense_ones", replace=MASKS, by="if parameter.dim() >= 2")

mistake("distill.masks_of", """Your masks_of leaves out what has three dimensions or more. A convolution's weight is pruned like a matrix.""",
        name="two_dimensions_only", replace="parameter.dim() >= 2", by="parameter.dim() == 2")

mistake("distill.masks_of", """Your masks_of is True where a weight is pruned. It is to be True where the weight remains.""",
        name="inverted", replace="parameter.detach() != 0 for", by="parameter.detach() == 0 for")

mistake("distill.masks_of", """Your masks hold numbers. The contract has tensors of bool: a number for each weight would take four or eight
    bytes in their stead.""", name="numbers", replace="parameter.detach() != 0 for", by="(parameter.detach() != 0).to(parameter.dtype) for")

mistake("distill.masks_of", """Your masks_of has a shared matrix under each of its names. It is one Parameter: `named_parameters()` names
    it once.""", name="names_shared_twice", replace="in model.named_parameters()",
        by="in model.named_parameters(remove_duplicate=False)")

# ── The zeros ───────────────────────────────────────────────────────────────────────────────────────────────────

HELD = "held = [parameter, parameter.grad, *optimizer.state.get(parameter, {}).values()]"
FILL = "tensor.masked_fill_(~mask, 0)"

mistake("distill.hold_zeros", """Your hold_zeros leaves the optimiser's state alone. What it remembers of a pruned weight, a momentum from before
    the pruning for one, goes on moving it.""", name="forgets_the_state", replace=HELD, by="held = [parameter, parameter.grad]")

mistake("distill.hold_zeros", """Your hold_zeros leaves the gradients alone. The optimiser takes them into what it remembers, and moves the
    pruned weights by them.""", name="forgets_the_gradients", replace=HELD,
        by="held = [parameter, *optimizer.state.get(parameter, {}).values()]")

mistake("distill.hold_zeros", """Your hold_zeros leaves the weights themselves alone. A pruned weight that is not 0, or that a step has moved,
    stays as it is.""", name="forgets_the_weights", replace=HELD,
        by="held = [parameter.grad, *optimizer.state.get(parameter, {}).values()]")

mistake("distill.hold_zeros", """Your hold_zeros multiplies by the mask. 0 times NaN is NaN, and 0 times infinity too: what is pruned is set to
    0, whatever it was.""", name="multiplies", replace=FILL, by="tensor.mul_(mask)")

mistake("distill.hold_zeros", """Your hold_zeros sets to 0 what remains. The mask is True where a weight remains.""", name="zeroes_the_rest",
        replace=FILL, by="tensor.masked_fill_(mask, 0)")

mistake("distill.hold_zeros", """Your hold_zeros looks the state up by index. In a plain dict that fails for a Parameter that has not moved
    yet, and in torch's it makes an entry. `get` does neither.""", name="makes_a_key", replace="optimizer.state.get(parameter, {})",
        by="optimizer.state[parameter]")

mistake("distill.hold_zeros", """Your hold_zeros takes each tensor in the state for one with a number for each weight. A count of the steps, or
    a number for each row, has another shape and stays as it is.""", name="masks_other_shapes",
        replace="isinstance(tensor, Tensor) and tensor.shape == mask.shape", by="isinstance(tensor, Tensor)")

mistake("distill.hold_zeros", """Your hold_zeros makes a new gradient. The tensor in `grad` may be held elsewhere: change it in place.""",
        name="new_gradient", replace=HELD,
        by=HELD + """
            if parameter.grad is not None:
                parameter.grad = torch.where(mask, parameter.grad, 0)""")

# ── The loop ────────────────────────────────────────────────────────────────────────────────────────────────────

TARGET = """with torch.no_grad():
            target = teacher(*batch)"""
BEFORE = "hold_zeros(student, masks, optimizer)              # the step moves nothing that is pruned ..."
AFTER = "hold_zeros(student, masks, optimizer)              # ... and if it did all the same, that is undone"
FIRST = """student.train()
    hold_zeros(student, masks, optimizer)"""

mistake("distill.distill", """Your distill does not put the teacher into eval mode. With dropout its vectors tremble, and a batch norm takes
    the texts' statistics into its own: the teacher changes.""", name="teacher_in_training", replace="teacher.eval()", by="pass")

mistake("distill.distill", """Your distill makes a graph for the teacher's vectors. Nobody uses it, and it holds every layer's numbers of a
    whole model: call the teacher under `torch.no_grad()`.""", name="graph_of_the_teacher", replace=TARGET,
        by="if True:\n            target = teacher(*batch)")

mistake("distill.distill", """Your distill does not put the student into training mode. Its dropout is off and its batch norms do not learn.""",
        name="student_in_eval", replace="student.train()", by="student.eval()")

mistake("distill.distill", """Your distill leaves the student in training mode. It is to be used now: eval mode at the end.""",
        name="student_left_in_training", replace="student.eval()", by="pass")

mistake("distill.distill", """Your distill does not clear the gradients. Those of the batch before, or from before the call, are added to
    the next ones.""", name="gradients_add_up", replace="optimizer.zero_grad()", by="pass")

mistake("distill.distill", """Your distill clears the gradients right before the step: nothing is left to step by.""", name="clears_too_late",
        replace="loss.backward()", by="loss.backward()\n        optimizer.zero_grad()")

mistake("distill.distill", """Your distill returns each batch's loss as it is after the step. It is the one from before.""", name="loss_after_the_step",
        replace="losses.append(loss.item())",
        by="with torch.no_grad():\n            losses.append(cosine_distance(student(*batch), target).item())")

mistake("distill.distill", """Your distill returns tensors. Floats are asked for: a tensor with its graph keeps the whole batch alive.""",
        name="returns_tensors", replace="losses.append(loss.item())", by="losses.append(loss)",
        forms=[{"replace": "losses.append(loss.item())", "by": "losses.append(loss.detach())"}])

mistake("distill.distill", """Your distill returns one number. The loss of each batch is asked for, in a list.""", name="returns_the_mean",
        replace="return losses", by="return sum(losses) / max(1, len(losses))", forms=[{"replace": "return losses", "by": "return losses[-1] if losses else 0.0"}])

mistake("distill.distill", """Your distill does not hold the zeros after the step. An optimiser that looks at all weights together moves them, and
    the model that comes out is not sparse.""", name="not_held_after", replace=AFTER, by="pass")

mistake("distill.distill", """Your distill does not hold the zeros before the step: it undoes afterwards what the step did. Between
    the two, the gradients of weights that are not there had a say in the others' step.""", name="not_held_before",
        replace=BEFORE, by="pass")

mistake("distill.distill", """Your distill does not hold the zeros before the first batch. A pruned weight that is not 0 yet takes part in the
    first loss.""", name="not_held_at_first", replace=FIRST, by="student.train()")

mistake("distill.distill", """Your distill holds no zeros at all. The pruned weights learn, and after a few steps the student is dense.""",
        name="holds_nothing", replace="teacher.eval()", by="masks = {}\n    teacher.eval()")

mistake("distill.distill", """Your distill calls the models with the first tensor of a batch only. An encoder takes ids and a mask:
    `model(*batch)`.""", name="first_tensor_only", replace="target = teacher(*batch)", by="batch = batch[:1]\n            target = teacher(*batch)")

mistake("distill.distill", """Your distill learns from the student's own vectors. The target is what the teacher gives.""", name="its_own_teacher",
        replace="target = teacher(*batch)", by="target = student(*batch)")

mistake("distill.distill", """Your distill does not see that student and teacher share weights. Who trains such a student trains the teacher: raise
    ValueError, also where only one tensor lies in the same memory.""", name="accepts_shared_weights",
        replace="if any(parameter.data_ptr() in taught for parameter in named.values() if parameter.numel()):", by="if False:",
        forms=[{"replace": "if any(parameter.data_ptr() in taught for parameter in named.values() if parameter.numel()):",
                "by": "if student is teacher:"},
               {"replace": "if any(parameter.data_ptr() in taught for parameter in named.values() if parameter.numel()):",
                "by": "if any(parameter is other for parameter in named.values() for other in teacher.parameters()):"}])

mistake("distill.distill", """Your distill accepts a mask that fits no Parameter. Nothing would be held by it, or another error comes from
    deep inside: raise ValueError before anything is changed.""", name="accepts_any_mask",
        replace="if any(name not in named or named[name].shape != mask.shape for name, mask in masks.items()):", by="if False:",
        forms=[{"replace": "if any(name not in named or named[name].shape != mask.shape for name, mask in masks.items()):",
                "by": "if any(name not in named for name in masks):"}])

mistake("distill.distill", """Your distill looks at its arguments when it has begun: by the time of the ValueError a model is in another mode, or
    a weight has changed.""", name="refuses_late", replace="named = dict(student.named_parameters())",
        by="named = dict(student.named_parameters())\n    teacher.eval()\n    student.train()")
