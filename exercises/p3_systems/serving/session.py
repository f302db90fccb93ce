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
    raise NotImplementedError


def session_options(*, threads: int, spin: bool = False, arena: bool = True, optimize: str = "all") -> onnxruntime.SessionOptions:
    """The options of a session that shares its machine.

    - `threads` intra-op threads, and one inter-op thread: operators run one after the other, in the sequential mode.
    - Threads without work do not spin (`session.intra_op.allow_spinning` is "0"), unless `spin`: they sleep, and leave the
      core to others. With `spin` it is "1".
    - The arena, which keeps memory for the next call, is on, or off without `arena`.
    - `optimize` is what may be done to the graph: "none", "basic", "extended" or "all".

    Raises ValueError where `threads` is less than 1 (0 would mean one for each core), and for any other `optimize`.
    """
    raise NotImplementedError


def open_session(model: bytes, options: onnxruntime.SessionOptions,
                 wanted: list[str]) -> tuple[onnxruntime.InferenceSession, list[str]]:
    """A session of the model with these options, and which of the `wanted` providers it did not take, in their order.

    Wanted providers come first, in their order, as far as the installed ONNX Runtime offers them
    (`onnxruntime.get_available_providers()`); the CPU's comes last, unless it is among them. That a provider is offered
    does not mean that its hardware is there: the session tells which ones it took. Nothing is asked for that is not
    offered, so nothing is warned about.

    Raises ValueError where `model` is no model that ONNX Runtime can load.
    """
    raise NotImplementedError


def predict(session: onnxruntime.InferenceSession, rows: Float[np.ndarray, "rows features"]) -> Float32[np.ndarray, "rows outputs"]:
    """What the session answers for the rows: its first output. Its first input takes float32, (rows, features).

    Inputs and outputs are known by the names that the model has for them, whatever they are. `rows` may be of another
    float type, and lie in memory in any way; it is not changed. There may be no rows: then there are no answers.

    Raises ValueError where the model takes another number of features.
    """
    raise NotImplementedError
