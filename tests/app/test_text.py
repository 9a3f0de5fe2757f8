"""Both languages are complete, placeholders agree, and every key that the code names exists."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from app import text
from sync.failures import RemoteRejected
from tests.conftest import ROOT

KEY = re.compile(r"""(?:\btr|\btr_in|\bbind|\bsay)\([^"'\n]*?(?<!f)["']([a-z_]+\.[a-z0-9_]+)["']""")
SOURCES = [path for top in ("app", "ui") for path in sorted((ROOT / top).rglob("*.py"))]


def placeholders(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name is not None}


def test_both_languages_have_the_same_keys():
    assert text.catalogue("zh").keys() == text.catalogue("en").keys()


def test_placeholders_agree_and_nothing_is_empty():
    chinese, english = text.catalogue("zh"), text.catalogue("en")
    for key, words in english.items():
        assert words.strip(), key
        assert chinese[key].strip(), key
        assert placeholders(words) == placeholders(chinese[key]), key


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(Path(path).relative_to(ROOT)))
def test_every_key_named_in_the_code_exists(path):
    named = KEY.findall(path.read_text("utf-8"))
    assert [key for key in named if not text.has(key)] == []


@pytest.mark.parametrize("language", text.LANGUAGES)
@pytest.mark.parametrize("detail", ["Interviewer is not active.", "Interviewer is not active", "面试官已停用。"])
def test_a_detail_that_ends_with_a_full_stop_brings_no_second_one(language, detail):
    text.set_language(language)
    said = text.sentence(RemoteRejected(host="hr.example.com", status=422, detail=detail))
    assert detail.rstrip(".。") in said
    assert not re.search(r"[.。]\s*[.。]", said)


def test_failure_codes_have_sentences_in_both_languages():
    codes = set()
    for module in ("analysis/failures.py", "app/failures.py", "sync/failures.py", "sync/providers/failures.py"):
        codes |= set(re.findall(r'^    code = "(\w+)"', (ROOT / module).read_text("utf-8"), re.M))
    assert {code for code in codes if not text.has(f"failure.{code}")} == set()


def test_pseudo_language_marks_every_text():
    text.set_language("pseudo")
    assert text.tr("library.status_assessed") == "⟦Assessed⟧"


def test_sentence_fills_what_happened(each_language):
    from app.failures import LibraryHeld

    said = text.sentence(LibraryHeld(who="王芳", since="09:12"))
    assert "王芳" in said
    assert "09:12" in said


def test_unknown_key_is_a_bug():
    with pytest.raises(KeyError):
        text.tr("library.no_such_text")


def test_timecode_and_percent():
    assert text.timecode(65.2) == "01:05"
    assert text.timecode(3661) == "1:01:01"
    assert text.timecode(-1) == "00:00"
    assert text.percent(0.714) == "71 %"
