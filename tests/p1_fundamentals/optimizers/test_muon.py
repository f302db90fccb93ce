"""Muon: the momentum of a weight matrix is made nearly orthogonal before it becomes a step.

`torch.optim.Muon` computes in bfloat16, with two digits. So it decides here about the momentum alone, which it keeps in the
parameter's dtype; what is right for the steps is computed from singular values, in float64.
"""
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge import expect, expect_true
from tests.p1_fundamentals.optimizers import probes
from tests.p1_fundamentals.optimizers import probes_muon as of_muon
from tests.strategies import seeds, values

few = settings(max_examples=20)
# The steepest way of five steps multiplies a rounding error by 3.4445⁵ = 485: in float32 3e-5 remains of 6e-8.
TOLERANCES = {torch.float32: 1e-3, torch.float64: 1e-9}


def tensor(shape, seed, dtype=torch.float64):
    return torch.tensor(values(shape, seed)).to(dtype)


def orthogonalised(matrix, steps=5):
    """By the definition: U p(…p(Σ / (‖Σ‖ + eps))) Vᵀ, from an SVD in float64."""
    u, s, vh = torch.linalg.svd(matrix.double(), full_matrices=False)
    s = s / (math.sqrt(sum(value ** 2 for value in s.tolist())) + 1e-7)
    for _ in range(steps):
        s = 3.4445 * s - 4.7750 * s ** 3 + 2.0315 * s ** 5
    return (u * s @ vh).to(matrix.dtype)


