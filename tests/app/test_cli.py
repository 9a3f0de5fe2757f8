"""The command line as a whole: what it answers where no command can run, and where nobody reads its output."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from app import cli, text
from tests.conftest import ROOT


def program(*words: object, lang: str = "en", **options):
    """The program in a process of its own, without a screen."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("QT_", "DISPLAY", "WAYLAND"))}
    command = [sys.executable, "-m", "app", "--lang", lang, *map(str, words)]
    pipe = {"stdout": subprocess.PIPE} | options
    return subprocess.run(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, env=kept, check=False, **pipe)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a screen")
@pytest.mark.parametrize(("words", "told"), [((), "--help"), (("anlyze",), "anlyze")])
def test_without_a_screen_no_window_but_a_sentence(words, told, each_language):
    done = program(*words, lang=each_language)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert told in done.stderr
    assert "analyze" in done.stderr


@pytest.mark.parametrize("words", ["models", "show", "analyze --bla", "analyze --language fr", "analyze --speakers",
                                   "assess --sign=3", "analyze --help"])  # fmt: skip
def test_the_parser_speaks_chinese_too(words, capsys):
    with pytest.raises(SystemExit):
        cli.main([*words.split(), "--lang=zh"])
    said = capsys.readouterr()
    assert "用法：" in said.out + said.err
    for english in ("usage", "error", "options", "show this", "required", "unrecog", "invalid", "expected", "ignored"):
        assert english not in said.out + said.err


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
def test_a_reader_that_goes_away_is_no_crash():
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = program("models", "list", stdout=writer)
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (cli.PIPE_CLOSED, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a Linux device")
def test_a_full_disk_behind_standard_output_is_a_sentence(each_language):
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = program("models", "list", lang=each_language, stdout=full)
    assert done.returncode == 2
    assert done.stderr.strip() == text.tr("failure.disk_full", folder=text.tr("cli.output"))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are text")
@pytest.mark.parametrize("words", [("import", b"/\xcf\xf1.mp4"), ("show", b"\xcf\xf1"), ("import", "{folder}")])
def test_a_name_that_is_no_text_is_a_sentence(words, tmp_path, sample, each_language, capsys):
    shutil.copy(sample / "NOTICE.txt", os.fsencode(tmp_path) + b"/\xcf\xf1.mp4")
    given = [os.fsdecode(word).format(folder=tmp_path) for word in words]
    assert cli.main([*given, "--data", str(tmp_path / "data"), "--lang", each_language]) == 2
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert text.tr("failure.name_unreadable", name="|").split("|")[1] in said
