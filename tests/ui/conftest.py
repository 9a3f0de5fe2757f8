"""A window's surroundings for tests: theme, language, a library of its own."""

from __future__ import annotations

import pytest

from app.store.library import Library
from ui import language, theme


@pytest.fixture(autouse=True)
def themed(qapp):
    """The product's style, light, in English, for every test of the window."""
    theme.set_up(qapp, "light")
    language.set_language("en")
    yield
    language.set_language("en")
    theme.apply("light", 100)


@pytest.fixture
def library(tmp_path):
    """An empty library of 李静."""
    with Library.open(tmp_path / "资料 库", assessor="李静") as opened:
        yield opened
