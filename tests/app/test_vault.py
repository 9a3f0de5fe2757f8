"""The vault: streams and leases, nothing half there, nobody else's to read."""

from __future__ import annotations

import hashlib
import os
import stat

import pytest

from analysis.failures import Cancelled, MediaEmpty, MediaMissing
from app.failures import NotFound
from app.store.vault import PLAYABLE, THUMBNAIL, Vault

BODY = b"recording " * 300_000
SHA = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def vault(tmp_path):
    return Vault(tmp_path / "vault")


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "面试 🎤 one.MP4"
    path.write_bytes(BODY)
    return path


def put(vault, source):
    with vault.receive(source) as incoming:
        (incoming.folder / PLAYABLE).write_bytes(b"playable")
        (incoming.folder / THUMBNAIL).write_bytes(b"jpeg")
        vault.admit(incoming)


def test_in_and_out(vault, source):
    put(vault, source)
    assert vault.known() == {SHA}
    with vault.open(SHA) as stream:
        stream.seek(4)
        assert stream.read() == b"able"
    with vault.lease(SHA) as path:
        assert path.read_bytes() == BODY
        assert path.name == "original.mp4"
    with vault.lease_playable(SHA) as path:
        assert path.name == PLAYABLE
    assert vault.thumbnail(SHA) == b"jpeg"
    assert source.read_bytes() == BODY


def test_the_hash_is_made_while_copying(vault, source):
    heard = []
    with vault.receive(source, lambda done, total: heard.append((done, total))) as incoming:
        assert (incoming.sha256, incoming.bytes, incoming.name) == (SHA, len(BODY), source.name)
    assert heard[-1] == (len(BODY), len(BODY))
    assert len(heard) == 3


def test_what_is_not_admitted_is_gone(vault, source):
    with vault.receive(source) as incoming:
        assert incoming.original.exists()
    assert not incoming.folder.exists()

    def cancel(done, total):
        raise Cancelled

    with pytest.raises(Cancelled), vault.receive(source, cancel):
        pass
    assert [path for path in vault.folder.rglob("*") if path.is_file()] == []


def test_nothing_is_there(vault, source):
    for act in (vault.open, lambda sha: vault.lease(sha).__enter__()):
        with pytest.raises(NotFound):
            act("0" * 64)
    assert vault.thumbnail("0" * 64) is None
    vault.remove("0" * 64)
    with pytest.raises(MediaMissing), vault.receive(source.parent / "none.mp4"):
        pass
    with pytest.raises(MediaMissing), vault.receive(source.parent):
        pass
    source.write_bytes(b"")
    with pytest.raises(MediaEmpty), vault.receive(source):
        pass


@pytest.mark.parametrize("name", ["..", "../../etc", "", "a/b", "a\\b"])
def test_no_name_leads_out_of_the_vault(vault, source, name):
    put(vault, source)
    for act in (vault.open, vault.derived, vault.remove, vault.has):
        with pytest.raises(NotFound):
            act(name)
    assert vault.has(SHA)


def test_removing_takes_what_was_derived_along(vault, source):
    put(vault, source)
    (vault.derived(SHA) / "tracks.npz").write_bytes(b"x")
    vault.remove(SHA)
    assert not vault.has(SHA)
    assert [path for path in vault.folder.rglob("*") if path.is_file()] == []


def test_sweeping_removes_what_was_never_recorded(vault, source):
    put(vault, source)
    vault.sweep(lambda sha256: False)
    assert not vault.has(SHA)
    put(vault, source)
    vault.sweep(lambda sha256: sha256 == SHA)
    assert vault.has(SHA)


def test_what_was_recorded_once_outlives_a_lost_database(vault, source):
    put(vault, source)
    vault.settle(SHA)
    vault.sweep(lambda sha256: False)
    assert vault.has(SHA)


def test_a_folder_without_a_row_gives_way(vault, source):
    put(vault, source)
    put(vault, source)
    assert vault.known() == {SHA}


def test_an_ending_that_is_no_recordings_is_not_kept(vault, tmp_path):
    odd = tmp_path / "a.mp4;rm"
    odd.write_bytes(b"x")
    with vault.receive(odd) as incoming:
        assert incoming.original.name == "original"


@pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")
def test_files_are_the_owners_alone(vault, source):
    put(vault, source)
    vault.derived(SHA)
    for path in (vault.folder, *vault.folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_a_folder_for_one_job_is_gone_after_it_and_swept_after_a_crash(vault):
    with vault.working() as folder:
        (folder / "vectors.npy").write_bytes(b"x")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not folder.exists()
    folder.mkdir()
    (folder / "left.npy").write_bytes(b"x")
    vault.sweep(lambda sha256: False)
    assert not folder.exists()
