"""What every test shares: a window without a screen, folders of its own, and the corpus where there is one."""

from __future__ import annotations

import gc
import os
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import pytest
from hypothesis import HealthCheck, settings

from app import text
from tests.patience import PatientBot
from ui.garbage import GarbageTimer

ROOT = Path(__file__).resolve().parent.parent
MUCH_GARBAGE = 20_000
UNHURRIED = "unhurried"
settings.register_profile(
    UNHURRIED,
    settings(),
    deadline=None,
    suppress_health_check=[*settings().suppress_health_check, HealthCheck.too_slow],
)
settings.load_profile(UNHURRIED)  # how long an example takes says something of the computer, not of the product
CORPUS = ROOT.parent / "shared" / "corpus"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Share out by file, see `tests.side_by_side`; only where there are several processes."""
    from tests.side_by_side import ByFile

    return ByFile(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_modifyitems(config, items):
    """Side by side, files with slow tests come first: at the end there is a little for each process."""
    if hasattr(config, "workerinput"):
        slow = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: item.path not in slow)


@pytest.fixture
def qtbot(qapp, request):
    """pytest-qt's, with more patience."""
    return PatientBot(request)


@pytest.fixture(scope="session", autouse=True)
def one_application(qapp):
    """One application object for all tests: a report's smaller one would keep windows from opening later.

    Garbage is collected in its thread only, as in the product.
    """
    garbage = GarbageTimer(qapp)
    yield qapp
    garbage.stop()


@pytest.fixture(autouse=True)
def nothing_left_over(one_application):
    """What a test left in cycles goes once it has ended: there is no event loop between two tests."""
    yield
    if gc.get_count()[0] > MUCH_GARBAGE:
        gc.collect()


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory, monkeypatch):
    """No test touches a person's library or keyring. The assembled transcriber's cache is shared, it is read only."""
    monkeypatch.setenv("MIANJIAN_DATA", str(tmp_path_factory.mktemp("data")))
    monkeypatch.delenv("MIANJIAN_EHR_TOKEN", raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    text.set_language("en")
    yield
    text.set_language("en")


@pytest.fixture(params=text.LANGUAGES)
def each_language(request):
    """Runs the test in Chinese and in English."""
    text.set_language(request.param)
    return request.param


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The shared corpus of real media; a test that needs it is skipped where it is not beside the project."""
    if not CORPUS.is_dir():
        pytest.skip("../shared/corpus is not here")
    return CORPUS


@pytest.fixture(scope="session")
def sample() -> Path:
    """The folder of the bundled sample interviews."""
    return ROOT / "resources" / "sample"
