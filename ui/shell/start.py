"""Starts the window: the application, the library, the main window."""

from __future__ import annotations

import argparse
import faulthandler
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from PySide6.QtWidgets import QApplication

from analysis.failures import Failure
from app import text
from app.cli import chosen_language
from app.settings import SettingsFile, default_data_folder
from sync.failures import RemoteFailure
from ui import language, theme
from ui.garbage import GarbageTimer
from ui.shell.conductor import Conductor
from ui.shell.qt_texts import QtTexts

ExceptHook = Callable[[type[BaseException], BaseException, TracebackType | None], None]


def main(arguments: list[str]) -> int:
    """Open the window on the library that the command line names."""
    options = _options(arguments)
    return run(options.data or default_data_folder(), options.lang or "", options.interview or "", options.files)


def show_demo(arguments: list[str]) -> int:
    """Open the window on the demonstration that has just been done, with its sandbox EHR running beside it."""
    from app.commands.demo import DEMO_REVIEWER, demo_folder
    from app.demo import SandboxProcess
    from app.domain.types import InterviewQuery
    from app.store.library import Library

    data = _options([word for word in arguments if word != "demo"]).data or default_data_folder()
    folder = demo_folder(data)
    with Library.open(folder, read_only_if_held=True, assessor=DEMO_REVIEWER[text.language()]) as library:
        newest = library.interviews(InterviewQuery(limit=50))
    opened = next((interview.id for interview in newest if interview.analysis_id), "")
    with SandboxProcess(folder / "sandbox") as sandbox:
        os.environ["MIANJIAN_EHR_TOKEN"] = sandbox.key
        SettingsFile(folder).change(ehr_url=sandbox.url, assessor=DEMO_REVIEWER[text.language()])
        return run(folder, text.language(), opened)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mianjian", description=text.tr("cli.about"))
    parser.add_argument("--data", type=Path, help=text.tr("cli.help_data"))
    parser.add_argument("--lang", choices=text.LANGUAGES, help=text.tr("cli.help_lang"))
    parser.add_argument("--interview", help=text.tr("cli.help_interview"))
    parser.add_argument("--scratch", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("files", nargs="*", type=Path, help=text.tr("cli.help_files"))
    return parser.parse_args(arguments)


def application() -> QApplication:
    """The one application object, with Qt's own dialogs in the language in use."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    made = QApplication(sys.argv[:1])
    made.setApplicationName("MianJian")
    made.setApplicationDisplayName("面鉴 MianJian")
    return made


def run(data: Path, lang: str = "", interview: str = "", files: list[Path] | None = None) -> int:
    """Run the window until it is closed."""
    app = application()
    settings = SettingsFile(data)
    values = settings.values
    language.set_language(lang or values.language or chosen_language([]))
    QtTexts(app)
    theme.set_up(app, values.theme, values.scale)
    opened = open_window(data, settings, interview)
    if opened is None:
        return 2
    keep_last_words(data)
    sys.excepthook = saying(opened.window.say_failure, sys.excepthook)
    opened.import_at_start(files or [])
    GarbageTimer(app)
    return app.exec()


def keep_last_words(data: Path) -> None:
    """Should the process die, the stacks of its threads are written to `crash.log` beside the library: functions and
    lines of the program, nothing of what it worked on. Where no file can be written, nothing is kept."""
    with suppress(OSError):
        faulthandler.enable((data / "crash.log").open("ab", buffering=0))


def saying(say: Callable[[text.Coded], None], otherwise: ExceptHook) -> ExceptHook:
    """A hook for what no room caught: a known failure (somebody else changed the row, the disk is full) becomes a
    sentence in the window, anything else is a bug and stays one.
    """

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, Failure | RemoteFailure):
            say(error)
        else:
            otherwise(kind, error, trace)

    return hook


def open_window(data: Path, settings: SettingsFile, interview: str = "") -> Conductor | None:
    """The main window on a library; where that cannot be opened, a sentence and None.

    It opens in the review of `interview`, else of the one in which the program ended without being closed, if it did.
    """
    from app.store.library import Library
    from ui.shell.context import Context
    from ui.shell.window import MainWindow

    try:
        library = Library.open(data, read_only_if_held=True, assessor=settings.values.assessor)
    except Failure as failure:
        _say_and_end(text.sentence(failure))
        return None
    context = Context(library, settings)
    window = MainWindow(context)
    conductor = Conductor(context, window)
    window.enter("library")
    window.show()
    context.work.settle_left_over()
    conductor.take_in_cut_recordings()
    context.sync.start()
    if interview:
        conductor.open_review(interview)
    else:
        conductor.return_to_left()
    return conductor


def _say_and_end(sentence: str) -> None:
    """The library cannot be opened: the one message that has no window to stand in."""
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QMessageBox

    print(sentence, file=sys.stderr)
    if QApplication.platformName() == "offscreen":
        return
    box = QMessageBox(QMessageBox.Icon.Warning, "MianJian", sentence)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.exec()
