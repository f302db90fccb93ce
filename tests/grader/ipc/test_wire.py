"""The wire: every kind of value comes back as its exact type, and whatever is no frame is a named error."""
import collections
import enum
import math
import socket
import struct
import subprocess
import sys
import threading
import types
from pathlib import Path

import hypothesis.extra.numpy as arrays_of
import msgpack
import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader.ipc import wire

ROOT = Path(__file__).resolve().parents[3]
DTYPES = [np.dtype(code) for code in "?bhilqBHILQefdFD"]
TORCH_DTYPES = [torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float16,
                torch.float32, torch.float64, torch.complex64, torch.complex128]
HANDLE_OF = {}


def refer(value) -> wire.Handle:
    """Stands in for the worker's table of objects."""
    HANDLE_OF[id(value)] = value
    return wire.Handle(id(value), type(value).__name__)


def there_and_back(value, noted=None):
    tree, arrays = wire.encode(value, refer)
    payload = b"".join(np.ascontiguousarray(a).tobytes() for a in arrays)
    return wire.decode(tree, payload, lambda handle: handle, noted)


def same(one, other) -> bool:
    """Equal, in type and to the last bit: nan is nan, and -0.0 is not 0.0."""
    if type(one) is not type(other) and not (isinstance(one, np.generic) and isinstance(other, np.generic)):
        return False
    if isinstance(one, torch.Tensor):
        return one.dtype == other.dtype and same(one.numpy(), other.numpy())
    if isinstance(one, (np.ndarray, np.generic)):  # a longlong may come back as an int64
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return len(one) == len(other) and all(map(same, one, other)) and all(map(same, one.values(), other.values()))
    if isinstance(one, float):
        return struct.pack("d", one) == struct.pack("d", other)
    if isinstance(one, complex):
        return same(one.real, other.real) and same(one.imag, other.imag)
    return one == other


any_array = arrays_of.arrays(st.sampled_from(DTYPES), arrays_of.array_shapes(min_dims=0, max_dims=4, min_side=0,
                                                                             max_side=4))
scalars = st.one_of(
    st.none(), st.booleans(), st.floats(), st.complex_numbers(), st.binary(),
    st.integers(-2**200, 2**200), st.text(st.characters(codec=None, exclude_categories=[])), st.just(...),
    st.builds(slice, st.none() | st.integers(), st.none() | st.integers(), st.none() | st.integers()),
    st.builds(range, st.integers(), st.integers(), st.integers(min_value=1)), st.sampled_from(DTYPES))
hashable = st.one_of(st.booleans(), st.integers(), st.text(), st.binary(), st.tuples(st.integers(), st.text()))
values = st.recursive(scalars | any_array, lambda inner: st.one_of(
    st.lists(inner, max_size=4), st.lists(inner, max_size=4).map(tuple),
    st.dictionaries(hashable, inner, max_size=4), st.sets(hashable, max_size=4)), max_leaves=12)


