"""`sandbox` and `sync` on the command line, as processes of their own and in this one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest
import requests

from app import cli
from app.settings import SettingsFile
from app.store import Library
from sync.sandbox.server import Sandbox
from tests.app.hr import local_interview, sign
from tests.conftest import ROOT
from tests.sync.ehr import CONTRACT


@contextmanager
def sandbox_process(*options, **environment):
    """`python -m app sandbox`, ready to answer; gives the process and what it said."""
    command = [sys.executable, "-m", "app", "sandbox", "--json", *map(str, options)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, **environment},
    )  # fmt: skip
    try:
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


def sync(library_folder, *options):
    return cli.main(["--data", str(library_folder), "--lang", "en", "sync", *options])


@pytest.fixture
def signed(tmp_path):
    with Library.open(tmp_path / "library", assessor="li") as library:
        sign(library, local_interview(library).id)
    return tmp_path / "library"


def test_the_sandbox_answers_when_it_says_so_and_keeps_its_store(tmp_path):
    with sandbox_process("--store", tmp_path / "ehr") as (process, said):
        assert requests.get(said["url"] + "/health", timeout=60).json()["status"] == "ok"
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        assert process.stderr.read() == b""
    with sandbox_process("--store", tmp_path / "ehr", "--exit-with-parent") as (process, again):
        assert again["key"] != said["key"]
        process.stdin.close()
        assert process.wait(60) == 0
        process.stdin = None


def test_a_taken_port_and_unreadable_faults_are_sentences(each_language, capsys):
    with Sandbox(CONTRACT) as running:
        port = running.url.rpartition(":")[2]
        assert cli.main(["--lang", each_language, "sandbox", "--port", port]) == 2
    assert port in capsys.readouterr().err
    assert cli.main(["--lang", each_language, "sandbox", "--faults", "banana:2"]) == 2
    assert "banana:2" in capsys.readouterr().err


def test_what_was_signed_is_sent_once(signed, tmp_path, monkeypatch, capsys):
    with Sandbox(CONTRACT, tmp_path / "ehr") as sandbox:
        monkeypatch.setenv("MIANJIAN_EHR_TOKEN", sandbox.key)
        assert sync(signed, "--once", "--url", sandbox.url, "--json") == 0
        said = json.loads(capsys.readouterr().out)
        assert (said["complete"], said["sent"], said["left"]) == (True, 6, 0)
        assert sync(signed, "--once", "--url", sandbox.url) == 0
        assert len(sandbox.store.assessments()) == 1
        SettingsFile(signed).change(ehr_url=sandbox.url)
    capsys.readouterr()
    assert sync(signed, "--status") == 0
    told = capsys.readouterr().out
    assert told.count("arrived") == 6
    assert told.startswith("Nothing waits to be sent.\nLast run: "), "it knows of a run of another process"
    assert sync(signed, "--status", "--json") == 0
    assert json.loads(capsys.readouterr().out)["last_run"]["sentence"].startswith("Everything is sent.")


def test_faults_are_outlasted_without_once(signed, tmp_path, monkeypatch, capsys):
    with Sandbox(CONTRACT, tmp_path / "ehr", faults="500:1:times=1,drop_after:1:times=1,cut:1:times=1") as sandbox:
        monkeypatch.setenv("MIANJIAN_EHR_TOKEN", sandbox.key)
        statuses = [sync(signed, "--url", sandbox.url) for _ in range(4)]
        assert 0 in statuses
        assert len(sandbox.store.assessments()) == 1


def test_offline_is_a_sentence_and_nothing_is_lost(signed, monkeypatch, capsys):
    monkeypatch.setenv("MIANJIAN_EHR_TOKEN", "a-key")
    with Sandbox(CONTRACT) as sandbox:
        gone = sandbox.url
    assert sync(signed, "--url", gone) == 2
    assert "no HR system answers" in capsys.readouterr().err
    assert sync(signed, "--status", "--json") == 0
    assert json.loads(capsys.readouterr().out)["queue"] == 6


@pytest.mark.parametrize(("fault", "told"), [("500:1", "500"), ("html:1", "web page"), ("cut:1", "understood")])
def test_a_system_in_trouble_is_named_as_the_reason(signed, fault, told, tmp_path, monkeypatch, capsys):
    with sandbox_process("--store", tmp_path / "ehr", "--faults", fault) as (_process, said):
        monkeypatch.setenv("MIANJIAN_EHR_TOKEN", said["key"])
        assert sync(signed, "--once", "--url", said["url"]) == 2
    line = capsys.readouterr().err
    assert len(line.splitlines()) == 1
    assert told in line
    assert "6" in line


def test_no_address_and_no_key_are_sentences(signed, capsys):
    assert sync(signed, "--once") == 2
    assert "--url" in capsys.readouterr().err
    assert sync(signed, "--once", "--url", "https://ehr.invalid") == 2
    assert "MIANJIAN_EHR_TOKEN" in capsys.readouterr().err


def test_the_connection_is_tested_step_by_step_and_nothing_is_sent(signed, monkeypatch, capsys, each_language):
    with Sandbox(CONTRACT) as sandbox:
        monkeypatch.setenv("MIANJIAN_EHR_TOKEN", sandbox.key)
        assert sync(signed, "--test", "--url", sandbox.url) == 0
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == 8
        assert "MianJian Sandbox EHR" in lines[6]
        monkeypatch.setenv("MIANJIAN_EHR_TOKEN", "wrong")
        assert sync(signed, "--test", "--json", "--url", sandbox.url) == 2
        told = json.loads(capsys.readouterr().out)
        assert (told["good"], told["steps"][-1]["step"]) == (False, "key")
        assert told["steps"][-1]["failure"] == "given_unauthorized"
        assert sandbox.store.assessments() == []
