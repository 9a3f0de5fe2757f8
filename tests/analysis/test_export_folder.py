"""Writing and reading under bad conditions: newer, damaged, foreign, full, read-only."""

from __future__ import annotations

import builtins
import dataclasses
import errno
import json
import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from analysis.derive import derive
from analysis.export import FILES, DocumentDamaged, DocumentMissing, DocumentNewer, read, write_all
from analysis.failures import DiskFull, DocumentInvalid, FolderNotWritable
from app import text
from tests.analysis.ideal import observed, provenance, request


@pytest.fixture(scope="module")
def derived():
    return derive(observed("en"), request("en"), provenance())


@pytest.fixture
def folder(derived, tmp_path):
    write_all(tmp_path, derived)
    return tmp_path


def told(folder, kind, each_language):
    with pytest.raises(kind) as caught:
        read(folder)
    assert isinstance(caught.value, DocumentInvalid)
    assert str(folder) in text.sentence(caught.value)


def test_nothing_there(tmp_path, each_language):
    told(tmp_path / "none", DocumentMissing, each_language)
    told(tmp_path, DocumentMissing, each_language)


def test_a_newer_version(folder, each_language):
    document = json.loads((folder / "analysis.json").read_text("utf-8"))
    (folder / "analysis.json").write_text(json.dumps(document | {"schema_version": 99, "new": {}}), "utf-8")
    told(folder, DocumentNewer, each_language)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"schema_version": 1}',
        b'{"schema_version": "1"}',
        b'{"schema_version": 0}',
        b"\xff\xfe\x00",
    ],
)
def test_a_damaged_document(folder, content, each_language):
    (folder / "analysis.json").write_bytes(content)
    told(folder, DocumentDamaged, each_language)


def test_a_wrong_type_in_the_document(folder, each_language):
    document = json.loads((folder / "analysis.json").read_text("utf-8"))
    document["transcript"]["segments"][0]["start"] = "soon"
    (folder / "analysis.json").write_text(json.dumps(document), "utf-8")
    told(folder, DocumentDamaged, each_language)


def test_truncated_missing_or_foreign_tracks(folder, each_language):
    whole = (folder / "tracks.npz").read_bytes()
    for content in (whole[: len(whole) // 2], b"", b"not a zip", whole[:100] + b"\0" * 400 + whole[500:]):
        (folder / "tracks.npz").write_bytes(content)
        told(folder, DocumentDamaged, each_language)
    (folder / "tracks.npz").unlink()
    told(folder, DocumentDamaged, each_language)


def test_tracks_of_another_document(folder, derived, each_language):
    for change in (
        {name: values[:-1] for name, values in derived.tracks.items()},
        {name: values for name, values in derived.tracks.items() if name != "pitch"},
        derived.tracks | {"secret": derived.tracks["pitch"]},
    ):
        np.savez(folder / "tracks.npz", **change)
        told(folder, DocumentDamaged, each_language)


class Bomb:
    def __reduce__(self):
        return (builtins.exec, ("raise SystemExit('unpickled')",))


def test_no_pickle_is_ever_opened(folder, each_language):
    (folder / "tracks.npz").write_bytes(pickle.dumps(Bomb()))
    told(folder, DocumentDamaged, each_language)
    np.savez(folder / "tracks.npz", pitch=np.array([Bomb()], dtype=object))
    told(folder, DocumentDamaged, each_language)


def test_a_new_analysis_replaces_the_old_one(folder, derived):
    other = dataclasses.replace(derived, analysis=dataclasses.replace(derived.analysis, id="ff" * 32))
    write_all(folder, other)
    assert read(folder).analysis.id == "ff" * 32
    assert len(list(folder.iterdir())) == len(FILES)


@pytest.mark.parametrize(("number", "kind"), [(errno.ENOSPC, DiskFull), (errno.EACCES, FolderNotWritable)])
def test_a_full_disk_leaves_the_old_analysis_whole(folder, derived, monkeypatch, number, kind):
    real = os.fsync
    calls = []

    def fails_at_the_fourth(descriptor):
        calls.append(descriptor)
        if len(calls) == 4:
            raise OSError(number, os.strerror(number))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fails_at_the_fourth)
    other = dataclasses.replace(derived, analysis=dataclasses.replace(derived.analysis, id="ff" * 32))
    with pytest.raises(kind):
        write_all(folder, other)
    assert read(folder).analysis == derived.analysis
    assert len(list(folder.iterdir())) == len(FILES)


def test_a_folder_that_cannot_be(derived, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("x")
    with pytest.raises(FolderNotWritable) as caught:
        write_all(blocked / "out", derived)
    assert caught.value.params["folder"] == str(Path(blocked / "out"))
