"""Recover: distil into the pruned model."""
import copy

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge import expect, supporting
from tests.p3_systems.compression import probes_distill as probes
from tests.strategies import seeds, values

few = settings(max_examples=12)
OPTIONS = {"SGD": {"lr": 0.25}, "Adam": {"lr": 0.0625}, "AdamW": {"lr": 0.0625, "weight_decay": 0.5},
           "Momentum": {"lr": 0.125, "momentum": 0.75}, "Centred": {"lr": 0.125, "momentum": 0.75}}


def tensor(shape, seed, **options):
    return torch.tensor(values(shape, seed, **options))


def numbers(kind, seed):
    """A value for each parameter of a model."""
    return {name: tensor(tuple(each.shape), 100 * seed + place, low=-1, high=1) + 1 / 16
            for place, (name, each) in enumerate(probes.make(kind, {}).named_parameters())}


def pruned(parameters, names, seed):
    """(parameters, masks) with about half of the weights named at 0."""
    masks = {name: tensor(tuple(parameters[name].shape), seed + place) > 0 for place, name in enumerate(names)}
    for mask in masks.values():
        mask.view(-1)[0] = False
        mask.view(-1)[-1] = True
    return {name: each * masks[name] if name in masks else each.clone() for name, each in parameters.items()}, masks


def batches_of(kind, count, seed):
    if kind == "words":
        draw = np.random.default_rng(seed)
        return [(torch.tensor(draw.integers(6, size=(3, 4))), torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0], [1, 1, 1, 0]]))
                for _ in range(count)]
    return [(tensor((3, 3), seed + place),) for place in range(count)]


def compare(got, want, given, what):
    expect(sorted(got), equals=sorted(want), given=given, note=f"the names of {what}")
    for name, each in want.items():
        expect(got[name], equals=each, given=given, note=f"{what}: {name}")


# ── cosine_distance ──────────────────────────────────────────────────────────────────────────────────────────


def distances(student, teacher):
    """What is right, row by row, and its gradient by the formula for it: ((s·t) s / |s|² - t) / (|s| |t| n)."""
    total, gradients = 0.0, []
    for s, t in zip(student.numpy().astype(np.float64), teacher.numpy().astype(np.float64)):
        a, b = max(np.sqrt((s * s).sum()), 1e-12), max(np.sqrt((t * t).sum()), 1e-12)
        total += 1 - (s * t).sum() / (a * b)
        gradients.append(((s * t).sum() * s / a**2 - t) / (a * b) / len(student))
    return total / len(student), np.array(gradients)


@few
@given(rows=st.integers(1, 4), width=st.integers(2, 5), seed=seeds, scale=st.sampled_from([1.0, 8.0, 0.125]))
def test_distance(work, rows, width, seed, scale):
    """cosine_distance: 1 minus the cosine of each row, averaged; vectors of any length, and the student's gradient."""
    for shift in (0, 1):
        student, teacher = tensor((rows, width), seed + shift) * scale, tensor((rows, width), seed + shift + 5_000)
        student[:, 0] += scale / 16
        want, gradient = distances(student, teacher)
        given = {"student": student, "teacher": teacher}
        got, of_student, of_teacher = work.run(probes.distance, student, teacher)
        expect(got, equals=torch.tensor(want), given=given)
        expect(of_student, equals=torch.tensor(gradient), given=given, note="the student's gradient")
        expect(of_teacher, equals=None, given=given, note="the gradient of the teacher's vectors")


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_distance_at_the_edges(work, dtype):
    """cosine_distance: a zero vector is at the distance 1, the same direction at 0, the opposite at 2; the dtype stays."""
    for factor in (1.0, 3.0):
        student = torch.tensor([[0.0, 0.0], [3.0, 4.0], [1.0, 0.0], [1e-13, 0.0], [1.0, 1.0]], dtype=dtype) * factor
        teacher = torch.tensor([[1.0, 2.0], [0.0, 0.0], [-2.0, 0.0], [1.0, 0.0], [2.0, 2.0]], dtype=dtype)
        for rows in (slice(0, 1), slice(1, 2), slice(2, 4), slice(0, 5)):
            want, _ = distances(student[rows], teacher[rows])
            expect(work.cosine_distance(student[rows], teacher[rows]), equals=torch.tensor(want, dtype=dtype),
                   given={"student": student[rows], "teacher": teacher[rows]})


# ── the zeros ────────────────────────────────────────────────────────────────────────────────────────────────


