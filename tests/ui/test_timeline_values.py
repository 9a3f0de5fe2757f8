"""What the crosshair says of every lane, why there is nothing in a gap, what marks there are, and thousands of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QAccessible, QImage, QPainter

from analysis.document import Event, Missing, Role, Turn
from app.absence import absences
from app.domain.types import Comment
from app.text import tr
from tests.ui import review_data
from ui import language, theme
from ui.review import crosshair, legend
from ui.review.chip_lanes import ChipLane
from ui.review.lane import View
from ui.review.lane_list import lanes_of, overview_of
from ui.review.timeline import Timeline

LEFT, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
COMMENTS = (Comment("c1", 20.0, "好例子", "李静", datetime.now(UTC)),)


@pytest.fixture
def recording():
    made = review_data.recording(60.0)
    events = (
        Event("frown", 26.0, 26.8), Event("structure", 34.0, 39.0, "task"), Event("order_marker", 36.0, 36.4, "首先"),
        Event("quantified_result", 50.0, 51.0, "300毫秒"), Event("gaze_away", 5.0, 7.0),
    )  # fmt: skip
    return replace(made, analysis=replace(made.analysis, events=(*made.analysis.events, *events)), candidate="王小雨")


def shown(qtbot, recording):
    timeline = Timeline()
    qtbot.addWidget(timeline)
    timeline.resize(1100, 900)
    timeline.show_lanes(lanes_of(recording, lambda: COMMENTS), overview_of(recording))
    timeline.show()
    qtbot.waitExposed(timeline)
    return timeline


@pytest.fixture
def timeline(qtbot, recording):
    return shown(qtbot, recording)


def lane_of(timeline, key):
    return next(lane for lane in timeline.lanes if lane.key == key)


def move(qtbot, timeline, at):
    """Move the mouse; the first move only brings it into the window."""
    qtbot.mouseMove(timeline.viewport(), pos=at - QPoint(3, 0))
    qtbot.mouseMove(timeline.viewport(), pos=at)
    qtbot.waitUntil(lambda: timeline.hover == QPointF(at))


def with_gap(recording, first, last, *events, **tracks):
    """The recording without values of the face from `first` to `last` (s), and with some events more."""
    changed = dict(recording.tracks)
    for name in (*review_data.FACE, *review_data.EXPRESSION):
        changed[name] = changed[name].copy()
        changed[name][int(first * 10) : int(last * 10)] = np.nan
    analysis = replace(recording.analysis, events=(*recording.analysis.events, *events))
    return replace(recording, tracks={**changed, **tracks}, analysis=analysis)


# Values


def test_every_lane_says_what_is_there_or_that_nothing_is(timeline):
    def at(key, time_s):
        return crosshair.value_of(lane_of(timeline, key), time_s)

    assert at("exchanges", 1.0) == "Q1 · Interviewer"
    assert at("exchanges", 14.0) == "–"
    assert at("pauses", 3.5) == "Pause 1.0 s"
    assert at("pauses", 4.1) == "Filler 嗯"
    assert at("pauses", 14.0) == "–"
    assert at("terms", 50.5) == "300毫秒"
    assert at("structure", 36.2) == "首先"
    assert at("structure", 35.0) == "task"
    assert at("comments", 20.2) == "好例子"
    assert at("comments", 30.0) == "–"
    assert at("smile", 26.4) == "Frown 0.8 s"
    assert at("others", 6.0) == "Looking away"
    assert at("wave", 10.0).endswith(" dB")
    assert float(at("wave", 10.0).removesuffix(" dB")) < 0
    assert at("wave", 99.0) == "–"
    assert at("pitch", 10.0).endswith(" st")
    language.set_language("zh")
    assert at("pauses", 3.5) == "停顿 1.0 秒"


def test_a_silent_recording_has_no_level(qtbot, recording):
    timeline = shown(qtbot, replace(recording, peaks=np.zeros((6000, 2), np.float32)))
    assert lane_of(timeline, "wave").value_text(10.0) == "< -80 dB"


def test_values_stand_on_folded_lanes_too(timeline):
    timeline.hover = QPointF(timeline.point("pitch", 26.4))
    before = timeline.viewport().grab().toImage()
    folded = next(row.area for row in timeline.rows() if row.folded)
    timeline.hover = None
    after = timeline.viewport().grab().toImage()
    x = int(timeline.view().x(26.4))
    area = [(x + dx, int(folded.center().y()) + dy) for dx in range(5, 20) for dy in range(-6, 6)]
    assert any(before.pixel(*place) != after.pixel(*place) for place in area)


@pytest.mark.parametrize("spoken", ["en", "zh"])
def test_v_shows_the_values_at_the_playhead_and_says_them(qtbot, opened_window, reviewed_copy, spoken):
    language.set_language(spoken)
    opened_window.open_review(reviewed_copy[1])
    opened_window.window.enter("review")
    room = opened_window.window.room("review")
    room.seek(5.0)
    before = room.timeline.viewport().grab().toImage()
    qtbot.keyClick(room, Qt.Key.Key_V)
    assert room.timeline.values_shown
    assert room.timeline.viewport().grab().toImage() != before
    said = QAccessible.queryAccessibleInterface(room.timeline).text(QAccessible.Text.Description)
    assert said.startswith("00:05")
    assert all(lane.title() in said for lane in room.timeline.shown())
    assert tr("review.no_value") in said
    qtbot.keyClick(room, Qt.Key.Key_V)
    assert not room.timeline.values_shown


def test_the_lane_that_the_keys_choose_is_said_with_its_value(qtbot, timeline):
    timeline.setFocus()
    timeline.set_playhead(3.5)
    timeline.current = "terms"
    qtbot.keyClick(timeline, Qt.Key.Key_Up)
    assert timeline.accessibleDescription() == "Pauses · fillers: Pause 1.0 s"
    language.set_language("zh")
    assert timeline.accessibleDescription() == tr("review.timeline_help")


# Gaps


def painted_gap(timeline, key, time_s):
    """Whether lines of a gap are on a lane at a time."""
    image = timeline.viewport().grab().toImage()
    row = next(row for row in timeline.rows() if row.lane.key == key)
    x = int(timeline.view().x(time_s))
    wanted = theme.color("hatch_line").rgb()
    rows = range(int(row.area.top()) + 2, int(row.area.bottom()) - 2)
    return any(image.pixelColor(x + dx, y).rgb() == wanted for dx in range(8) for y in rows)


CAUSES = {
    "face_lost": "The candidate's face is not visible here.",
    "other_shown": "Another person is shown here.",
    "too_dark": "The face is too dark to be read here.",
    "blurred": "The face is too blurred to be read here.",
}


@pytest.mark.parametrize("kind", CAUSES)
def test_a_gap_of_the_face_is_hatched_on_all_its_lanes_and_says_its_cause(qtbot, recording, kind):
    timeline = shown(qtbot, with_gap(recording, 40.0, 48.0, Event(kind, 40.0, 44.0)))
    for key in tuple(timeline.folded):
        timeline.toggle(key)
    timeline.resize(1100, 1100)
    for key in ("expression", "smile", "seven", "eye_contact", "head", "gaze"):
        lane = lane_of(timeline, key)
        assert painted_gap(timeline, key, 42.0), key
        assert not painted_gap(timeline, key, 55.0), key
        assert lane.reason_text(42.0) == CAUSES[kind]
        assert lane.reason_text(46.0) == CAUSES["face_lost"]
        assert lane.reason_text(55.0) == ""


def test_a_face_that_is_there_and_cannot_be_read_is_told_from_one_that_is_not(qtbot, recording):
    present = np.ones(600, np.float32)
    timeline = shown(qtbot, with_gap(recording, 40.0, 48.0, present=present))
    assert lane_of(timeline, "smile").reason_text(44.0).startswith("The face is visible here but could not be read")


def test_the_reason_is_shown_where_the_mouse_is(qtbot, recording, monkeypatch):
    timeline = shown(qtbot, with_gap(recording, 40.0, 48.0, Event("other_shown", 40.0, 48.0)))
    noted = []
    monkeypatch.setattr(crosshair, "note", lambda painter, timeline, at, text: noted.append(text))
    move(qtbot, timeline, timeline.point("smile", 45.5))
    timeline.viewport().grab()
    assert noted[-1] == CAUSES["other_shown"]
    move(qtbot, timeline, timeline.point("smile", 51.5))
    noted.clear()
    timeline.viewport().grab()
    assert noted == []


def test_a_gap_of_the_voice_says_who_speaks_instead(recording):
    pitch = recording.tracks["pitch"].copy()
    pitch[:100] = np.nan
    pitch[130:160] = np.nan
    changed = replace(recording, tracks={**recording.tracks, "pitch": pitch})
    lane = next(lane for lane in lanes_of(changed, tuple) if lane.key == "pitch")
    assert lane.reason_text(1.0) == "Interviewer speaks here."
    assert lane.reason_text(3.5) == "Nobody speaks here."
    assert lane.reason_text(6.0).startswith("The candidate speaks here, but too little")
    assert lane.reason_text(11.0) == ""
    language.set_language("zh")
    assert lane.reason_text(1.0) == "面试官在说话。"
    mute = replace(changed, analysis=replace(changed.analysis, speakers=replace(changed.analysis.speakers, turns=())))
    lane = next(lane for lane in lanes_of(mute, tuple) if lane.key == "pitch")
    assert lane.reason_text(1.0) == tr("review.gap_voice")


def test_a_stretch_in_which_the_face_was_refused_says_so(recording, each_language):
    language.set_language(each_language)
    length = recording.analysis.media.duration
    missing = Missing("face_part", "withheld", {"start": "0.000", "end": "40.000"})
    smile = recording.tracks["smile"].copy()
    smile[:400] = np.nan
    changed = replace(
        recording, tracks={**recording.tracks, "smile": smile},
        analysis=replace(recording.analysis, missing=(*recording.analysis.missing, missing)),
    )  # fmt: skip
    assert length > 40.0
    lane = next(lane for lane in lanes_of(changed, tuple) if lane.key == "smile")
    assert lane.reason_text(20.0) == tr("review.gap_withheld")
    assert lane.reason_text(39.9) == tr("review.gap_withheld")
    assert tr("review.gap_withheld") not in lane.reason_text(40.5)
    (phrase,) = absences([missing], each_language)
    assert "00:00–00:40" in phrase
    assert tr("report.what_face_part") in phrase


def test_a_recording_without_sound_has_gaps_wherever_something_is_heard(qtbot, recording):
    peaks = recording.peaks.copy()
    peaks[2000:3500] = 0.0
    peaks[4000:4300] = 0.0  # what a noise gate leaves is no gap
    timeline = shown(qtbot, replace(recording, peaks=peaks[:5500]))
    for key in ("exchanges", "wave", "pauses", "terms", "structure"):
        lane = lane_of(timeline, key)
        assert lane.reason_text(30.0) == "The recording has no sound here."
        assert lane.reason_text(57.0) == "The recording has no sound here."
        assert lane.reason_text(41.5) == lane.reason_text(10.0) == ""
    assert painted_gap(timeline, "pauses", 30.0)
    assert lane_of(timeline, "comments").reason_text(30.0) == ""


# Marks


def test_turns_are_pointed_at_looped_and_walked(qtbot, timeline):
    area = next(row.area for row in timeline.rows() if row.lane.key == "exchanges")
    x = int(timeline.view().x(8.0))
    turn = timeline.mark_at(QPointF(x, area.bottom() - 4))
    assert turn.text == "Candidate · 9.0 s · 00:04" or turn.text == "王小雨 · 9.0 s · 00:04"
    assert (turn.start, turn.end, turn.id) == (4.0, 13.0, "")
    assert timeline.mark_at(QPointF(x, area.top() + 4)).id == "0"
    with qtbot.waitSignal(timeline.loopAsked) as asked:
        qtbot.mouseDClick(timeline.viewport(), LEFT, pos=QPoint(x, int(area.bottom()) - 4))
    assert asked.args == [4.0, 13.0]
    timeline.setFocus()
    timeline.current = "exchanges"
    walked = []
    timeline.seekAsked.connect(walked.append)
    timeline.seekAsked.connect(timeline.set_playhead)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        qtbot.keyClick(timeline, key, CTRL)
    assert walked == [4.0, 15.0, 4.0]


def test_marks_are_walked_on_every_lane_of_events(qtbot, timeline):
    timeline.setFocus()
    timeline.set_playhead(26.5)
    for key, wanted in (("smile", 40.0), ("comments", None), ("terms", 35.5), ("pitch", None)):
        timeline.current = key
        asked = []
        timeline.seekAsked.connect(asked.append)
        qtbot.keyClick(timeline, Qt.Key.Key_Right, CTRL)
        timeline.seekAsked.disconnect(asked.append)
        assert len(asked) == (wanted is not None), key
        if wanted is not None:
            assert 26.5 < asked[0] <= wanted + 6


def test_every_mark_lies_where_it_can_be_pointed_at(timeline):
    view = View(0.0, 60.0, 0.0, 6000.0)
    for key in ("exchanges", "smile", "pauses", "terms", "structure", "others", "comments"):
        lane = lane_of(timeline, key)
        marks = lane.marks()
        assert [mark.start for mark in marks] == sorted(mark.start for mark in marks)
        for mark in marks:
            found = lane.mark_at(view, view.x((mark.start + mark.end) / 2), 0.0 if mark.id else 0.9)
            assert found is not None
            assert found.start <= (mark.start + mark.end) / 2 <= found.end


# Legends


def test_open_lanes_with_several_kinds_have_a_legend(qtbot, timeline):
    named = {lane.key: [sample.name for sample in lane.legend()] for lane in timeline.lanes if lane.legend()}
    assert named["exchanges"] == ["Interviewer", "Candidate"]
    assert named["head"] == ["left-right", "up-down", "tilt"]
    assert named["seven"][:2] == ["happy", "neutral"]
    assert len(named["seven"]) == 7
    assert named["expression"] == ["positive", "neutral", "negative", "unclear"]
    assert named["pauses"] == ["Pause", "Filler"]
    assert not {"wave", "pitch", "loudness", "eye_contact"} & set(named)
    timeline.toggle("seven")
    row = next(row for row in timeline.rows() if row.lane.key == "seven")
    image = timeline.viewport().grab().toImage()
    places = [(x, y) for x in range(8, 140) for y in range(int(row.area.top()) + 16, int(row.area.bottom()) - 1)]
    found = {image.pixelColor(*place).rgb() for place in places}
    assert {theme.color(f"series_{number}").rgb() for number in (1, 3, 4, 5, 7)} <= found


@pytest.mark.parametrize("spoken", ["en", "zh"])
@pytest.mark.parametrize("percent", [100, 150, 200])
def test_a_legend_is_whole_beside_its_lane_at_every_size(qtbot, recording, spoken, percent):
    language.set_language(spoken)
    theme.apply("light", percent)
    timeline = shown(qtbot, recording)
    for key in tuple(timeline.folded):
        timeline.toggle(key)
    for row in timeline.rows():
        width = row.area.left() - theme.scaled(12)
        assert legend.whole(row.lane.legend(), width, row.area.height()), row.lane.key


def test_a_folded_lane_tells_its_legend_on_a_card(qtbot, timeline):
    area = next(row.area for row in timeline.rows() if row.lane.key == "seven")
    at = QPoint(50, int(area.center().y()))
    move(qtbot, timeline, QPoint(at.x(), 5))
    before = timeline.viewport().grab().toImage()
    move(qtbot, timeline, at)
    after = timeline.viewport().grab().toImage()
    x = int(timeline.view().left) + 30
    assert any(before.pixel(x, y) != after.pixel(x, y) for y in range(int(area.top()) - 60, int(area.bottom()) + 60))


def test_curves_on_one_lane_differ_in_more_than_colour(recording, qtbot, monkeypatch):
    grey = {name: "#808080" if name.startswith("series") else colour for name, colour in theme.LIGHT.items()}
    monkeypatch.setattr(theme, "LIGHT", grey)
    theme.apply("light")
    timeline = shown(qtbot, recording)
    for key in ("seven", "head", "gaze", "exchanges", "smile", "pauses", "terms", "structure", "comments"):
        samples = [drawn(sample) for sample in lane_of(timeline, key).legend()]
        assert len(set(samples)) == len(samples) > 1, key


def drawn(sample):
    picture = QImage(24, 16, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.white)
    painter = QPainter(picture)
    sample.draw(painter, QRectF(2, 2, 20, 12))
    painter.end()
    return bytes(picture.constBits())


# Ten thousand


def many(recording, count=10_000, duration=7200.0):
    random = np.random.default_rng(2)
    starts = np.sort(random.uniform(0, duration - 5, count)).tolist()
    kinds = ("pause", "filler", "term", "quantified_result", "smile", "frown", "structure", "blink")
    events = tuple(
        Event(kinds[at % 8], start, start + 0.4, "缓存" if at % 8 in (2, 3) else "") for at, start in enumerate(starts)
    )
    turns = tuple(Turn(start, start + 0.6, "S1" if at % 2 else "S2") for at, start in enumerate(starts[::5]))
    speakers = replace(recording.analysis.speakers, turns=turns, roles={"S1": Role.INTERVIEWER, "S2": Role.CANDIDATE})
    media = replace(recording.analysis.media, duration=duration)
    return replace(recording, analysis=replace(recording.analysis, events=events, speakers=speakers, media=media))


def test_of_ten_thousand_events_only_those_with_room_are_put_into_words(qtbot, recording, monkeypatch):
    timeline = shown(qtbot, many(recording))
    for key in tuple(timeline.folded):
        timeline.toggle(key)
    asked = []
    monkeypatch.setattr(ChipLane, "label", lambda self, event: asked.append(event) or "缓存")
    for window in ((0.0, 7200.0), (3000.0, 600.0), (3000.0, 20.0)):
        timeline.show_window(*window)
        asked.clear()
        timeline.viewport().grab()
        assert len(asked) < 400
    mark = timeline.mark_at(QPointF(timeline.point("pauses", 3010.0)))
    assert mark is None or abs(mark.start - 3010.0) < 1.0
