"""Files that are damaged, hostile or no recording at all: each a known failure, none a crash or another file opened."""

from __future__ import annotations

import json
import os
import resource
from pathlib import Path

import av
import numpy as np
import pytest

from analysis import failures as f
from analysis.media import SoundFile, frames, probe, remux, thumbnail
from app import text
from tests.analysis import media_samples as make


def nothing(_done: float) -> None:
    """Progress that nobody watches."""


def test_empty_file(tmp_path):
    (tmp_path / "a.mp4").touch()
    with pytest.raises(f.MediaEmpty):
        probe(tmp_path / "a.mp4", "a.mp4")


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(f.MediaMissing):
        probe(tmp_path / "none.mp4", "none.mp4")
    with pytest.raises(f.MediaMissing):
        probe(tmp_path, "folder")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "ffconcat"),
        (b"\xef\xbb\xbf\n ffconcat version 1.0\nfile secret.mp4\n", "ffconcat"),
        (b"file '/etc/passwd'\n", "ffconcat"),
        (b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n", "m3u8"),
        ("#EXTM3U\nsecret.ts\n".encode("utf-16"), "m3u8"),
        (b"[playlist]\nFile1=/etc/passwd\n", "pls"),
        (b'<?xml version="1.0"?>\n<MPD><BaseURL>file:///etc/passwd</BaseURL></MPD>', "MPD"),
        (b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n", "SDP"),
    ],
)
@pytest.mark.parametrize("ending", ["mp4", "wav"])
def test_playlists_are_refused_whatever_their_name(tmp_path, content, kind, ending):
    path = tmp_path / f"interview.{ending}"
    path.write_bytes(content)
    with pytest.raises(f.MediaRefused) as caught:
        probe(path, path.name)
    assert caught.value.params == {"name": path.name, "format": kind}


@pytest.mark.parametrize(
    "content",
    [b"Dear candidate,\nwe would like to invite you.\n", "你好，这是一封信。".encode(), bytes(range(256)) * 64,
     b"\0" * 9000, b"RIFF\0\0\0\0CDXA", b"ID3\x04\x00\x00\x00\x00\x00\x7f"],
)  # fmt: skip
def test_text_and_noise_named_mp4_are_unreadable(tmp_path, content):
    path = tmp_path / "letter.mp4"
    path.write_bytes(content)
    with pytest.raises(f.MediaUnreadable):
        probe(path, path.name)


def test_a_matroska_that_is_only_a_signature_is_unreadable(tmp_path):
    (tmp_path / "a.mkv").write_bytes(b"\x1a\x45\xdf\xa3" + b"\0" * 100)
    with pytest.raises(f.MediaUnreadable):
        probe(tmp_path / "a.mkv", "a.mkv")


def test_mp4_that_refers_to_another_file_reads_nothing_of_it(tmp_path):
    """An external data reference (dref with a path) is the QuickTime way to name another file."""
    secret = make.record(tmp_path / "secret.mov", 1, None, "pcm_s16le")
    path = tmp_path / "a.mov"
    data = bytearray(secret.read_bytes())
    place = data.find(b"url \0\0\0\x01")
    assert place > 0
    data[place + 4 : place + 8] = b"\0\0\0\0"  # no longer self-contained
    media = data.find(b"mdat")
    data[media + 4 : media + 2000] = b"\0" * 1996
    path.write_bytes(bytes(data))
    try:
        info = probe(path, "a.mov")
    except f.MediaUnreadable:
        return
    sound = SoundFile.extract(path, info, tmp_path / "s", nothing)
    assert not np.any(sound.samples[:300])


def test_truncated_mp4_without_index(tmp_path):
    path = make.record(tmp_path / "a.mp4", 3)
    data = path.read_bytes()
    path.write_bytes(data[: data.rfind(b"moov") - 4])
    with pytest.raises(f.MediaUnreadable):
        probe(path, "a.mp4")


