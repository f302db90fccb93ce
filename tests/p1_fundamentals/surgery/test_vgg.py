"""A VGG from a string: convolutions of 3 x 3, pooling, and one linear layer, written as "64 M 128 M 256 256 M"."""
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from grader.judge import expect, expect_true, supporting
from tests.p1_fundamentals.surgery import probes_vgg as probes
from tests.strategies import seeds, values


def tensor(shape, seed):
    return torch.from_numpy(values(tuple(shape), seed))


def state_of(config, in_channels=3, classes=10, batch_norm=False):
    """[name, shape, dtype] of each tensor in the state dict, from the contract: the layers counted one by one."""
    found, number, channels = [], 0, in_channels

    def add(layer, **shapes):
        found.extend([f"{layer}.{name}", shape, "torch.float32"] for name, shape in shapes.items())

    for token in config.split():
        if token == "M":
            number += 1
            continue
        width = int(token)
        add(number, weight=[width, channels, 3, 3], **({} if batch_norm else {"bias": [width]}))
        if batch_norm:
            number += 1
            add(number, **dict.fromkeys(("weight", "bias", "running_mean", "running_var"), [width]))
            found.append([f"{number}.num_batches_tracked", [], "torch.int64"])
        number += 2                                      # the layer itself, and the relu
        channels = width
    add(number + 2, weight=[classes, channels], bias=[classes])
    return found


def filled(state, seed):
    """A tensor for each entry of a state dict: a set of parameters and statistics that nobody draws by accident."""
    made = []
    for place, (name, shape, _) in enumerate(state):
        if name.endswith("num_batches_tracked"):
            made.append(torch.tensor(3))
        elif name.endswith("running_var"):
            made.append(tensor(shape, seed + place).abs() + 0.5)
        else:
            made.append(tensor(shape, seed + place) / 2)
    return made


def network(config, tensors, x, *, batch_norm=False, training=False):
    """What the network is to give, by torch.nn.functional in float64 with the tensors of its state dict."""
    rest = iter(tensors)
    for token in config.split():
        if token == "M":
            x = functional.max_pool2d(x, 2)
            continue
        x = functional.conv2d(x, next(rest), None if batch_norm else next(rest), padding=1)
        if batch_norm:
            weight, bias, mean, variance, _ = [next(rest) for _ in range(5)]
            x = functional.batch_norm(x, mean.clone(), variance.clone(), weight, bias, training=training)
        x = x.clamp(min=0)
    return functional.linear(x.mean(dim=(2, 3)), next(rest), next(rest))


def check_outputs(work, config, options, images, seed, *, training=False):
    """Two networks of one kind, each filled with tensors of its own, for all images."""
    state = state_of(config, **options)
    sets = [filled(state, seed), filled(state, seed + 500)]
    batch_norm = options.get("batch_norm", False)
    want = [[network(config, each, image, batch_norm=batch_norm, training=training) for image in images] for each in sets]
    shapes, got = work.run(probes.outputs, config, options, sets, images, training=training)
    given = {"config": config, **options}
    expect(shapes[0], equals=[shape for _, shape, _ in state], given=given,
           note="the shapes of the parameters and statistics, in their order")
    for results, right in zip(got, want, strict=True):
        for image, result, wanted in zip(images, results, right, strict=True):
            expect(result, equals=wanted, given={**given, "shape of the images": tuple(image.shape)},
                   note="the logits, with parameters that were put into the network")


@pytest.mark.parametrize("config, options", [
    ("8", {}), ("4 M 8", {"in_channels": 1, "classes": 2}), ("3 5 M 2", {"classes": 7, "batch_norm": False}),
    ("4\tM\n  6 6 M ", {"in_channels": 2}), ("10 M M 3", {"in_channels": 4, "classes": 1}), ("M", {"in_channels": 5})])
def test_layers(work, config, options):
    """The layers and their names: a convolution with bias and a relu for a number, a pool for an M, the head at the end."""
    found, shared = work.run(probes.entries, config, options)
    given = {"config": config, **options}
    expect(found, equals=state_of(config, **options), given=given, note="name, shape and dtype of each entry of the state dict")
    expect(shared, equals=0, given=given, note="tensors that the networks of two calls have in common")


@pytest.mark.parametrize("config, options", [
    ("8", {}), ("4 M 8", {"in_channels": 1, "classes": 2}), ("3 5 M M 2", {"classes": 7}), ("6 6 M", {"in_channels": 2})])
def test_layers_with_batch_norm(work, config, options):
    """With batch_norm: a batch norm between each convolution and its relu, and the convolution without a bias."""
    options = {**options, "batch_norm": True}
    found, shared = work.run(probes.entries, config, options)
    given = {"config": config, **options}
    expect(found, equals=state_of(config, **options), given=given, note="name, shape and dtype of each entry of the state dict")
    expect(shared, equals=0, given=given, note="tensors that the networks of two calls have in common")


@settings(max_examples=15)  # one string is much like another
@given(st.lists(st.sampled_from(["1", "2", "3", "5", "M"]), max_size=4).filter(lambda tokens: tokens.count("M") < 3),
       st.integers(1, 3), st.integers(1, 4), seeds)
def test_values(work, tokens, in_channels, classes, seed):
    """What the network computes: the layers one after the other, as torch.nn.functional computes them."""
    options = {"in_channels": in_channels, "classes": classes}
    check_outputs(work, " ".join(tokens), options, [tensor((2, in_channels, 4, 4), seed + 7)], seed)