@few
@given(seed=seeds)
def test_masks(work, seed):
    """masks_of: a mask of bool for each matrix with a zero in it, False there; none for vectors or dense matrices."""
    for shift, kind, names in ((0, "tied", ["words.weight", "sequence.weight"]), (1, "tied", ["dense.weight"]),
                               (2, "linear", ["2.weight"]), (3, "linear", [])):
        parameters, want = pruned(numbers(kind, seed + shift), names, seed + shift)
        for name, each in parameters.items():
            if name.endswith("bias"):
                each.zero_()
        given = {name: each for name, each in parameters.items() if each.dim() > 1}
        order, got, dtypes = work.run(probes.masks, kind, parameters)
        expect(order, equals=[name for name in parameters if name in names], given=given, note="the names of the masks")
        expect(dtypes, equals=["torch.bool"] * len(names), given=given, note="their dtypes")
        compare(got, want, given, "the masks, also after the weights have changed")


@pytest.mark.parametrize("plain", [False, True])
def test_holds_zeros(work, plain):
    """hold_zeros: value, gradient and state of each pruned weight become 0, in place; nothing else is touched or added."""
    for seed in (1, 2):
        parameters, gradients = numbers("one layer", seed), numbers("one layer", seed + 10)
        mask = pruned(parameters, ["weight"], seed)[1]["weight"]
        parameters["bias"][0] = gradients["bias"][0] = 0.0
        gone = (~mask).flatten().nonzero().flatten().tolist()
        held = {"one": tensor((3, 4), seed + 20), "step": torch.tensor(3.0), "row": tensor((4,), seed + 30) + 4,
                "turned": tensor((4, 3), seed + 40) + 4, "note": "kept", "count": 7}
        for each in (parameters["weight"], gradients["weight"], held["one"]):
            each.view(-1)[gone[0]], each.view(-1)[gone[-1]] = torch.nan, torch.inf
        for state, with_gradients in ((held, True), (None, True), (held, False)):
            arrived = gradients if with_gradients else {}
            given = {"weight": parameters["weight"], "mask": mask, "grad": arrived.get("weight"), "state": state}

            def masked(each):
                return torch.where(mask, each, 0.0)

            want_state = {**state, "one": masked(state["one"])} if state else None
            after, after_gradients, after_state, others, count = work.run(probes.hold, parameters, {"weight": mask}, arrived,
                                                                          state, plain)
            compare(after, {**parameters, "weight": masked(parameters["weight"])}, given, "the parameters")
            compare(after_gradients, {**arrived, "weight": masked(arrived["weight"])} if arrived else {}, given, "the gradients")
            expect(count, equals=0 if state is None else 1, given=given, note="the keys in optimizer.state")
            if state:
                compare(after_state, want_state, given, "the state")
            expect(others, equals=[], given=given, note="what is another object, or elsewhere in memory, afterwards")


# ── distill ──────────────────────────────────────────────────────────────────────────────────────────────────


def forward(kind, weights, batch, training=False):
    """What a model gives, as a formula of its parameters."""
    if kind == "dropout":  # with a probability of 0: its mode can be seen, and its results are the same each time
        x = batch[0] @ weights["0.weight"].T + weights["0.bias"]
        if training:
            x = x - x.mean(0)
        x = x / ((x.square().mean(0) if training else 1) + 1e-5) ** 0.5 * weights["1.weight"] + weights["1.bias"]
        return x @ weights["3.weight"].T + weights["3.bias"]
    if kind == "linear":
        return torch.tanh(batch[0] @ weights["0.weight"].T + weights["0.bias"]) @ weights["2.weight"].T + weights["2.bias"]
    ids, mask = batch
    x = weights["words.weight"][ids]                                                      # (texts, tokens, 3)
    x = (x - x.mean(-1, keepdim=True)) / (x.var(-1, correction=0, keepdim=True) + 1e-5).sqrt()
    x = (x * weights["norm.weight"] + weights["norm.bias"]) * mask[..., None]
    return x.sum(dim=1) @ weights["out.weight"].T + weights["out.bias"]


