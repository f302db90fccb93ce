"""The learner's objects, used from a check by way of the worker."""
import numpy as np

from grader.judge import expect, expect_true
from grader.records.verdict import Status


class TestRemoteObjects:
    TEXT = '''
import numpy as np


class Box:
    __array_ufunc__ = None

    def __init__(self, value):
        self.value = value

    def __add__(self, other):
        return Box(self.value + getattr(other, "value", other))

    __radd__ = __add__

    def __matmul__(self, other):
        return Box(self.value @ other.value)

    def __getitem__(self, key):
        return self.value[key]

    def __iadd__(self, other):
        self.value = self.value + other
        return self

    def __len__(self):
        return len(self.value)

    def __iter__(self):
        return iter(self.value)

    def __eq__(self, other):
        return True

    def grow(self, *, by=1):
        self.value = self.value + by
        return self


def first(x):
    x *= 2
    x.sort()


def same(x):
    return x


def reshaped(x):
    x.shape = (-1,)
    x += 1
'''

    def test_reads_like_ordinary_python(self, judge):
        def uses(work):
            """Objects, operators, attributes, methods."""
            box = work.Box(np.array([1.0, 2.0]))
            expect((box + 1).value, equals=np.array([2.0, 3.0]))
            expect((np.ones(2) + box).value, equals=np.array([2.0, 3.0]))
            expect((box @ box).value, equals=5.0)
            expect(box[1], equals=2.0)
            expect(box[..., :1], equals=np.array([1.0]))
            expect(len(box), equals=2)
            expect(list(box), equals=[1.0, 2.0])
            expect(box.grow(by=2).value, equals=np.array([3.0, 4.0]))
            box += 1
            expect(box.value, equals=np.array([4.0, 5.0]))
            box.value = 7
            expect(work.same(box).value, equals=7)
            expect(work.same([box, (1, None)])[0].value, equals=7)

        def is_not_asked_whether_it_is_equal(work):
            """What it says of itself does not count."""
            expect_true(not (work.Box(1) == 1), got=None, want="not equal")
            expect_true(work.Box(1) != 1, got=None, want="not equal")

        verdict = judge(self.TEXT, uses, is_not_asked_whether_it_is_equal)
        assert verdict.status == Status.PASSED, verdict.checks

    def test_changes_in_place_come_back(self, judge):
        def changes(work):
            """An array is changed in place."""
            x = np.array([3, 1, 2])
            work.first(x)
            expect(x, equals=np.array([2, 4, 6]))

        def changes_its_shape(work):
            """Its shape is its own."""
            x = np.zeros((2, 2))
            work.reshaped(x)
            expect(x, equals=np.ones((2, 2)))

        def changes_a_part(work):
            """A view of an array is changed in place."""
            x = np.arange(6).reshape(2, 3)[:, ::-1]
            work.reshaped(x)
            expect(x, equals=np.array([[3, 2, 1], [6, 5, 4]]))

        def leaves_the_others(work):
            """What was not changed is not touched."""
            x, fixed = np.array([2.0, 1.0]), np.broadcast_to(1.0, (2,))
            work.same((fixed, x))
            work.first(x)
            expect((fixed, x), equals=(np.ones(2), np.array([2.0, 4.0])))

        verdict = judge(self.TEXT, changes, changes_its_shape, changes_a_part, leaves_the_others)
        assert verdict.status == Status.PASSED, verdict.checks
