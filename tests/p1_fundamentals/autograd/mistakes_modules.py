"""What learners get wrong in `modules`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

Module = object  # for the wrong classes below to be defined here


@mistake("modules.Parameter.__init__", """Your Parameter does not require a gradient. Operations on it are not
    recorded then, and nothing can be learned: requiring one is all that sets it apart from a Tensor.""")
def requires_nothing(self, data):
    super(Parameter, self).__init__(data)


@mistake("modules.Module.__call__", """A call of your module runs forward and drops the result. Whoever calls it
    gets None.""")
def drops_the_result(self, *inputs, **options):
    self.forward(*inputs, **options)


@mistake("modules.Module.parameters", """Your parameters looks at the module's own attributes only. Those of the
    modules inside it are the network's too, and would never be trained.""")
def stays_on_the_surface(self):
    found = []
    for value in vars(self).values():
        if isinstance(value, Parameter) and not any(value is other for other in found):
            found.append(value)
    return found


@mistake("modules.Module.parameters", """Your parameters finds those in attributes and in their modules, but
    does not look into lists and tuples. A network often keeps its layers in one.""")
def overlooks_lists(self):
    found, seen = [], set()

    def search(value):
        if id(value) in seen:
            return
        seen.add(id(value))
        if isinstance(value, Parameter):
            found.append(value)
        elif isinstance(value, Module):
            for item in list(vars(value).values()):
                search(item)

    search(self)
    return found


@mistake("modules.Module.parameters", """Your parameters names a parameter once for each place where it is met.
    One that two layers share would be updated twice in each step.""")
def counts_shared_ones_twice(self):
    found, open_modules = [], set()

    def search(value):
        if isinstance(value, Parameter):
            found.append(value)
        elif isinstance(value, Module) and id(value) not in open_modules:
            open_modules.add(id(value))
            search(list(vars(value).values()))
            open_modules.discard(id(value))
        elif isinstance(value, (list, tuple)):
            for item in value:
                search(item)

    search(self)
    return found


@mistake("modules.Module.parameters", """Your parameters takes tensors that are no Parameter. A parameter is
    what was declared one; an input or a result that a module keeps is not to be trained.""",
         forms=[{"replace": "isinstance(value, Parameter)", "by": "isinstance(value, Tensor)"}])
def takes_any_tensor(self):
    found, seen = [], set()

    def search(value):
        if isinstance(value, (Tensor, Module)):
            if id(value) in seen:
                return
            seen.add(id(value))
        if isinstance(value, Tensor) and value.requires_grad:
            found.append(value)
        elif isinstance(value, Module):
            search(list(vars(value).values()))
        elif isinstance(value, (list, tuple)):
            for item in value:
                search(item)

    search(self)
    return found


@mistake("modules.Module.parameters", """Your parameters lists a module's own parameters first and those of its
    modules after them. The attributes are gone through in their order, and a module is searched where it
    stands.""")
def takes_its_own_first(self):
    found, seen = [], set()

    def search(value):
        if id(value) in seen:
            return
        if isinstance(value, Parameter):
            seen.add(id(value))
            found.append(value)
        elif isinstance(value, Module):
            seen.add(id(value))
            inside = list(vars(value).values())
            search([item for item in inside if isinstance(item, Parameter)])
            search([item for item in inside if not isinstance(item, Parameter)])
        elif isinstance(value, (list, tuple)):
            for item in value:
                search(item)

    search(self)
    return found


mistake("modules.Module.parameters", """Your parameters never comes to an end where modules refer to one another in a
    circle, and Python raises RecursionError. Remember each module as soon as you meet it, before its attributes are
    searched, and pass it over when it is met again.""", name="runs_in_circles",
        replace="seen.add(id(value))  # before", by="pass  # before",
        forms=[{"replace": """seen.add(id(value))  # before its attributes: one of them may lead back here
                search(list(vars(value).values()))""", "by": """search(list(vars(value).values()))
                seen.add(id(value))"""}])

mistake("modules.Module.parameters", """Your parameters goes through the attributes by their names, in alphabetical
    order. They come in the order in which they were set, as vars(self) has them.""", name="sorts_by_name",
        replace="list(vars(value).values())", by="[vars(value)[name] for name in sorted(vars(value))]")


