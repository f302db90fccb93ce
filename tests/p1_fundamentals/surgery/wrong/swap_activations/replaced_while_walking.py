# what is wrong: the walk replaces as it goes, so in a block that stands in two places it meets its own work and replaces a new module of an old class once more
# told: puts_in_before_all_are_made, searches_while_it_replaces
def as_tuple(old):
    return old if isinstance(old, tuple) else (old,)


def places(model, old, prefix=""):
    found = {}
    for name, child in model._modules.items():
        if child is None:
            continue
        if type(child) in as_tuple(old):
            found[prefix + name] = child
        else:
            found.update(places(child, old, prefix + name + "."))
    return found


def swap_activations(model, old, new):
    olds = as_tuple(old)
    if type(model) in olds:
        raise ValueError("model is an activation itself")
    like = next((p for p in model.parameters() if p.is_floating_point()), None)
    made = {}

    def successor(module):
        if module not in made:
            training = module.training
            fresh = new(module)
            fresh.train(training)
            made[module] = fresh if like is None else fresh.to(like.device, like.dtype)
        return made[module]

    def operate(parent):
        for name, child in list(parent._modules.items()):
            if child is None:
                continue
            if type(child) in olds:
                parent._modules[name] = successor(child)
            else:
                operate(child)

    operate(model)
