"""The report for machines and spreadsheets: JSON with everything, CSV with one line per fact."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from app.report.data import ReportData
from app.report.words import Words

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠")
"""A cell that begins so could be run as a formula by a spreadsheet (OWASP ASVS 1.2.10)."""


def write_json(data: ReportData, language: str, path: Path) -> None:
    """Write everything that the report rests on as JSON; curves are left to the analysis' own export."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(_document(data, language)), indent=2))


def _document(data: ReportData, language: str) -> dict[str, Any]:
    words = Words(data, language)
    signatures = data.assessment.signatures
    return {
        "format": "mianjian-report",
        "version": 1,
        "language": language,
        "made_at": data.made_at,
        "app_version": data.app_version,
        "interview": data.interview,
        "template": {
            "id": data.template.id,
            "version": data.template.version,
            "machine_share": data.template.machine_share,
        },
        "dimensions": [
            {
                "id": row.dimension_id,
                "title": words.title(row),
                "weight": round(row.weight, 2),
                "template_weight": round(row.template_weight, 2),
                "machine": row.machine,
                "mine": row.mine,
                "combined": row.combined,
                "low": row.low,
                "high": row.high,
                "preview": row.preview,
                "comment": words.comment(row),
            }
            for row in data.card.dimensions
        ],
        "composite": data.card.composite,
        "keyword_rate": data.card.keyword_rate,
        "keywords": dict(data.keywords),
        "weight_reason": data.assessment.weight_reason,
        "conclusion": data.assessment.conclusion,
        "summary": data.assessment.summary,
        "strengths": data.assessment.strengths,
        "to_improve": data.assessment.to_improve,
        "questions": list(data.assessment.questions.values()),
        "written_answers": [{"question": asked, "text": said} for asked, said in data.written],
        "assessor": data.assessment.assessor,
        "comments": data.comments,
        "transcript": [{"time": time, "who": who, "text": said} for time, who, said in words.speech()],
        "provenance": data.analysis.provenance if data.analysis else None,
        "quality": data.analysis.quality if data.analysis else None,
        "missing": data.analysis.missing if data.analysis else None,
        "signature": {"revision": signatures[-1].revision, "sha256": signatures[-1].sha256} if signatures else None,
        "signature_holds": data.signature_holds if signatures else None,
        "notice": words.say("notice"),
    }


def write_csv(data: ReportData, language: str, path: Path) -> None:
    """Write the report as CSV (UTF-8 with a mark, so that spreadsheets read Chinese): section, item and its values."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        for row in _rows(Words(data, language)):
            writer.writerow([safe_cell(cell) for cell in row])


def safe_cell(cell: str) -> str:
    """The cell as text: one that a spreadsheet might run as a formula gets an apostrophe in front. Numbers stay."""
    if not cell.startswith(_RISKY):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell


def _rows(words: Words) -> Iterator[list[str]]:
    data, say = words.data, words.say
    for name, value in words.facts():
        yield [say("title"), name, value]
    found = data.card.composite
    yield [say("composite"), "", _number(found.value), _number(found.low), _number(found.high), _number(found.coverage)]
    yield [say("conclusion"), "", words.conclusion()]
    yield [say("summary"), "", data.assessment.summary]
    for title, written in words.own_words():
        yield [title, "", written]
    if words.weights_changed():
        yield [say("weight"), "", say("weights_changed", reason=data.assessment.weight_reason or "–")]
    keys = ("dimension", "weight", "machine", "lowest", "highest", "mine", "combined", "comment")
    yield [say("dimensions"), *(say(key) for key in keys)]
    for row in data.card.dimensions:
        machine = row.machine
        scores = (row.weight, machine.score, machine.low, machine.high, row.mine, None if row.preview else row.combined)
        yield [say("dimensions"), words.title(row), *map(_number, scores), words.comment(row)]
    for asked, score, said in words.questions():
        yield [say("kit_questions"), asked, score, said]
    for asked, said in data.written:
        yield [say("written_answers"), asked, said]
    columns = ("dimension", "answer", "measured", "value", "points", "share", "source")
    yield [say("evidence"), *(say(key) for key in columns)]
    for row in data.card.dimensions:
        for item in row.machine.evidence:
            answer = say("answer_number", number=item.answer + 1)
            values = (words.metric(item.metric), _number(item.value), f"{item.points:g}", _number(item.weight))
            yield [say("evidence"), words.title(row), answer, *values, words.source(item)]
    for comment in data.comments:
        yield [say("comments"), words.moment(comment), words.said_of(comment), comment.author]
    for time, who, said in words.speech():
        yield [say("transcript"), time, who, said]
    for name, value in words.provenance():
        yield [say("provenance"), name, value]
    for line in words.signature():
        yield [say("signature"), "", line]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}".rstrip("0").rstrip(".")
