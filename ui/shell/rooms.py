"""Makes the settings and the sync room, and does what they ask for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.failures import Failure
from app import policy, text
from app.domain.outside import Purpose
from sync.diagnosis import Finding
from sync.failures import RemoteFailure
from ui import language, theme
from ui.settings.room import SettingsRoom
from ui.shell.context import Context
from ui.shell.mapping import open_mapping

if TYPE_CHECKING:
    from ui.shell.packages import Packages
    from ui.shell.window import MainWindow
    from ui.sync.room import SyncRoom


def make_sync(context: Context, window: MainWindow, packages: Packages, review: Callable[[str], None]) -> SyncRoom:
    """The sync room with its part for packages; its failures go above the room, `review` opens an interview."""
    from ui.sync.room import SyncRoom

    room = SyncRoom(context.sync)
    room.failed.connect(window.say_failure)
    room.settingsRequested.connect(lambda: window.enter("settings"))
    packages.add_page(room)
    room.reviewRequested.connect(review)
    room.mappingRequested.connect(lambda target: open_mapping(context, window, target))
    return room


def make_settings(context: Context, window: MainWindow, review_as: Callable[[str], None]) -> SettingsRoom:
    """The settings room with everything that it can change; `review_as` lets another assessor review."""
    from app.jobs.analysis import BUNDLED, model_store

    data = context.library.folder
    added = tuple(model.id for model in model_store(data).added())
    room = SettingsRoom(context.settings, (BUNDLED, *added), policy.profiles(), data)
    room.setEnabled(not context.library.read_only)
    room.languageChosen.connect(lambda name: language.set_language(name or context.system_language()))
    room.themeChosen.connect(theme.apply)
    room.assessorChanged.connect(review_as)
    room.hr.changed.connect(context.sync.sync_now)
    room.hr.keyEntered.connect(lambda key: _keep(context.sync.set_key, key, room, "settings.key_kept"))
    room.hr.passphraseEntered.connect(
        lambda words: _keep(context.sync.set_passphrase, words, room, "settings.passphrase_kept")
    )
    room.hr.mappingRequested.connect(lambda: open_mapping(context, window))
    room.hr.testRequested.connect(lambda: _test(context, room))
    room.language_model.testRequested.connect(lambda: _test_model(context, room))
    room.outside.testRequested.connect(lambda purpose: _test_service(context, room, purpose))
    room.outside.keyEntered.connect(lambda purpose, key: _keep_service_key(context, room, purpose, key))
    room.transcriberFolderChosen.connect(lambda folder: _add_model(context, room, window, folder))
    return room


def _keep(keep: Callable[[str], None], secret: str, room: SettingsRoom, kept: str) -> None:
    try:
        keep(secret)
    except RemoteFailure as failure:
        room.hr.say(text.sentence(failure), good=False)
    else:
        room.hr.say(text.tr(kept), good=True)


def _test(context: Context, room: SettingsRoom) -> None:
    """Test the connection in a thread: a slow server must not hold the window."""
    check = room.hr.check
    room.hr.result.hide()
    run = check.begin()

    def tell(finding: Finding) -> None:
        context.post(lambda: check.add(run, finding))

    def test() -> None:
        try:
            for finding in context.sync.diagnose():
                tell(finding)
        finally:
            context.post(lambda: check.end(run))

    threading.Thread(target=test, name="test-connection", daemon=True).start()


def _test_model(context: Context, room: SettingsRoom) -> None:
    """Find out which language model would answer, in a thread: its server may be slow."""
    from app.enrichment.model_choice import test

    values = context.settings.values

    def run() -> None:
        try:
            name = test(values)
        except (Failure, RemoteFailure) as failure:
            sentence = text.sentence(failure)
            context.post(lambda: room.language_model.say_result(sentence, good=False))
        else:
            good = text.tr("settings.llm_test_good", name=name)
            context.post(lambda: room.language_model.say_result(good, good=True))

    threading.Thread(target=run, name="test-model", daemon=True).start()


def _keep_service_key(context: Context, room: SettingsRoom, purpose: str, key: str) -> None:
    from app.outside.services import keep_key

    try:
        keep_key(context.library.folder, Purpose(purpose), key)
    except RemoteFailure as failure:
        room.outside.say_result(purpose, text.sentence(failure), good=False)
    else:
        room.outside.say_result(purpose, text.tr("settings.key_kept"), good=True)


def _test_service(context: Context, room: SettingsRoom, purpose: str) -> None:
    """Find out whether an outside service answers, in a thread: nothing of anybody is sent."""
    from app.outside.sending import check

    def run() -> None:
        try:
            found = check(context.settings, Purpose(purpose))
        except RemoteFailure as failure:
            sentence = text.sentence(failure)
            context.post(lambda: room.outside.say_result(purpose, sentence, good=False))
        else:
            good = text.tr("settings.service_test_good", host=found.host if found else "")
            context.post(lambda: room.outside.say_result(purpose, good, good=True))

    threading.Thread(target=run, name="test-service", daemon=True).start()


def _add_model(context: Context, room: SettingsRoom, window: MainWindow, folder: Path) -> None:
    """Check a transcriber's folder in a child process, then offer it."""

    def done(name: str) -> None:
        from app.jobs.analysis import BUNDLED, model_store

        names = (BUNDLED, *(model.id for model in model_store(context.library.folder).added()))
        room.set_transcribers(names, name)
        window.message.say(lambda: text.tr("settings.model_added", name=name), "ok")

    context.work.add_model(folder, done, window.say_failure)
