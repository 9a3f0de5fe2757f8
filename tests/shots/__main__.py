"""Does the main job into a scratch library, opens the window on it, and saves a PNG of each screen and state."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from analysis.derive import Derived
from analysis.document import Missing
from analysis.export import write_all
from analysis.failures import WorkerDied
from app import text
from app.demo import SandboxProcess, main_job
from app.domain.types import AnalysisState
from app.resources import resource
from app.store.library import Library
from tests.shots import findings, holding, people, running, states, syncing
from tests.shots.opening import (
    LARGE,
    REVIEWER,
    SETTLE_MS,
    SIZE,
    SMALL,
    Save,
    interview_of,
    reviewing,
    saving,
    window,
)
from tests.ui import review_data
from ui import theme
from ui.library.positions import PositionsDialog
from ui.review.face_marks import Mark
from ui.review.lane_menu import lane_menu, reset
from ui.review.model import Recording
from ui.review.player import Player
from ui.review.room import ReviewRoom
from ui.shell import start
from ui.shell.conductor import Conductor

LANDMARKS_MS = 4000
"""The child that finds them loads its models first."""


def main() -> int:
    """Make all shots."""
    parser = argparse.ArgumentParser(prog="dev.py shots", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--only", default="", metavar="NAME", help="only screens whose name contains NAME")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    application = start.application()
    theme.set_up(application, "light")
    with tempfile.TemporaryDirectory(prefix="mianjian-shots-") as scratch:
        data, empty = Path(scratch) / "library", Path(scratch) / "empty"
        with SandboxProcess(Path(scratch) / "sandbox") as sandbox:
            os.environ["MIANJIAN_EHR_TOKEN"] = sandbox.key
            prepare(data, sandbox)
            for lang in text.LANGUAGES:
                for look in ("light", "dark"):
                    shoot(options.folder, data, empty, lang, look, options.only)
                    shoot_findings(
                        options.folder, data, Path(scratch) / f"found-{lang}-{look}", lang, look, options.only
                    )
                    if any(options.only in name or name in options.only for name in states.NAMES):
                        save = saving(options.folder, lang, look, options.only)
                        states.screens(data, Path(scratch) / f"states-{lang}-{look}", lang, look, save)
                    if any(options.only in name or name in options.only for name in people.NAMES):
                        save = saving(options.folder, lang, look, options.only)
                        people.shoot(data, Path(scratch) / f"people-{lang}-{look}", lang, look, save)
                    if any(options.only in name or name in options.only for name in holding.NAMES):
                        save = saving(options.folder, lang, look, options.only)
                        holding.shoot(data, Path(scratch) / f"holding-{lang}-{look}", lang, look, save)
                    if any(options.only in name or name in options.only for name in syncing.NAMES):
                        save = saving(options.folder, lang, look, options.only)
                        syncing.shoot(Path(scratch) / f"syncing-{lang}-{look}", lang, look, save)
    print(f"{len(list(options.folder.glob('*.png')))} pictures in {options.folder}")
    return 0


def prepare(data: Path, sandbox: SandboxProcess) -> None:
    """The main job on both samples; one more candidate waits."""
    with Library.open(data, assessor=REVIEWER) as library:
        for lang in text.LANGUAGES:
            text.set_language(lang)
            done = main_job(library, sandbox, resource("sample", f"sample_{lang}.mp4"), print)
            findings.find(library, done.interview_id, lang)


def shoot(folder: Path, data: Path, empty: Path, lang: str, look: str, only: str) -> None:
    """All screens in one language and theme."""
    save = saving(folder, lang, look, only)
    with window(empty, lang, look) as conductor:
        save("library-empty", conductor.window)
        conductor.window.enter("sync")
        save("sync-not-set-up", conductor.window)
    with window(data, lang, look) as conductor:
        library_screens(conductor, save)
        review_screens(conductor, lang, save)
        for name in ("sync", "settings"):
            conductor.window.enter(name)
            save(name, conductor.window)
        findings.settings_screen(conductor, save)
    with window(findings.copied(data, lang, look), lang, look) as conductor:
        findings.screens(conductor, interview_of(conductor, lang), save)
    with window(data, lang, look, SMALL) as conductor:
        conductor.open_review(interview_of(conductor, lang))
        save("review-1280", conductor.window)
    with window(data, lang, look) as first, window(data, lang, look) as second:
        save("library-held", second.window)
        assert first is not second


def shoot_findings(folder: Path, data: Path, copy: Path, lang: str, look: str, only: str) -> None:
    """What an analysis may find besides, on a copy of the library: mishearings, questions, failures, the tables."""
    names = (
        "review-mishearing",
        "review-question",
        "review-speakers",
        "review-evidence",
        "review-drafts",
        "review-lacking",
        "review-running",
        "review-200",
        "tables",
        "library-lacking",
    )
    if not any(only in name or name in only for name in names):
        return
    shutil.copytree(data, copy)
    save = saving(folder, lang, look, only)
    with window(copy, lang, look) as conductor:
        chosen = interview_of(conductor, lang)
        fill(conductor, chosen)
        finding_screens(conductor, chosen, save)
    with window(copy, lang, look, SMALL) as conductor:
        reviewing(conductor, chosen).questions.show(1)
        save("review-question-1280", conductor.window)
    with window(copy, lang, look, LARGE, 200) as conductor:
        reviewing(conductor, chosen).questions.show(1)
        save("review-200", conductor.window)
    with window(copy, lang, look) as conductor:
        fill(conductor, chosen, FAILED)
        assert conductor.library_room is not None
        conductor.library_room.choose(chosen)
        save("library-lacking", conductor.window)
        conductor.open_review(chosen)
        save("review-lacking", conductor.window)
        running.screens(conductor, chosen, lang, save)


FAILED = (
    Missing("speakers", "model_damaged", {"model": "pyannote-segmentation-3.0", "file": "speaker_segmentation.onnx"}),
    Missing("face", "stage_failed", {"detail": "RuntimeError: out of memory"}),
)


def fill(conductor: Conductor, interview_id: str, missing: tuple[Missing, ...] = ()) -> None:
    """Give the interview's analysis everything that may be found, by hand, and stages that failed."""
    library = conductor.context.library
    made = library.load_analysis(interview_id)
    found = review_data.with_findings(Recording(made.analysis, made.tracks, None)).analysis
    folder = library.folder / f"filled-{len(missing)}"
    write_all(folder, Derived(replace(found, missing=(*found.missing, *missing)), made.tracks))
    library.record_analysis(interview_id, folder)


