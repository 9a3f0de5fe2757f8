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
from tests.ui import review_data, review_library
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


@pytest.fixture(scope="session")
def prepared(tmp_path_factory, sample):
    """A library's folder, in which the sample is imported and has an analysis of plain values, and the interview's id.

    Once for all tests: `copied` is each one's own.
    """
    folder = tmp_path_factory.mktemp("评审")
    with Library.open(folder / "library", assessor="李静") as opened:
        interview_id = review_library.interview_in(opened, sample / "sample_zh.mp4")
        review_library.analysed(opened, interview_id, folder / "analysis", review_data.recording(57.16))
    return folder / "library", interview_id


@pytest.fixture
def copied(prepared, tmp_path):
    """A copy of what was prepared: its folder, and what else belongs to it."""
    shutil.copytree(prepared[0], tmp_path / "library")
    return tmp_path / "library", *prepared[1:]


@pytest.fixture
def opened(copied):
    """That copy as an open library, and the interview's id."""
    with Library.open(copied[0], assessor="李静") as library:
        yield library, copied[1]


@pytest.fixture
def opened_window(qtbot, reviewed_copy):
    """The product's main window on the copy: its conductor."""
    conductor = start.open_window(reviewed_copy[0], SettingsFile(reviewed_copy[0]))
    conductor.window.resize(1500, 940)
    yield conductor
    conductor.window.close()
    conductor.window.deleteLater()
