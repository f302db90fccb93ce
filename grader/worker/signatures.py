"""Signatures of coroutine functions and asynchronous generators, checked on what is awaited and yielded.

jaxtyping checks what a call returns. Here that is a coroutine, whatever its result will be. So the signature is given to a
*double*, an ordinary function that returns what it is handed. It is called with the same arguments, so that an axis "n" is
as long in the result as it is in the arguments.
"""
import functools
import inspect
import typing
from collections.abc import Callable

Check = Callable[[Callable], Callable]  # makes of an ordinary function one that checks its signature


def is_asynchronous(function: Callable) -> bool:
    return inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)


def checked_when_awaited(function: Callable, check: Check) -> Callable:
    """`function`, a coroutine function or an asynchronous generator function, with its signature checked.

    The arguments are checked when it begins. The result is checked when it is there, and what a generator yields, each
    value: its signature says `AsyncIterator[T]`, or anything else with `T` in the first place.
    """
    signature = signature_of(function)
    check_arguments, check_value = double(function, signature.replace(return_annotation=typing.Any), check), None
    if inspect.isasyncgenfunction(function):
        yields = typing.get_args(signature.return_annotation)
        signature = signature.replace(return_annotation=yields[0] if yields else inspect.Signature.empty)
    check_value = double(function, signature, check)

    @functools.wraps(function)
    async def coroutine(*arguments, **options):
        check_arguments(None, arguments, options)
        return check_value(await function(*arguments, **options), arguments, options)

    @functools.wraps(function)
    async def generator(*arguments, **options):
        check_arguments(None, arguments, options)
        inner = function(*arguments, **options)
        step = anext(inner)
        try:
            while True:
                try:
                    value = await step
                except StopAsyncIteration:
                    return
                try:
                    sent = yield check_value(value, arguments, options)
                except GeneratorExit:
                    raise
                except Exception as thrown:  # with athrow
                    step = inner.athrow(thrown)
                else:
                    step = inner.asend(sent)
        finally:
            await inner.aclose()

    return generator if inspect.isasyncgenfunction(function) else coroutine


def double(function: Callable, signature: inspect.Signature, check: Check) -> Callable:
    """A function of (value, arguments, options) that returns `value`, if all of them agree with `signature`."""
    handed = []

    def ordinary(*arguments, **options):
        return handed[-1]

    functools.update_wrapper(ordinary, function).__signature__ = signature
    checked = check(ordinary)

    def agree(value, arguments, options):
        handed.append(value)
        try:
            return checked(*arguments, **options)
        finally:
            handed.pop()
    return agree


def signature_of(function: Callable) -> inspect.Signature:
    """The signature, with annotations that are texts evaluated, if all of them can be."""
    try:
        return inspect.signature(function, eval_str=True)
    except Exception:  # of the learner's text
        return inspect.signature(function)