def finding_screens(conductor: Conductor, chosen: str, save: Save) -> None:
    """A mishearing with its offer, the cards of a question and of the speakers, and each table."""
    room = reviewing(conductor, chosen)
    QTest.qWait(SETTLE_MS)
    room.transcript.next_mishearing()
    save("review-mishearing", conductor.window)
    room.transcript.list.close_offer()
    room.questions.show(1)
    save("review-question", conductor.window)
    room.questions.close()
    room.speakers.open()
    save("review-speakers", conductor.window)
    room.speakers.close()
    tables = room.open_tables()
    assert tables is not None
    for page in range(tables.tabs.count()):
        tables.tabs.setCurrentIndex(page)
        save(f"tables-{page + 1}", tables)
    tables.close()
    scorecard_screens(conductor, room, save)


def scorecard_screens(conductor: Conductor, room: ReviewRoom, save: Save) -> None:
    """All evidence of a dimension; the kit's questions, comments with their dimension, and drafts."""
    scorecard = room.scorecard
    first = next(iter(scorecard.cards.values()))
    first.evidence.show_open(True)
    save("review-evidence", conductor.window)
    first.evidence.show_open(False)
    scorecard.questions.fold.show_open(True)
    comments = room.presenter.comments()
    if comments:
        scorecard.comments.tagAsked.emit(comments[0].id, first.dimension.id)
    for field in (scorecard.strengths, scorecard.to_improve):
        field.draft.click()
    QTest.qWait(SETTLE_MS)
    scorecard.scroller.ensureWidgetVisible(scorecard.summary)
    save("review-drafts", conductor.window)


def library_screens(conductor: Conductor, save: Save) -> None:
    """The list, a search without a hit, a failure, positions."""
    room = conductor.library_room
    assert room is not None
    room.choose(interview_of(conductor, "zh"))
    save("library", conductor.window)
    room.search.setText("zzz")
    save("library-nothing-found", conductor.window)
    room.search.clear()
    conductor.window.say_failure(WorkerDied(detail="signal 9"))
    save("library-failure", conductor.window)
    conductor.window.message.dismiss()
    dialog = PositionsDialog(conductor.context.library, conductor.window)
    dialog.show()
    save("positions", dialog)
    dialog.close()


def player_screens(player: Player, save: Save) -> None:
    """All marks on the face, and the whole screen with them."""
    for tick in player.overlay.ticks.values():
        tick.setChecked(True)
    QTest.qWait(LANDMARKS_MS)
    save("review-marks", player)
    player.toggle_full_screen()
    assert player.full is not None
    player.full.resize(*SIZE)
    save("review-full-screen", player.full)
    player.full.close()
    for mark, tick in player.overlay.ticks.items():
        tick.setChecked(mark is Mark.BOX)


def lane_screens(room: QWidget, window: QWidget, save: Save) -> None:
    """All lanes open, with their values at the playhead; and the menu of the lanes."""
    assert isinstance(room, ReviewRoom)
    timeline, sizes = room.timeline, room.left.sizes()
    for key in tuple(timeline.folded):
        timeline.toggle(key)
    room.left.setSizes([150, 850])
    timeline.show_values()
    save("review-lanes", window)
    menu = lane_menu(timeline, room)
    menu.popup(room.lanes.mapToGlobal(room.lanes.rect().bottomLeft()))
    save("review-lanes-menu", menu)
    menu.close()
    timeline.show_values()
    reset(timeline)
    room.left.setSizes(sizes)


def review_screens(conductor: Conductor, lang: str, save: Save) -> None:
    """Signed, in the middle of the recording; as another assessor sees it; waiting for an analysis; the tables."""
    chosen = interview_of(conductor, lang)
    room = reviewing(conductor, chosen)
    QTest.qWait(SETTLE_MS)
    room.seek(24.0)
    save("review-signed", conductor.window)
    player_screens(room.player, save)
    conductor.window.command_palette.open()
    save("review-palette", conductor.window)
    conductor.window.command_palette.field.setText("a" if lang == "en" else "时间轴")
    save("review-palette-found", conductor.window)
    conductor.window.command_palette.leave()
    conductor.window.sheet.open()
    save("review-keys", conductor.window)
    conductor.window.sheet.leave()
    tables = room.open_tables()
    assert tables is not None
    save("review-tables", tables)
    tables.close()
    lane_screens(room, conductor.window, save)
    library = conductor.context.library
    library.assessor = "Chen Wei" if lang == "en" else "陈伟"
    conductor.open_review(chosen)
    save("review-veiled", conductor.window)
    library.assessor = REVIEWER
    waiting = next(i.id for i in library.interviews() if i.media is None)
    conductor.open_review(waiting)
    save("review-no-recording", conductor.window)
    library.set_analysis_state(chosen, AnalysisState.DONE)


if __name__ == "__main__":
    sys.exit(main())