def trained(kind, parameters, taught, masks, name, batches, before=()):
    """What is right, with the pruned weights not there at all: of each matrix the optimiser has only what remains.

    (losses, parameters). `before` are gradients of dense steps, taken with all weights; what is remembered of them is cut.
    """
    dense = {own: each.clone().requires_grad_() for own, each in parameters.items()}
    optimizer = make_optimizer(name, dense.values())
    for gradients in before:
        for own, each in dense.items():
            each.grad = gradients[own].clone()
        optimizer.step()
    rest = {own: (each.detach()[masks[own]] if own in masks else each.detach()).clone().requires_grad_()
            for own, each in dense.items()}
    cut = make_optimizer(name, rest.values())
    for own, each in dense.items():
        if each in optimizer.state:
            cut.state[rest[own]] = {key: value[masks[own]] if own in masks and torch.is_tensor(value) and value.shape == each.shape
                                    else copy.deepcopy(value) for key, value in optimizer.state[each].items()}
    losses = []
    for batch in batches:
        whole = {own: torch.zeros(masks[own].shape, dtype=each.dtype).masked_scatter(masks[own], each) if own in masks else each
                 for own, each in rest.items()}
        s, t = forward(kind, whole, batch, training=True), forward(kind, taught, batch)
        loss = (1 - (s * t).sum(1) / (s.square().sum(1).sqrt() * t.square().sum(1).sqrt())).mean()
        for each, gradient in zip(rest.values(), torch.autograd.grad(loss, list(rest.values()))):
            each.grad = gradient
        cut.step()
        losses.append(loss.item())
    return losses, {own: torch.zeros(masks[own].shape, dtype=each.dtype).masked_scatter(masks[own], each.detach())
                    if own in masks else each.detach() for own, each in rest.items()}


def stepped(kind, parameters, taught, masks, batches, before):
    """The same for an optimiser in which each weight's step depends on all weights: there the pruned ones are there, as zeros."""
    leaves = {own: each.clone().requires_grad_() for own, each in parameters.items()}
    optimizer = probes.Centred(leaves.values(), **OPTIONS["Centred"])
    losses = []

    def put_zeros():
        for own, mask in masks.items():
            for each in (leaves[own].data, leaves[own].grad, optimizer.state[leaves[own]]["velocity"]):
                each[~mask] = 0.0

    for gradients in before:
        for own, each in leaves.items():
            each.grad = gradients[own].clone()
        optimizer.step()
    put_zeros()
    for batch in batches:
        s, t = forward(kind, leaves, batch), forward(kind, taught, batch)
        loss = (1 - (s * t).sum(1) / (s.square().sum(1).sqrt() * t.square().sum(1).sqrt())).mean()
        for each, gradient in zip(leaves.values(), torch.autograd.grad(loss, list(leaves.values()))):
            each.grad = gradient
        put_zeros()
        optimizer.step()
        put_zeros()
        losses.append(loss.item())
    return losses, {own: each.detach() for own, each in leaves.items()}


def make_optimizer(name, parameters):
    kind = {"Momentum": torch.optim.SGD}.get(name) or getattr(torch.optim, name)
    return kind(list(parameters), **OPTIONS[name])


PRUNED = {"linear": ["0.weight", "2.weight"], "words": ["words.weight", "out.weight"]}


def said(parameters, masks, name):
    shown = {"optimizer": f"{name}, {OPTIONS[name]}", "masks": sorted(masks)}
    return shown | {own: each for own, each in parameters.items() if own in masks}


@pytest.mark.parametrize("kind, name", [("linear", "SGD"), ("words", "Adam"), ("linear", "AdamW"), ("words", "Momentum")])
def test_distils(work, kind, name):
    """distill: each batch is a step towards the teacher's vectors, and its loss is that from before the step."""
    for seed, names in ((1, PRUNED[kind]), (2, PRUNED[kind][1:]), (3, [])):
        parameters, masks = pruned(numbers(kind, seed), names, seed)
        taught, batches = numbers(kind, seed + 20), batches_of(kind, 3, seed)
        losses, want = trained(kind, parameters, taught, masks, name, batches)
        got, after, *_ = work.run(probes.distilled, kind, parameters, taught, masks, name, OPTIONS[name], batches)
        given = said(parameters, masks, name)
        expect(got, equals=losses, given=given, note="the losses")
        compare(after, want, given, "the student's parameters")


@pytest.mark.parametrize("name", ["Adam", "Momentum", "Centred"])
def test_zeros_stay(work, name):
    """distill: pruned weights are 0 at each call and afterwards, with what an optimiser remembers from before, or does."""
    for seed in (4, 5):
        parameters, taught = numbers("linear", seed), numbers("linear", seed + 20)
        masks = pruned(parameters, PRUNED["linear"], seed)[1]  # the weights themselves are not 0 yet
        batches, before = batches_of("linear", 3, seed), [numbers("linear", seed + 30), numbers("linear", seed + 40)]
        got, after, _, seen, _, left = work.run(probes.distilled, "linear", parameters, taught, masks, name, OPTIONS[name], batches,
                                                before=before)
        given = said(parameters, masks, name) | {"before": "two steps with all weights"}
        expect([calls[1] for calls in seen["student"]], equals=[True] * 3, given=given,
               note="whether the pruned weights were 0 when the student was called")
        zeros = {own: torch.zeros_like(after[own][~mask]) for own, mask in masks.items()}
        compare({own: after[own][~mask] for own, mask in masks.items()}, zeros, given, "the pruned weights")
        expect([bool((each == 0).all()) for each in left], equals=[True] * len(left), given=given,
               note="whether what the optimiser remembers of them is 0")
        if name == "Centred":
            losses, want = stepped("linear", parameters, taught, masks, batches, before)
        else:
            losses, want = trained("linear", parameters, taught, masks, name, batches, before)
        expect(got, equals=losses, given=given, note="the losses")
        compare(after, want, given, "the student's parameters")