def trained(groups, gradients, rates=None, **options):
    """The parameters after each step, by the formulas of the contract, with sums in the place of lerp."""
    settings_of = [(p.clone(), {"momentum": 0.95, "nesterov": True, "weight_decay": 0.0, "ns_steps": 5, **options, **group})
                   for group in groups for p in group["params"]]
    params, moments, history = [p for p, _ in settings_of], [torch.zeros_like(p) for p, _ in settings_of], []
    for step, arrived in enumerate(gradients):
        for place, ((_, own), g) in enumerate(zip(settings_of, arrived)):
            if g is None:
                continue
            mu, lr = own["momentum"], rates[step] if rates else own["lr"]
            moments[place] = mu * moments[place] + (1 - mu) * g
            ahead = mu * moments[place] + (1 - mu) * g if own["nesterov"] else moments[place]
            p, rows = params[place], len(g)
            matrix = torch.stack([row.flatten() for row in ahead])
            lr_here = lr * max(1.0, rows / (g.numel() // rows)) ** 0.5
            params[place] = p - lr * own["weight_decay"] * p - lr_here * orthogonalised(matrix, own["ns_steps"]).view(p.shape)
        history.append([p.clone() for p in params])
    return history


def check(work, groups, gradients, rates=None, **options):
    """The parameters after each step against the formulas, and the momentum against torch.optim.Muon's."""
    want = trained(groups, gradients, rates, **options)
    got, own = work.run(probes.train, "Muon", groups, gradients, rates=rates, **options)
    given = {**options, "parameters": groups if len(groups) > 1 else groups[0]["params"], "gradients, step by step": gradients}
    given |= {"lr, step by step": rates} if rates else {}
    # Beside EPS it shows in the seventh digit of a step how large the momentum is: that is for the check of the state to say.
    expect(got, equals=want, given=given, note="the parameters after each step", rtol=1e-6, atol=1e-6)
    matrices = [{**group, "params": [p.flatten(1) for p in group["params"]]} for group in groups]  # PyTorch takes two axes only
    flat = [[None if g is None else g.flatten(1) for g in arrived] for arrived in gradients]
    _, theirs = probes.train(torch.optim, "Muon", matrices, flat, rates=rates, **options)
    for place, (mine, right) in enumerate(zip(own, theirs, strict=True)):
        expect(sorted(mine), equals=sorted(right), given=given, note=f"the keys of the state of parameter {place}")
        for key in right:
            expect(mine[key], equals=right[key].view(want[-1][place].shape), given=given,
                   note=f'"{key}" of parameter {place} after all steps')


def random_gradients(sides, steps, seed, dtype=torch.float64):
    """For each step a gradient for each parameter."""
    return [[tensor(side, seed + 100 * step + i, dtype) for i, side in enumerate(sides)] for step in range(1, steps + 1)]


sides = st.tuples(st.integers(1, 5), st.integers(1, 5))


@settings(max_examples=40)
@given(sides, st.integers(0, 6), st.sampled_from([1.0, 0.0, 1e-6, 1e5]), seeds)
def test_newton_schulz(work, shape, steps, scale, seed):
    """newton_schulz: so many times the polynomial of each singular value, for wide, square and tall matrices of any size."""
    G = scale * tensor(shape, seed)
    expect(work.newton_schulz(G, steps=steps), equals=orthogonalised(G, steps), given={"G": G, "steps": steps})


@pytest.mark.parametrize("shape", [(4, 4), (3, 6), (6, 3), (1, 5), (5, 1)])
def test_comes_near_an_orthogonal_matrix(work, shape):
    """newton_schulz: after five steps all singular values lie between 0.68 and 1.21, with the directions that G has."""
    for seed in (1, 2):
        u, _ = torch.linalg.qr(torch.randn(shape[0], min(shape), generator=torch.Generator().manual_seed(seed)).double())
        v, _ = torch.linalg.qr(torch.randn(shape[1], min(shape), generator=torch.Generator().manual_seed(seed + 10)).double())
        s = torch.logspace(-1.5 if min(shape) > 1 else 0.0, 1.0, min(shape), dtype=torch.float64)  # from 0.03 to 10
        G = u * s @ v.mT
        got = work.newton_schulz(G)
        expect_true(isinstance(got, torch.Tensor) and got.shape == G.shape and got.dtype == G.dtype, got=got, given={"G": G},
                    want=f"a tensor of shape {tuple(shape)} in float64")
        turned = u.mT @ got @ v                                             # (k, k): diagonal, if the directions are G's
        expect(turned - turned.diag().diag(), equals=torch.zeros_like(turned), given={"G": G},
               note="what UᵀXV has outside of its diagonal, where X is the result and G = UΣVᵀ")
        expect_true(bool(((turned.diag() > 0.68) & (turned.diag() < 1.21)).all()), got=turned.diag(), given={"G": G},
                    want="singular values between 0.68 and 1.21",
                    note="the diagonal of UᵀXV, where X is the result and G = UΣVᵀ")


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("layout", ["rows", "columns", "gaps"])
def test_keeps_the_dtype_and_changes_nothing(work, dtype, layout):
    """newton_schulz: float32 gives float32 and float64 float64, in their precision; G stays, however it lies in memory."""
    matrices = [(tensor(shape, seed) / 3).to(dtype) for shape, seed in (((3, 5), 31), ((3, 5), 32), ((4, 2), 33))]
    got, after = work.run(of_muon.orthogonalised, matrices, layout)
    for G, result, left in zip(matrices, got, after, strict=True):
        given = {"G": G, "dtype": str(dtype), "layout in memory": layout}
        expect(result, equals=orthogonalised(G), given=given, rtol=TOLERANCES[dtype], atol=TOLERANCES[dtype])
        expect(left, equals=G, given=given, rtol=0, atol=0, note="G afterwards")


@pytest.mark.parametrize("shape", [(40, 2), (2, 40)])
def test_multiplies_along_the_long_side(work, shape):
    """newton_schulz: no tensor on the way has more elements than G; the products are as small as its short side."""
    for seed in (41, 42):  # two of one shape: who remembers the first result has the second one wrong
        G = tensor(shape, seed)
        got, elements = work.run(of_muon.largest_tensor, G)
        expect(got, equals=orthogonalised(G), given={"G": G})
        expect_true(elements <= G.numel(), got=elements, want=f"{G.numel()} at most", given={"shape of G": list(shape)},
                    note="the number of elements of the largest tensor that is made on the way")


@few
@given(sides, st.integers(1, 4), st.sampled_from([0.95, 0.5, 0.0]), st.booleans(), st.sampled_from([0.0, 0.5]),
       st.sampled_from([5, 2]), seeds)
def test_steps(work, shape, steps, momentum, nesterov, weight_decay, ns_steps, seed):
    """Muon: momentum, orthogonalised, with decoupled weight decay, over several steps; and the momentum that is kept."""
    check(work, [{"params": [tensor(shape, seed)]}], random_gradients([shape], steps, seed), lr=0.125, momentum=momentum,
          nesterov=nesterov, weight_decay=weight_decay, ns_steps=ns_steps)


@pytest.mark.parametrize("shape", [(9, 2), (2, 9), (4, 2, 3), (2, 1, 2, 2), (6, 1, 1, 1), (5, 1, 2, 2)])
def test_shapes(work, shape):
    """Muon: of a convolution's weight the first axis is the rows, and tall matrices have a larger learning rate."""
    for seed in (51, 52):
        check(work, [{"params": [tensor(shape, seed)]}], random_gradients([shape], 2, seed), lr=0.125, momentum=0.5)


def test_groups_rates_and_absent_gradients(work):
    """Muon: settings of a group's own, a learning rate that changes, and parameters without a gradient in some steps."""
    shapes = [(2, 3), (3, 2), (2, 2), (4, 2), (2, 3)]
    for seed in (61, 62):
        params, gradients = [tensor(shape, seed + 1 + i) for i, shape in enumerate(shapes)], random_gradients(shapes, 5, seed)
        for step, place in [(0, 0), (1, 1), (3, 0), (4, 3), *((step, 2) for step in range(5))]:
            gradients[step][place] = None
        groups = [{"params": params[:3]}, {"params": params[3:4], "momentum": 0.25, "ns_steps": 3},
                  {"params": params[4:], "nesterov": False, "weight_decay": 0.0}]
        check(work, groups, gradients, rates=[0.5, 0.25, 1.0, 0.125, 0.75], lr=0.125, momentum=0.5, weight_decay=0.25)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("layout", ["rows", "columns", "gaps"])
def test_moves_the_parameters_in_place(work, dtype, layout):
    """Muon: the memory of the parameters is changed, in their dtype, however they lie in it; gradients are only read."""
    shapes, options = [(2, 3), (3, 2, 2)], {"lr": 0.125, "momentum": 0.5, "weight_decay": 0.25}
    for seed in (71, 72):
        params = [(tensor(shape, seed + i) / 3).to(dtype) for i, shape in enumerate(shapes)]
        gradients = [[(g / 3).to(dtype) for g in arrived] for arrived in random_gradients(shapes, 3, seed + 5)]
        want = [each.to(dtype) for each in trained([{"params": [p.double() for p in params]}],
                                                   [[g.double() for g in arrived] for arrived in gradients], **options)[-1]]
        got, after = work.run(of_muon.in_place, params, gradients, layout, **options)
        given = {**options, "parameters": params, "gradients, step by step": gradients, "layout in memory": layout}
        expect(got, equals=want, given=given, rtol=TOLERANCES[dtype], atol=TOLERANCES[dtype],
               note="the memory of the parameters after all steps")
        expect(after, equals=gradients[-1], given=given, note="the gradients of the last step, after it")


LANGUAGE = {"model": "kinds and embed.tokens, nn.Embedding; embed.places, of a class made from it, with an offset; two blocks "
                     "of norm, up and down; scale; end", "head": "end, a module of a LayerNorm and the Linear layer logits"}
MODELS = {
    "language model": LANGUAGE,
    "tied language model": {**LANGUAGE, "tied": "end.logits.weight is embed.tokens.weight"},
    "perceptron": {"model": "nn.Sequential(nn.Flatten(), nn.Linear(4, 5), nn.ReLU(), nn.Sequential(nn.Linear(5, 6), "
                            "nn.ReLU()), nn.Linear(6, 2))", "head": "model[4]"},
    "convolutions": {"model": "nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Conv1d(2, 3, 2, bias=False), "
                              "nn.PReLU(), nn.Linear(3, 2))", "head": "model[4]"},
    "shared": {"model": "layers nn.Linear(3, 3) full of ones, in this order: first; tied, with the weight of last; last; "
                        "again, which is first; later, with the weight of last", "head": "model.last"},
}
OF_LANGUAGE = (
    [f"blocks.{block}.{layer}.weight" for block in (0, 1) for layer in ("up", "down")],
    ["scale", "kinds.weight", "embed.tokens.weight", "embed.places.weight", "embed.places.offset",
     *(f"blocks.{block}.{name}" for block in (0, 1) for name in ("norm.weight", "norm.bias", "up.bias", "down.bias")),
     "end.norm.weight", "end.norm.bias", "end.logits.weight"])
SPLITS = {  # the first tells apart what is forgotten, the others what is counted or listed otherwise
    "language model": OF_LANGUAGE,
    "tied language model": (OF_LANGUAGE[0], OF_LANGUAGE[1][:-1]),
    "perceptron": (["1.weight", "3.0.weight"], ["1.bias", "3.0.bias", "4.weight", "4.bias"]),
    "convolutions": (["0.weight", "2.weight"], ["0.bias", "1.weight", "1.bias", "3.weight", "4.weight", "4.bias"]),
    "shared": (["first.weight"], ["first.bias", "tied.weight", "tied.bias", "last.bias", "later.bias"]),
}


@pytest.mark.parametrize("model", SPLITS)
def test_split_parameters(work, model):
    """split_parameters: matrices of hidden layers for Muon; embeddings, head, biases and gains for another optimiser."""
    (matrices, others), kind = work.run(of_muon.split, model)
    given, (right, rest) = MODELS[model], SPLITS[model]
    expect(kind, equals="tuple", given=given, note="the type of what is returned")
    expect([name for name in matrices if name not in right], equals=[], given=given,
           note="the names of what is for Muon and should not be")
    expect([name for name in right if name not in matrices], equals=[], given=given,
           note="the names of what is not for Muon and should be")
    expect([matrices, others], equals=[right, rest], given=given, note="the names of the parameters in the two lists")