class TestRoundTrips:
    @given(values)
    @example([math.nan, math.inf, -math.inf, -0.0, 0.0, 5e-324, 2**64, -2**63 - 1, 2**63, "\ud800", "", b""])
    @example({1: "one", "1": 1, b"1": [], (1, "a"): {}, None: (), 2.5: set()})
    def test_every_plain_value(self, value):
        assert same(there_and_back(value), value)

    @given(any_array)
    def test_arrays_of_every_dtype(self, array):
        back = there_and_back(array)
        assert same(back, array) and back.flags.writeable and not np.shares_memory(back, array)

    @pytest.mark.parametrize("dtype", DTYPES, ids=str)
    def test_scalars_of_numpy(self, dtype):
        for scalar in np.array([0, 1, 100], dtype):
            assert same(there_and_back(scalar), scalar)

    @pytest.mark.parametrize("scalar", [np.float32("nan"), np.float64("-inf"), np.float16(-0.0), np.complex64(1j)],
                             ids=str)
    def test_special_scalars_of_numpy(self, scalar):
        assert same(there_and_back(scalar), scalar)

    def test_arrays_that_do_not_lie_in_order(self):
        whole = np.arange(24.0).reshape(2, 3, 4)
        views = [whole.T, whole[:, ::-1], whole[..., 1], whole[::2, ::2], np.asfortranarray(whole),
                 np.broadcast_to(np.arange(3.0), (2, 3)), np.array(3.0), whole[:0], whole.reshape((1,) * 40 + (24,))]
        assert same(there_and_back(views), [np.ascontiguousarray(v).reshape(v.shape) for v in views])

    @given(st.lists(any_array, max_size=5))
    def test_many_arrays_in_one_frame_keep_their_order(self, many):
        assert same(there_and_back(many), many)

    @pytest.mark.parametrize("dtype", TORCH_DTYPES, ids=str)
    @pytest.mark.parametrize("shape", [(), (0,), (2, 3), (2, 0, 1)])
    def test_tensors(self, dtype, shape):
        tensor = torch.ones(shape).to(dtype)
        assert same(there_and_back(tensor), tensor)

    def test_tensors_that_are_views_or_carry_gradients(self):
        matrix = torch.arange(6.0).reshape(2, 3).requires_grad_()
        conjugate = torch.tensor([1 + 2j]).conj()
        for tensor in (matrix, matrix.T, matrix[:, 1], torch.nn.Parameter(torch.ones(2)), matrix.expand(4, 2, 3),
                       conjugate, conjugate.imag):
            back = there_and_back(tensor)
            assert type(back) is torch.Tensor and not back.requires_grad and torch.equal(back, tensor.detach())

    def test_arrays_that_came_are_noted_with_their_bytes(self):
        noted = []
        tensor = there_and_back([np.arange(3), torch.ones(2), np.zeros((0, 2))], noted)[1]
        assert [(a.shape, bytes(source)) for a, source in noted] == [
            ((3,), np.arange(3).tobytes()), ((2,), np.ones(2, np.float32).tobytes()), ((0, 2), b"")]
        tensor += 1
        assert noted[1][0].tolist() == [2, 2], "a tensor shares its memory with what is noted"


class Always(int):
    __eq__ = __ge__ = __le__ = lambda self, other: True
    __hash__ = int.__hash__


class Agreeable(np.ndarray):
    __eq__ = lambda self, other: np.ones(self.shape, bool)  # noqa: E731


Point = collections.namedtuple("Point", "x y")
Colour = enum.IntEnum("Colour", "RED")
SUBCLASSES = [Always(3), type("F", (float,), {})(2.0), type("S", (str,), {})("a"), type("B", (bytes,), {})(b"a"),
              type("L", (list,), {})([1]), type("T", (tuple,), {})((1,)), type("D", (dict,), {})(a=1), Point(1, 2),
              Colour.RED, collections.OrderedDict(a=1), np.ones(2).view(Agreeable), np.ma.masked_array([1.0]),
              type("C", (complex,), {})(1j), type("Z", (set,), {})({1}), type("N", (np.float64,), {})(1.0),
              type("TT", (torch.Tensor,), {})([1.0])]
FOREIGN = [object(), Always, len, types.SimpleNamespace(a=1), np.array([object()]), np.array(["a"]),
           np.array([1.0], ">f8"), np.zeros(2, [("a", "f8")]), np.array(["2020"], "M8[D]"), np.float64,
           np.dtype("O"), 1 << 40_000, torch.ones(2, dtype=torch.bfloat16), torch.ones(2, device="meta"), torch.eye(2).to_sparse(),
           iter([])]


@pytest.mark.parametrize("value", SUBCLASSES + FOREIGN, ids=lambda v: type(v).__name__)
@pytest.mark.parametrize("around", [lambda v: v, lambda v: [v], lambda v: {"key": (v,)}], ids=["bare", "in", "deep"])
def test_whatever_is_not_exactly_plain_travels_as_a_handle(value, around):
    back = there_and_back(around(value))
    assert same(back, around(wire.Handle(id(value), type(value).__name__)))


def test_what_msgpack_takes_of_itself_comes_back_plain():
    assert same(there_and_back([bytearray(b"a"), memoryview(b"b")]), [b"a", b"b"])
    assert type(wire.decode(b"\xd6\xff\0\0\0\0", b"", None)) is float  # a time


def test_a_handle_that_came_goes_back_as_itself():
    handle = wire.Handle(7, "Tensor")
    assert there_and_back([handle]) == [handle]


