"""Run the docstring examples of a loaded exercise, in the worker that loaded it. Imports only the standard library."""
import contextlib
import doctest
import inspect
import io
import traceback
import types
from collections.abc import Iterator

NOT_WRITTEN = "NotImplementedError"
LONGEST_TEXT = 2000  # characters of an example's output that are kept


class Recorder(doctest.DocTestRunner):
    """Keeps each failed example as plain data, instead of printing it."""

    def __init__(self):
        super().__init__(verbose=False)
        self.failed: list[dict] = []

    def report_failure(self, out, test, example, got):
        self.keep(example, got)

    def report_unexpected_exception(self, out, test, example, exc_info):
        raised = NOT_WRITTEN if isinstance(exc_info[1], NotImplementedError) else exc_info[0].__name__
        self.keep(example, "".join(traceback.format_exception_only(exc_info[0], exc_info[1])), raised)

    def keep(self, example: doctest.Example, got: str, raised: str = "") -> None:
        self.failed.append({"source": example.source.strip(), "want": example.want.strip(),
                            "got": got.strip()[:LONGEST_TEXT], "raised": raised})


def examples_in(module: types.ModuleType) -> list[dict]:
    """Run the examples. One entry for each docstring with examples, the module's own first, then in the file's order:

    {"name": "unbroadcast", "examples": 2, "failures": [{"source": ..., "want": ..., "got": ..., "raised": ...}, ...]}

    `raised` is the class of the exception that an example raised (NOT_WRITTEN for any NotImplementedError), "" if it
    raised none. A docstring that doctest cannot parse counts as one failed example without a source.
    """
    results = []
    for name, described in docstrings_in(module):
        try:
            # DocTestFinder cannot be used: the file that it would look up is not on disk, and it does not see a
            # function behind a wrapper that checks shapes.
            text = described.__doc__ if isinstance(described.__doc__, str) else ""
            test = doctest.DocTestParser().get_doctest(text, vars(module), name, None, 0)
        except ValueError as error:  # an example that doctest cannot parse
            failure = {"source": "", "want": "", "raised": "",
                       "got": f"{type(error).__name__}: {error}"[:LONGEST_TEXT]}
            results.append({"name": name, "examples": 1, "failures": [failure]})
            continue
        if test.examples:
            recorder = Recorder()
            recorder.run(test, out=io.StringIO().write)
            results.append({"name": name, "examples": len(test.examples), "failures": recorder.failed})
    return results


def docstrings_in(module: types.ModuleType) -> Iterator[tuple[str, object]]:
    """(name, object) of the module and its functions, classes and methods, in the file's order; no imported ones."""
    yield "the file", module
    yield from members_of(module, module.__name__, "")


def members_of(owner, module_name: str, prefix: str) -> Iterator[tuple[str, object]]:
    for name, value in list(vars(owner).items()):
        function = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
        with contextlib.suppress(ValueError):  # a loop of wrappers
            function = inspect.unwrap(function)
        if not (inspect.isfunction(function) or inspect.isclass(function)):
            continue
        # A second name of the same thing (`__radd__ = __add__`) would run its examples twice.
        if function.__module__ == module_name and function.__qualname__ == f"{prefix}{name}":
            yield f"{prefix}{name}", function
            if inspect.isclass(function):
                yield from members_of(function, module_name, f"{prefix}{name}.")


def failure_sentences(results: list[dict]) -> list[str]:
    """One sentence for each failed example in the result of `examples_in`."""
    return [f"In {result['name']}, `{failure['source']}` gives {failure['got'] or 'nothing'}, "
            f"and the docstring says {failure['want'] or 'nothing'}."
            for result in results for failure in result["failures"]]