def takes_the_last_from_the_stack(self):
    found, seen, stack = [], set(), [self]
    while stack:
        value = stack.pop()
        if id(value) in seen:
            continue
        if isinstance(value, Parameter):
            seen.add(id(value))
            found.append(value)
        elif isinstance(value, Module):
            seen.add(id(value))
            stack.extend(vars(value).values())
        elif isinstance(value, (list, tuple)):
            stack.extend(value)
    return found


mistake("modules.Module.parameters", """Your parameters goes through the attributes from the last to the first. They
    come in the order in which they were set; what is put on a stack comes off it in the reverse order.""",
        name="begins_at_the_end",
        replace="list(vars(value).values())", by="list(vars(value).values())[::-1]", forms=[takes_the_last_from_the_stack])


@mistake("modules.Module.parameters", """Your parameters still finds five parameters in the test's module when there
    are seven, after a layer was appended to a list and a parameter was set as a new attribute. Search anew at each
    call, and keep nothing from the call before.""")
def keeps_the_first_list(self):
    if "kept" in vars(self):
        return self.kept
    found, seen = [], set()

    def search(value):
        if id(value) in seen:
            return
        if isinstance(value, Parameter):
            seen.add(id(value))
            found.append(value)
        elif isinstance(value, Module):
            seen.add(id(value))
            search(list(vars(value).values()))
        elif isinstance(value, (list, tuple)):
            for item in value:
                search(item)

    search(self)
    self.kept = found
    return found


# Of a list of the wrong length the fingerprint has the length alone: what leaves one out, or finds one more, is one mistake.
mistake("modules.Module.parameters", """Your parameters leaves one out of the five parameters of the test's module.
    Two that hold equal values, or the same array, are two (ask by `is` or by `id` of the parameter itself), one whose
    requires_grad is False is one like any other, and so is one in an attribute whose name begins with _.""",
        name="leaves_one_out",
        replace="found.append(value)", by="""if not any(np.array_equal(value.data, other.data) for other in found):
                    found.append(value)""",
        forms=[{"replace": "list(vars(value).values())",
                "by": "[item for name, item in vars(value).items() if not name.startswith('_')]"},
               {"replace": "isinstance(value, Parameter)", "by": "isinstance(value, Parameter) and value.requires_grad"},
               {"replace": "found.append(value)", "by": """if not any(value.data is other.data for other in found):
                    found.append(value)"""}])

LISTS = """elif isinstance(value, (list, tuple)):
                for item in value:"""

mistake("modules.Module.parameters", """Your parameters finds more than the five parameters of the test's module. Only
    modules, lists and tuples are searched: no dict, no set, no attributes of the class, and no object that is not a
    Module, though it have a method `parameters`.""", name="searches_what_is_passed_over",
        replace=LISTS, by="""elif isinstance(value, (list, tuple, dict)):
                for item in value.values() if isinstance(value, dict) else value:""",
        forms=[{"replace": LISTS, "by": LISTS.replace("tuple", "tuple, set")},
               {"replace": LISTS, "by": """elif isinstance(value, (list, tuple, dict, set)):
                for item in value.values() if isinstance(value, dict) else value:"""},
               {"replace": "isinstance(value, Module)", "by": "hasattr(value, 'parameters')"}])

mistake("modules.Module.parameters", """Your parameters looks into lists, but not into tuples: both are searched.""",
        name="overlooks_tuples", replace="(list, tuple)", by="list")

mistake("modules.Module.__call__", """A call of your module hands the arguments on that are given by position, and
    drops those that are given by name. forward needs both: `self.forward(*inputs, **options)`.""",
        name="drops_the_options",
        replace="self.forward(*inputs, **options)", by="self.forward(*inputs)")

@mistake("modules.Module.zero_grad", """Your zero_grad fills the gradients with zeros. They are to be None, as
    before the first backward pass: it tells a parameter that no gradient reached from one whose gradient is
    0.""")
def fills_with_zeros(self):
    for parameter in self.parameters():
        parameter.grad = np.zeros_like(parameter.data)


@mistake("modules.Sequential.forward", """Your Sequential gives the input to each of its modules, and returns
    the result of the last. Each is to work on what the one before it returned.""")
def starts_over_each_time(self, x):
    y = x
    for module in self.modules:
        y = module(x)
    return y


