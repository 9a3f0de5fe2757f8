"""The report in all its formats: complete, escaped, readable by other people's programs, whole or absent."""

from __future__ import annotations

import csv
import errno
import json
import os
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import docx
import numpy as np
import pytest
from pypdf import PdfReader
from PySide6.QtCore import QRectF, QSizeF, QUrl
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QTextDocument, QTextLayout

from analysis.failures import DiskFull, FolderNotWritable
from app import text, whole_file
from app.domain.types import Conclusion
from app.failures import ValueInvalid
from app.report import FORMATS, Series, write_report
from app.report.charts import Bar, draw_bars, draw_radar
from app.report.curves import gaps, pieces
from app.report.fonts import font
from app.report.gather import report_data
from app.report.pdf import SealedDocument, text_document
from app.report.plain import safe_cell
from app.report.qt import ensure_gui
from app.report.word import png
from app.review import ReviewSession
from app.store import Library
from tests.app.interviews import reviewable

PAGE = QSizeF(672, 960)
HOSTILE = '<img src="file:///etc/hostname"> & <b>bold</b>'


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    with Library.open(tmp_path_factory.mktemp("library"), assessor="li") as opened:
        yield opened


@pytest.fixture(scope="module")
def review(library):
    session = ReviewSession(library, reviewable(library))
    session.rate("communication", 7, HOSTILE)
    session.rate("composure", 6.5)
    session.set_weights({"communication": 50, "reasoning": 20})
    session.set_weight_reason("岗位要求")
    session.conclude(Conclusion.UNSURE)
    session.set_summary("=1+1\n总体不错")
    session.tag_comment(session.add_comment(12.5, HOSTILE).id, "communication")
    session.add_comment(None, "@整场")
    session.add_comment(14.0, "一段", end_s=21.0)
    session.set_strengths("=2+2\n讲清了因果")
    session.set_to_improve("语速偏快 <b>")
    session.rate_question("请讲一个项目 & 结果。", 7.5, "有数字 <i>")
    session.rate_question("没有问到的题", None)
    return session


@pytest.fixture
def data(review, each_language):
    return report_data(review, each_language)


@pytest.mark.parametrize("ending", ["pdf", "docx"])
def test_a_report_is_made_in_any_thread(review, tmp_path, ending, qtlog):
    data, path = report_data(review, "zh"), tmp_path / f"r.{ending}"
    long = replace(data, analysis=repeated(data.analysis, 300))
    with ThreadPoolExecutor(1) as pool:
        pool.submit(write_report, long, "zh", path).result()
    assert path.stat().st_size > 0
    assert not qtlog.records


def repeated(analysis, times):
    """The analysis with its transcript said that often."""
    segments = analysis.transcript.segments * times
    return replace(analysis, transcript=replace(analysis.transcript, segments=segments))


def pdf_text(path):
    """The text of a PDF; radicals, which fonts share with characters, are told as characters."""
    return unicodedata.normalize("NFKC", "\n".join(page.extract_text() for page in PdfReader(path).pages))


def squeezed(words):
    return "".join(unicodedata.normalize("NFKC", words).split())


def test_pdf_says_everything_in_the_readers_language(data, each_language, tmp_path):
    path = tmp_path / "报告 𠮷.pdf"
    write_report(data, each_language, path)
    said = squeezed(pdf_text(path))
    for key in ("composite", "evidence", "curves", "comments", "transcript", "provenance", "unsigned", "notice"):
        assert squeezed(text.tr_in(each_language, f"report.{key}"))[:40] in said
    for words in (
        "岗位要求",
        "后端工程师",
        "00:12",
        "总体不错",
        "讲清了因果",
        "语速偏快 <b>",
        "请讲一个项目 & 结果。",
        "有数字 <i>",
        "whisper-base",
        text.tr_in(each_language, "report.why_no_picture"),
    ):
        assert squeezed(words) in said
    assert squeezed(HOSTILE) in said
    assert "没有问到的题" not in said
    assert "⟦" not in said


