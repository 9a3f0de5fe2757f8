"""The model store: hashes before paths, the transcriber assembled once, transcribers that a person adds."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analysis import assembly, features, models
from analysis.failures import (
    DiskFull,
    FolderNotWritable,
    ModelDamaged,
    ModelIncomplete,
    ModelMissing,
    ModelNotLoading,
    ModelUnusable,
    OwnModelDamaged,
    OwnModelMissing,
)
from analysis.models import Manifest, ModelState, ModelStore
from app.resources import resource
from app.settings import cache_folder
from app.text import has, set_language
from tests.small_disk import mounted


@pytest.fixture
def store(tmp_path) -> ModelStore:
    """A store of its own over the real models; the assembled transcriber comes from the shared cache."""
    return ModelStore(resource(), cache_folder(), tmp_path / "data")


@pytest.fixture
def copied(tmp_path) -> ModelStore:
    """A store whose small model files are copies that a test may break."""
    folder = tmp_path / "resources" / "models"
    folder.mkdir(parents=True)
    for path in resource("models").iterdir():
        if path.suffix == ".toml" or path.stat().st_size < 6_000_000:
            shutil.copy(path, folder)
    return ModelStore(tmp_path / "resources", tmp_path / "cache", tmp_path / "data")


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 8 MB."""
    with mounted(tmp_path / "disk", 8) as folder:
        yield folder


@pytest.fixture(scope="session")
def whisper() -> Path:
    """The assembled transcriber."""
    return ModelStore(resource(), cache_folder(), cache_folder()).path("transcriber")


def test_every_model_is_what_the_manifest_says(store):
    states = {status.id: status.state for status in store.verify()}
    assert set(states.values()) == {ModelState.VERIFIED}
    assert "whisper-base" in states


def test_the_manifest_names_a_licence_text_that_is_there_and_an_origin(store):
    for entry in store.manifest.entries:
        assert entry.origin
        assert "" not in (entry.licence, entry.licence_file)
        assert (resource("models") / entry.licence_file).read_text("utf-8").strip()


def test_every_file_in_the_models_folder_is_in_a_manifest(store):
    known = {entry.file for entry in store.manifest.entries} | {entry.licence_file for entry in store.manifest.entries}
    there = {path.name for path in resource("models").iterdir() if path.suffix not in (".toml", ".md")}
    assert there <= known


def test_an_optional_room_brings_the_manifest_of_its_models(copied):
    room = features.expression()
    if room is None:
        pytest.skip("this build has no optional room")
    without = [path for path in copied.folder.glob("manifest*.toml") if path.name != "manifest.toml"]
    for path in without:
        path.unlink()
    roles = {entry.role for entry in Manifest.read(copied.folder).entries}
    assert not roles & set(room.MODELS)
    assert "face_detector" in roles


def test_a_path_is_handed_out_only_while_the_file_is_whole(copied):
    path = copied.path("face_detector")
    assert path.is_file()
    path.write_bytes(b"\0" * path.stat().st_size)
    with pytest.raises(ModelDamaged) as damaged:
        copied.path("face_detector")
    assert damaged.value.params == {"model": "blazeface-short-range", "file": "face_detector.onnx"}
    path.unlink()
    with pytest.raises(ModelMissing):
        copied.path("face_detector")


def test_a_hash_is_taken_once_while_a_file_stays_the_same(copied, monkeypatch):
    copied.path("face_mesh")
    monkeypatch.setattr(models.hashlib, "sha256", lambda: pytest.fail("hashed again"))
    assert copied.path("face_mesh").is_file()


def test_the_list_tells_what_is_missing_by_a_glance(copied):
    states = {status.role: status.state for status in copied.list()}
    assert states["speaker_embedding"] == ModelState.MISSING
    assert states["face_detector"] == ModelState.PRESENT
    assert states["transcriber"] == ModelState.PACKED


def test_an_unknown_role_is_a_bug(store):
    with pytest.raises(KeyError):
        store.path("fortune_teller")