mistake("modules.Sequential.forward", """Your Sequential takes the first of its modules without asking whether there
    is one. With no modules at all the result is the input: let the loop begin with x itself.""",
        name="needs_a_first_module",
        replace="for module in self.modules:", by="""x = self.modules[0](x)
        for module in self.modules[1:]:""",
        forms=[{"replace": "for module in self.modules:", "by": """x = list(self.modules)[0](x)
        for module in self.modules[1:]:"""},
               {"replace": "for module in self.modules:", "by": """first, *rest = self.modules
        x = first(x)
        for module in rest:"""}])

mistake("modules.Linear.__init__", """Your Linear draws from a normal distribution, so that some of its numbers lie
    outside of ±1/√in. What is asked for is uniform on that interval: none outside, and all of it equally likely.""",
        name="draws_normals",
        replace="rng.uniform(-bound, bound, shape)", by="rng.normal(0, bound, shape)")

mistake("modules.Linear.__init__", """Your Linear draws no negative numbers. The distribution goes from -1/√in to
    1/√in; with numbers of mean 0 a sum over many inputs does not drift away.""", name="draws_positive_numbers",
        replace="rng.uniform(-bound, bound, shape)", by="rng.uniform(0, bound, shape)")

@mistake("modules.Linear.__init__", """The numbers of your Linear do not shrink with its inputs: they are drawn
    from the standard normal distribution. A sum over many inputs grows from layer to layer then, which the
    bound of 1/√in prevents.""")
def draws_standard_normals(self, in_features, out_features, *, bias=True, rng):
    self.weight = Parameter(rng.normal(size=(out_features, in_features)).astype(np.float32))
    self.bias = Parameter(rng.normal(size=out_features).astype(np.float32)) if bias else None


@mistake("modules.Linear.__init__", """The bound of your Linear is √3 times too large for 900 inputs and 300
    outputs, as it is with the number of the outputs in place of that of the inputs. What must not grow is a sum over the
    inputs, so it is their number that counts: 1/√in.""",
         forms=[{"replace": "1 / np.sqrt(in_features)", "by": "np.sqrt(3 / in_features)"}])
def bounds_by_the_outputs(self, in_features, out_features, *, bias=True, rng):
    bound = 1 / np.sqrt(out_features)
    self.weight = Parameter(rng.uniform(-bound, bound, (out_features, in_features)).astype(np.float32))
    self.bias = Parameter(rng.uniform(-bound, bound, out_features).astype(np.float32)) if bias else None


@mistake("modules.Linear.__init__", """The numbers of your Linear are too small, as they are with the bound 1/in. The variance of
    a sum over the inputs grows with their number, and a variance is a square: to keep it from growing takes weights that
    shrink with the root, 1/√in. Yours make the signal fade from layer to layer.""",
         forms=[{"replace": "1 / np.sqrt(in_features)", "by": "0.01"}])
def forgets_the_root(self, in_features, out_features, *, bias=True, rng):
    bound = 1 / in_features
    self.weight = Parameter(rng.uniform(-bound, bound, (out_features, in_features)).astype(np.float32))
    self.bias = Parameter(rng.uniform(-bound, bound, out_features).astype(np.float32)) if bias else None


@mistake("modules.Linear.__init__", """The bias of your Linear starts at 0. Many initialisations do that; this
    one, as the text says and as PyTorch does it, draws the bias like the weight.""")
def starts_the_bias_at_zero(self, in_features, out_features, *, bias=True, rng):
    bound = 1 / np.sqrt(in_features)
    self.weight = Parameter(rng.uniform(-bound, bound, (out_features, in_features)).astype(np.float32))
    self.bias = Parameter(np.zeros(out_features, np.float32)) if bias else None


@mistake("modules.Linear.__init__", """Your Linear is float64, which is what a NumPy generator draws. One such
    parameter makes everything float64 that comes after it.""")
def stays_float64(self, in_features, out_features, *, bias=True, rng):
    bound = 1 / np.sqrt(in_features)
    self.weight = Parameter(rng.uniform(-bound, bound, (out_features, in_features)))
    self.bias = Parameter(rng.uniform(-bound, bound, out_features)) if bias else None


@mistake("modules.Linear.__init__", """Your Linear makes a generator of its own instead of using the one that it
    is given. With a fixed seed all layers of one shape start the same.""")
def makes_its_own_generator(self, in_features, out_features, *, bias=True, rng):
    rng, bound = np.random.default_rng(0), 1 / np.sqrt(in_features)
    self.weight = Parameter(rng.uniform(-bound, bound, (out_features, in_features)).astype(np.float32))
    self.bias = Parameter(rng.uniform(-bound, bound, out_features).astype(np.float32)) if bias else None


