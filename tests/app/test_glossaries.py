"""Glossaries as files: what ships, what a person adds or replaces, and what is said of a damaged one."""

from __future__ import annotations

import pytest

from analysis.failures import InputInvalid
from analysis.language.script import has_han
from analysis.request import Glossary, Term
from app import text
from app.failures import GlossaryInvalid
from app.glossaries import FOLDER, glossaries, read_glossary, requested, title_of
from app.jobs.analysis import Choices, request_for
from app.resources import resource

OWN = 'id = "rail"\nterms = [\n  "转向架 | bogie",\n  "接触网",\n]\n\n[title]\nzh = "轨道交通"\nen = "Railways"\n'
SHIPPED = ("ai", "business", "industrial", "product", "software")


@pytest.fixture
def own(tmp_path):
    """Writes a glossary into a library's folder, which is given back."""

    def write(content: str | bytes, name: str = "rail.toml"):
        folder = tmp_path / FOLDER
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path

    return write


def test_the_shipped_glossaries_are_whole(tmp_path):
    found = glossaries(tmp_path)
    assert tuple(glossary.id for glossary in found) == SHIPPED
    assert [path.stem for path in sorted(resource(FOLDER).glob("*.toml"))] == list(SHIPPED)
    for glossary in found:
        assert 25 <= len(glossary.terms) <= 70
        assert all(glossary.title[language] for language in text.LANGUAGES)
        names = [name.casefold() for term in glossary.terms for name in (term.text, *term.aliases)]
        assert len(names) == len(set(names)), glossary.id
        spoken = [any(has_han(name) for name in (term.text, *term.aliases)) for term in glossary.terms]
        assert sum(spoken) > 0.7 * len(spoken)


def test_the_terms_that_people_know_their_domain_by_are_there(tmp_path):
    terms = {glossary.id: {term.text for term in glossary.terms} for glossary in glossaries(tmp_path)}
    assert {"PLC编程", "精益生产", "六西格玛", "看板", "数控机床"} <= terms["industrial"]
    assert {"Transformer", "PyTorch", "大模型", "梯度下降"} <= terms["ai"]
    assert {"微服务", "负载均衡", "Kubernetes"} <= terms["software"]


def test_a_persons_own_glossary_is_added(own):
    data = own(OWN)
    assert Glossary("rail", (Term("转向架", ("bogie",)), Term("接触网"))) in requested(data)
    assert (title_of("rail", data, "zh"), title_of("rail", data, "en")) == ("轨道交通", "Railways")
    assert title_of("gone", data, "en") == "gone"


def test_the_same_id_replaces_a_shipped_one_and_no_terms_switch_it_off(own):
    data = own(OWN.replace("rail", "ai"))
    assert next(g for g in requested(data) if g.id == "ai").terms[0] == Term("转向架", ("bogie",))
    data = own('id = "software"\nterms = []\n[title]\nzh = "无"\nen = "None"\n', "off.toml")
    assert "software" not in [glossary.id for glossary in requested(data)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk"])
def test_files_of_other_editors_are_read(own, encoding):
    assert "rail" in [glossary.id for glossary in requested(own(OWN.encode(encoding)))]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (OWN.replace('"接触网",', '"接触网'), 4),
        (OWN + "[title", 10),
        (OWN.replace('id = "rail"', 'id = "Rail Way"'), 1),
        (OWN.replace('en = "Railways"', ""), 7),
        (OWN.replace('  "接触网",', '  "| catenary",'), 4),
        (OWN.replace('  "接触网",', "  17,"), 2),
        (OWN.replace("terms = [", "words = ["), 2),
        (OWN.replace('terms = [\n  "转向架 | bogie",\n  "接触网",\n]', 'terms = "转向架"'), 2),
    ],
)
def test_a_damaged_file_is_named_with_its_line(own, each_language, content, line):
    data = own(content, "我的 术语.toml")
    with pytest.raises(GlossaryInvalid) as told:
        requested(data)
    assert told.value.params["line"] == line
    said = text.sentence(told.value)
    assert "我的 术语.toml" in said
    assert str(line) in said
    assert str(told.value.params["reason"]) in said


@pytest.mark.parametrize(
    ("content", "code"), [(bytes(range(256)), "input_not_text"), (b"#" * 1_000_001, "input_too_large")]
)
def test_what_is_no_text_file_is_said_as_for_terms(own, content, code):
    with pytest.raises(InputInvalid) as told:
        requested(own(content))
    assert told.value.code == code


def test_an_analysis_is_given_the_glossaries_of_its_library(own):
    data = own(OWN)
    request = request_for(data / "a.mp4", "a.mp4", data / "out", data / "observed", Choices(), data)
    assert [glossary.id for glossary in request.glossaries] == sorted([*SHIPPED, "rail"])
    assert read_glossary(data / FOLDER / "rail.toml").terms == next(
        g.terms for g in request.glossaries if g.id == "rail"
    )
