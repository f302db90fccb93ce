"""What learners get wrong in `base`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── __init__ ────────────────────────────────────────────────────────────────────────────────────────────────────

INIT, SEEN = "base.Optimizer.__init__", "if id(tensor) in seen:"
LOOK = """if id(tensor) in seen:
                    raise ValueError("a parameter comes twice; it would be moved twice in each step")
                seen.add(id(tensor))"""
WHOLE = LOOK.replace("seen.add(id(tensor))", "seen.add(tensor)")
APPEND = 'self.param_groups.append({**self.defaults, **group, "params": tensors})'

mistake(INIT, """Your constructor compares the numbers of tensors to find one that comes twice. Two parameters may be equal
    today and not tomorrow, and == of two tensors is a tensor. What counts is whether they are one object: compare
    `id(tensor)`, or ask with `is`.""", name="compares_numbers", replace=LOOK,
        by=WHOLE.replace("id(tensor) in seen", "any(torch.equal(tensor, other) for other in seen)"))

mistake(INIT, """Your constructor takes a tensor that comes twice in one group. It would be moved twice in each step: compare
    it with all that came before, those of its own group too.""",
        name="takes_one_twice_in_a_group", replace="                seen.add(id(tensor))\n",
        by="            seen.update(map(id, tensors))\n")

mistake(INIT, """Your constructor looks for a tensor that comes twice within each group only. It may also be in two groups,
    and would be moved twice in each step: the set of those that came before is one for all groups.""",
        name="forgets_other_groups", replace="tensors = group[\"params\"]\n", by="tensors, seen = group[\"params\"], set()\n",
        forms=[{"replace": SEEN, "by": "if sum(tensor is other for other in tensors) > 1:"}])

mistake(INIT, """Your constructor never asks whether a tensor comes twice. One that does, in one group or in two, would be
    moved twice in each step, and nobody would see why.""", name="takes_one_twice", replace=SEEN, by="if False:")

mistake(INIT, """Your constructor takes groups that have no tensor at all. The list of groups is not empty then, but no
    parameter is in it: count the parameters, and not the groups.""", name="counts_groups", replace="if not seen:",
        by="if not self.param_groups:")

mistake(INIT, """In your groups the defaults win over what a group sets for itself. In `{**a, **b}` the later dict wins, and
    that is to be the group's.""",
        name="defaults_win", replace="{**self.defaults, **group, ", by="{**group, **self.defaults, ")

mistake(INIT, """Your constructor changes the dicts that came in: they are the caller's, who may make another optimiser of
    them. Make a new dict for each group.""", name="changes_the_dicts", replace=APPEND, by="""group["params"] = tensors
            for key, value in self.defaults.items():
                group.setdefault(key, value)
            self.param_groups.append(group)""")

mistake(INIT, """Your optimiser keeps the caller's own `defaults`. Who changes that dict later changes the optimiser: keep a
    copy, `dict(defaults)`.""", name="keeps_the_callers_defaults", replace="dict(defaults), {}, []", by="defaults, {}, []")

mistake(INIT, """Your group keeps the caller's own list of parameters. Who appends to one of the two changes the other: make a
    list of your own, `list(group["params"])`.""", name="keeps_the_callers_list",
        replace="[tensors] if isinstance(tensors, Tensor) else list(tensors)",
        by="[tensors] if isinstance(tensors, Tensor) else tensors if isinstance(tensors, list) else list(tensors)")

mistake(INIT, """Your constructor takes a single tensor for a list of parameters. Walking through a tensor gives its rows,
    which are other tensors and never have a gradient: refuse it with TypeError before you make a list.""", name="takes_rows",
        replace="if isinstance(params, Tensor):", by="if False:")

mistake(INIT, """Your constructor walks through the tensor where a group has a single one as "params". The group then holds its
    rows, which are other tensors and never have a gradient: make a list of the one tensor.""", name="takes_rows_of_a_group",
        replace="tensors = [tensors] if isinstance(tensors, Tensor) else list(tensors)", by="tensors = list(tensors)")

# ── zero_grad ───────────────────────────────────────────────────────────────────────────────────────────────────

