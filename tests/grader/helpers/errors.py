"""The sentence of a UsageError: for the grader's own tests."""
import pytest

from grader.errors import UsageError


def error_of(function, *args) -> str:
    with pytest.raises(UsageError) as caught:
        function(*args)
    words = str(caught.value)
    assert words.endswith(".") and "\n" not in words, "an error is one sentence"
    return words
