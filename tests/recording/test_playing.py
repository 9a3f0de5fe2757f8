"""The window's player takes what was recorded: length, seeks, pictures."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtMultimedia import QMediaPlayer, QVideoSink

from tests.recording.sources import Attempt, kept


def test_the_player_seeks_in_it(library, qtbot):
    attempt = Attempt(library).run(4.0)
    _, playable = kept(library, attempt.stop())
    player, sink, shown = QMediaPlayer(), QVideoSink(), []
    player.setVideoOutput(sink)
    sink.videoFrameChanged.connect(lambda frame: shown.append(frame.startTime() / 1e6))
    player.setSource(QUrl.fromLocalFile(str(playable)))
    qtbot.waitUntil(lambda: player.mediaStatus() == QMediaPlayer.MediaStatus.LoadedMedia, timeout=10_000)
    assert player.duration() == pytest.approx(attempt.ended_s * 1000, abs=150)
    assert player.isSeekable()
    player.pause()
    qtbot.waitUntil(lambda: bool(shown), timeout=10_000)
    player.setPosition(3000)
    qtbot.waitUntil(lambda: shown[-1] == pytest.approx(3.0, abs=0.1), timeout=10_000)
    player.stop()
    player.setSource(QUrl())