class TestWhatCannotBeSent:
    def test_a_list_that_contains_itself(self):
        loop = []
        loop.append(loop)
        with pytest.raises(wire.UnsendableError):
            wire.encode(loop, refer)

    @pytest.mark.parametrize("kind", [list, tuple, lambda v: {"k": v}])
    def test_deep_nesting(self, kind):
        value = 1
        for _ in range(wire.DEEPEST):
            value = kind([value])
        with pytest.raises(wire.UnsendableError):
            wire.encode([value], refer)

    def test_nesting_up_to_the_limit_can_be_sent(self):
        value = np.ones(1)
        for level in range(wire.DEEPEST):
            value = (value,) if level % 2 else {"k": value}
        assert same(there_and_back(value), value)
        with pytest.raises(wire.UnsendableError):
            wire.encode([value], refer)

    def test_too_much(self, monkeypatch):
        monkeypatch.setattr(wire, "LARGEST_PAYLOAD", 100)
        monkeypatch.setattr(wire, "LARGEST_TREE", 1000)
        wire.encode(np.zeros(12), refer)
        for value in (np.zeros(13), [np.zeros(7), np.zeros(7)], "x" * 1001):
            with pytest.raises(wire.TooLargeError):
                wire.encode(value, refer)

    def test_too_much_in_one_array_that_takes_no_memory(self):
        with pytest.raises(wire.TooLargeError):
            wire.encode(np.broadcast_to(0.0, (1 << 40,)), refer)


def packed(code: int, fields) -> bytes:
    return msgpack.packb(msgpack.ExtType(code, msgpack.packb(fields)))


def array_tree(dtype="<f8", shape=(2,), start=0) -> bytes:
    return packed(wire.ARRAY, [dtype, list(shape), start])


def big(number: int):
    """An int beyond 64 bits, as the wire has it."""
    return msgpack.ExtType(wire.INT, number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))


def nested(depth: int, code: int | None = None) -> bytes:
    tree = b"\x01"
    for _ in range(depth):
        tree = b"\x91" + tree if code is None else msgpack.packb(msgpack.ExtType(code, b"\x91" + tree))
    return tree


def refused(tree: bytes, payload: bytes = b"\0" * 16) -> str:
    with pytest.raises(wire.WireError) as caught:
        wire.decode(tree, payload, lambda handle: handle)
    return str(caught.value)


