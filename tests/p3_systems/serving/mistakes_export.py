"""What learners get wrong in `export`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── The batch ───────────────────────────────────────────────────────────────────────────────────────────────────

SHAPES = 'dynamic_shapes=({0: torch.export.Dim("batch")},)'
TWICE = "example = torch.cat([example, example])                               # (batch, ...) -> (2 batch, ...)"

mistake("export.export", """Your file takes only batches of the example's size: without `dynamic_shapes` the exporter notes every size as
    the number that it was. Make the first axis a symbol.""", name="fixes_the_batch", replace=SHAPES, by="dynamic_shapes=None")

mistake("export.export", """Your export fails, or fixes the size, where the example has a batch of one. To the exporter a size of 1 is a
    constant, since axes of length 1 are stretched: hand it a batch of two or more.""", name="example_of_one", replace=TWICE, by="pass")

mistake("export.export", """Your export leaves it to the exporter which axes are symbols (`Dim.AUTO`). Where the model decides by the size of the
    batch, it then notes the size as a number and says nothing: `torch.export.Dim("batch")` insists.""", name="auto",
        replace='torch.export.Dim("batch")', by="torch.export.Dim.AUTO")

mistake("export.export", """Your file calls the symbol of its first axis by a name that the exporter made up. `torch.export.Dim("batch")` gives
    it one.""", name="unnamed_symbol", replace='torch.export.Dim("batch")', by="torch.export.Dim.DYNAMIC",
        forms=[{"replace": 'torch.export.Dim("batch")', "by": 'torch.export.Dim("n")'}])

# ── The file ────────────────────────────────────────────────────────────────────────────────────────────────────

mistake("export.export", """Your file's input and output have the names that the exporter found in the code. Whoever serves it needs names that
    stay: `input_names` and `output_names`.""", name="without_names", replace='input_names=["input"], output_names=["output"], ', by="")

mistake("export.export", """Your export does not hand on `opset`.""", name="ignores_opset", replace="opset_version=opset", by="opset_version=18",
        forms=[{"replace": "opset_version=opset", "by": "opset_version=20"}])

# ── The mode ────────────────────────────────────────────────────────────────────────────────────────────────────

PUT_BACK = """for module, mode in modes.items():
            module.training = mode
    file"""

mistake("export.export", """Your export does not put the model into evaluation. Dropout is then in the file, or the norm answers by the statistics of
    the batch: one row's answer depends on the others.""", name="exports_in_training", replace="model.eval()\n    try:", by="model.train()\n    try:",
        forms=[{"replace": "model.eval()\n    try:", "by": "try:"}])

mistake("export.export", """Your export leaves the model in evaluation. Whoever trains it on trains without dropout, and wonders. Put back what
    was.""", name="leaves_evaluation", replace=PUT_BACK, by="pass\n    file")

mistake("export.export", """Your export puts one mode back for all modules. `model.train(was)` reaches every module in it, also those that were
    frozen in evaluation: keep each one's own.""", name="one_mode_for_all", replace=PUT_BACK, by="model.train(modes[model])\n    file",
        forms=[{"replace": PUT_BACK, "by": "model.train()\n    file"}])

mistake("export.export", """Your export puts the modes back only where all went well. After an error the model stays in evaluation: that is what
    `finally` is for.""", name="not_after_an_error", replace="finally:\n        for module, mode in modes.items():\n            module.training = mode\n    file",
        by="finally:\n        pass\n    for module, mode in modes.items():\n        module.training = mode\n    file")

mistake("export.export", """Your export lets the exporter's own error through. The contract has ValueError, which a caller can catch without knowing
    torch's inside.""", name="lets_errors_through", replace="raise ValueError(f\"the model does not hold for a batch of any size: {error}\") from error", by="raise")

# ── Parity ──────────────────────────────────────────────────────────────────────────────────────────────────────

FAR = "float(np.abs(got - want).max()) if same else math.inf"

mistake("export.parity", """Your parity gives the mean of the differences. One wrong number among a thousand right ones is not seen in it: take the
    largest.""", name="mean_difference", replace=FAR, by="float(np.abs(got - want).mean()) if same else math.inf")

mistake("export.parity", """Your parity takes the largest difference without its absolute value: an answer that is too small counts as 0 or
    less.""", name="signed_difference", replace=FAR, by="float((got - want).max()) if same else math.inf",
        forms=[{"replace": FAR, "by": "float((want - got).max()) if same else math.inf"}])

mistake("export.parity", """Your parity divides by the answers. The contract has the absolute difference.""", name="relative_difference", replace=FAR,
        by="float((np.abs(got - want) / np.abs(want)).max()) if same else math.inf")

mistake("export.parity", """Your parity gives one number for all batches. The contract has one for each: which size is wrong is what tells.""",
        name="one_for_all", replace="return found", by="return [max(found)] if found else found")

mistake("export.parity", """Your parity stops at a batch that ONNX Runtime refuses. That the file does not take it is an answer: math.inf.""",
        name="stops_where_refused", replace="except Exception:  # ONNX Runtime", by="except ZeroDivisionError:  # ONNX Runtime")

mistake("export.parity", """Your parity leaves out a batch that ONNX Runtime refuses. That the file does not take it is an answer: math.inf.""",
        name="leaves_out_refused", replace="got = np.empty(0)", by="continue")

mistake("export.parity", """Your parity compares answers of different shapes. NumPy stretches one to fit the other, or refuses: compare the shapes
    first.""", name="compares_any_shape", replace="same = got.shape == want.shape", by="same = got.size > 0")

mistake("export.parity", """Your parity has the name of the input written in it. The file tells: `session.get_inputs()[0].name`.""",
        name="hard_coded_name", replace="name = session.get_inputs()[0].name", by='name = "input"')

mistake("export.parity", """Your parity asks the model in training: dropout makes its answers random, and they are no reference.""",
        name="parity_in_training", replace="modes, found = {module: module.training for module in model.modules()}, []\n    model.eval()",
        by="modes, found = {module: module.training for module in model.modules()}, []")

mistake("export.parity", """Your parity leaves the model in evaluation, or puts one mode back for all modules. Keep each one's own.""",
        name="parity_leaves_evaluation", replace="""for module, mode in modes.items():
        module.training = mode
    return found""", by="return found", forms=[{"replace": """for module, mode in modes.items():
        module.training = mode
    return found""", "by": "model.train(modes[model])\n    return found"}])
