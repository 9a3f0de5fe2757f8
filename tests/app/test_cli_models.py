"""`models list`, `verify`, `add`, `use`."""

from __future__ import annotations

import json
import shutil

import pytest

from analysis.models import ModelStore
from app.cli import main
from app.jobs.analysis import Choices, model_store, request_for
from app.resources import resource
from app.settings import SettingsFile, cache_folder


@pytest.fixture(scope="session")
def whisper():
    """The assembled transcriber."""
    return ModelStore(resource(), cache_folder(), cache_folder()).path("transcriber")


@pytest.fixture
def data(tmp_path) -> list[str]:
    return ["--data", str(tmp_path / "data")]


def said_json(capsys) -> dict:
    return json.loads(capsys.readouterr().out)


def test_the_list_for_people(capsys, data, each_language):
    assert main(["--lang", each_language, "models", "list", *data]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("* whisper-base") for line in lines)
    assert len(lines) == len(model_store(cache_folder()).list()) + 1


def test_verify_checks_every_file(capsys, data):
    assert main(["models", "verify", "--json", *data]) == 0
    assert {model["state"] for model in said_json(capsys)["models"]} == {"verified"}


def test_verify_says_what_is_damaged(capsys, data, tmp_path, monkeypatch):
    folder = tmp_path / "resources" / "models"
    shutil.copytree(resource("models"), folder)
    (folder / "face_detector.onnx").write_bytes(b"")
    monkeypatch.setattr("app.jobs.analysis.resources.resource", lambda *parts: tmp_path.joinpath("resources", *parts))
    assert main(["models", "verify", *data]) == 2
    said = capsys.readouterr()
    assert "face_detector.onnx" in said.err
    assert len(said.err.splitlines()) == 1
    assert "whisper-base" in said.out


def test_an_added_folder_is_the_transcriber_from_then_on(capsys, data, tmp_path, whisper):
    mine = shutil.copytree(whisper, tmp_path / "大模型 small")
    assert main(["models", "add", str(mine), *data]) == 0
    assert "大模型 small" in capsys.readouterr().out
    folder = tmp_path / "data"
    request = request_for(mine / "a.mp4", "a.mp4", tmp_path, tmp_path, Choices(), folder)
    assert request.transcriber == str(mine)
    assert main(["models", "list", "--json", *data]) == 0
    found = said_json(capsys)
    assert found["transcriber"] == "大模型 small"
    assert found["models"][-1]["id"] == "大模型 small"
    assert main(["models", "use", "whisper-base", *data]) == 0
    assert SettingsFile(folder).values.transcriber == "whisper-base"


def test_a_folder_that_does_not_load_changes_nothing(capsys, data, tmp_path, whisper):
    mine = shutil.copytree(whisper, tmp_path / "broken")
    (mine / "model.bin").write_bytes(b"broken")
    assert main(["models", "add", str(mine), *data]) == 2
    said = capsys.readouterr()
    assert "broken" in said.err
    assert len(said.err.splitlines()) == 1
    assert SettingsFile(tmp_path / "data").values.transcriber == "whisper-base"


def test_an_unknown_transcriber_cannot_be_used(capsys, data):
    assert main(["models", "use", "whisper-huge", *data]) == 2
    assert "whisper-base" in capsys.readouterr().err
