"""What learners get wrong in `swap_activations`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── places ──────────────────────────────────────────────────────────────────────────────────────────────────────


def under_first_names_only(model, old):
    classes, found = old if isinstance(old, tuple) else (old,), {}
    for path, module in model.named_modules():
        if path and type(module) in classes and not any(path.startswith(f"{before}.") for before in found):
            found[path] = module
    return found


mistake("swap_activations.places", """Your places passes over a module that it has met before: left to themselves,
    `named_modules`, `named_children` and `children` list each module once, under the first of its names. The dict `_modules`
    has all names.""", name="passes_over_shared",
        replace="parent._modules.items()", by="parent.named_children()",
        forms=[under_first_names_only,
               {"replace": "if type(child) in classes:", "by": "if type(child) in classes and child not in found.values():"}])


@mistake("swap_activations.places", """Your places lists what `named_modules` lists as it comes: each module under one of
    its names only, the root too, and what is inside of a module that is found. The root has no place, a shared module has
    several, and what is inside goes with what is found.""")
def takes_named_modules_as_it_comes(model, old):
    classes = old if isinstance(old, tuple) else (old,)
    return {path: module for path, module in model.named_modules() if type(module) in classes}


@mistake("swap_activations.places", """Your places lists the root, under an empty path, and what is inside of a module that
    is found. The root has no place in the model, and what is inside goes with what is found.""")
def lists_the_root_and_the_inside(model, old):
    classes = old if isinstance(old, tuple) else (old,)
    return {path: module for path, module in model.named_modules(remove_duplicate=False) if type(module) in classes}


mistake("swap_activations.places", """Your places lists nothing where the root itself is of a class in `old`. The root is
    never found, so what is below it is listed as in any other model.""", name="lists_nothing_below_such_a_root",
        replace='look(model, "")', by='if type(model) not in classes:\n        look(model, "")')

mistake("swap_activations.places", """Your places goes on inside of a module that it has found. What is inside belongs to
    that module and is replaced with it: go down only into what is not found.""", name="goes_on_inside",
        replace="elif child is not None:", by="if child is not None:")

mistake("swap_activations.places", """Your places looks at the children of the root only. Activations are inside of blocks,
    and those inside of others: go down into each child.""", name="stays_on_the_surface",
        replace='look(child, f"{before}{name}.")', by="pass")

mistake("swap_activations.places", """Your places goes down into nn.Sequential only. Any module may hold others: ModuleList,
    ModuleDict, and classes of one's own.""", name="goes_into_sequential_only",
        replace="elif child is not None:", by="elif isinstance(child, nn.Sequential):")

mistake("swap_activations.places", """Your places takes subclasses for the class: `isinstance` is true of them too. A
    subclass computes something else (nn.ReLU6 is an nn.Hardtanh to Python): compare the class itself.""",
        name="takes_subclasses",
        replace="type(child) in classes", by="isinstance(child, old)")

mistake("swap_activations.places", """Your places finds nothing where `old` is a tuple of classes: a module's class is never
    that tuple itself. Make a tuple of a single class, and ask with `in`.""", name="knows_no_tuples",
        replace="type(child) in classes", by="type(child) is old")

mistake("swap_activations.places", """Your paths lack their beginning: each has only the last names. A path goes from the
    root all the way, as `get_submodule` takes it, so hand down what you have of it.""", name="forgets_the_path_so_far",
        replace='f"{before}{name}."', by='f"{name}."',
        forms=[{"replace": "found[before + name]", "by": "found[name]"}])

mistake("swap_activations.places", """Your places goes down into None. A name may be registered for no module, as
    `self.register_module("drop", None)` does: pass over it.""",
        name="goes_into_none", replace="elif child is not None:", by="else:")

# ── swap_activations ────────────────────────────────────────────────────────────────────────────────────────────


@mistake("swap_activations", """Your swap makes a new module for each place. What was one module in several places is
    several afterwards, and with parameters they would be trained apart: make one for each distinct module.""")
