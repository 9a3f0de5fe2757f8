"""`enrich` on the command line, and what `show` tells of it."""

from __future__ import annotations

import json

import pytest

from app import cli, text
from app.review import ReviewSession
from app.settings import SettingsFile
from app.store import Library
from tests.app.pool import filled
from tests.app.test_enriching import claims_of
from tests.llm_server import LlmServer

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def interview_id(folder):
    with Library.open(folder, assessor="li") as library:
        return filled(library)


@pytest.fixture
def server(folder):
    with LlmServer(claims_of) as running:
        folder.mkdir(exist_ok=True)
        SettingsFile(folder).change(llm_url=running.url)
        yield running


def run(folder, *words):
    return cli.main([*map(str, words), "--data", str(folder), "--lang", text.language()])


def test_novelty_for_a_person(folder, interview_id, capsys, each_language):
    assert run(folder, "enrich", "--interview", interview_id[:8]) == 0
    said = capsys.readouterr().out
    assert text.tr("enrich.novelty_title") in said
    assert "有一次我们两个人互换岗位一周" in said
    assert ("3 句中有 1 句新内容，与 3 人比较" if each_language == "zh" else "1 of 3 sentences new, against 3") in said
    assert text.tr("enrich.claims_title") not in said


def test_both_as_json_and_in_show(folder, interview_id, server, capsys):
    assert run(folder, "enrich", "--interview", interview_id, "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert set(said) == {"novelty", "claims"}
    assert said["novelty"]["body"]["answers"][0]["new"] == 1
    assert said["claims"]["body"]["claims"] == []
    assert said["claims"]["body"]["dropped"] == {"not_said": 1, "other_speaker": 1, "grades": 1}
    assert said["claims"]["method"]["model"] == "tiny"
    with Library.open(folder) as library:
        ReviewSession(library, interview_id).rate("reasoning", 7)
    assert run(folder, "show", interview_id, "--json") == 0
    shown = json.loads(capsys.readouterr().out)["enrichments"]
    (claim,) = shown["claims"]["body"]["claims"]
    assert (claim["dimension_id"], claim["quote"]) == ("reasoning", "把支付系统拆成了八个微服务")
    assert (shown["claims"]["outdated"], shown["novelty"]["number"]) == (None, 1)


def test_claims_for_a_person_keep_the_veil(folder, interview_id, server, capsys, each_language):
    assert run(folder, "enrich", "--interview", interview_id, "--claims") == 0
    said = capsys.readouterr().out
    assert "微服务" not in said
    assert text.tr("enrich.dropped_not_said") in said
    assert "tiny" in said
    assert said.count(text.tr("enrich.veiled", title="").strip(" :：")) == 3
    assert text.tr("enrich.novelty_title") not in said
    with Library.open(folder) as library:
        ReviewSession(library, interview_id).rate("reasoning", 7)
    run(folder, "enrich", "--interview", interview_id, "--claims")
    assert "“把支付系统拆成了八个微服务”" in capsys.readouterr().out


def test_without_a_model_claims_are_a_sentence_and_2(folder, interview_id, capsys, each_language):
    assert run(folder, "enrich", "--interview", interview_id, "--claims") == 2
    assert capsys.readouterr().err.strip() == text.tr("failure.llm_off")


def test_what_was_not_made_is_null_in_show(folder, interview_id, capsys):
    run(folder, "show", interview_id, "--json")
    assert json.loads(capsys.readouterr().out)["enrichments"] == {"novelty": None, "claims": None}
