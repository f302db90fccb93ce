"""The wire between judge and worker: frames that carry plain data, never code.

A frame is two lengths, a *tree* (msgpack) and a *payload* (the raw bytes of the arrays in the tree, one after another):

    | tree length, u32 | payload length, u32 | tree | payload |

Neither side trusts the other. The lengths are checked before the rest of the frame is read. Dtypes and shapes are
checked against the bytes received. Every value is rebuilt as an exact `float`, `int`, `str`, `ndarray`, `Tensor` and so
on. An object whose type is not exactly one of these, such as an instance of a subclass, is sent as a handle: a number
by which the other side can refer to it later. Exceptions: a frozenset arrives as a set, a Parameter as a Tensor.
"""
import math
import socket
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass

import msgpack
import numpy as np

LARGEST_TREE = 8 << 20       # a node of the tree takes about fifty times its bytes in the reader's memory
LARGEST_PAYLOAD = 256 << 20
SMALL = 1 << 16              # bytes; a smaller frame is sent in one piece, and the first read asks for this many
DEEPEST = 40                 # levels of lists in tuples in dicts and so on
MOST_AXES = 64               # of an array; the limit of NumPy
LONGEST_INT = 1024           # bytes; Python prints no int beyond 4300 digits
MOST_KEYS = 10_000           # in a frame, str and bytes aside: n keys chosen to collide take O(n^2) time

_HEADER = struct.Struct("!II")
_CONTAINERS = {list, tuple, dict, set, frozenset}
_DTYPES = {np.dtype(code).str for code in "?bhilBHILefdFD"} | {"<i8", "<u8"}

# Extension types of the tree.
INT, ARRAY, TENSOR, TUPLE, HANDLE, SCALAR, COMPLEX, SLICE, ELLIPSIS, DTYPE, SET, RANGE = range(1, 13)


class WireError(Exception):
    """The data received does not follow the protocol, or is larger than the protocol allows."""


class WireClosedError(WireError):
    """The other side closed the connection, or has ended."""


class WireStuckError(WireError):
    """The other side did not read within the socket's timeout."""


class TooLargeError(WireError):
    """The value to be sent is larger than the protocol allows."""


class UnsendableError(TypeError):
    """A value that cannot cross the wire."""


@dataclass(frozen=True)
class Handle:
    """A reference to an object that stays in the worker."""

    id: int
    type_name: str


