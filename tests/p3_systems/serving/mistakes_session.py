"""What learners get wrong in `session`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

EACH = "max(1, cores // processes)"

mistake("session.threads_each", """Your threads_each gives every process all the cores. Then there are more threads than
    places, and each waits for the others: share them out.""", name="all_cores_each", replace=EACH, by="cores")

mistake("session.threads_each", """Your threads_each rounds down to 0 where there are more processes than cores. To ONNX
    Runtime 0 threads mean one for each core: the most of all, not the fewest. It is one at least.""", name="down_to_zero",
        replace=EACH, by="cores // processes")

mistake("session.threads_each", """Your threads_each rounds up, so that together they have more threads than there are cores.
    Round down.""", name="rounds_up", replace=EACH, by="-(-cores // processes)",
        forms=[{"replace": EACH, "by": "max(1, round(cores / processes))"}])

THREADS = "options.intra_op_num_threads, options.inter_op_num_threads = threads, 1"

mistake("session.session_options", """Your options mix up the two kinds of threads. Intra-op threads share the work of one
    operator, and there are `threads` of them; inter-op threads run operators side by side.""", name="inter_for_intra",
        replace=THREADS, by="options.intra_op_num_threads, options.inter_op_num_threads = 1, threads",
        forms=[{"replace": THREADS, "by": "options.intra_op_num_threads = options.inter_op_num_threads = threads"}])

mistake("session.session_options", """Your options leave the number of inter-op threads open, which is one for each core. The
    contract has one.""", name="leaves_inter_op_open", replace=THREADS, by="options.intra_op_num_threads = threads")

mistake("session.session_options", """Your options run operators side by side. In the sequential mode they run one after the
    other, and all threads work on the same one.""", name="parallel_mode", replace="ExecutionMode.ORT_SEQUENTIAL",
        by="ExecutionMode.ORT_PARALLEL")

SPIN = 'options.add_session_config_entry("session.intra_op.allow_spinning", "1" if spin else "0")'

mistake("session.session_options", """Your options leave the spinning of threads as it is, which is on: a thread without work
    keeps a core busy, and the processes beside it wait. Set the config entry.""", name="leaves_spinning", replace=SPIN,
        by='spin and options.add_session_config_entry("session.intra_op.allow_spinning", "1")',
        forms=[{"replace": SPIN, "by": "pass"}])

mistake("session.session_options", """Your options have spinning the wrong way round.""", name="spinning_inverted",
        replace='"1" if spin else "0"', by='"0" if spin else "1"')

mistake("session.session_options", """Your options do not let threads spin where `spin` asks for it.""", name="never_spins",
        replace='"1" if spin else "0"', by='"0"')

mistake("session.session_options", """Your options leave the arena on whatever is asked for.""", name="ignores_the_arena",
        replace="options.enable_cpu_mem_arena = arena", by="pass",
        forms=[{"replace": "options.enable_cpu_mem_arena = arena", "by": "options.enable_mem_pattern = arena"}])

mistake("session.session_options", """Your options leave the graph's optimisation as it is: all of it, whatever is asked
    for.""", name="ignores_the_level", replace="options.graph_optimization_level = levels[optimize]", by="pass")

mistake("session.session_options", """Your options confuse two levels. Each word has a level of its own: ORT_DISABLE_ALL,
    ORT_ENABLE_BASIC, ORT_ENABLE_EXTENDED, ORT_ENABLE_ALL.""", name="confuses_levels", replace="level.ORT_ENABLE_EXTENDED",
        by="level.ORT_ENABLE_ALL", forms=[{"replace": "level.ORT_DISABLE_ALL", "by": "level.ORT_ENABLE_BASIC"}])

mistake("session.session_options", """Your options accept 0 threads. To ONNX Runtime 0 means one for each core, which is
    what these options are there to prevent.""", name="accepts_zero_threads", replace="threads < 1 or", by="threads < 0 or",
        forms=[{"replace": "threads < 1 or optimize not in levels", "by": "optimize not in levels"}])

MISSING = "[name for name in wanted if name not in taken]"

mistake("session.open_session", """Your open_session takes what is offered for what was taken. ONNX Runtime lists the
    providers that were compiled in, with or without their hardware; the session falls back without an error. Ask it:
    `session.get_providers()`.""", name="believes_the_list", replace=MISSING, by="[name for name in wanted if name not in offered]",
        forms=[{"replace": "taken = session.get_providers()", "by": "taken = asked + [CPU]"}])

mistake("session.open_session", """Your open_session says that everything was taken. What was wanted and is not there belongs
    in the second result.""", name="says_all_was_taken", replace=MISSING, by="[]")

mistake("session.open_session", """Your open_session gives the providers that were taken. The contract has those that were
    wanted and were not.""", name="gives_those_taken", replace=MISSING, by="taken")

ASKED = "providers=asked + [CPU] * (CPU not in asked)"

mistake("session.open_session", """Your open_session asks for what is not offered. ONNX Runtime then warns at every start, or
    refuses. Filter what is wanted by `onnxruntime.get_available_providers()`.""", name="asks_for_everything", replace=ASKED,
        by="providers=list(wanted) + [CPU] * (CPU not in wanted)")

mistake("session.open_session", """Your open_session leaves the CPU out where it is not wanted by name. Operators that the
    other provider does not have then run nowhere: the CPU comes last.""", name="without_the_cpu", replace=ASKED,
        by="providers=asked or [CPU]")

mistake("session.open_session", """Your open_session asks in the order of the list of what is offered. The order says which
    provider is preferred: it is that of `wanted`.""", name="order_of_the_offer",
        replace="asked = [name for name in wanted if name in offered]", by="asked = [name for name in offered if name in wanted]")

mistake("session.open_session", """Your open_session puts the CPU first. A session prefers the provider that comes first, and
    the CPU has every operator, so no other would do anything.""", name="cpu_first", replace=ASKED,
        by="providers=[CPU] + [name for name in asked if name != CPU]")

mistake("session.open_session", """Your open_session makes the session without the options that it was given: it has a
    thread for each core again.""", name="without_the_options", replace="onnxruntime.InferenceSession(model, options,",
        by="onnxruntime.InferenceSession(model,")

mistake("session.open_session", """Your open_session lets ONNX Runtime's own errors through where the bytes are no model. The
    contract has ValueError.""", name="lets_errors_through", replace="except Exception as error:", by="except OSError as error:")

mistake("session.predict", """Your predict has the name of the input written in it. Another model calls it otherwise: ask the
    session, `session.get_inputs()[0].name`.""", name="hard_coded_name", replace="{taken.name:", by='{"input":',
        forms=[{"replace": "[given.name]", "by": '["output"]'}])

mistake("session.predict", """Your predict hands the rows over as they are. The model takes float32, and ONNX Runtime refuses
    any other type: NumPy's own is float64.""", name="does_not_cast", replace="rows.astype(np.float32)", by="rows")

mistake("session.predict", """Your predict answers in float64. The contract has the model's float32.""", name="answers_in_float64",
        replace="{taken.name: rows.astype(np.float32)})[0]", by="{taken.name: rows.astype(np.float32)})[0].astype(np.float64)")

mistake("session.predict", """Your predict gives the list of all outputs. `session.run` returns a list, with an array for each
    output.""", name="gives_a_list", replace="rows.astype(np.float32)})[0]", by="rows.astype(np.float32)})")

mistake("session.predict", """Your predict answers row by row. That is one call of the session for each row, and none for no
    rows: hand it the whole batch.""", name="row_by_row",
        replace="return session.run([given.name], {taken.name: rows.astype(np.float32)})[0]",
        by="return np.concatenate([session.run([given.name], {taken.name: row[None].astype(np.float32)})[0] for row in rows])")

mistake("session.predict", """Your predict does not look at the number of features. ONNX Runtime then raises an error of a class
    of its own; the contract has ValueError.""", name="any_number_of_features", replace="if rows.shape[1] != taken.shape[1]:",
        by="if False:")