@mistake("modules.Linear.forward", """In your Linear no gradient reaches the weight. You transpose its array and
    wrap it in a new Tensor, which does not remember that it came from the weight.""")
def cuts_the_weight_from_the_graph(self, x):
    y = x @ Tensor(self.weight.data.T)
    return y if self.bias is None else y + self.bias


@mistake("modules.Linear.forward", """In your Linear no gradient reaches the bias: you add its array, and an
    array is a constant to the graph.""")
def cuts_the_bias_from_the_graph(self, x):
    y = x @ record(self.weight.data.T, (self.weight,), lambda g: (g.T,))
    return y if self.bias is None else y + self.bias.data


@mistake("modules.Linear.forward", """Your Linear multiplies x by the weight as it is kept, (out, in). The product sums
    over the inputs, so it needs the transpose, (in, out).""")
def forgets_to_transpose(self, x):
    y = x @ self.weight
    return y if self.bias is None else y + self.bias


@mistake("modules.Linear.forward", """The gradient of the weight in your Linear has the shape (in, out), not the
    weight's. Whatever is transposed on the way forward is transposed again on the way back.""")
def forgets_to_transpose_back(self, x):
    y = x @ record(self.weight.data.T, (self.weight,), lambda g: (g,))
    return y if self.bias is None else y + self.bias


@mistake("modules.Linear", """Your Linear transposes the weight once, when it is made, and goes on with that.
    Training replaces the weight's data, and the layer would not notice: transpose in forward.""")
class TransposesOnce(Module):
    def __init__(self, in_features, out_features, *, bias=True, rng):
        bound = 1 / np.sqrt(in_features)
        self.weight = Parameter(rng.uniform(-bound, bound, (out_features, in_features)).astype(np.float32))
        self.bias = Parameter(rng.uniform(-bound, bound, out_features).astype(np.float32)) if bias else None
        self.transposed = record(self.weight.data.T, (self.weight,), lambda g: (g.T,))

    def forward(self, x):
        y = x @ self.transposed
        return y if self.bias is None else y + self.bias


@mistake("modules.Linear", """The weight of your Linear has the shape (in, out). That is the shape to multiply
    with; to keep it as (out, in), one row for each output, is what the text asks for and what PyTorch does.""")
class KeepsTheWeightTransposed(Module):
    def __init__(self, in_features, out_features, *, bias=True, rng):
        bound = 1 / np.sqrt(in_features)
        self.weight = Parameter(rng.uniform(-bound, bound, (in_features, out_features)).astype(np.float32))
        self.bias = Parameter(rng.uniform(-bound, bound, out_features).astype(np.float32)) if bias else None

    def forward(self, x):
        y = x @ self.weight
        return y if self.bias is None else y + self.bias


mistake("modules.Parameter.__init__", """Your Parameter is float32 whatever it is made of. Like any tensor it keeps
    the dtype of an array of floats, and makes float64 of anything else; Linear decides for itself that it starts in
    float32.""", name="makes_float32_of_everything",
        replace="super().__init__(data, requires_grad=True)",
        by="super().__init__(np.asarray(data, dtype=np.float32), requires_grad=True)")


def remembers_modules_and_parameters(self, seen=[]):
    found = []

    def collect(value):
        if isinstance(value, (list, tuple)):
            for item in value:
                collect(item)
        elif isinstance(value, (Parameter, Module)) and not any(value is other for other in seen):
            seen.append(value)
            if isinstance(value, Parameter):
                found.append(value)
            else:
                collect(list(vars(value).values()))

    collect(self)
    return found


@mistake("modules.Module.parameters", """Your parameters finds nothing in a second call on one module. It remembers
    what it met in the first, as a set does that is the default of an argument or an attribute of a class: that is
    made once for all calls. Begin each call with a new one.""", forms=[remembers_modules_and_parameters])
def remembers_what_it_has_seen(self, seen=set()):
    found = []

    def collect(value):
        if isinstance(value, Parameter):
            if value not in seen:
                seen.add(value)
                found.append(value)
        elif isinstance(value, Module):
            if value not in seen:
                seen.add(value)
                for item in list(vars(value).values()):
                    collect(item)
        elif isinstance(value, (list, tuple)):
            for item in value:
                collect(item)

    collect(self)
    return found


