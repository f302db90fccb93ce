"""Signatures of coroutine functions and asynchronous generators: checked on what is awaited and yielded."""
import asyncio
import contextlib
import types

import numpy as np
import pytest
from beartype import beartype
from jaxtyping import jaxtyped

from grader.records.verdict import Kind
from grader.worker.loader import check_signatures
from grader.worker.serve import explain_signature
from grader.worker.signatures import checked_when_awaited

TEXT = '''
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
from jaxtyping import Float


async def doubled(x: Float[np.ndarray, "n"], wrong: bool = False) -> Float[np.ndarray, "n"]:
    return np.concatenate([x, x]) if wrong else 2 * x


async def halves(x: Float[np.ndarray, "n"], wrong: bool = False) -> AsyncIterator[Float[np.ndarray, "n"]]:
    seen.append((yield x / 2))
    try:
        yield np.concatenate([x, x]) if wrong else x / 4
    except ValueError as error:
        yield x / 8
    finally:
        seen.append("left")


@asynccontextmanager
async def opened(x: int) -> AsyncIterator[int]:
    yield x


async def by_text(x: "int") -> "int":
    return str(x)


class Holder:
    async def kept(self, x: int) -> str:
        return x


seen = []
'''


@pytest.fixture
def work():
    module = types.ModuleType("work")
    exec(TEXT, module.__dict__)
    check_signatures(module)
    return module


def what_is_wrong(coroutine):
    """How a call breaks its signature, as a learner is told."""
    with pytest.raises(Exception) as caught:
        asyncio.run(coroutine)
    assert type(caught.value).__name__ == "TypeCheckError"
    return explain_signature(caught.value)


async def first_of(generator):
    return [value async for value in generator]


X = np.array([1.0, 2.0])


def test_right_values_come_through(work):
    assert asyncio.run(work.doubled(X)).tolist() == [2.0, 4.0]
    assert [each.tolist() for each in asyncio.run(first_of(work.halves(X)))] == [[0.5, 1.0], [0.25, 0.5]]
    assert work.seen == [None, "left"]


def test_an_argument_is_checked_when_the_coroutine_begins(work):
    for call in (work.doubled(3), first_of(work.halves(3))):
        assert what_is_wrong(call)["where"].endswith("was given, for x,")


def test_what_is_awaited_and_what_is_yielded_is_checked_with_the_axes_of_the_arguments(work):
    for call in (work.doubled(X, wrong=True), first_of(work.halves(X, wrong=True))):
        told = what_is_wrong(call)
        assert told["where"].endswith(" returned") and "(4,)" in told["got"] and "n" in told["want"]
    assert work.seen[-1] == "left"  # the learner's generator was closed


def test_two_calls_at_once_have_axes_of_their_own(work):
    async def both():
        return await asyncio.gather(work.doubled(X), work.doubled(np.ones(5)))
    assert [len(each) for each in asyncio.run(both())] == [2, 5]


def test_methods_and_signatures_that_are_texts(work):
    assert what_is_wrong(work.Holder().kept(1))["where"] == "kept returned"
    assert what_is_wrong(work.by_text(1))["where"] == "by_text returned"


def test_a_context_manager_is_left_alone(work):
    async def use():
        async with work.opened(3) as value:
            return value
    assert asyncio.run(use()) == 3


def test_what_is_sent_and_thrown_into_a_generator_arrives(work):
    async def drive():
        generator = work.halves(X)
        await anext(generator)
        await generator.asend("sent")
        thrown = await generator.athrow(ValueError("thrown"))
        await generator.aclose()
        return thrown.tolist()
    assert asyncio.run(drive()) == [0.125, 0.25]
    assert work.seen == ["sent", "left"]


def test_a_generator_that_is_left_early_is_closed(work):
    async def leave():
        async with contextlib.aclosing(work.halves(X)) as generator:
            await anext(generator)
            await anext(generator)
    asyncio.run(leave())
    assert work.seen == [None, "left"]


def test_without_a_result_in_the_signature_any_will_do():
    async def bare(x: int):
        return "anything"
    checked = checked_when_awaited(bare, jaxtyped(typechecker=beartype))
    assert asyncio.run(checked(1)) == "anything"
    with pytest.raises(Exception, match="x"):
        asyncio.run(checked("text"))


def test_a_verdict_explains_it(judge):
    def awaits(work):
        """It awaits."""
        work.run  # noqa: B018  (a probe is not needed: the module has a function that runs it)
        work.now(2)

    text = ("import asyncio\n\n\nasync def first(x: int) -> int:\n    return str(x)\n\n\n"
            "def now(x):\n    return asyncio.run(first(x))\n")
    (check,) = judge(text, awaits).checks
    assert (check.kind, check.got, check.want) == (Kind.SIGNATURE, "first returned '2'", "int, as the signature says")
