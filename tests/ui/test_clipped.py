"""Nothing is clipped anywhere in the window, at 100, 150 and 200 %, in both languages.

The scale is the product's own ("Size of text"), which makes every length in pixels larger, in windows that are as much
larger than the smallest one. A factor of the system's (`QT_SCALE_FACTOR`, a screen's own) only gives the same lengths
more dots: the smallest window at 100 % is what a full-HD screen at 200 % has room for.
"""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from analysis.derive import Derived
from analysis.document import Missing
from analysis.export import write_all
from app.settings import SettingsFile
from app.store.library import Library
from tests.ui import review_data
from tests.ui.clipped import clipped
from tests.ui.rooms import drained
from ui import language, theme
from ui.library.positions import PositionsDialog
from ui.review.model import Recording
from ui.shell import start

SMALLEST = (960, 600)


@pytest.fixture(scope="module")
def filled(reviewed, tmp_path_factory):
    """The reviewed library with everything that an analysis may find, and a stage that failed."""
    folder = tmp_path_factory.mktemp("clipped") / "library"
    shutil.copytree(reviewed[0], folder)
    interview_id = reviewed[1].interview_id
    with Library.open(folder, assessor="王芳") as library:
        made = library.load_analysis(interview_id)
        found = review_data.with_findings(Recording(made.analysis, made.tracks, None)).analysis
        lacking = (*found.missing, Missing("speakers", "stage_failed", {"detail": "RuntimeError: out of memory"}))
        write_all(folder / "filled", Derived(replace(found, missing=lacking), made.tracks))
        library.record_analysis(interview_id, folder / "filled")
        reviewed_one = library.interview(interview_id)
        library.save_candidate(replace(reviewed_one.candidate, name="Maximiliana Featherstonehaugh-Cholmondeley"))
        library.save_position(replace(reviewed_one.position, title="Customer support and onboarding team lead"))
        library.add_comment(interview_id, 12.0, "Good example, with numbers: ask how it was measured")
        library.add_comment(interview_id, 32.0, "追问")
    SettingsFile(folder).change(assessor="王芳", ehr_url="http://127.0.0.1:9")
    return folder, interview_id


@pytest.fixture(params=[100, 150, 200])
def window(request, qtbot, filled, tmp_path, each_language):
    """The window on a copy at a scale, as small as it may be there: its conductor and the interview's id."""
    language.set_language(each_language)
    theme.apply("light", request.param)
    folder = tmp_path / "copy"
    shutil.copytree(filled[0], folder)
    conductor = start.open_window(folder, SettingsFile(folder))
    conductor.window.resize(*(length * request.param // 100 for length in SMALLEST))
    qtbot.waitExposed(conductor.window)
    yield conductor, filled[1]
    conductor.window.close()
    conductor.window.deleteLater()


class Walk:
    """Collects what is clipped at each stop."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {}

    def look(self, stop: str, *widgets) -> None:
        drained()
        lines = [line for widget in widgets for line in clipped(widget)]
        if lines:
            self.found[stop] = lines

    def told(self) -> str:
        return "\n".join(f"{stop}:\n  " + "\n  ".join(lines) for stop, lines in self.found.items())


def test_nothing_is_clipped_in_the_whole_window(window):
    conductor, interview_id = window
    walk = Walk()
    library_stops(walk, conductor, interview_id)
    review_stops(walk, conductor, interview_id)
    for name in ("sync", "settings"):
        conductor.window.enter(name)
        walk.look(name, conductor.window)
    assert not walk.found, walk.told()


def library_stops(walk, conductor, interview_id):
    shown, room = conductor.window, conductor.library_room
    room.choose(interview_id)
    walk.look("library", shown)
    room.choose(next(each.id for each in conductor.context.library.interviews() if each.media is None))
    walk.look("library, waiting", shown)
    room.search.setText("zzz")
    room.refresh()
    walk.look("library, nothing found", shown)
    room.search.clear()
    dialog = PositionsDialog(conductor.context.library, shown)
    dialog.show()
    walk.look("positions", dialog)
    dialog.close()


def review_stops(walk, conductor, interview_id):
    shown = conductor.window
    conductor.open_review(interview_id)
    room = shown.room("review")
    walk.look("review", shown)
    cards = list(room.scorecard.cards.values())
    cards[0].veil.click()
    cards[1].slider.weightSet.emit(60)
    room.scorecard.questions.fold.show_open(True)
    comments = room.scorecard.comments
    mine = [each for each in room.presenter.comments() if each.author == room.presenter.assessment.assessor]
    comments.edit(mine[0].id)
    comments.removeAsked.emit(mine[1].id)
    room.timeline.region.select(10.0, 30.0)
    room.transcript.search.setText("我")
    walk.look("review, asked", shown)
    for number, card in enumerate(cards):
        card.picker.rated.emit(6.5 + number)
        card.evidence.show_open(True)
        card.claims.show_open(True)
    room.transcript.search.clear()
    walk.look("review, rated", shown)
    room.transcript.next_mishearing()
    walk.look("review, mishearing", shown)
    room.transcript.list.close_offer()
    for number in range(len(room.recording.analysis.exchanges)):
        room.questions.show(number)
        walk.look(f"review, question {number + 1}", shown)
    room.questions.close()
    room.speakers.open()
    walk.look("review, speakers", shown)
    room.speakers.close()
    panel_stops(walk, conductor, room)


def panel_stops(walk, conductor, room):
    shown = conductor.window
    shown.command_palette.open()
    walk.look("palette", shown.command_palette)
    shown.command_palette.leave()
    shown.sheet.open()
    walk.look("sheet of keys", shown.sheet)
    shown.sheet.leave()
    tables = room.open_tables(scores=True)
    for page in range(tables.tabs.count()):
        tables.tabs.setCurrentIndex(page)
        walk.look(f"table {tables.tabs.tabText(page)}", tables)
    tables.close()