def test_veiled_scores_are_in_no_report(data, each_language, tmp_path):
    for ending in FORMATS:
        write_report(data, each_language, tmp_path / f"r.{ending}")
    shown = json.loads((tmp_path / "r.json").read_text("utf-8"))
    reasoning = next(d for d in shown["dimensions"] if d["id"] == "reasoning")
    assert reasoning["machine"] == {
        "score": None, "low": None, "high": None, "evidence": [], "why": "veiled",
    }  # fmt: skip
    title = text.tr_in(each_language, "metric.connective_density")
    assert squeezed(title) not in squeezed(pdf_text(tmp_path / "r.pdf"))
    assert title not in (tmp_path / "r.csv").read_text("utf-8-sig")


def test_a_voice_is_called_as_somebody_named_it_and_the_candidate_as_in_the_library(data, each_language, tmp_path):
    speakers = replace(data.analysis.speakers, names={"S1": "李静 <i>&"})
    named = replace(data, analysis=replace(data.analysis, speakers=speakers))
    for ending in ("json", "pdf"):
        write_report(named, each_language, tmp_path / f"r.{ending}")
    shown = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert {line["who"] for line in shown["transcript"]} == {"李静 <i>&", "王小雨 𠮷"}
    assert squeezed("李静 <i>&") in squeezed(pdf_text(tmp_path / "r.pdf"))


def test_fonts_are_embedded_and_no_glyph_is_missing(data, each_language, tmp_path):
    path = tmp_path / "r.pdf"
    write_report(data, each_language, path)
    raw = path.read_bytes()
    assert b"MianJian" in raw
    assert "\ufffd" not in pdf_text(path)
    layout = QTextLayout("面鉴𠮷 123 – “”→·", font(9))
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    assert all(index for run in layout.glyphRuns() for index in run.glyphIndexes())


def test_quotation_marks_are_as_wide_as_the_language_has_them(data, each_language):
    """In English those of the Chinese family stand like full-width ones, and the ellipsis at half its height."""
    ensure_gui()
    wide = QFontMetricsF(font(9)).horizontalAdvance("汉")
    for words in ("“", "”", "’"):
        for made in (font(9, language=each_language), text_document(data, each_language, PAGE).defaultFont()):
            width = QFontMetricsF(made).horizontalAdvance(words)
            assert (width < 0.6 * wide) == (each_language == "en")


def test_nothing_is_loaded_from_a_persons_text(data, each_language):
    asked = []

    class Watched(SealedDocument):
        def loadResource(self, kind, name):
            asked.append(name)
            return super().loadResource(kind, name)

    ensure_gui()
    document = text_document(data, each_language, PAGE)
    assert HOSTILE in document.toPlainText()
    assert document.allFormats()
    watched = Watched()
    watched.setHtml('<img src="file:///etc/hostname">')
    watched.setPageSize(QSizeF(100, 100))
    watched.pageCount()
    blank = watched.resource(QTextDocument.ResourceType.ImageResource.value, QUrl("file:///etc/hostname"))
    assert asked
    assert isinstance(blank, QImage)
    assert blank.width() == 1


def test_word_holds_the_same_and_opens(data, each_language, tmp_path):
    path = tmp_path / "r.docx"
    write_report(data, each_language, path)
    document = docx.Document(path)
    said = "\n".join(p.text for p in document.paragraphs)
    said += "\n".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    own = ("总体不错", "讲清了因果", "语速偏快 <b>", "请讲一个项目 & 结果。", "有数字 <i>")
    for words in (HOSTILE, "岗位要求", *own, "王小雨 𠮷", text.tr_in(each_language, "report.notice")):
        assert words in said
    assert len(document.inline_shapes) == 2