@pytest.mark.parametrize("ending", ["mp4", "mkv", "wav"])
def test_a_file_that_is_cut_short_says_so(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    if ending == "wav":
        make.record(path, 12, None, "pcm_s16le", sound=make.tone(12))
    else:
        with av.open(str(path), "w", options={"movflags": "faststart"} if ending == "mp4" else {}) as out:
            _tone_into(out, 12)
    assert probe(path, path.name).claimed_s is None
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 3 // 5])
    info = probe(path, path.name)
    assert info.duration < 9
    if ending != "wav":  # FFmpeg itself takes a WAV's length from the size of the file
        assert info.claimed_s == pytest.approx(12, abs=0.2)


def _tone_into(out, seconds) -> None:
    stream = out.add_stream("aac", rate=make.RATE, layout="mono")
    make._write_audio(out, stream, make.tone(seconds), 0.0, 1, ())


def test_truncated_matroska_gives_what_is_there(tmp_path):
    path = make.record(tmp_path / "a.mkv", 4)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 3 // 5])
    info = probe(path, "a.mkv")
    assert 0.5 < info.duration < 3.9
    sound = SoundFile.extract(path, info, tmp_path / "s", nothing)
    assert sound.duration == pytest.approx(info.duration, abs=0.01)
    assert len(list(frames(path, info, 5, nothing))) >= 2
    remux(path, tmp_path / "copy.mkv", info)
    assert probe(tmp_path / "copy.mkv", "copy").duration == pytest.approx(info.duration, abs=0.1)


def test_no_sound_and_no_picture(tmp_path):
    silent = make.record(tmp_path / "silent.mp4", 1, audio=None)
    info = probe(silent, "silent.mp4")
    assert [stream.kind for stream in info.streams] == ["video"]
    with pytest.raises(f.NothingToAnalyse):
        SoundFile.extract(silent, info, tmp_path / "s", nothing)
    blind = make.record(tmp_path / "blind.wav", 1, None, "pcm_s16le")
    info = probe(blind, "blind.wav")
    assert [stream.kind for stream in info.streams] == ["audio"]
    with pytest.raises(f.NothingToAnalyse):
        next(iter(frames(blind, info, 5, nothing)))
    with pytest.raises(f.NothingToAnalyse):
        thumbnail(blind, tmp_path / "t.jpg", info)


def test_a_header_of_eight_hours_is_not_believed(tmp_path):
    wav = make.eight_hour_wav(tmp_path / "a.wav")
    info = probe(wav, "a.wav")
    assert info.duration == pytest.approx(1.0, abs=0.01)
    assert SoundFile.extract(wav, info, tmp_path / "s", nothing).duration == pytest.approx(1.0, abs=0.01)
    mp4 = make.record(tmp_path / "a.mp4", 2)
    make.stretch_mp4_header(mp4, 8 * 3600)
    assert probe(mp4, "a.mp4").duration == pytest.approx(2.0, abs=0.1)


def test_a_last_packet_eight_hours_later_is_not_believed(tmp_path):
    path = make.record(tmp_path / "a.mkv", 2, None, "libopus", sound=make.tone(2), gaps=())
    late = make.record(tmp_path / "late.mkv", 2, None, "pcm_s16le", sound=make.tone(2), audio_start=8 * 3600)
    assert probe(late, "late.mkv").duration == pytest.approx(2.0, abs=0.1)  # the clock begins with the first packet
    both = make.join_far_apart(tmp_path / "both.mkv", path, 8 * 3600)
    info = probe(both, "both.mkv")
    assert info.duration < 3
    assert SoundFile.extract(both, info, tmp_path / "s", nothing).duration < 3


def test_a_claim_beyond_twelve_hours_is_refused(tmp_path):
    both = make.join_far_apart(tmp_path / "both.mkv", make.record(tmp_path / "a.mkv", 1, None, "libopus"), 20 * 3600)
    with pytest.raises(f.MediaTooLarge):
        probe(both, "both.mkv")


def test_a_picture_of_a_hundred_megapixels_is_refused_before_it_is_decoded(tmp_path):
    path = make.huge_picture(tmp_path / "a.mp4")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(f.MediaTooLarge) as caught:
        probe(path, "a.mp4")
    assert caught.value.params["what"] == "12000 × 9000"
    with pytest.raises(f.MediaTooLarge):
        next(iter(frames(path, probe_of_nothing(), 5, nothing)))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000


def probe_of_nothing():
    """Information that a caller could have from elsewhere."""
    from analysis.document import MediaInfo

    return MediaInfo("", 10.0, ())


def test_damage_in_the_middle_costs_only_itself(tmp_path):
    path = make.record(tmp_path / "a.mkv", 6)
    make.damage(path)
    info = probe(path, "a.mkv")
    sound = SoundFile.extract(path, info, tmp_path / "s", nothing)
    assert sound.duration == pytest.approx(info.duration, abs=0.01)
    assert np.abs(sound.slice(0.2, 1.0)).max() > 0.2
    assert len(list(frames(path, info, 5, nothing))) >= 8


@pytest.mark.parametrize("name", ["面试 录像 😀.mp4", "a 'quoted' name; rm -rf.mp4", "100%d.mp4", "file:x.mp4"])
def test_names_are_only_names(tmp_path, name):
    folder = tmp_path / "候选人 文件夹 🎥"
    folder.mkdir()
    path = make.record(tmp_path / "plain.mp4", 1)
    path = path.rename(folder / name)
    info = probe(path, name)
    assert info.duration == pytest.approx(1.0, abs=0.1)
    assert SoundFile.extract(path, info, folder / "声音", nothing).duration == pytest.approx(1.0, abs=0.1)
    remux(path, folder / "副本 🎬.mkv", info)
    thumbnail(path, folder / "缩略图.jpg", info)
    assert (folder / "缩略图.jpg").read_bytes()[:2] == b"\xff\xd8"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_full_disk(tmp_path):
    path = make.record(tmp_path / "a.mkv", 3)
    info = probe(path, "a.mkv")
    folder = tmp_path / "s"
    folder.mkdir()
    (folder / "sound.pcm").symlink_to("/dev/full")
    with pytest.raises(f.DiskFull):
        SoundFile.extract(path, info, folder, nothing)
    (tmp_path / "part-copy.mkv").symlink_to("/dev/full")
    with pytest.raises(f.DiskFull):
        remux(path, tmp_path / "copy.mkv", info)
    assert not (tmp_path / "copy.mkv").exists()


def test_a_folder_that_cannot_be_written(tmp_path):
    path = make.record(tmp_path / "a.mkv", 1)
    info = probe(path, "a.mkv")
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(f.FolderNotWritable):
        SoundFile.extract(path, info, tmp_path / "file" / "s", nothing)
    with pytest.raises(f.FolderNotWritable):
        remux(path, tmp_path / "none" / "copy.mkv", info)


def test_every_failure_has_a_sentence(each_language):
    for kind in (f.MediaEmpty, f.MediaMissing, f.MediaRefused, f.MediaUnreadable, f.MediaTooLarge, f.NothingToAnalyse):
        sentence = text.tr(f"failure.{kind.code}", name="面试.mp4", format="m3u8", what="12000 × 9000")
        assert "面试.mp4" in sentence
        assert "failure." not in sentence
    assert json.dumps(each_language)


def test_a_wrong_name_is_never_used_to_guess(tmp_path):
    path = make.record(tmp_path / "really.wav", 1, None, "pcm_s16le")
    moved = path.rename(Path(tmp_path / "video.mp4"))
    assert probe(moved, "video.mp4").streams[0].codec == "pcm_s16le"