@pytest.mark.parametrize("sizes", [[(4, 4), (8, 8)], [(4, 6), (9, 4)], [(5, 7), (7, 11)]])
def test_images_of_any_size(work, sizes):
    """One network takes images of any size, also of odd ones, and averages over all pixels that are left."""
    for config in ("3 M 2 M", "2 M 3"):
        images = [tensor((2, 2, *size), 31 + place) for place, size in enumerate(sizes)]
        check_outputs(work, config, {"in_channels": 2, "classes": 3}, images, 40)


@pytest.mark.parametrize("training", [True, False])
def test_values_with_batch_norm(work, training):
    """With batch_norm: it comes before the relu, with the batch's statistics in training and the running ones after it."""
    for config in ("3 M 2", "4 2 M"):
        images = [tensor((3, 2, 4, 6), 51)]
        check_outputs(work, config, {"in_channels": 2, "classes": 3, "batch_norm": True}, images, 60, training=training)


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("in_channels, config", [(16, "64 32"), (48, "24 M 64")])
def test_weights_of_convolutions(work, in_channels, config, batch_norm):
    """The weights of convolutions are drawn anew, from a normal distribution with mean 0 and variance 2 / (9 C)."""
    options = {"in_channels": in_channels, "batch_norm": batch_norm}
    drawn = []
    for seed in (1, 2):
        found = [each.double() for each in work.run(probes.tensors, config, options, seed) if each.ndim == 4]
        expect(len(found), equals=2, given={"config": config, **options}, note="convolutions in the state dict")
        drawn.append(found)
        for weight in found:
            given = {"config": config, **options, "shape of the weights": tuple(weight.shape)}
            # Of 9216 weights or more the deviation is known to 0.8 %, the mean to 0.011 deviations and the fourth moment to
            # 0.06: each bound is six times that or more. A uniform distribution has a fourth moment of 1.8.
            right = (2 / (9 * weight.shape[1])) ** 0.5
            expect(weight.std().item(), equals=right, rtol=0.05, given=given, note="the standard deviation of the weights")
            expect((weight / right).mean().item(), equals=0.0, atol=0.07, given=given, note="the mean, in standard deviations")
            fourth = ((weight - weight.mean()) / weight.std()).pow(4).mean().item()
            expect(fourth, equals=3.0, atol=0.4, rtol=0, given=given,
                   note="the mean fourth power, in standard deviations: 3 for a normal distribution")
    for first, second in zip(*drawn):
        expect_true(not torch.equal(first, second), got="the same weights", want="other weights after another seed",
                    given={"config": config, **options})


@pytest.mark.parametrize("batch_norm", [False, True])
def test_rest_of_the_initialisation(work, batch_norm):
    """Biases of convolutions are 0; batch norms and the linear layer are as PyTorch makes them."""
    options, config = {"in_channels": 2, "classes": 20, "batch_norm": batch_norm}, "3 M 16"
    given, heads = {"config": config, **options}, []
    for seed in (3, 4):
        *found, head, bias = work.run(probes.tensors, config, options, seed)
        expect([list(each.shape) for each in (*found, head, bias)],
               equals=[shape for _, shape, _ in state_of(config, **options)], given=given, note="the shapes in the state dict")
        for (name, shape, _), each in zip(state_of(config, **options), found):
            if len(shape) < 4 and not name.endswith("tracked"):
                of_one = batch_norm and name.endswith(("weight", "var"))
                expect(each, equals=torch.ones(shape) if of_one else torch.zeros(shape), given=given, note=name)
        # nn.Linear draws evenly between -1/4 and 1/4 for 16 inputs. Of 320 such weights the largest is above 0.2 but once
        # in 10^31, and those of a normal distribution with He's deviation, 0.35, do not stay within 1/4.
        largest = head.abs().max().item()
        expect_true(0.2 < largest <= 0.25 + 1e-6, got=largest, want="up to 0.25, as nn.Linear draws them for 16 inputs",
                    given=given, note="the largest weight of the linear layer")
        heads.append(head)
    expect_true(not torch.equal(*heads), got="the same weights", want="other weights after another seed", given=given)


@supporting
@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("config", ["4 M 8", "4 4 M M"])
def test_layers_of_their_own(work, config, batch_norm):
    """Each place has a layer of its own, and each call makes new ones, relus and pools too."""
    several, common = work.run(probes.layers_in_common, config, {"in_channels": 2, "batch_norm": batch_norm})
    given = {"config": config, "batch_norm": batch_norm}
    expect([several, common], equals=[False, False], given=given,
           note="whether a layer stands in several places, and whether the networks of two calls have a layer in common")


@supporting
@pytest.mark.parametrize("config, token", [
    ("8 M x", "x"), ("8 m 8", "m"), ("0 M", "0"), ("8 0 M", "0"), ("-8 M", "-8"), ("8 1.5", "1.5"), ("8M 4", "8M"),
    ("64, M", "64,"), ("8 MM 4", "MM"), ("8 conv", "conv"), ("+8 M", "+8"),
    ("8 1_6", "1_6")])
def test_refuses_other_tokens(work, config, token):
    """A token that is neither an M nor a whole number from 1 raises ValueError, which names it."""
    work.vgg("8 M")
    error, right, named = work.run(probes.refusal, config, token)
    given = {"config": config}
    expect_true(right, got=error or "no error", want="ValueError", given=given)
    expect_true(named, got=f"{error} without it", want=f"the token {token!r} in the message", given=given)
