# what is wrong: the check of the root lets subclasses in, so a model that is derived from an old class (a Net(nn.Sequential), old = nn.Sequential) is refused
# told: refuses_subclasses
def places(model, old):
    classes = old if isinstance(old, tuple) else (old,)
    listed = {}
    inside = ""
    for path, module in model.named_modules(remove_duplicate=False):
        if path == "" or (inside and path.startswith(inside)):
            continue
        if type(module) in classes:
            listed[path] = module
            inside = path + "."
    return listed


def swap_activations(model, old, new):
    if isinstance(model, old):
        raise ValueError(f"the model itself is a {type(model).__name__}")
    listed = places(model, old)
    modes, made = {}, {}
    for module in listed.values():
        if module not in made:
            modes[module] = module.training
            made[module] = new(module)
    like = next((p for p in model.parameters() if p.is_floating_point()), None)
    for module, successor in made.items():
        successor.train(modes[module])
        if like is not None:
            successor.to(like.device, like.dtype)
    for path, module in listed.items():
        parent, _, name = path.rpartition(".")
        model.get_submodule(parent)._modules[name] = made[module]
