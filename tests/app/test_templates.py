"""Templates: what ships is sound, what is wrong is refused with a reason that a person can act on."""

from __future__ import annotations

import copy

import pytest

from app import text
from app.failures import TemplateInvalid
from app.resources import resource, root
from app.scoring import find_template, load_template, shipped_templates, template_from_body, template_to_body
from app.scoring.band_table import rewritten
from app.scoring.metrics import NEVER_SCORED, metric_about, metric_title, modality_of

BODY = template_to_body(shipped_templates()[0])


def changed(change):
    body = copy.deepcopy(BODY)
    change(body)
    return body


def first(body):
    return body["dimensions"][0]


def support(body):
    return first(body)["supports"][0]


def test_shipped_templates_are_sound():
    default = shipped_templates()[0]
    assert default.id == "default"
    assert [d.title.zh for d in default.dimensions] == ["语言表达", "逻辑思维", "情绪稳定性"]
    assert len({d.weight for d in default.dimensions}) == 1
    assert default.dimensions[2].supports == ()
    for template in shipped_templates():
        used = [s.metric for d in template.dimensions for s in d.supports]
        assert all(modality_of(name) == "speech" for name in used)
        assert not set(used) & set(NEVER_SCORED)
        assert all(s.source for d in template.dimensions for s in d.supports)


def test_every_metric_has_name_and_explanation_in_both_languages():
    names = [key.removesuffix("_about").partition(".")[2] for key in text.catalogue("en") if key.endswith("_about")]
    assert {"speech_rate", "connective_density", "word_probability"} <= set(names)
    for name in names:
        for language in text.LANGUAGES:
            assert metric_title(name, language)
            assert metric_about(name, language)


def test_body_and_back():
    for template in shipped_templates():
        assert template_from_body(template_to_body(template)) == template


WRONG = {
    "share above 0.4": (lambda b: b.update(machine_share=0.5), "0.4"),
    "no dimension": (lambda b: b.update(dimensions=[]), "dimension"),
    "id": (lambda b: b.update(id="../x"), "not an id"),
    "version": (lambda b: b.update(version=0), "version"),
    "unknown field": (lambda b: b.update(colour="red"), "colour"),
    "text for a number": (lambda b: b.update(machine_share="much"), "machine_share"),
    "coverage": (lambda b: b.update(min_coverage=2), "coverage"),
    "weights": (lambda b: [d.update(weight=0) for d in b["dimensions"]], "weight"),
    "negative weight": (lambda b: first(b).update(weight=-1), "-1"),
    "same dimension": (lambda b: b["dimensions"].append(first(b)), "twice"),
    "title": (lambda b: first(b).update(title={"zh": "", "en": "x"}), "both languages"),
    "anchors": (lambda b: first(b)["anchors"].reverse(), "anchors"),
    "unknown metric": (lambda b: support(b).update(metric="charisma"), "charisma"),
    "never scored": (lambda b: support(b).update(metric="response_latency"), "never scored"),
    "same metric": (lambda b: first(b)["supports"].append(support(b)), "twice"),
    "language": (lambda b: support(b).update(language="fr"), "fr"),
    "support share": (lambda b: support(b).update(share=0), "share"),
    "min_n": (lambda b: support(b).update(min_n=0), "min_n"),
    "source": (lambda b: support(b).update(source=" "), "source"),
    "no bands": (lambda b: support(b).update(bands=[]), "no bands"),
    "band score": (lambda b: support(b)["bands"][0].update(score=11), "between 0 and 10"),
    "closed end": (lambda b: support(b)["bands"].pop(), "open"),
    "overlap": (lambda b: support(b)["bands"][1].update({"from": 90}), "overlap"),
    "hole": (lambda b: support(b)["bands"][1].update({"from": 120}), "from 100 to 120"),
    "upside down": (
        lambda b: support(b).update(
            bands=[{"score": 1, "below": 9}, {"score": 2, "from": 9, "below": 3}, {"score": 3, "from": 3}]
        ),
        "overlap",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said(name):
    change, expected = WRONG[name]
    with pytest.raises(TemplateInvalid) as refused:
        template_from_body(changed(change), "mine.toml")
    said = text.sentence(refused.value)
    assert "mine.toml" in said
    assert expected in said


def test_reasons_are_said_in_chinese_too():
    text.set_language("zh")
    with pytest.raises(TemplateInvalid) as refused:
        template_from_body(changed(lambda b: b.update(machine_share=0.9)), "x.toml")
    assert "机器占比" in text.sentence(refused.value)


def test_files_that_are_no_templates(tmp_path, each_language):
    cases = {"no.toml": b"= what", "bin.toml": b"\xff\xfe\x00", "empty.toml": b""}
    for name, content in cases.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(TemplateInvalid) as refused:
            load_template(path)
        assert name in text.sentence(refused.value)
    with pytest.raises(TemplateInvalid):
        load_template(tmp_path / "absent.toml")


def test_find_by_id_or_file(tmp_path):
    path = tmp_path / "模板 一.toml"
    path.write_text((resource("templates", "default.toml")).read_text("utf-8").replace('"default"', '"mine"'), "utf-8")
    assert find_template("default").id == "default"
    assert find_template(str(path)).id == "mine"
    with pytest.raises(TemplateInvalid) as refused:
        find_template("nowhere")
    assert "default" in text.sentence(refused.value)


def test_the_documented_band_tables_are_those_of_the_templates():
    page = (root() / "docs" / "scoring.md").read_text("utf-8")
    assert rewritten(page) == page
