"""What the suite of `vgg` does beside the learner's networks, in the learner's process.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value.
"""
import torch


def entries(work, config, options):
    """[name, shape, dtype] of each tensor in a network's state dict, and how many tensors another of its kind shares."""
    network, other = (work.vgg(config, **options) for _ in range(2))
    found = [[name, list(each.shape), str(each.dtype)] for name, each in network.state_dict().items()]
    held = {each.data_ptr() for each in network.state_dict().values()}
    return found, sum(each.data_ptr() in held for each in other.state_dict().values())


def layers_in_common(work, config, options):
    """Whether a layer of a network stands in several of its places, and whether one stands in another network of its kind."""
    networks = [work.vgg(config, **options) for _ in range(2)]
    first, second = ([id(layer) for layer in network._modules.values()] for network in networks)
    return len(set(first)) < len(first), not set(first).isdisjoint(second)


def outputs(work, config, options, sets, images, *, training=False):
    """For each set of tensors the shapes that its network's state dict has, and what the network gives for each image.

    A network is made for each set, in float64, with the set in its state dict in the order in which that goes. Where the
    shapes are others there are no outputs. All networks are made and filled before the first is called.
    """
    networks = [work.vgg(config, **options).double() for _ in sets]
    shapes = [[list(each.shape) for each in network.state_dict().values()] for network in networks]
    if any(found != [list(each.shape) for each in given] for found, given in zip(shapes, sets)):
        return shapes, []
    results = []
    with torch.no_grad():
        for network, given in zip(networks, sets):
            for own, tensor in zip(network.state_dict().values(), given):
                own.copy_(tensor)
        for network in networks:
            network.train(training)
            results.append([network(image) for image in images])
    return shapes, results


def tensors(work, config, options, seed):
    """The tensors of a new network's state dict, in their order, drawn after the global generator was seeded."""
    torch.manual_seed(seed)
    return [each.clone() for each in work.vgg(config, **options).state_dict().values()]


def refusal(work, config, token):
    """The class of the error that comes, or "", whether it is a ValueError, and whether its message names the token.

    A message that repeats the whole string names none.
    """
    try:
        work.vgg(config)
    except NotImplementedError:
        raise
    except Exception as error:
        return type(error).__name__, isinstance(error, ValueError), token in str(error).replace(config, "")
    return "", False, False