mistake("base.Optimizer.zero_grad", """Your zero_grad makes the gradients zeros. A zero is a gradient too: a step would decay
    the weight and go on by momentum. None says that there is none.""", name="fills_with_zeros", replace="p.grad = None",
        by="p.grad = torch.zeros_like(p)",
        forms=[{"replace": "p.grad = None", "by": "if p.grad is not None:\n                    p.grad.zero_()"}])

mistake("base.Optimizer.zero_grad", """Your zero_grad passes over parameters that require no gradient now. A frozen one may
    still have a gradient from before, with which the next step would move it: clear every parameter.""",
        name="keeps_those_of_frozen_ones",
        replace="p.grad = None", by="p.grad = None if p.requires_grad else p.grad")

# ── step ────────────────────────────────────────────────────────────────────────────────────────────────────────

GUARD, HAVE = "with torch.no_grad():", 'params = [p for p in group["params"] if p.grad is not None]'

mistake("base.Optimizer.step", """Your step records a graph. A parameter that requires a gradient cannot be changed in place
    then, and every step would hang on to the one before: call `update` under `torch.no_grad()`.""", name="records_a_graph",
        replace=GUARD, by="if True:")

mistake("base.Optimizer.step", """Your step hands over parameters that have no gradient. They take no part in this step:
    neither do they decay, nor does their state change. Ask `p.grad is not None`.""", name="hands_over_all", replace=HAVE,
        by='params = group["params"]',
        forms=[{"replace": HAVE, "by": 'params = [p for p in group["params"] if p.requires_grad]'}])

mistake("base.Optimizer.step", """Your step passes over gradients of zeros. Zero is a gradient like any other: momentum and
    weight decay go on with it. Only one whose grad is None has none.""",
        name="passes_over_zeros", replace="if p.grad is not None]",
        by="if p.grad is not None and p.grad.any()]")

mistake("base.Optimizer.step", """Your step calls `update` for a group of which no parameter has a gradient. Such a group is
    passed over: its list would be empty.""", name="calls_for_nothing", replace="if params:", by="if True:")

mistake("base.Optimizer.step", """Your step ends at the first group without a gradient, and those behind it are never moved.
    Go on with the next one: `continue`, and not `return` or `break`.""",
        name="ends_at_the_first_without", replace="if params:\n",
        by="if not params:\n                    break\n                else:\n")

mistake("base.Optimizer.step", """Your step calls `update` for each parameter. It is called once for each group, with the list
    of those that have a gradient: a method may want to see them together.""", name="calls_for_each_parameter",
        replace="self.update(params, group)", by="for p in params:\n                        self.update([p], group)")

mistake("base.Optimizer.step", """Your step hands over a dict of its own in place of the group. What a method notes in
    its group is gone after the step then: hand over the dict that is in `param_groups`.""", name="hands_over_another_dict",
        replace="self.update(params, group)", by="self.update(params, dict(group))")

mistake("base.Optimizer.step", """Your step leaves the recording of graphs switched off. Whatever is computed after it has no
    gradients. `with torch.no_grad():` puts back what was there before, also where `update` raises an error.""",
        name="leaves_recording_off", replace=GUARD, by="torch.set_grad_enabled(False)\n        if True:")


@mistake("base.Optimizer.step", """Your step switches the recording of graphs on afterwards, also where it was off before. Who
    calls it under `torch.no_grad()` is left without that: put back what was there before.""")
def switches_recording_on(self):
    torch.set_grad_enabled(False)
    for group in self.param_groups:
        params = [p for p in group["params"] if p.grad is not None]
        if params:
            self.update(params, group)
    torch.set_grad_enabled(True)


# ── state_dict ──────────────────────────────────────────────────────────────────────────────────────────────────

SAVE, KEPT = "base.Optimizer.state_dict", "copy.deepcopy(kept) for p, kept"

mistake(SAVE, """Your state_dict hands out the tensors of the state themselves. The next step changes them, and with them what
    was saved: copy them.""", name="saves_without_copies", replace=KEPT, by="kept for p, kept",
        forms=[{"replace": KEPT, "by": "dict(kept) for p, kept"}])

mistake(SAVE, """Your state_dict copies the tensors that lie openly in a state, and shares those in a list of it. The next
    step may change them in place: `copy.deepcopy` goes all the way down.""", name="copies_one_level", replace=KEPT,
        by="{key: value.clone() if isinstance(value, Tensor) else value for key, value in kept.items()} for p, kept")