def makes_one_for_each_place(model, old, new):
    if type(model) in (old if isinstance(old, tuple) else (old,)):
        raise ValueError("the root")
    like = next((p for p in model.parameters() if p.is_floating_point()), None)
    made = []
    for path, module in places(model, old).items():
        fresh = new(module).train(module.training)
        made.append((path, fresh if like is None else fresh.to(like.device, like.dtype)))
    for path, fresh in made:
        parent, _, name = path.rpartition(".")
        model.get_submodule(parent)._modules[name] = fresh


mistake("swap_activations", """Your swap calls `new` once for each place. A module that has several is replaced by one new
    one, so one call is enough, and the others make modules that nobody uses.""", name="calls_new_for_each_place",
        replace="if module not in made:", by="if True:")


@mistake("swap_activations", """Your swap puts one new module into all places. Activations that were apart are one
    afterwards, and with a parameter they could only learn the same: call `new` for each of the old ones.""")
def puts_one_into_all_places(model, old, new):
    if type(model) in (old if isinstance(old, tuple) else (old,)):
        raise ValueError("the root")
    like = next((p for p in model.parameters() if p.is_floating_point()), None)
    fresh = None
    for path, module in places(model, old).items():
        if fresh is None:
            fresh = new(module).train(module.training)
            fresh = fresh if like is None else fresh.to(like.device, like.dtype)
        parent, _, name = path.rpartition(".")
        model.get_submodule(parent)._modules[name] = fresh


@mistake("swap_activations", """Your swap searches while it replaces. Where a block stands in two places, it goes through it
    twice and takes what it has just put in for another one to replace. List all places first, and then replace.""")
def searches_while_it_replaces(model, old, new):
    classes = old if isinstance(old, tuple) else (old,)
    if type(model) in classes:
        raise ValueError("the root")
    like = next((p for p in model.parameters() if p.is_floating_point()), None)
    found = {id(module): module for module in places(model, old).values()}
    made = {key: new(module).train(module.training) for key, module in found.items()}
    made = {key: fresh if like is None else fresh.to(like.device, like.dtype) for key, fresh in made.items()}

    def go(parent):
        for name, child in parent._modules.items():
            if type(child) in classes:
                fresh = made.get(id(child))
                parent._modules[name] = fresh if fresh is not None else new(child).train(child.training)
            elif child is not None:
                go(child)
    go(model)


mistake("swap_activations", """Your swap leaves the new modules in training mode. In a model that is in evaluation mode they
    would be the only ones that drop or take statistics: hand the mode of the old one on with `train`.""",
        name="leaves_training_mode",
        replace="new(module).train(module.training)", by="new(module)",
        forms=[{"replace": "new(module).train(module.training)", "by": "new(module).train()"}])

mistake("swap_activations", """Your swap gives the new modules the mode of the root. Parts of a model may be in another one,
    as a frozen backbone is: take over the mode of the module that is replaced.""", name="takes_the_mode_of_the_root",
        replace="train(module.training)", by="train(model.training)")

MOVE = "fresh if like is None else fresh.to(like.device, like.dtype)"

mistake("swap_activations", """Your swap leaves the new modules as `new` made them, on the CPU and in PyTorch's default
    dtype. One with parameters cannot compute with those of the model: bring it to the device and the dtype of the model's.""",
        name="moves_nothing", replace=MOVE, by="fresh")

mistake("swap_activations", """Your swap leaves the new modules in PyTorch's default dtype. In a model of another dtype they
    make results of yet another, or errors: hand `to` the dtype too.""", name="forgets_the_dtype",
        replace="fresh.to(like.device, like.dtype)", by="fresh.to(like.device)")

mistake("swap_activations", """Your swap gives the model's dtype to buffers of integers too. A count of steps is no float
    afterwards: `Module.to` converts what is floating-point, and moves the rest to the device only.""",
        name="converts_integers", replace="fresh.to(like.device, like.dtype)",
        by="fresh._apply(lambda tensor: tensor.to(like.device, like.dtype))")