mistake("modules.Module.__call__", """A call of your module hands its arguments over as one tuple. forward gets them
    one by one, as they came: `self.forward(*inputs, **options)`.""",
        name="hands_over_a_tuple", replace="self.forward(*inputs, **options)",
        by="self.forward(inputs, **options)")


@mistake("modules.Module.zero_grad", """Your zero_grad reaches the module's own attributes only. The gradients in the
    modules inside it are to go as well: parameters() has them all.""")
def reaches_its_own_only(self):
    for value in vars(self).values():
        if isinstance(value, Parameter):
            value.grad = None


@mistake("modules.Sequential", """Your Sequential keeps its modules by a name that two of them can share, such as that
    of their class. The second takes the place of the first, and is the only one that is applied: keep them in a list
    or tuple, in their order.""")
class KeepsThemByClass(Module):
    def __init__(self, *modules):
        for module in modules:
            setattr(self, "layer_" + type(module).__name__.lower(), module)

    def forward(self, x):
        for name, module in vars(self).items():
            if name.startswith("layer_"):
                x = module(x)
        return x


@mistake("modules.Sequential", """Your Sequential keeps its modules in a dict, and parameters() passes dicts over: the
    parameters in them are never found. Keep them in a list or tuple.""")
class KeepsThemInADict(Module):
    def __init__(self, *modules):
        self.modules = dict(enumerate(modules))

    def forward(self, x):
        for module in self.modules.values():
            x = module(x)
        return x


mistake("modules.Sequential.forward", """Your Sequential calls forward of each module. A function may stand in the
    place of a module, and has no forward: call the module itself.""",
        name="calls_forward", replace="module(x)", by="module.forward(x)")

mistake("modules.Linear.__init__", """The numbers of your Linear are uniform, but not on ±1/√in. Others start on ±1,
    or on the intervals of He and of Glorot, ±√(6/in) and ±√(6/(in + out)); this text asks for 1/√in.""",
        name="takes_another_interval",
        replace="1 / np.sqrt(in_features)", by="np.sqrt(6 / in_features)", forms=[
            {"replace": "1 / np.sqrt(in_features)", "by": each} for each in
            ("1.0", "np.sqrt(2 / in_features)", "np.sqrt(6 / (in_features + out_features))", "0.1")])

mistake("modules.Linear.__init__", """Your Linear has a bias where `bias` is false. It is to be None there, and no
    parameter.""",
        name="has_a_bias_in_any_case", replace="draw(out_features) if bias else None", by="draw(out_features)")

@mistake("modules.Linear", """Your Linear has no attribute `bias` where it was made without one. Others ask for it,
    `layer.bias is None`, and meet an AttributeError: set it to None.""",
        forms=[{"target": "Linear.__init__", "replace": "self.bias = draw(out_features) if bias else None",
                                                   "by": """if bias:
            self.bias = draw(out_features)"""}])
class LacksTheAttribute(Module):
    def __init__(self, in_features, out_features, *, bias=True, rng):
        bound = 1 / np.sqrt(in_features)
        self.weight = Parameter(rng.uniform(-bound, bound, (out_features, in_features)).astype(np.float32))
        if bias:
            self.bias = Parameter(rng.uniform(-bound, bound, out_features).astype(np.float32))

    def forward(self, x):
        y = x @ record(self.weight.data.T, (self.weight,), lambda g: (g.T,))
        return y if getattr(self, "bias", None) is None else y + self.bias


def sums_rows_in_one_operation(self, x):
    weight, bias = self.weight, self.bias
    y = x.data @ weight.data.T

    def vjp(g):
        flat_g, flat_x = g.reshape(-1, weight.shape[0]), x.data.reshape(-1, weight.shape[1])
        gradients = g @ weight.data, flat_g.T @ flat_x
        return gradients if bias is None else (*gradients, g.sum(axis=0))

    return record(y if bias is None else y + bias.data, (x, weight) if bias is None else (x, weight, bias), vjp)


@mistake("modules.Linear.forward", """The gradient of the bias in your Linear is summed over the first axis alone. An
    input can have any number of batch axes, or none: every axis of g but the last is one, and the sum goes over all
    of them.""", forms=[sums_rows_in_one_operation])
def sums_the_bias_over_the_first_axis(self, x):
    y = x @ record(self.weight.data.T, (self.weight,), lambda g: (g.T,))
    if self.bias is None:
        return y
    return record(y.data + self.bias.data, (y, self.bias), lambda g: (g, g.sum(axis=0)))