HOSTILE = {
    "nothing": b"",
    "cut off": msgpack.packb([1, 2, 3])[:-1],
    "bytes after the end": msgpack.packb(1) + b"\0",
    "a byte that msgpack does not use": b"\xc1",
    "an unknown extension": packed(99, []),
    "a pickled object": packed(42, ["cos\nsystem\n(S'true'\ntR."]),
    "an extension that is cut off": msgpack.packb(msgpack.ExtType(wire.TUPLE, b"\x93\x01")),
    "an extension with no list": packed(wire.TUPLE, {"a": 1}),
    "a list that says it has 4 billion values": b"\xdd\xff\xff\xff\xff",
    "a dict that says it has 4 billion values": b"\xdf\xff\xff\xff\xff",
    "a text that says it is 4 GB long": b"\xdb\xff\xff\xff\xff",
    "an extension that says it is 4 GB long": b"\xc9\xff\xff\xff\xff\x02",
    "text that is not UTF-8": b"\xa2\xff\xfe",
    "lists in lists": nested(5000),
    "lists in lists that msgpack still takes": nested(500),
    "tuples in tuples": nested(1000, wire.TUPLE),
    "sets of lists": packed(wire.SET, [[1]]),
    "a dict with a list for a key": b"\x81\x91\x01\x01",
    "an array without fields": packed(wire.ARRAY, []),
    "an array of objects": array_tree("|O"),
    "an array of texts": array_tree("<U4"),
    "an array of records": array_tree([["a", "<f8"]]),
    "an array of bytes of any length": array_tree("|V8"),
    "an array in the other byte order": array_tree(">f8"),
    "an array of times": array_tree("<M8[D]"),
    "a dtype with a comma": array_tree("f8,f8"),
    "a dtype that is no text": array_tree(8),
    "a shape that is negative": array_tree(shape=(-1,)),
    "a shape that is twice negative": array_tree(shape=(-1, -2)),
    "a shape of floats": array_tree(shape=(2.0,)),
    "a shape of bools": array_tree(shape=(True,)),
    "a shape larger than the payload": array_tree(shape=(3,)),
    "a shape of 2**80 values": array_tree(shape=(2**40, 2**40)),
    "a shape of no values, and 2**63 rows": array_tree(shape=(0, 2**63)),
    "a shape of no values, and 2**62 times 2**62": array_tree(shape=(0, 2**62, 2**62)),
    "a shape beyond 64 bits": packed(wire.ARRAY, ["<f8", [0, big(2**70)], 0]),
    "a shape of 65 axes": array_tree(shape=(1,) * 65),
    "a start beyond the payload": array_tree(start=8),
    "a start that is negative": array_tree(start=-8),
    "a start that is a float": array_tree(start=0.0),
    "two arrays that share bytes": b"\x92" + array_tree() + array_tree(),
    "a tensor of a dtype that torch has not": packed(wire.TENSOR, ["<f8", [-1], 0]),
    "a scalar with too few bytes": packed(wire.SCALAR, ["<f8", b"1234"]),
    "a scalar with too many bytes": packed(wire.SCALAR, ["<f8", b"123456789"]),
    "a scalar object": packed(wire.SCALAR, ["|O", b"12345678"]),
    "a complex of texts": packed(wire.COMPLEX, ["1", "2"]),
    "a slice of texts": packed(wire.SLICE, ["1", "2", "3"]),
    "a slice of two": packed(wire.SLICE, [1, 2]),
    "a range without end": packed(wire.RANGE, [0, None, 1]),
    "a range with a step of zero": packed(wire.RANGE, [0, 1, 0]),
    "a handle that is a text": packed(wire.HANDLE, ["1", "name"]),
    "a handle without a name": packed(wire.HANDLE, [1]),
    "a dtype of objects": msgpack.packb(msgpack.ExtType(wire.DTYPE, b"|O")),
    "a dtype that is not ASCII": msgpack.packb(msgpack.ExtType(wire.DTYPE, b"\xff")),
    "an int of a megabyte": msgpack.packb(msgpack.ExtType(wire.INT, b"\x7f" * 1_000_000)),
    "an int that Python would not print": msgpack.packb(msgpack.ExtType(wire.INT, b"\x7f" * 2000)),
}


class TestHostileFrames:
    @pytest.mark.parametrize("tree", HOSTILE.values(), ids=HOSTILE)
    def test_are_a_wire_error(self, tree):
        assert refused(tree)

    @given(st.binary(max_size=200), st.binary(max_size=40))
    @settings(max_examples=300)
    def test_random_bytes(self, tree, payload):
        try:
            wire.decode(tree, payload, lambda handle: handle)
        except wire.WireError:
            pass

    @given(values, st.data())
    @settings(max_examples=200)
    def test_a_frame_with_a_byte_changed(self, value, data):
        tree, arrays = wire.encode([value], refer)
        position = data.draw(st.integers(0, len(tree) - 1))
        damaged = bytearray(tree)
        damaged[position] = data.draw(st.integers(0, 255))
        try:
            wire.decode(bytes(damaged), b"".join(a.tobytes() for a in arrays), lambda handle: handle)
        except wire.WireError:
            pass

    @given(values, st.data())
    def test_a_frame_that_is_cut_off(self, value, data):
        tree, arrays = wire.encode([value], refer)
        cut = tree[:data.draw(st.integers(0, len(tree) - 1))]
        assert refused(cut, b"".join(a.tobytes() for a in arrays))

    def test_an_error_in_resolve_is_a_wire_error(self):
        with pytest.raises(wire.WireError):
            wire.decode(packed(wire.HANDLE, [5, "x"]), b"", {}.__getitem__)

    def test_the_name_of_a_handle_is_cut(self):
        handle = wire.decode(packed(wire.HANDLE, [5, "x" * 10_000]), b"", lambda handle: handle)
        assert len(handle.type_name) <= 200

    def test_keys_that_collide_are_few(self):
        """Ints that have the same hash make a set or dict take time that grows with the square of their number."""
        same_hash = [big(i * (2**61 - 1)) for i in range(9, 50_000)]
        assert refused(packed(wire.SET, same_hash))
        assert refused(msgpack.packb({key: None for key in same_hash}))  # hashed here as bytes

    def test_many_texts_as_keys_are_welcome(self):
        words = {f"word {i}": i for i in range(50_000)}
        assert there_and_back(words) == words and there_and_back(set(words)) == set(words)


