r"""A session of ONNX Runtime: which threads it has, what it may do to the graph, and which hardware it really took.

A session computes with a pool of threads of its own: *intra-op* threads share one operator's work, *inter-op* threads run
operators side by side that do not need each other. Left alone it takes one for each core. Where $p$ processes do so on $c$
cores, $p \, c$ threads want $c$ places, and each waits for the others:

$$\text{threads of each} = \max(1, \lfloor c / p \rfloor).$$

Source: ONNX Runtime's documentation, "Thread management" and "Graph optimizations", and of its Python API `SessionOptions`
and `InferenceSession`.
"""
import numpy as np
import onnxruntime
from jaxtyping import Float, Float32

CPU = "CPUExecutionProvider"


def threads_each(cores: int, processes: int) -> int:
    """How many threads each of the processes takes that share the cores: an equal part, rounded down, and at least one.

    Raises ValueError unless both are at least 1.

    >>> threads_each(8, 3), threads_each(2, 4)
    (2, 1)
    """
    ### BEGIN SOLUTION
    if cores < 1 or processes < 1:
        raise ValueError("there is at least one core and one process")
    return max(1, cores // processes)
    ### END SOLUTION


def session_options(*, threads: int, spin: bool = False, arena: bool = True, optimize: str = "all") -> onnxruntime.SessionOptions:
    """The options of a session that shares its machine.

    - `threads` intra-op threads, and one inter-op thread: operators run one after the other, in the sequential mode.
    - Threads without work do not spin (`session.intra_op.allow_spinning` is "0"), unless `spin`: they sleep, and leave the
      core to others. With `spin` it is "1".
    - The arena, which keeps memory for the next call, is on, or off without `arena`.
    - `optimize` is what may be done to the graph: "none", "basic", "extended" or "all".

    Raises ValueError where `threads` is less than 1 (0 would mean one for each core), and for any other `optimize`.
    """
    ### BEGIN SOLUTION
    level = onnxruntime.GraphOptimizationLevel
    levels = {"none": level.ORT_DISABLE_ALL, "basic": level.ORT_ENABLE_BASIC, "extended": level.ORT_ENABLE_EXTENDED,
              "all": level.ORT_ENABLE_ALL}
    if threads < 1 or optimize not in levels:
        raise ValueError(f"one thread or more, and one of {', '.join(levels)}")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "1" if spin else "0")
    options.enable_cpu_mem_arena = arena
    options.graph_optimization_level = levels[optimize]
    return options
    ### END SOLUTION


def open_session(model: bytes, options: onnxruntime.SessionOptions,
                 wanted: list[str]) -> tuple[onnxruntime.InferenceSession, list[str]]:
    """A session of the model with these options, and which of the `wanted` providers it did not take, in their order.

    Wanted providers come first, in their order, as far as the installed ONNX Runtime offers them
    (`onnxruntime.get_available_providers()`); the CPU's comes last, unless it is among them. That a provider is offered
    does not mean that its hardware is there: the session tells which ones it took. Nothing is asked for that is not
    offered, so nothing is warned about.

    Raises ValueError where `model` is no model that ONNX Runtime can load.
    """
    ### BEGIN SOLUTION
    offered = onnxruntime.get_available_providers()
    asked = [name for name in wanted if name in offered]
    try:
        session = onnxruntime.InferenceSession(model, options, providers=asked + [CPU] * (CPU not in asked))
    except Exception as error:  # ONNX Runtime has a class for each kind of failure, with no common one above them
        raise ValueError(f"this is no model that ONNX Runtime can load: {error}") from error
    taken = session.get_providers()
    return session, [name for name in wanted if name not in taken]
    ### END SOLUTION


def predict(session: onnxruntime.InferenceSession, rows: Float[np.ndarray, "rows features"]) -> Float32[np.ndarray, "rows outputs"]:
    """What the session answers for the rows: its first output. Its first input takes float32, (rows, features).

    Inputs and outputs are known by the names that the model has for them, whatever they are. `rows` may be of another
    float type, and lie in memory in any way; it is not changed. There may be no rows: then there are no answers.

    Raises ValueError where the model takes another number of features.
    """
    ### BEGIN SOLUTION
    (taken, *_), (given, *_) = session.get_inputs(), session.get_outputs()
    if rows.shape[1] != taken.shape[1]:
        raise ValueError(f"the model takes {taken.shape[1]} features, not {rows.shape[1]}")
    return session.run([given.name], {taken.name: rows.astype(np.float32)})[0]
    ### END SOLUTION

### BEGIN AFTERWORD
# One thread for each request and many requests side by side, or many threads for one request: the second is faster for one
# user, the first for all of them together, because threads that share an operator wait for each other at its end.
# `get_available_providers` tells what was compiled in, `session.get_providers` what came of it. The service's log at the
# start, and its metrics, should say the second.
### END AFTERWORD

### BEGIN HINTS
# 1. All of it are attributes and arguments of two classes, `SessionOptions` and `InferenceSession`. Ask after the session is
#    made what it took; ask the session for the names of its inputs.
# 2. `intra_op_num_threads`, `inter_op_num_threads`, `execution_mode`, `add_session_config_entry`, `enable_cpu_mem_arena`,
#    `graph_optimization_level`. For providers: filter `wanted` by what is offered, append the CPU's, compare with
#    `session.get_providers()`.
# 3. `options.add_session_config_entry("session.intra_op.allow_spinning", "1" if spin else "0")`;
#    `[name for name in wanted if name not in session.get_providers()]`;
#    `session.run([output.name], {input.name: rows.astype(np.float32)})[0]`.
### END HINTS
