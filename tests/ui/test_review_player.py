"""The player on real media: sound alone, no sound, damaged, and the stream that it reads."""

from __future__ import annotations

import io
import math
import shutil
import struct
import wave

import pytest
from PySide6.QtCore import QIODevice, Qt

from tests.ui import review_data, review_library
from ui import language
from ui.review.playback import SPEEDS, Playback
from ui.review.player import Player, speed_text
from ui.review.presenter import LibraryPresenter
from ui.review.stream import StreamDevice


@pytest.fixture
def player(qtbot):
    player = Player()
    qtbot.addWidget(player)
    player.resize(520, 420)
    player.show()
    yield player
    player.close_recording()


@pytest.fixture
def tone(tmp_path):
    """Two seconds of a tone as a WAV file."""
    with wave.open(str(tmp_path / "声音.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        samples = (int(9000 * math.sin(i * 0.17)) for i in range(32_000))
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return tmp_path / "声音.wav"


def opened(player, library, clip):
    presenter = LibraryPresenter(library, review_library.interview_in(library, clip))
    player.open(presenter, None)
    return presenter


def test_stream_reads_seeks_and_ends(qapp):
    device = StreamDevice(io.BytesIO(bytes(range(100))))
    assert device.size() == 100
    assert not device.isSequential()
    assert device.seek(90)
    assert bytes(device.read(20)) == bytes(range(90, 100))
    assert not device.seek(101)
    assert device.openMode() & QIODevice.OpenModeFlag.ReadOnly
    device.release()
    assert bytes(device.read(5)) == b""


def test_sound_alone_plays_behind_a_calm_waveform(qtbot, player, library, tone):
    opened(player, library, tone)
    assert player.pane.sound_only
    assert not player.overlay.isVisible()
    player.pane.show_recording(review_data.recording(2.0), sound_only=True)
    player.playback.play()
    qtbot.waitUntil(lambda: player.playback.position > 0.2, timeout=20_000)
    player.playback.pause()
    colours = {player.pane.grab().toImage().pixelColor(x, 190).rgb() for x in range(0, 500, 3)}
    assert len(colours) > 1


def test_recording_without_sound_says_so(qtbot, player, library, corpus):
    opened(player, library, corpus / "video" / "no_face.mp4")
    silent = not player._has_sound
    assert player.note.text() == ("This recording has no sound." if silent else player.note.text())
    with qtbot.waitSignal(player.playback.frameArrived, timeout=20_000):
        player.playback.play()


def test_without_a_loudspeaker_it_plays_and_says_so(qtbot, player, library, sample):
    opened(player, library, sample / "sample_zh.mp4")
    if player.playback.has_sound_device:
        pytest.skip("there is a loudspeaker here")
    assert "playing without sound" in player.note.text()
    assert not player.mute.isEnabled()
    language.set_language("zh")
    assert "无声播放" in player.note.text()


def test_damaged_media_is_a_sentence_in_place(qtbot, player, library, sample, tmp_path):
    presenter = opened(player, library, sample / "sample_zh.mp4")
    presenter.open_media = lambda: io.BytesIO(b"\x1aE\xdf\xa3" + b"no film" * 4000)
    with qtbot.waitSignal(player.playback.watch.troubleChanged, timeout=20_000):
        player.open(presenter, None)
    assert player.pane.message.startswith("This recording cannot be played here.")
    language.set_language("zh")
    assert player.pane.message.startswith("此录像无法")


def test_without_a_recording_it_says_what_to_do(player, library):
    opened(player, library, None)
    assert player.pane.message.startswith("There is no recording here yet.")
    player.playback.play()
    assert not player.playback.playing


def test_seeking_while_paused_shows_the_frame_and_the_end_stands_still(qtbot, player, library, sample):
    opened(player, library, sample / "sample_zh.mp4")
    qtbot.waitUntil(lambda: player.pane.image is not None, timeout=20_000)
    with qtbot.waitSignal(player.playback.frameArrived, timeout=20_000):
        player.playback.seek(20.0)
    assert player.playback.position == 20.0
    player.playback.seek(56.9)
    player.playback.play()
    qtbot.waitUntil(lambda: not player.playback.playing, timeout=20_000)
    assert player.playback.position == pytest.approx(57.16, abs=0.1)


def test_speed_menu_loop_and_seek_bar(qtbot, player, library, sample):
    opened(player, library, sample / "sample_zh.mp4")
    fast = next(action for action in player.speed.menu().actions() if action.data() == 2.0)
    fast.trigger()
    assert player.playback.speed == 2.0
    assert player.speed.text() == "2.0×"
    assert [speed_text(speed) for speed in SPEEDS[:3]] == ["0.5×", "0.75×", "1.0×"]
    player.playback.set_loop((10.0, 12.0))
    player.playback.seek(11.0)
    assert player.playback.loop == (10.0, 12.0)
    qtbot.mouseClick(player.seek_bar, Qt.MouseButton.LeftButton, pos=player.seek_bar.rect().center())
    assert player.playback.loop is None
    assert player.playback.position == pytest.approx(28.6, abs=0.5)


def test_opening_and_closing_many_times_never_hangs(qtbot, sample, tmp_path):
    shutil.copy(sample / "sample_zh.mp4", tmp_path / "clip.mp4")
    playback = Playback()
    for round_ in range(4):
        playback.load((tmp_path / "clip.mp4").open("rb"), 57.16, 0.04)
        playback.play()
        playback.seek(5.0 * round_)
    playback.close()
    assert not playback.loaded