BOMBS = """
import resource, msgpack, sys
import numpy as np
from grader.ipc import wire

def ext(code, fields): return msgpack.packb(msgpack.ExtType(code, msgpack.packb(fields)))
def lists(count): return b"\\xdd" + count.to_bytes(4, "big")

megabyte = bytes(1 << 20)
array = ext(wire.ARRAY, ["|u1", [1 << 20], 0])
bombs = {
    "one payload, many arrays": (lists(2000) + array * 2000, megabyte),
    "lists that promise millions": (b"".join(lists(7_000_000) for _ in range(500)).ljust(8 << 20, b"\\xc0"), b""),
}
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for name, (tree, payload) in bombs.items():
    try:
        wire.decode(tree, payload, lambda handle: handle)
    except wire.WireError as error:
        print(name, "|", error, file=sys.stderr)
    else:
        print(name, "was taken")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before >> 10
    if grown > 700:
        print(name, "took", grown, "MB")
"""


def test_no_frame_takes_unbounded_memory():
    """At worst some fifty times the largest tree. In a process of its own, to be measured."""
    done = subprocess.run([sys.executable, "-c", BOMBS], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


@pytest.fixture
def ends():
    one, other = socket.socketpair()
    yield one, other
    one.close(), other.close()


class TestFrames:
    @given(values)
    @settings(max_examples=20)
    def test_what_is_sent_is_received(self, value):
        one, other = socket.socketpair()
        with one, other:
            sender = threading.Thread(target=lambda: wire.send(one, *wire.encode(value, refer)))
            sender.start()
            frame = wire.receive(other)
            sender.join()
        assert same(wire.decode(*frame, lambda handle: handle), value)

    def test_a_large_frame_and_one_after_it(self, ends):
        large = {"a": np.arange(300_000.0).reshape(2, -1).T, "b": "x" * 100_000}

        def send():
            for value in (large, "next"):
                wire.send(ends[0], *wire.encode(value, refer))

        sender = threading.Thread(target=send)
        sender.start()
        frames = [wire.receive(ends[1]) for _ in range(2)]
        sender.join()
        back = [wire.decode(*frame, lambda handle: handle) for frame in frames]
        assert np.array_equal(back[0]["a"], large["a"]) and back[0]["b"] == large["b"] and back[1] == "next"

    @pytest.mark.parametrize("header", [(wire.LARGEST_TREE + 1, 0), (0, wire.LARGEST_PAYLOAD + 1), (2**32 - 1,) * 2])
    def test_lengths_are_capped_before_anything_is_read(self, ends, header):
        ends[0].sendall(struct.pack("!II", *header))
        with pytest.raises(wire.WireError, match="larger than the protocol allows"):
            wire.receive(ends[1])

    @pytest.mark.parametrize("sent", [b"", b"\0\0\0", struct.pack("!II", 10, 0), struct.pack("!II", 10, 0) + b"half",
                                      struct.pack("!II", 1, 200 << 20) + b"\x01" + b"few"])
    def test_a_frame_that_ends_early_is_a_closed_wire(self, ends, sent):
        ends[0].sendall(sent)
        ends[0].close()
        with pytest.raises(wire.WireClosedError):
            wire.receive(ends[1])

    def test_sending_to_nobody_is_a_closed_wire(self, ends):
        ends[1].close()
        with pytest.raises(wire.WireClosedError):
            wire.send(ends[0], *wire.encode(np.zeros(1000), refer))

    def test_wait_is_asked_before_each_read_and_may_give_up(self, ends):
        ends[0].sendall(struct.pack("!II", 1, 0))
        asked = []

        def wait():
            asked.append(1)
            if len(asked) == 2:
                raise TimeoutError

        with pytest.raises(TimeoutError):
            wire.receive(ends[1], wait)