mistake("swap_activations", """Your swap leaves the new modules on the CPU, wherever the model is: hand `to` the device too.""",
        name="forgets_the_device", replace="fresh.to(like.device, like.dtype)", by="fresh.to(like.dtype)")

mistake("swap_activations", """Your swap asks the first parameter for the dtype, and it may be one of integers, which no
    activation can have. Take the first whose dtype is a floating-point one.""", name="takes_a_dtype_of_integers",
        replace="next((p for p in model.parameters() if p.is_floating_point()), None)", by="next(model.parameters(), None)")

mistake("swap_activations", """Your swap takes for granted that the model has parameters. One without any has no first one:
    `next` takes a second argument for that case.""", name="needs_a_parameter",
        replace="next((p for p in model.parameters() if p.is_floating_point()), None)",
        by="next(p for p in model.parameters() if p.is_floating_point())")

mistake("swap_activations", """Your swap does not refuse a root that is of a class in `old`. No parent holds it, so it
    cannot be replaced, and a caller who hears nothing believes that it was: raise ValueError.""",
        name="does_not_refuse_the_root",
        replace="if type(model) in (old if isinstance(old, tuple) else (old,)):", by="if False:")

mistake("swap_activations", """Your swap refuses a root that is of a subclass of a class in `old`. The class counts as it
    is, here too: `isinstance` is true of a class of one's own that is derived from nn.Sequential, and nobody has asked to
    replace that.""", name="refuses_subclasses",
        replace="type(model) in (old if isinstance(old, tuple) else (old,))", by="isinstance(model, old)")


@mistake("swap_activations", """Your swap asks the model for its dtype after the new modules are in. Where one with parameters
    stands first, it is asked for its own, and nothing is moved: read device and dtype before anything is replaced.""")
def reads_the_dtype_after_the_swap(model, old, new):
    if type(model) in (old if isinstance(old, tuple) else (old,)):
        raise ValueError("the root")
    found, made = places(model, old), {}
    for module in found.values():
        if module not in made:
            made[module] = new(module).train(module.training)
    for path, module in found.items():
        parent, _, name = path.rpartition(".")
        model.get_submodule(parent)._modules[name] = made[module]
    like = next((p for p in model.parameters() if p.is_floating_point()), None)
    for fresh in made.values():
        if like is not None:
            fresh.to(like.device, like.dtype)


mistake("swap_activations", """Your swap puts a new module in before it has made the next one. Where `new` raises an error,
    the model is left half old and half new. Make them all first.""", name="puts_in_before_all_are_made",
        replace="made[module] = " + MOVE, by="made[module] = " + MOVE + """
        for path in [path for path, other in found.items() if other is module]:
            model.get_submodule(path.rpartition(".")[0])._modules[path.rpartition(".")[2]] = made[module]""")

mistake("swap_activations", """Your swap calls `new` without the module that it replaces. `new` is a function of it, so that
    it can take over a slope or wrap it.""", name="calls_new_without_the_module", replace="new(module).train", by="new().train")

mistake("swap_activations", """Your swap registers the new modules with the root, under a name with full stops in it, and
    the old ones stay where they are. A path leads to a parent, and the last name is the key there.""",
        name="puts_all_into_the_root",
        replace="model.get_submodule(parent)._modules[name] = made[module]", by="setattr(model, path, made[module])",
        forms=[{"replace": "model.get_submodule(parent)._modules[name]", "by": "model._modules[path]"}])

mistake("swap_activations", """Your swap takes the old module out before it puts the new one in. A dict keeps the order in
    which its keys came, so the new one is last, and nn.Sequential computes it last. Put it under the key that is there.""",
        name="takes_out_first", replace="model.get_submodule(parent)._modules[name] = made[module]",
        by="""owner = model.get_submodule(parent)
        delattr(owner, name)
        owner.add_module(name, made[module])""")

mistake("swap_activations", """Your swap replaces one place of each module. A module with several stays in the others: go
    over all paths.""", name="replaces_one_place_of_each", replace="for path, module in found.items():",
        by="for path, module in {module: (path, module) for path, module in found.items()}.values():")