def test_csv_opens_in_a_spreadsheet_and_runs_nothing(data, each_language, tmp_path):
    path = tmp_path / "r.csv"
    write_report(data, each_language, path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(path.read_text("utf-8-sig").splitlines(keepends=True)))
    cells = [cell for row in rows for cell in row]
    assert "'=1+1\n总体不错" in cells
    assert "'@整场" in cells
    assert "00:14–00:21" in cells
    assert "'=2+2\n讲清了因果" in cells
    title = {"zh": "语言表达：", "en": "Communication: "}[each_language]
    assert {HOSTILE, f"{title}{HOSTILE}"} <= set(cells)
    question = text.tr_in(each_language, "report.kit_questions")
    assert [row[1:] for row in rows if row[0] == question] == [["请讲一个项目 & 结果。", "7.5", "有数字 <i>"]]


@pytest.mark.parametrize("cell", ["=1", "+1+1", "-x", "@x", "\tx", "\rx", "＝1", "＋x", "－x", "＠x"])
def test_formulas_become_text(cell):
    assert safe_cell(cell) == f"'{cell}" or float(cell)


def test_numbers_and_words_stay():
    assert [safe_cell(c) for c in ("-1.5", "+3", "7", "", "好", "a=b")] == ["-1.5", "+3", "7", "", "好", "a=b"]


def test_json_has_evidence_comments_and_provenance(data, each_language, tmp_path):
    path = tmp_path / "r.json"
    write_report(data, each_language, path)
    shown = json.loads(path.read_text("utf-8"))
    assert shown["dimensions"][0]["machine"]["evidence"][0]["band"]["score"]
    assert {c["text"] for c in shown["comments"]} == {HOSTILE, "@整场", "一段"}
    assert shown["provenance"]["models"][0]["id"] == "whisper-base"
    assert shown["signature"] is None
    assert shown["questions"][0] == {"question": "请讲一个项目 & 结果。", "score": 7.5, "comment": "有数字 <i>"}
    assert (shown["strengths"], shown["to_improve"]) == ("=2+2\n讲清了因果", "语速偏快 <b>")
    assert {c["text"]: c["dimension_id"] for c in shown["comments"]}[HOSTILE] == "communication"


def test_signature_stands_in_the_report_and_a_later_change_is_said(library, tmp_path, each_language):
    session = ReviewSession(library, reviewable(library))
    for dimension in session.template.dimensions:
        session.rate(dimension.id, 8)
    session.conclude(Conclusion.HIRE)
    signature = session.sign()
    differs = squeezed(text.tr("report.signature_differs"))
    write_report(report_data(session, each_language), each_language, tmp_path / "a.pdf")
    said = squeezed(pdf_text(tmp_path / "a.pdf"))
    assert signature.sha256 in said
    assert differs not in said
    session.set_summary("改动")
    write_report(report_data(session, each_language), each_language, tmp_path / "b.pdf")
    assert differs in squeezed(pdf_text(tmp_path / "b.pdf"))


def test_without_an_analysis_there_is_still_a_report(library, tmp_path, each_language):
    session = ReviewSession(library, reviewable(library, analyse=False))
    for ending in FORMATS:
        write_report(report_data(session, each_language), each_language, tmp_path / f"r.{ending}")
    assert squeezed(text.tr("report.not_analysed"))[:20] in squeezed(pdf_text(tmp_path / "r.pdf"))


def test_excerpt_keeps_the_answers_behind_the_evidence(review, tmp_path):
    data = report_data(review, "zh", full_transcript=False)
    write_report(data, "zh", tmp_path / "r.json")
    said = [line["text"] for line in json.loads((tmp_path / "r.json").read_text("utf-8"))["transcript"]]
    assert said
    assert all("首先" in line for line in said)


def test_times_are_told_in_the_interviews_zone(review):
    from app.report.words import Words

    data = replace(report_data(review, "zh"), made_at=datetime(2026, 11, 20, 20, 0, tzinfo=UTC))
    assert Words(data, "zh").time(data.made_at).startswith("2026-11-21 04:00")
    nowhere = replace(data, interview=replace(data.interview, time_zone="Mars/Base"))
    assert Words(nowhere, "zh").time(data.made_at) == "2026-11-20 20:00 UTC"


