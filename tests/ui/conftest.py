"""A window's surroundings for tests: theme, language, a library of its own."""

from __future__ import annotations

import shutil

import pytest
from PySide6.QtCore import QCoreApplication, QEvent

from app import text
from app.demo import SandboxProcess, main_job
from app.resources import resource
from app.settings import SettingsFile
from app.store.library import Library
from ui import language, theme
from ui.shell import start


@pytest.fixture(autouse=True)
def themed(qapp):
    """The product's style, light, in English, for every test of the window.

    Windows of the tests before are really gone first: each one left would be styled again for every test to come.
    """
    for left in qapp.topLevelWidgets():
        left.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
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


@pytest.fixture(scope="session")
def reviewed(tmp_path_factory):
    """A library in which the main job was done on the Chinese sample, once for all tests: copy before you write."""
    folder = tmp_path_factory.mktemp("reviewed") / "资料库 library"
    text.set_language("zh")
    with (
        Library.open(folder, assessor="李静") as opened,
        SandboxProcess(folder / "sandbox") as sandbox,
    ):
        result = main_job(opened, sandbox, resource("sample", "sample_zh.mp4"), print)
    SettingsFile(folder).change(ehr_url="")
    text.set_language("en")
    return folder, result


@pytest.fixture
def reviewed_copy(reviewed, tmp_path):
    """A copy of it that a test may change, and the interview's id."""
    folder, result = reviewed
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    return copy, result.interview_id


@pytest.fixture
def opened_window(qtbot, reviewed_copy):
    """The product's main window on the copy: its conductor."""
    conductor = start.open_window(reviewed_copy[0], SettingsFile(reviewed_copy[0]))
    conductor.window.resize(1500, 940)
    yield conductor
    conductor.window.close()
    conductor.window.deleteLater()