def test_modes(work):
    """distill: the student is called in training mode, the teacher in eval mode without gradients; both end in eval mode."""
    for seed, stale in ((6, False), (7, True)):
        parameters, masks = pruned(numbers("dropout", seed), ["0.weight"], seed)
        taught = numbers("dropout", seed + 20)
        for count in (2, 0):
            batches = batches_of("linear", count, seed)
            losses, want = trained("dropout", parameters, taught, masks, "SGD", batches)
            got, after, teacher, seen, facts, _ = work.run(probes.distilled, "dropout", parameters, taught, masks, "SGD",
                                                           OPTIONS["SGD"], batches, stale=stale)
            given = {"model": "Linear, BatchNorm1d, Dropout, Linear", "batches": count}
            expect([calls[0] for calls in seen["student"]], equals=[[True] * 5] * count, given=given,
                   note="the modes of the student's modules, at each call: True in training")
            expect([calls[0] for calls in seen["teacher"]], equals=[[False] * 5] * count, given=given,
                   note="the modes of the teacher's modules, at each call")
            expect([calls[1] for calls in seen["teacher"]], equals=[False] * count, given=given,
                   note="whether a graph was made, at each call of the teacher")
            expect(facts["student's modes"], equals=[False] * 5, given=given, note="the student's modes, afterwards")
            expect(facts["teacher's modes"], equals=[False] * 5, given=given, note="the teacher's modes, afterwards")
            expect(facts["teacher's gradients"], equals=[], given=given, note="the teacher's parameters with a gradient")
            expect(facts["teacher requires gradients"], equals=[True] * 6, given=given, note="requires_grad of the teacher's")
            compare({own: teacher[own] for own in taught}, taught, given, "the teacher's parameters")
            expect(teacher["1.num_batches_tracked"], equals=torch.tensor(0), given=given, note="batches in the teacher's statistics")
            expect(got, equals=losses, given=given, note="the losses")
            compare(after, want, given, "the student's parameters")


def test_loop(work):
    """distill: one step for each batch of an iterator; gradients from before count for nothing; without batches no losses."""
    for seed in (8, 9):
        parameters, masks = pruned(numbers("linear", seed), PRUNED["linear"], seed)
        taught = numbers("linear", seed + 20)
        for count in (2, 0):
            batches = batches_of("linear", count, seed)
            losses, want = trained("linear", parameters, taught, masks, "Momentum", batches)
            unpruned = {own: each if own not in masks else torch.where(masks[own], each, 2.0) for own, each in parameters.items()}
            got, after, _, seen, facts, _ = work.run(probes.distilled, "linear", unpruned, taught, masks, "Momentum",
                                                     OPTIONS["Momentum"], batches, stale=True)
            given = said(unpruned, masks, "Momentum") | {"batches": count, "gradients from before": "1 everywhere"}
            expect(got, equals=losses, given=given, note="the losses")
            compare(after, want, given, "the student's parameters")
            expect(facts["steps"], equals=count, given=given, note="how often the optimiser took a step")
            expect([len(seen["student"]), len(seen["teacher"])], equals=[count, count], given=given,
                   note="how often student and teacher were called")


@supporting
@pytest.mark.parametrize("why", ["the teacher itself", "a shared parameter", "shared memory", "an unknown name", "another shape"])
def test_refuses(work, why):
    """distill: ValueError, and nothing changed, where the models share weights, or where a mask fits no parameter."""
    for seed in (10, 11):
        parameters = numbers("linear", seed)
        error, facts = work.run(probes.refused, parameters, why)
        given = {"student": why if "mask" not in why else "a copy of the teacher"}
        expect(error, equals="ValueError", given=given, note="the error that came")
        expect(facts, equals=[True, True, True, []], given=given,
               note="whether the student's numbers are the same, whether student and teacher are in training mode, as before, and "
                    "what the optimiser was asked for")
    error, facts = work.run(probes.refused, parameters, "nothing is wrong")
    expect(error, equals="", given={"student": "a copy of the teacher"}, note="the error that came")
