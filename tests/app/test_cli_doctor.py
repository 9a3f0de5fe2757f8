"""`doctor`: what is looked at, in words and as JSON, and what makes it fail."""

from __future__ import annotations

import json

import pytest

from app import resources
from app.cli import main
from app.jobs import checks

NAMES = {
    "versions", "models", "processor", "memory", "disk", "library", "decoders", "recording", "parts", "cuda", "keyring",
    "display", "fonts",
}  # fmt: skip


def test_a_sound_machine_passes(capsys, each_language):
    assert main(["--lang", each_language, "doctor"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert len(said.out.splitlines()) == len(NAMES) + 1
    assert "✗" not in said.out


def test_the_same_as_json(capsys):
    assert main(["doctor", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["fine"] is True
    assert {finding["name"] for finding in found["findings"]} == NAMES
    versions = next(finding for finding in found["findings"] if finding["name"] == "versions")
    assert {"program", "python", "av", "onnxruntime", "ctranslate2"} <= set(versions["facts"])


def test_a_folder_that_cannot_be_written_fails_it(capsys, tmp_path, monkeypatch):
    def refuse(dir) -> None:
        raise PermissionError(13, "no")

    monkeypatch.setattr(checks.tempfile, "TemporaryFile", refuse)
    assert main(["doctor", "--data", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert f"✗ The library folder “{tmp_path}” cannot be written." in said.out
    assert len(said.err.splitlines()) == 1


def test_missing_models_and_fonts_fail_it(capsys, tmp_path, monkeypatch):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "manifest.toml").write_text(resources.resource("models", "manifest.toml").read_text("utf-8"))
    real = resources.resource
    monkeypatch.setattr(
        resources, "resource", lambda *parts: real(*parts) if "text" in parts else tmp_path.joinpath(*parts)
    )
    assert main(["doctor", "--json"]) == 2
    bad = [finding["name"] for finding in json.loads(capsys.readouterr().out)["findings"] if not finding["fine"]]
    assert {"models", "fonts"} <= set(bad)


def test_little_memory_and_a_full_disk_are_told_apart(monkeypatch, tmp_path):
    """Little memory is a warning, a full disk is not."""
    monkeypatch.setattr(checks, "MEMORY_GIB", 1e6)
    monkeypatch.setattr(checks, "DISK_GIB", 1e9)
    found = {finding.name: finding for finding in checks.examine(tmp_path)}
    assert (found["memory"].fine, found["memory"].needed) == (False, False)
    assert (found["disk"].fine, found["disk"].needed) == (False, True)


@pytest.mark.parametrize("platform", ["offscreen", ""])
def test_no_display_is_only_said(monkeypatch, tmp_path, platform):
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("QT_QPA_PLATFORM", platform)
    found = {finding.name: finding for finding in checks.examine(tmp_path)}
    assert (found["display"].fine, found["display"].needed) == (False, False)


def test_a_second_is_recorded_and_read_back():
    finding = checks._recording()
    assert finding.fine
    assert finding.facts["codecs"] == "vp8 + opus"
    assert finding.facts["seconds"] >= 0.8


def test_a_computer_that_cannot_record_is_told(monkeypatch):
    monkeypatch.setattr("app.recording.self_test.PATIENCE_S", 0.0)
    finding = checks._recording()
    assert not finding.fine
    assert "test recording" in finding.sentence


def test_a_missing_part_is_named(monkeypatch):
    monkeypatch.setattr(checks, "PARTS", ("docx", "no_such_part"))
    finding = checks._parts()
    assert not finding.fine
    assert "no_such_part" in finding.sentence
