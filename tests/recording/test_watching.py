"""Folders in which other tools record: complete files, each once, whatever happens in between."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from app.recording.watching import QUIET_S, Watch


class Clock:
    """Seconds that pass when the test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "会议 录制"
    made.mkdir()
    return made


@pytest.fixture
def watch(tmp_path, folder, clock):
    made = Watch(tmp_path, clock)
    made.look([str(folder)])
    return made


def looked(watch, folder, clock, after=QUIET_S):
    clock.now += after
    return [path.name for path in watch.look([str(folder)]).ready]


def test_a_recording_is_given_out_once_it_stands_still(watch, folder, clock):
    file = folder / "面试 1.mp4"
    file.write_bytes(b"1")
    assert looked(watch, folder, clock) == []
    file.write_bytes(b"12")
    assert looked(watch, folder, clock) == []
    assert looked(watch, folder, clock, QUIET_S - 1) == []
    assert looked(watch, folder, clock, 1) == ["面试 1.mp4"]
    watch.dealt_with(file)
    assert looked(watch, folder, clock) == []


def test_what_was_there_before_is_left_alone_until_it_changes(tmp_path, folder, clock):
    (folder / "old.mp4").write_bytes(b"old")
    watch = Watch(tmp_path, clock)
    for _ in range(3):
        assert looked(watch, folder, clock) == []
    (folder / "old.mp4").write_bytes(b"grown")
    assert [looked(watch, folder, clock) for _ in range(2)] == [[], ["old.mp4"]]


def test_what_came_while_the_program_was_closed_is_found(tmp_path, watch, folder, clock):
    (folder / "a.mkv").write_bytes(b"a")
    again = Watch(tmp_path, clock)
    assert [looked(again, folder, clock) for _ in range(2)] == [[], ["a.mkv"]]
    again.dealt_with(folder / "a.mkv")
    third = Watch(tmp_path, clock)
    assert [looked(third, folder, clock) for _ in range(3)] == [[], [], []]


def test_only_recordings_count_and_folders_below_are_looked_into(watch, folder, clock):
    (folder / "2026" / "三月").mkdir(parents=True)
    for name in ("x.mp4.part", "x.tmp", ".hidden.mp4", "notes.txt", "empty.mp4", "2026/三月/y.MP4"):
        (folder / name).write_bytes(b"" if "empty" in name else b"data")
    assert [looked(watch, folder, clock) for _ in range(2)] == [[], ["y.MP4"]]


def test_a_renamed_download_is_a_recording_of_its_own(watch, folder, clock):
    part = folder / "z.mp4.part"
    part.write_bytes(b"zz")
    assert looked(watch, folder, clock) == []
    os.rename(part, folder / "z.mp4")
    assert [looked(watch, folder, clock) for _ in range(2)] == [[], ["z.mp4"]]


def test_a_folder_that_goes_away_keeps_its_memory(watch, folder, clock):
    file = folder / "a.mp4"
    file.write_bytes(b"a")
    assert [looked(watch, folder, clock) for _ in range(2)] == [[], ["a.mp4"]]
    watch.dealt_with(file)
    away = folder.with_name("away")
    os.rename(folder, away)
    clock.now += QUIET_S
    assert watch.look([str(folder)]).unreadable == (folder,)
    os.rename(away, folder)
    assert [looked(watch, folder, clock) for _ in range(2)] == [[], []]


def test_a_damaged_memory_takes_all_that_is_there_as_known(tmp_path, watch, folder, clock):
    (folder / "a.mp4").write_bytes(b"a")
    (tmp_path / "watched.json").write_text("{", "utf-8")
    again = Watch(tmp_path, clock)
    assert [looked(again, folder, clock) for _ in range(2)] == [[], []]


def test_a_file_that_is_gone_again_is_no_trouble(watch, folder, clock):
    file = folder / "a.mp4"
    file.write_bytes(b"a")
    assert [looked(watch, folder, clock) for _ in range(2)] == [[], ["a.mp4"]]
    file.unlink()
    watch.dealt_with(file)
    assert looked(watch, folder, clock) == []


def test_an_empty_drive_keeps_its_memory(watch, folder, clock):
    file = folder / "a.mp4"
    file.write_bytes(b"a")
    assert [looked(watch, folder, clock) for _ in range(2)] == [[], ["a.mp4"]]
    watch.dealt_with(file)
    away = file.rename(folder.parent / "a.mp4")
    assert looked(watch, folder, clock) == []
    away.rename(file)
    assert [looked(watch, folder, clock) for _ in range(2)] == [[], []]


@pytest.mark.skipif(sys.platform not in ("linux", "win32"), reason="what these systems tell")
def test_a_recording_that_is_paused_is_not_given_out_while_its_program_has_it_open(watch, folder, clock):
    file = folder / "会议 暂停.mkv"
    writer = "import sys; f = open(sys.argv[1], 'wb'); f.write(b'half'); f.flush(); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", writer, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        other.stdout.readline()
        assert [looked(watch, folder, clock) for _ in range(4)] == [[]] * 4
        other.communicate(b"\n")
    assert looked(watch, folder, clock) == ["会议 暂停.mkv"]


def test_whoever_reads_a_recording_keeps_it_from_nobody(watch, folder, clock):
    file = folder / "面试.mp4"
    file.write_bytes(b"1")
    with file.open("rb"):
        looked(watch, folder, clock)
        assert looked(watch, folder, clock) == ["面试.mp4"]