mistake(SAVE, """Your state_dict counts the places anew in each group. They are counted over all groups: else the first
    parameter of each group has the place 0, and of their states one is left.""", name="counts_in_each_group",
        replace="enumerate(self._params())}", by="enumerate(self._params())}\n        places = {id(p): place for group in "
        "self.param_groups for place, p in enumerate(group['params'])}")

mistake(SAVE, """Your state_dict has an entry for parameters that have no state. Only those that took part in a step are in
    "state": walk through `self.state`, and not through the parameters.""", name="saves_empty_states",
        replace='return {"state": state,', by='return {"state": {place: state.get(place, {}) for place in places.values()},')

mistake(SAVE, """Your state_dict takes "params" out of the optimiser's own groups. After it was called the optimiser has no
    parameters any more, or numbers in their place: change a copy of each group.""", name="changes_its_own_groups",
        replace='return {"state"', by="""for group, packed in zip(self.param_groups, groups):
            group["params"] = packed["params"]
        return {"state\"""")

# ── load_state_dict ─────────────────────────────────────────────────────────────────────────────────────────────

LOAD, TAKE = "base.Optimizer.load_state_dict", "copy.deepcopy(kept) for place, kept"
SAME = '[len(group["params"]) for group in theirs] != [len(group["params"]) for group in self.param_groups]'

mistake(LOAD, """Your load_state_dict takes the saved tensors themselves for its state. The next step changes what was saved,
    and two optimisers that load it share their state: copy it.""",
        name="loads_without_copies", replace=TAKE, by="kept for place, kept",
        forms=[{"replace": TAKE, "by": "dict(kept) for place, kept"}])

mistake(LOAD, """Your load_state_dict leaves state in place that was there before, where none was saved. The parameter would
    go on with the velocity of another training: the state is to be what was saved, and nothing else.""",
        name="keeps_old_state",
        replace="self.state = {at[place]: copy.deepcopy(kept) for place, kept in saved[\"state\"].items()}",
        by="self.state.update({at[place]: copy.deepcopy(kept) for place, kept in saved[\"state\"].items()})")

mistake(LOAD, """Your load_state_dict leaves the settings as they are. Those that were saved belong to the training too: a
    learning rate that a schedule has lowered by then, for one.""", name="keeps_its_settings",
        replace='group.update(copy.deepcopy({key: value for key, value in other.items() if key != "params"}))', by="pass")

mistake(LOAD, """Your load_state_dict compares the numbers of groups, and not how many parameters each of them has. Where one
    has another number the states come to wrong parameters, or to none.""", name="compares_numbers_of_groups", replace=SAME,
        by="len(theirs) != len(self.param_groups)")

mistake(LOAD, """Your load_state_dict compares how many parameters there are in all, and not group by group. The same number
    in other groups gets the settings of others.""", name="compares_numbers_in_all", replace=SAME,
        by='sum(len(group["params"]) for group in theirs) != len(self._params())')

mistake(LOAD, """Your load_state_dict does not look whether what was saved has as many groups, with as many parameters each.
    zip ends with the shorter of two, so a wrong file is loaded in part, and nobody hears of it.""", name="never_compares",
        replace=SAME, by="False")


def compares_as_it_goes(self, saved):
    theirs, params = saved["param_groups"], self._params()
    if len(theirs) != len(self.param_groups):
        raise ValueError("another number of groups")
    for group, other in zip(self.param_groups, theirs):
        if len(group["params"]) != len(other["params"]):
            raise ValueError("a group has another number of parameters")
        group.update(copy.deepcopy({key: value for key, value in other.items() if key != "params"}))
    at = dict(zip([place for group in theirs for place in group["params"]], params))
    self.state = {at[place]: copy.deepcopy(kept) for place, kept in saved["state"].items()}


mistake(LOAD, """Your load_state_dict has changed the optimiser before it raises ValueError. Who catches the error and goes on
    trains with a mixture of two states: compare first, then change.""", name="compares_too_late",
        replace="theirs = saved[\"param_groups\"]\n", by="""theirs = saved["param_groups"]
        for group, other in zip(self.param_groups, theirs):
            group.update({key: value for key, value in other.items() if key != "params"})
""", forms=[compares_as_it_goes])