def test_another_ending_is_refused(review, tmp_path):
    with pytest.raises(ValueInvalid):
        write_report(report_data(review, "en"), "en", tmp_path / "r.odt")


def test_a_failed_write_leaves_the_old_report_and_no_rest(review, tmp_path, monkeypatch):
    path = tmp_path / "r.json"
    path.write_text("old")

    def full(source, target):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(whole_file.os, "replace", full)
    with pytest.raises(DiskFull):
        write_report(report_data(review, "en"), "en", path)
    monkeypatch.undo()
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["r.json"]
    with pytest.raises(FolderNotWritable):
        write_report(report_data(review, "en"), "en", tmp_path / "absent" / "r.json")


def painted(draw):
    ensure_gui()
    image = QImage(400, 240, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    painter = QPainter(image)
    draw(painter, QRectF(0, 0, 400, 240))
    painter.end()
    return {image.pixelColor(x, y).name() for x in range(0, 400, 2) for y in range(0, 240, 2)}


def test_an_unrated_dimension_leaves_its_corner_open():
    rated = Bar("a", 7, None, None, None, 7, False)
    unrated = replace(rated, mine=None, combined=None)
    whole = painted(lambda p, area: draw_radar(p, area, [rated] * 3))
    part = painted(lambda p, area: draw_radar(p, area, [rated, rated, unrated]))
    assert len(whole - part) >= 1
    assert painted(lambda p, area: draw_bars(p, area, [rated, unrated], ["a", "b", "c"]))


def test_gaps_are_gaps_and_long_tracks_keep_their_peaks():
    values = np.full(36000, 1.0, np.float32)
    values[1000:1400] = np.nan
    values[20003] = 9.0
    series = Series("pitch", "Pitch", "st", 10.0, values)
    assert gaps(series) == [(100.0, 140.0)]
    drawn = pieces(series, 500)
    assert len(drawn) == 2
    assert max(float(v.max()) for _, v in drawn) == 9.0
    assert sum(len(t) for t, _ in drawn) < 4000
    assert all(not ((t >= 100) & (t < 140)).any() for t, _ in drawn)


def test_charts_become_pictures():
    from app.report.charts import Chart

    ensure_gui()
    assert png(Chart(20, 10, lambda painter, area: painter.drawLine(0, 0, 20, 10))).startswith(b"\x89PNG")


def bars_picture(title):
    """The painted bars of one dimension with this title."""
    from app.report.charts import Bar, Chart, draw_bars

    bar = Bar(title, 7.0, 6.0, 5.0, 8.0, 6.7, False)
    return png(Chart(400, 120, lambda painter, area: draw_bars(painter, area, [bar], ["a", "b", "c"])))


@pytest.mark.parametrize("sign", ["面", "鉴", "𠮷"])
def test_a_chart_paints_rare_names_and_no_box(sign):
    ensure_gui()
    missing = bars_picture("\U000f1234")  # nobody has this one: what is painted for it stands for any missing glyph
    assert bars_picture(sign) not in (missing, bars_picture(" "))


def test_every_label_of_a_report_goes_through_the_texts(review, tmp_path):
    write_report(report_data(review, text.PSEUDO), text.PSEUDO, tmp_path / "r.csv")
    rows = list(csv.reader((tmp_path / "r.csv").read_text("utf-8-sig").splitlines(keepends=True)))
    assert all(row[0].startswith("⟦") for row in rows)
    head = next(row for row in rows if text.tr_in(text.PSEUDO, "report.lowest") in row)
    assert all(cell.startswith("⟦") for cell in head)
    write_report(report_data(review, text.PSEUDO), text.PSEUDO, tmp_path / "r.pdf")
    assert "⟦Composite⟧" in squeezed(pdf_text(tmp_path / "r.pdf"))
