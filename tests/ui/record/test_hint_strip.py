"""The strip of hints: what its chips say, in both languages and themes, and how it is hidden."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QLabel

from app.recording.hints import NOTHING, Face, HintFeed, HintState, Limits, Notice
from app.recording.kinds import PictureTrack, Role, SoundTrack
from app.recording.window_pictures import Seen
from app.settings import SettingsFile
from tests.recording.real_media import BEGAN_NS, as_picture, blocks, darker, frame_at, samples_of
from tests.ui.clipped import clipped
from tests.ui.test_contrast import contrast
from ui import language, theme
from ui.record.hints import HINTS, HintStrip, Topic, said

GOOD = HintState(0.34, None, 74.0, 2.0, Face.IN, 0.44, (), (), True, True, True)
BAD = HintState(
    0.61, None, 201.0, 11.0, Face.OUT, 0.08, (Role.INTERVIEWER, Role.CANDIDATE), (), True, True, True,
    frozenset(Notice) - {Notice.CLIPPING}, Seen.BLACK,
)  # fmt: skip
S = 1_000_000_000


@pytest.fixture
def settings(tmp_path):
    return SettingsFile(tmp_path)


@pytest.fixture
def shown(qtbot, settings):
    """Makes strips in sight."""

    def show(feed=None, width=1100):
        strip = HintStrip(settings)
        qtbot.addWidget(strip)
        strip.resize(width, 160)
        strip.show_feed(feed)
        strip.show()
        return strip

    return show


class Standing(HintFeed):
    """A feed that stands as a test wants it; switched off it gives nothing, as every feed."""

    def __init__(self, state):
        super().__init__(())
        self.stands = state

    def state(self):
        return self.stands if self._on else NOTHING


def words(strip):
    return {topic: chip.words.text() for topic, chip in strip.chips.items() if chip.isVisible()}


def painted(strip):
    return {topic for topic, chip in strip.chips.items() if chip.isVisible() and chip.words.font().bold()}


def test_the_chips_say_how_it_stands(shown):
    strip = shown(Standing(GOOD))
    assert words(strip) == {
        Topic.TALK: "You 34 % · candidate 66 %", Topic.ANSWER: "Answer 01:14", Topic.SILENCE: "Silence 2 s",
        Topic.FACE: "Face in the picture", Topic.LIGHT: "Light enough", Topic.SOUND: "Sound good",
    }  # fmt: skip
    assert painted(strip) == set()
    language.set_language("zh")
    assert words(strip)[Topic.TALK] == "您 34 % · 候选人 66 %"
    assert words(strip)[Topic.SILENCE] == "沉默 2 秒"


def test_what_is_beyond_its_limit_is_marked_by_words_sign_and_weight(shown, each_language):
    language.set_language(each_language)
    feed = Standing(GOOD)
    strip = shown(feed)
    calm = {topic: chip.sign.pixmap().toImage() for topic, chip in strip.chips.items()}
    feed.stands = BAD
    strip.look()
    assert painted(strip) == set(Topic)
    assert all(chip.sign.pixmap().toImage() != calm[topic] for topic, chip in strip.chips.items())
    said_words = words(strip)
    expected = {"en": ("Too dark", "Too quiet: you, candidate"), "zh": ("光线过暗", "音量过小：您、候选人")}
    assert (said_words[Topic.LIGHT], said_words[Topic.SOUND]) == expected[each_language]
    for topic, chip in strip.chips.items():
        assert chip.accessibleName() != said_words[topic]
        assert said_words[topic] in chip.accessibleName()


def test_every_hint_says_what_it_means_and_from_where_on_it_is_marked(shown, each_language):
    language.set_language(each_language)
    strip = shown(Standing(BAD))
    own = {"en": "Company setting, no norm", "zh": "阈值为公司设置，并非规范"}[each_language]
    tips = {topic: chip.accessibleDescription() for topic, chip in strip.chips.items()}
    for topic, figure in ((Topic.TALK, "50 %"), (Topic.ANSWER, "03:00"), (Topic.SILENCE, "8"), (Topic.FACE, "3")):
        assert own in tips[topic]
        assert figure in tips[topic]
    assert "0.10" in tips[Topic.LIGHT]
    assert "P.56" in tips[Topic.SOUND]
    assert all(chip.toolTip() and chip.accessibleName() for chip in strip.chips.values())
    assert strip.accessibleName()
    assert strip.toggle.accessibleName()


@pytest.mark.parametrize("state", [GOOD, BAD])
@pytest.mark.parametrize("scale", [100, 150, 200])
def test_nothing_is_cut_off_in_a_narrow_column_either(qtbot, shown, each_language, scale, state):
    language.set_language(each_language)
    theme.apply("light", scale)
    strip = shown(Standing(state), width=theme.scaled(300))
    strip.resize(theme.scaled(300), strip.heightForWidth(theme.scaled(300)))
    qtbot.waitUntil(lambda: strip.chips[Topic.SOUND].y() > 0)
    assert clipped(strip) == []


@pytest.mark.parametrize("state", [GOOD, BAD])
def test_another_theme_scale_or_language_fits_at_once(qtbot, shown, state):
    strip = shown(Standing(state))
    theme.apply("dark", 150)
    language.set_language("zh")
    strip.resize(1600, strip.heightForWidth(1600))
    qtbot.waitUntil(lambda: clipped(strip) == [])
    token = "warn" if state is BAD else "muted"
    assert theme.color(token).name() in strip.chips[Topic.TALK].words.styleSheet()
    for colors in (theme.LIGHT, theme.DARK):
        assert contrast(token, "panel", colors) >= 4.5


def test_figures_that_change_move_no_chip(qtbot, shown):
    feed = Standing(GOOD)
    strip = shown(feed)
    qtbot.waitUntil(lambda: strip.chips[Topic.SOUND].x() > 0)
    before = [chip.geometry() for chip in strip.chips.values()]
    feed.stands = HintState(0.04, None, 9.0, 1.0, Face.IN, 0.44, (), (), True, True, True)
    strip.look()
    QCoreApplication.sendPostedEvents()
    assert words(strip)[Topic.TALK] == "You 4 % · candidate 96 %"
    assert [chip.geometry() for chip in strip.chips.values()] == before


def test_what_a_recording_has_not_has_no_chip(shown):
    sound = HintState(speech_share=0.7, silence_s=1.0, hears=True)
    assert words(shown(Standing(sound))) == {
        Topic.TALK: "Speech 70 % of the time", Topic.ANSWER: "Answer –", Topic.SILENCE: "Silence 1 s",
        Topic.SOUND: "Sound good",
    }  # fmt: skip
    assert words(shown(Standing(HintState(light=0.4, sees=True)))) == {Topic.LIGHT: "Light enough"}
    assert words(shown(Standing(NOTHING))) == {}
    assert words(shown()) == {}


def test_before_two_sides_spoke_there_is_no_ratio_and_a_face_is_looked_for():
    found = said(HintState(silence_s=0.0, hears=True, sees=True, seeks_face=True), Limits())
    assert found[Topic.TALK].words == "Talk –"
    assert found[Topic.FACE].words == "Looking for the face"
    assert found[Topic.LIGHT].words == "Light –"


def test_a_face_that_was_away_for_a_moment_only_is_not_named():
    away = HintState(face=Face.OUT, light=0.4, sees=True, seeks_face=True)
    assert said(away, Limits())[Topic.FACE].words == "Face in the picture"


def test_hidden_hints_are_not_computed_and_stay_hidden(qtbot, shown, settings):
    feed = HintFeed((SoundTrack(Role.ROOM),), clock_ns=lambda: BEGAN_NS + S)
    noise = np.random.default_rng(5).normal(0, 100, (48_000, 1))
    strip = shown(feed)

    def hear():
        for at, block in blocks(noise):
            feed.sound(Role.ROOM, at, block)
        return feed.state()

    assert hear() != NOTHING
    strip.look()
    assert Topic.SOUND in words(strip)
    with qtbot.waitSignal(strip.switched) as told:
        qtbot.mouseClick(strip.toggle, Qt.MouseButton.LeftButton)
    assert told.args == [False]
    assert hear() == NOTHING
    assert words(strip) == {}
    assert not strip._read.isActive()
    assert strip.toggle.isVisible()
    assert SettingsFile(settings.path.parent).values.layout[HINTS] is False
    again = HintFeed((SoundTrack(Role.ROOM),))
    later = shown(again)
    assert not later.toggle.isChecked()
    assert not again._on
    later.turn()
    assert again._on
    assert settings.values.layout[HINTS] is True


def test_other_things_the_window_remembers_are_kept(shown, settings):
    settings.change(layout={"else": 1})
    shown().turn()
    assert settings.values.layout == {"else": 1, HINTS: False}


def test_the_button_tells_what_it_does(shown, each_language):
    language.set_language(each_language)
    strip = shown(Standing(GOOD))
    on = strip.toggle.accessibleName()
    strip.turn()
    assert strip.toggle.accessibleName() != on
    assert not strip.toggle.icon().isNull()


def test_the_next_interview_closes_the_feed_before(shown):
    first, second = Standing(GOOD), Standing(BAD)
    strip = shown(first)
    strip.show_feed(second)
    assert not first._on
    assert words(strip)[Topic.LIGHT] == "Too dark"
    strip.show_feed(None)
    assert not second._on
    assert words(strip) == {}
    assert not strip._read.isActive()


def test_real_sound_and_pictures_reach_the_strip_by_themselves(qtbot, shown, sample):
    """Twice a second, with nobody asking: the sample's sound, and its picture in the dark."""
    clock = [BEGAN_NS]
    tracks = (SoundTrack(Role.ROOM), PictureTrack(Role.CAMERA, 640, 480))
    feed = HintFeed(tracks, clock_ns=lambda: clock[0])
    strip = shown(feed)
    dark = as_picture(darker(frame_at(sample / "sample_en.mp4", 3.0), 0.1), "nv12")
    for number, (at, block) in enumerate(blocks(samples_of(sample / "sample_en.mp4")[: 20 * 48_000])):
        clock[0] = at
        feed.sound(Role.ROOM, at, block)
        if number % 2:
            feed.picture(Role.CAMERA, at, dark)
    qtbot.waitUntil(lambda: words(strip).get(Topic.LIGHT) == "Too dark")
    assert words(strip)[Topic.TALK].startswith("Speech ")
    assert words(strip)[Topic.SOUND] == "Sound good"
    assert painted(strip) == {Topic.LIGHT}


def test_words_are_shown_as_text_and_keys_go_past_the_chips(shown):
    strip = shown(Standing(GOOD))
    for chip in strip.chips.values():
        assert chip.focusPolicy() is Qt.FocusPolicy.NoFocus
        assert all(label.textFormat() is Qt.TextFormat.PlainText for label in chip.findChildren(QLabel) if label.text())


def test_silence_is_nothing_to_speak_of_while_an_answer_is_written(shown):
    strip = shown(Standing(BAD))
    strip.show_writes(on=True)
    strip.look()
    assert painted(strip) == {Topic.TALK, Topic.FACE, Topic.LIGHT, Topic.SOUND, Topic.WINDOW}
    assert words(strip)[Topic.SILENCE] == "Silence 11 s"
    strip.show_writes(on=False)
    strip.look()
    assert {Topic.ANSWER, Topic.SILENCE} <= painted(strip)
