"""Coroutine tests run on a loop whose time is virtual."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from tests.execution.virtual import run


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.function):
        return None
    names = inspect.signature(pyfuncitem.function).parameters
    run(pyfuncitem.function(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The state folder of a tenant."""
    return tmp_path / ".reconciler" / "prod"
