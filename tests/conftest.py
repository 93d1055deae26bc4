"""Fixtures: the corpora, each skipped by name where it is missing. To have a test a formula, use `corpora.each`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from tests import corpora

Read = TypeVar("Read")


def _or_skip(read: Callable[[], Read]) -> Read:
    try:
        return read()
    except corpora.MissingCorpus as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def feynman() -> tuple[corpora.Feynman, ...]:
    return _or_skip(corpora.feynman)


@pytest.fixture(scope="session")
def uo_functions() -> tuple[corpora.UnconstrainedFunction, ...]:
    return _or_skip(corpora.uo_functions)


@pytest.fixture(scope="session")
def six_links() -> tuple[str, ...]:
    return _or_skip(corpora.six_links)


@pytest.fixture(scope="session")
def bicycle() -> str:
    return _or_skip(corpora.bicycle)


@pytest.fixture(scope="session")
def hostile() -> tuple[dict[str, Any], ...]:
    return _or_skip(corpora.hostile)