def test_a_bundled_transcriber_folder_is_used_where_it_ships_with_the_program(copied, whisper):
    shipped = copied.folder / "whisper-base"
    shutil.copytree(whisper, shipped)
    assert copied.path("transcriber") == shipped
    assert not copied.cache.exists()


def _assemble(cache: str) -> None:
    ModelStore(resource(), Path(cache), Path(cache)).path("transcriber")


def test_two_processes_assemble_at_once(tmp_path):
    spawn = multiprocessing.get_context("spawn")
    both = [spawn.Process(target=_assemble, args=(str(tmp_path / "cache"),)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["whisper-base"]


def test_what_a_killed_process_left_is_cleared_away(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait(30)
    (tmp_path / f"whisper-base.part-{gone.pid}").mkdir()
    (tmp_path / f"whisper-base.part-{os.getppid()}").mkdir()
    assembly.sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [f"whisper-base.part-{os.getppid()}"]


def test_a_full_disk_while_assembling_is_said_and_leaves_nothing(copied, small_disk):
    store = ModelStore(copied.folder.parent, small_disk, copied.data)
    with pytest.raises(DiskFull):
        store.path("transcriber")
    assert list(small_disk.iterdir()) == []


def test_a_cache_that_cannot_be_made_is_said(copied, tmp_path):
    (tmp_path / "file").write_text("")
    store = ModelStore(copied.folder.parent, tmp_path / "file" / "cache", copied.data)
    with pytest.raises(FolderNotWritable):
        store.path("transcriber")


def test_a_local_folder_becomes_a_transcriber(store, whisper, tmp_path):
    mine = shutil.copytree(whisper, tmp_path / "我的 模型")
    added = store.add(mine)
    assert added.id == "我的 模型"
    assert [one.id for one in store.added()] == ["我的 模型"]
    folder, use = store.transcriber(str(mine))
    assert (folder, use.id, use.sha256) == (mine, "我的 模型", store.use("transcriber").sha256)
    assert store.verify()[-1].state == ModelState.VERIFIED
    (mine / "config.json").write_text("{}")
    with pytest.raises(OwnModelDamaged):
        store.transcriber(str(mine))
    assert store.list()[-1].state == ModelState.DAMAGED
    shutil.rmtree(mine)
    with pytest.raises(OwnModelMissing):
        store.transcriber(str(mine))


def test_adding_again_renews_and_a_taken_name_gets_a_number(store, whisper):
    assert store.add(whisper).id == "whisper-base-2"
    assert store.add(whisper).id == "whisper-base-2"
    assert len(store.added()) == 1


def test_a_folder_that_was_never_added_is_missing(store, tmp_path):
    with pytest.raises(OwnModelMissing):
        store.transcriber(str(tmp_path))


@pytest.mark.parametrize("absent", ["model.bin", "config.json", "tokenizer.json", "vocabulary.txt"])
def test_an_incomplete_folder_names_what_it_lacks(store, whisper, tmp_path, absent):
    mine = tmp_path / "mine"
    mine.mkdir()
    for path in whisper.iterdir():
        if path.name != absent:
            (mine / path.name).symlink_to(path)
    with pytest.raises(ModelIncomplete) as incomplete:
        store.add(mine)
    assert absent in str(incomplete.value.params["files"])
    assert store.added() == ()


def test_weights_that_do_not_load_are_refused(store, whisper, tmp_path):
    mine = shutil.copytree(whisper, tmp_path / "mine")
    (mine / "model.bin").write_bytes(b"nonsense" * 100)
    with pytest.raises(ModelNotLoading) as refused:
        store.add(mine)
    assert isinstance(refused.value, ModelUnusable)
    assert store.added() == ()


@pytest.mark.parametrize("code", ["model_missing", "model_damaged", "model_incomplete", "model_not_loading"])
def test_every_failure_has_its_sentence(code):
    set_language("en")
    assert has(f"failure.{code}")
