"""Devices, sources and the session, recorded for real."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from app.recording.kinds import Kind, Role
from ui.record.capture.choice import PLACES, Arrangement, Device, What, fitted, pick, places

pytestmark = pytest.mark.slow


@pytest.fixture
def virtual(sample, tmp_path):
    """The environment in which a copy of the sample stands for camera and microphone."""
    path = tmp_path / "看得见.mp4"
    shutil.copyfile(sample / "sample_zh.mp4", path)
    return {"MIANJIAN_VIRTUAL_INPUT": str(path)}


def test_what_is_listed(play, sound_server, screen, virtual):
    found = play("devices_listed", sound_server | screen | virtual)
    assert ["desk", "Desk"] in found["microphone"]
    assert [name for _, name in found["system"]] == ["", "Room", "Other"]
    assert found["camera"] == []
    assert len(found["screen"]) == 1
    assert found["file"][0][1] == "看得见.mp4"


def test_a_window_that_is_held_up_loses_no_sound(play, sound_server, virtual):
    found = play("microphone", sound_server | virtual, "held")
    assert found["breaks"] == 0
    assert found["told"] == []
    assert found["after_stop"]
    assert found["peak_db"] == pytest.approx(-6.2, abs=1)
    assert not found["clipped"]
    assert found["pictures"] >= 0.9 * found["due"], "few pictures are lost"


def test_a_microphone_that_is_pulled_out_is_said_at_once_and_comes_back(play, sound_server):
    found = play("unplugged", sound_server)
    assert found["said_s"] < 1.5
    assert found["rest"] > 0.8, "the other microphone goes on"
    assert "is not connected" in found["sentence"]
    assert found["ended"] == ["candidate"]
    assert found["back"]
    assert found["goes_on"]


def test_a_microphone_by_qt_alone(play, sound_server):
    found = play("microphone", sound_server, "none", "qt")
    assert found["told"] == []
    assert found["peak_db"] == pytest.approx(-6.2, abs=1)
    assert found["seam_ms"][1] < 60


def test_a_sound_server_that_dies_takes_neither_the_program_nor_the_picture_along(play, virtual):
    if not shutil.which("pulseaudio") or not shutil.which("pactl"):
        pytest.skip("pulseaudio and pulseaudio-utils are not installed")
    found = play("server_dies", virtual)
    assert found["said"]
    assert found["goes_on"]
    assert found["back"]
    assert {each[1] for each in found["told"]} == {"room"}
    assert {each[2] for each in found["told"]} <= {"busy", "gone", "back"}


def test_system_sound_follows_the_loudspeaker(play, sound_server):
    assert play("system_sound", sound_server) == {"first": 0, "second": 0, "told": []}


def test_a_file_stands_for_camera_and_microphone(play, virtual):
    found = play("file_input", virtual)
    assert found["fps"] == pytest.approx(25, abs=0.5)
    assert found["layout"] == "yuv420p"
    assert found["size"] == [640, 480]
    assert [stride * rows for stride, rows in zip(found["strides"], (480, 240, 240), strict=True)] == found["planes"]
    assert abs(found["begins_apart_ms"]) < 40
    assert found["seconds"] == pytest.approx(found["took_s"], abs=0.3)
    assert found["shown"] > 5
    assert "is not there any more" in found["sentence"]
    assert sorted(each[1:] for each in found["told"])[:2] == [["camera", "back"], ["camera", "gone"]]
    assert sorted(found["ended"]) == ["camera", "room"]


def test_a_screen_is_recorded(play, screen):
    found = play("screen", screen)
    assert found["size"] == found["track"] == [1280, 720]
    assert found["layout"] == "bgr0"
    assert found["fps"] == pytest.approx(15, abs=1)
    assert found["told"] == []
    assert found["kinds"] == ["picture"]


def test_a_window_that_is_closed_is_said_and_comes_back(play, screen):
    found = play("window", screen)
    assert found["name"] == "Video meeting"
    assert found["size"] == [640, 360]
    assert found["color"] == [0, 0, 0xC0]
    assert found["sentence"].startswith("Video meeting was closed.")
    assert found["back"]


def test_sound_and_picture_keep_together(play, sound_server, screen):
    apart = play("in_step", sound_server | screen)["apart_ms"]
    assert len(apart) >= 4
    assert abs(float(np.median(apart))) <= 40, apart


def test_consent_decides_what_may_be_opened():
    assert [p.role for p in places(Arrangement.CAMERA, frozenset(Kind))] == [Role.CAMERA, Role.ROOM]
    assert [p.role for p in places(Arrangement.CAMERA, frozenset({Kind.SOUND}))] == [Role.ROOM]
    assert places(Arrangement.MICROPHONE, frozenset({Kind.PICTURE})) == ()
    assert all(p.kind is Kind.SOUND for a in Arrangement for p in places(a, frozenset({Kind.SOUND})))


@pytest.mark.parametrize(
    ("size", "wanted"),
    [((1280, 720), (1280, 720)), ((3840, 2160), (1920, 1080)), ((801, 601), (800, 600)), ((0, 0), (1280, 720))],
)
def test_the_size_that_is_written(size, wanted):
    assert fitted(size) == wanted
    device = Device(What.SCREEN, "x", "X", size)
    track = pick(PLACES[Arrangement.SCREEN][0], device).track
    assert (track.width, track.height) == wanted
