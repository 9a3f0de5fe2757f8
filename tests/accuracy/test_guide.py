"""The page and its verdicts, made from a small report; and that the committed page names only figures that exist."""

from __future__ import annotations

import json
import re

import pytest

from tests.accuracy import guide, report
from tests.accuracy.__main__ import DOCS, STORED, merge, write_docs
from tests.accuracy.figures import MEANINGS, Figure, Section, Subject, Table, stem_of
from tests.accuracy.verdicts import RULES, Verdict, verdict

SYNTHETIC, REAL = "synthetic voices", "real voices"


def small() -> list[Section]:
    """A report with a good, a fair and a bad figure, and few real clips."""
    voices = Section("interviews", "Whole interviews", "Text | with a bar.")
    zh = Subject("interviews_zh", SYNTHETIC)
    voices.figures += zh.ratio("cer", [1, 0, 2] * 6, [40, 50, 60] * 6, "characters", n=900, over="turns")
    voices.figures += zh.share("filler_recall", 4, 11, "true fillers")
    voices.figures += zh.share("term_recall", 13, 13, "true terms")
    voices.figures += zh.worst("term_worst_s", [0.1, 0.31], "spoken terms")
    voices.tables.append(Table("Table", ("a", "b"), (("1", "2|3"),)))
    voices.skipped.append("off-topic hints: no answer has one")
    speech = Section("speech", "Real speech", "Text.")
    speech.figures += Subject("en", REAL).ratio("wer", [0, 0, 0], [20, 20, 20], "words", n=60, over="clips")
    return [voices, speech]


def only(made: list[Figure]) -> Figure:
    (figure,) = made
    return figure


def test_the_page_judges_by_the_figures():
    page = guide.page(small())
    assert "- **May rely, in clean sound**: text of clean interviews, terms given; terms: that all are found." in page
    assert "- **Do not rely**: fillers: that all are found." in page
    assert "| text of real speech | English words wrong, figures as spoken | 0.0 % | 0.0 to 6.0 % |" in page
    assert "| 60 words, real voices | as a hint (few) | `wer_en` |" in page
    assert "| may rely, in clean sound | `term_recall_interviews_zh` |" in page
    assert "hums.py" in page
    assert "Gaze and eye contact" in page
    assert "(performance.md)" in page
    assert "## Head pose" not in page


def test_the_words_change_with_the_figures():
    sections = small()
    sections[0].figures[:] = Subject("interviews_zh", SYNTHETIC).share("filler_recall", 19, 20, "true fillers")
    assert "- **May rely, in clean sound**: fillers: that all are found." in guide.page(sections)


@pytest.mark.parametrize(
    ("hits", "n", "said"),
    [
        (20, 20, Verdict.RELY),
        (7, 7, Verdict.HINT),
        (18, 20, Verdict.HINT),
        (14, 20, Verdict.HINT),
        (13, 20, Verdict.NO),
    ],
)
def test_a_share_must_be_good_and_rest_on_enough(hits, n, said):
    assert verdict(only(Subject("x", REAL).share("smile_recall", hits, n, "smiles"))) is said


def test_an_error_must_be_low():
    good = Subject("x", REAL).mean("latency_error_s", [0.02, 0.05] * 6, "answers")
    bad = Subject("x", REAL).mean("latency_error_s", [0.2, 0.6] * 6, "answers")
    assert [verdict(only(good)), verdict(only(bad))] == [Verdict.RELY, Verdict.NO]


def test_every_line_of_the_page_has_a_meaning_and_a_rule():
    for key in guide.named_keys():
        assert stem_of(key) in MEANINGS, key
        assert stem_of(key) in RULES, key


def test_the_report_is_the_same_after_a_journey_through_json():
    sections = small()
    text = report.dumped(report.document(sections))
    assert report.sections_of(json.loads(text)) == sections
    assert re.search(r'^ +\{"groups": 18, .*"stem": "cer".*\},?$', text, re.MULTILINE)


def test_a_report_with_a_figure_of_old_is_refused():
    found = report.document(small())
    found["sections"]["speech"]["figures"][0]["stem"] = "fluency"
    with pytest.raises(KeyError, match="fluency_en"):
        report.sections_of(found)
    with pytest.raises(ValueError, match="version 0"):
        report.sections_of({"version": 0, "sections": {}})


def test_the_markdown_names_key_items_interval_and_how():
    text = report.written(small(), as_json=False)
    assert "| `filler_recall_interviews_zh` | spoken fillers that are found | 36.4 % | 15.2 to 64.6 % |" in text
    assert "11 true fillers | Wilson; synthetic voices |" in text
    assert "bootstrap over 18 turns" in text
    assert "| `term_worst_s_interviews_zh` | worst start of a term | 0.310 s | – | 2 spoken terms | maximum" in text
    assert "Left out: off-topic hints: no answer has one." in text
    assert "| 1 | 2/3 |" in text


def test_the_flat_keys_are_numbers_and_merge_into_a_file(tmp_path):
    file = tmp_path / "figures.json"
    file.write_text('{"kept": 1.5, "wer_en": 9}', "utf-8")
    merge(file, report.flat(small()))
    found = json.loads(file.read_text("utf-8"))
    assert found["kept"] == 1.5
    assert found["wer_en"] == 0.0
    assert (found["wer_en_n"], found["wer_en_low"]) == (60, 0.0)
    assert found["wer_en_high"] == pytest.approx(0.06, abs=0.001)
    assert "term_worst_s_interviews_zh_low" not in found
    assert all(isinstance(value, int | float) for value in found.values())


def test_new_sections_take_the_place_of_those_before(tmp_path):
    stored, page = tmp_path / "accuracy.json", tmp_path / "accuracy.md"
    write_docs(small(), stored, page)
    before = page.read_text("utf-8")
    write_docs([Section("speech", "Real speech", "Text.")], stored, page)
    assert "`wer_en`" in before
    assert "`wer_en`" not in page.read_text("utf-8")
    assert "`cer_interviews_zh`" in page.read_text("utf-8")


def test_a_figure_without_a_meaning_cannot_be_made():
    with pytest.raises(KeyError, match="fluency"):
        Subject("x", REAL).share("fluency", 1, 2, "words")


def test_the_committed_page_is_made_from_the_committed_report_and_names_only_figures_that_exist():
    sections = report.sections_of(json.loads(STORED.read_text("utf-8")))
    page = DOCS.read_text("utf-8")
    assert page == guide.page(sections)
    named = re.findall(r"\| `([a-z0-9_]+)` \|$", page, re.MULTILINE)
    assert len(named) > 40
    assert set(named) <= {figure.key for section in sections for figure in section.figures}
    assert all(stem_of(key) for key in named)
