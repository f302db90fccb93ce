"""Fixtures of the tests of reports."""
import pytest

from tests.grader.helpers.small_course import small_course


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return small_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def exercises(small):
    return list(small.exercises.values())