def encode(value, refer: Callable[[object], Handle]) -> tuple[bytes, list[np.ndarray]]:
    """Encode `value` as a tree and the list of the arrays that the tree refers to.

    `refer` returns a Handle for an object that is not plain data. Raises UnsendableError (an int that is too long, a
    structure that is nested too deeply or contains itself) and TooLargeError.
    """
    arrays: list[np.ndarray] = []
    offset = 0

    def pack(item) -> bytes:
        return msgpack.packb(item, default=extend, strict_types=True, unicode_errors="surrogatepass")

    def keep(array: np.ndarray) -> list:
        nonlocal offset
        arrays.append(array)
        start, offset = offset, offset + array.nbytes
        return [array.dtype.str, list(array.shape), start]

    def extend(item):
        kind = type(item)
        if kind is np.ndarray and item.dtype.str in _DTYPES:
            return msgpack.ExtType(ARRAY, pack(keep(item)))
        if kind is tuple:
            return msgpack.ExtType(TUPLE, pack(list(item)))
        if isinstance(item, np.generic) and kind.__module__ == "numpy" and item.dtype.str in _DTYPES:
            return msgpack.ExtType(SCALAR, pack([item.dtype.str, item.tobytes()]))
        if kind is int and item.bit_length() < LONGEST_INT * 8:
            return msgpack.ExtType(INT, item.to_bytes(item.bit_length() // 8 + 1, "big", signed=True))
        if kind is complex:
            return msgpack.ExtType(COMPLEX, pack([item.real, item.imag]))
        if kind is slice:
            return msgpack.ExtType(SLICE, pack([item.start, item.stop, item.step]))
        if item is Ellipsis:
            return msgpack.ExtType(ELLIPSIS, b"")
        if kind in (set, frozenset):
            return msgpack.ExtType(SET, pack(list(item)))
        if kind is range:
            return msgpack.ExtType(RANGE, pack([item.start, item.stop, item.step]))
        if isinstance(item, np.dtype) and item.str in _DTYPES:
            return msgpack.ExtType(DTYPE, item.str.encode())
        torch = sys.modules.get("torch")
        if torch is not None and kind in (torch.Tensor, torch.nn.Parameter) and item.layout == torch.strided:
            try:
                array = item.detach().cpu().resolve_conj().resolve_neg().numpy()
            except (TypeError, RuntimeError):  # NumPy has no bfloat16 and no meta device
                array = None
            if array is not None and array.dtype.str in _DTYPES:
                return msgpack.ExtType(TENSOR, pack(keep(array)))
        handle = item if kind is Handle else refer(item)
        return msgpack.ExtType(HANDLE, pack([handle.id, handle.type_name]))

    try:
        _check_nesting(value, DEEPEST)
        tree = pack(value)
    except (WireError, OverflowError, ValueError, RecursionError) as error:
        # A very large int, or a structure that contains itself or is nested too deeply.
        raise UnsendableError(f"cannot be sent: {error}") from None
    if len(tree) > LARGEST_TREE or offset > LARGEST_PAYLOAD:
        raise TooLargeError(f"{(len(tree) + offset) >> 20} MB in one value; return arrays, and smaller ones")
    return tree, arrays


def decode(tree: bytes, payload: bytes | bytearray, resolve: Callable[[Handle], object],
           arrays: list[tuple[np.ndarray, memoryview]] | None = None):
    """Decode the value of a frame. `resolve` returns the object that this side puts in the place of a Handle.

    Arrays are new and writable. If `arrays` is given, (array, bytes that it was made from) is appended to it for each
    array and tensor, so that the caller can find out later whether the array was changed. For a tensor, this is the
    array that shares the tensor's memory. Raises WireError if the frame does not follow the protocol.
    """
    view = memoryview(payload)
    depth = taken = keys = 0

    def unpack(data):
        return msgpack.unpackb(data, ext_hook=rebuild, strict_map_key=False, unicode_errors="surrogatepass",
                               max_ext_len=len(data), object_pairs_hook=mapping,
                               timestamp=1)  # a timestamp of msgpack becomes a float, not a msgpack.Timestamp

    def mapping(pairs):
        count_keys(key for key, _ in pairs)
        return dict(pairs)

    def count_keys(hashed):
        nonlocal keys
        keys += sum(type(key) not in (str, bytes) for key in hashed)
        if keys > MOST_KEYS:
            raise WireError("too many keys that are no text")

    def rebuild(code, data):
        nonlocal depth
        if code == INT:
            if len(data) > LONGEST_INT:
                raise WireError("an int is too long")
            return int.from_bytes(data, "big", signed=True)
        if code == ELLIPSIS:
            return ...
        if code == DTYPE:
            return _dtype(data.decode("ascii"))
        depth += 1
        if depth > DEEPEST + 1:  # + 1 for an array in the innermost list
            raise WireError("nested too deeply")
        fields = unpack(data)
        depth -= 1
        if type(fields) is not list:
            raise WireError(f"extension {code} holds no list")
        if code == TUPLE:
            return tuple(fields)
        if code == SET:
            count_keys(fields)
            return set(fields)
        if code in (ARRAY, TENSOR):
            return _array(fields, code)
        if code == HANDLE:
            number, name = _typed(fields, int, str)
            return resolve(Handle(number, name[:200]))
        if code == SCALAR:
            dtype, data = _typed(fields, str, bytes)
            if len(data) != _dtype(dtype).itemsize:
                raise WireError("a scalar's bytes do not fit its dtype")
            return np.frombuffer(data, _dtype(dtype))[0]
        if code == COMPLEX:
            return complex(*_typed(fields, float, float))
        if code in (SLICE, RANGE):
            if len(fields) != 3 or any(type(f) not in (int, type(None)) for f in fields):
                raise WireError("a slice or range is made of three ints")
            return slice(*fields) if code == SLICE else range(*fields)
        raise WireError(f"unknown extension {code}")

    def _array(fields, code):
        nonlocal taken
        dtype, shape, start = _typed(fields, str, list, int)
        if len(shape) > MOST_AXES or any(type(n) is not int or n < 0 for n in shape):
            raise WireError("not a shape")
        dtype = _dtype(dtype)
        size = math.prod(shape) * dtype.itemsize
        taken += size  # each byte may be used once: a thousand arrays of the same bytes would be a thousand copies
        if start < 0 or start + size > len(view) or taken > len(view):
            raise WireError("an array lies outside of the payload")
        source = view[start : start + size]
        array = np.frombuffer(bytearray(source), dtype).reshape(shape)
        if arrays is not None:
            arrays.append((array, source))
        if code == ARRAY:
            return array
        if "torch" not in sys.modules:
            raise WireError("a tensor came where torch is not loaded")
        return sys.modules["torch"].from_numpy(array)

    try:
        value = unpack(tree)
        _check_nesting(value, DEEPEST)
        return value
    except WireError:
        raise
    except Exception as error:  # msgpack, NumPy and torch each raise their own errors for invalid bytes
        raise WireError(f"not a frame: {type(error).__name__}: {error}") from None


def _check_nesting(value, levels: int) -> None:
    """Raise WireError if containers are nested deeper than `levels`: encoding and decoding recurse into them."""
    if type(value) is dict:
        _check_nesting(list(value), levels)
        value = list(value.values())
    if type(value) in _CONTAINERS:
        if levels == 0:
            raise WireError("nested too deeply")
        if not _CONTAINERS.isdisjoint(map(type, value)):
            for item in value:
                _check_nesting(item, levels - 1)


def _typed(fields: list, *types: type) -> list:
    if len(fields) != len(types) or any(type(f) is not t for f, t in zip(fields, types)):
        raise WireError(f"expected {[t.__name__ for t in types]}")
    return fields


def _dtype(name: str) -> np.dtype:
    if name not in _DTYPES:
        raise WireError("not a dtype that travels")
    return np.dtype(name)


def send(sock: socket.socket, tree: bytes, arrays: list[np.ndarray]) -> None:
    """Write one frame. Raises WireStuckError after the socket's timeout, and WireClosedError."""
    buffers = [memoryview(np.ascontiguousarray(a).reshape(-1)).cast("B") for a in arrays if a.nbytes]
    header = _HEADER.pack(len(tree), sum(len(b) for b in buffers))
    try:
        if len(tree) + sum(map(len, buffers)) < SMALL:
            # In one piece: each piece sent wakes the other side, and most frames are small.
            sock.sendall(b"".join([header, tree, *buffers]))
        else:
            for piece in (header, tree, *buffers):
                sock.sendall(piece)
    except TimeoutError:
        raise WireStuckError("the other side does not read") from None
    except OSError as error:
        raise WireClosedError(str(error)) from None


def receive(sock: socket.socket, wait: Callable[[], None] = lambda: None) -> tuple[bytes, bytearray]:
    """Read one frame: (tree, payload). Raises WireClosedError and WireError.

    `wait` is called before each read. It returns when there is data to read, or raises.
    """
    # The buffer grows as the bytes come: a header may announce 256 MB, and nothing follow.
    data = bytearray()
    while len(data) < _HEADER.size:
        data += _some(sock, SMALL, wait)
    tree_length, payload_length = _HEADER.unpack_from(data)
    if tree_length > LARGEST_TREE or payload_length > LARGEST_PAYLOAD:
        raise WireError("a frame is larger than the protocol allows")
    tree_end = _HEADER.size + tree_length
    end = tree_end + payload_length
    while len(data) < end:
        data += _some(sock, min(end - len(data), 1 << 20), wait)
    if len(data) > end:  # the two sides take turns, so no byte may follow a frame
        raise WireError("more came than one frame")
    return bytes(data[_HEADER.size:tree_end]), data[tree_end:]


def _some(sock: socket.socket, most: int, wait: Callable[[], None]) -> bytes:
    wait()
    try:
        chunk = sock.recv(most)
    except OSError as error:
        raise WireClosedError(str(error)) from None
    if not chunk:
        raise WireClosedError("the other side closed the wire")
    return chunk
