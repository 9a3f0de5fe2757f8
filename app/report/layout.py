"""The order of a PDF report: pieces of escaped HTML and charts between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from analysis.document import Analysis
from app.domain.scores import DimensionScore, Evidence
from app.report.charts import Chart, draw_bars, draw_radar
from app.report.curves import QUESTION_COLOUR, Strip, draw_curves, event_colours, height
from app.report.palette import ACCENT, ACCENT_SOFT, FAINT, GROUND, LINE, MUTED, TEXT, WARN
from app.report.words import Words
from app.scoring.wording import score_text
from app.text import percent, timecode

Block = str | Chart

STYLE = f"""
body, p, td, th {{ color: {TEXT}; }}
h1 {{ font-size: 19pt; font-weight: bold; color: {TEXT}; margin: 0 0 2px 0; }}
h2 {{ font-size: 11.5pt; font-weight: bold; color: {ACCENT}; margin: 20px 0 6px 0; }}
p {{ margin: 0 0 4px 0; }}
.muted {{ color: {MUTED}; }} .small {{ font-size: 7.5pt; color: {MUTED}; }} .warn {{ color: {WARN}; }}
.who {{ color: {MUTED}; font-size: 11pt; }}
.big {{ font-size: 30pt; font-weight: bold; color: {ACCENT}; }}
.badge {{ font-size: 12pt; font-weight: bold; color: {ACCENT}; }}
.num {{ font-weight: bold; font-size: 10pt; }}
.time {{ color: {ACCENT}; }} .stamp {{ color: {ACCENT}; font-size: 7.5pt; }} .arrow {{ color: {FAINT}; }}
.faint {{ color: {FAINT}; }}
th {{ font-weight: bold; font-size: 8pt; color: {MUTED}; text-align: left; }}
"""


def blocks(words: Words, width: float) -> Iterator[Block]:
    """The whole report for a text of `width` document pixels."""
    yield _head(words)
    yield from _result(words)
    yield from _dimensions(words, width)
    yield _questions(words)
    yield _written(words)
    yield _evidence(words)
    yield from _curves(words, width)
    yield _comments(words)
    yield _transcript(words)
    yield _ending(words)


def table(rows: Sequence[Sequence[str]], widths: Sequence[int], head: Sequence[str] = (), *, lines: bool = True) -> str:
    """A table of ready HTML cells; `widths` in per cent. Rows are parted by hair lines."""
    border = f"border-bottom: 1px solid {LINE};" if lines else ""
    cells = [f'<td width="{w}%" style="padding: 4px 8px 4px 0; {border} vertical-align: top">' for w in widths]
    parts = ['<table width="100%" cellspacing="0" cellpadding="0" style="border-collapse: collapse">']
    if head:
        strong = f"padding: 3px 8px 3px 0; border-bottom: 1px solid {FAINT};"
        heads = zip(widths, head, strict=True)
        parts.append(
            "<tr>" + "".join(f'<th width="{w}%" style="{strong}">{escape(h)}</th>' for w, h in heads) + "</tr>"
        )
    for row in rows:
        parts.append("<tr>" + "".join(f"{c}{v}</td>" for c, v in zip(cells, row, strict=True)) + "</tr>")
    return "".join(parts) + "</table>"


def prose(text: str) -> str:
    """A person's text as HTML: escaped, line breaks kept."""
    return escape(text).replace("\n", "<br>")


def _small(text: str) -> str:
    return f'<span class="small">{prose(text)}</span>'


def _h2(words: Words, key: str) -> str:
    return f"<h2>{escape(words.say(key))}</h2>"


def _written(words: Words) -> str:
    """What the candidate wrote, question by question."""
    rows = [[escape(asked), prose(said)] for asked, said in words.data.written]
    return _h2(words, "written_answers") + table(rows, (34, 66)) if rows else ""


def _head(words: Words) -> str:
    interview = words.data.interview
    facts = words.facts()
    label = '<span class="small">{}</span><br>{}'
    cells = [label.format(escape(name), escape(value)) for name, value in facts[2:]]
    cells += [""] * (-len(cells) % 3)
    rows = [cells[i : i + 3] for i in range(0, len(cells), 3)]
    position = facts[1][1]
    return (
        f'<p class="small">MianJian 面鉴 · {escape(words.say("title"))}</p>'
        f"<h1>{escape(interview.candidate.name)}</h1>"
        f'<p class="who">{escape(position)}</p>' + table(rows, (34, 33, 33), lines=False)
    )


def _result(words: Words) -> Iterator[Block]:
    number, lines = words.composite()
    data = words.data
    left = f'<span class="small">{escape(words.say("composite"))} ({escape(words.say("out_of_ten"))})</span><br>'
    left += f'<span class="big">{number}</span><br>'
    left += "<br>".join(f'<span class="muted">{escape(line)}</span>' for line in lines)
    right = f'<span class="small">{escape(words.say("conclusion"))}</span><br>'
    right += f'<span class="badge">{escape(words.conclusion())}</span>'
    if data.assessment.summary.strip():
        right += f'<br><span class="small">{escape(words.say("summary"))}</span><br>{prose(data.assessment.summary)}'
    if data.card.keyword_rate is not None:
        right += f'<br><span class="small">{escape(words.say("keyword_match"))}</span> '
        right += f"{percent(data.card.keyword_rate)}"
    style = f"background-color: {GROUND}; padding: 12px;"
    yield (
        '<table width="100%" cellspacing="0" cellpadding="0" style="margin-top: 12px"><tr>'
        f'<td width="32%" style="{style}">{left}</td><td width="68%" style="{style}">{right}</td></tr></table>'
    )
    yield _own_words(words)
    if not data.assessment.signatures:
        yield f'<p class="warn">{escape(words.say("unsigned"))}</p>'


def _own_words(words: Words) -> str:
    """Strengths and what to improve, side by side where both were written."""
    written = words.own_words()
    if not written:
        return ""
    cells = [f'<span class="small">{escape(title)}</span><br>{prose(said)}' for title, said in written]
    return table([cells], (100 // len(cells),) * len(cells), lines=False)


def bars_chart(words: Words, width: float) -> Chart:
    """The dimensions as bars, and from three on as a radar beside them."""
    bars = words.bars()
    legend = [words.say(f"legend_{name}") for name in ("combined", "machine", "mine")]
    radar = 230.0 if len(bars) >= 3 else 0.0
    tall = max(46.0 * len(bars) + 40, 190.0 if radar else 0.0)

    def paint(painter: QPainter, area: QRectF) -> None:
        left = QRectF(area.left(), area.top(), area.width() - radar, area.height())
        draw_bars(painter, left, bars, legend, words.language)
        if radar:
            draw_radar(painter, QRectF(area.right() - radar, area.top(), radar, area.height()), bars, words.language)

    return Chart(width, tall, paint)


def _dimensions(words: Words, width: float) -> Iterator[Block]:
    card = words.data.card
    yield _h2(words, "dimensions")
    yield bars_chart(words, width)
    if any(row.preview for row in card.dimensions):
        yield f'<p class="small">{escape(words.say("preview_note"))}</p>'
    yield table([_row(words, row) for row in card.dimensions], (18, 13, 15, 12, 13, 29), _dimension_head(words))
    notes = [words.how_combined()]
    if words.weights_changed():
        reason = words.data.assessment.weight_reason or "–"
        notes.insert(0, words.say("weights_changed", reason=reason))
    yield "".join(f'<p class="small">{prose(note)}</p>' for note in notes)


def _dimension_head(words: Words) -> list[str]:
    return [words.say(key) for key in ("dimension", "weight", "machine", "mine", "combined", "comment")]


def _row(words: Words, row: DimensionScore) -> list[str]:
    def pair(both: tuple[str, str]) -> str:
        value, spread = both
        strong = f'<span class="num">{escape(value)}</span>' if value[:1].isdigit() else escape(value)
        return strong + (f'<br><span class="small">{escape(spread)}</span>' if spread else "")

    observed = words.observations(row)
    comment = prose(words.comment(row))
    if observed:
        note = f'<span class="small">{escape(words.say("observations"))}: {escape(observed)}</span>'
        comment = f"{comment}<br>{note}" if comment else note
    return [
        f"<b>{escape(words.title(row))}</b>",
        pair(words.weight(row)),
        pair(words.machine(row)),
        pair((score_text(row.mine), "")),
        pair(words.combined(row)),
        comment,
    ]


def _questions(words: Words) -> str:
    """The questions of the kit, one by one."""
    rated = words.questions()
    if not rated:
        return ""
    rows = [[prose(asked), f'<span class="num">{escape(score)}</span>', prose(said)] for asked, score, said in rated]
    head = [words.say(key) for key in ("kit_question", "mine", "comment")]
    return _h2(words, "kit_questions") + table(rows, (50, 12, 38), head)


def _evidence(words: Words) -> str:
    rows = [row for row in words.data.card.dimensions if row.machine.evidence]
    if not rows:
        return _h2(words, "evidence") + f'<p class="muted">{escape(words.say("evidence_none"))}</p>'
    parts = [_h2(words, "evidence"), f'<p class="small">{escape(words.say("evidence_note"))}</p>']
    for row in rows:
        parts.append(f'<p style="margin-top: 10px"><b>{escape(words.title(row))}</b></p>')
        parts.append(_evidence_table(words, row.machine.evidence))
    return "".join(parts)


def _evidence_table(words: Words, evidence: Sequence[Evidence]) -> str:
    """Answers down, metrics across: what was measured, the points that it earned, and when."""
    metrics = list(dict.fromkeys(item.metric for item in evidence))
    answers = sorted({item.answer for item in evidence})
    cells = {(item.answer, item.metric): _measured(words, item) for item in evidence}
    spans = {item.answer: item.start for item in evidence}
    rows = [
        [f'{escape(words.say("answer_number", number=a + 1))} <span class="time">{timecode(spans[a])}</span>']
        + [cells.get((a, m), '<span class="faint">–</span>') for m in metrics]
        for a in answers
    ]
    each = 86 // len(metrics)
    head = [words.say("answer"), *(words.metric(name) for name in metrics)]
    return table(rows, (14, *([each] * len(metrics))), head) + _sources(words, evidence)


def _measured(words: Words, item: Evidence) -> str:
    value = f'{escape(words.value(item))} <span class="arrow">→</span> <b>{item.points:g}</b>'
    times = " ".join(timecode(t) for t in item.moments)
    return value + (f' &nbsp;<span class="stamp">{times}</span>' if times else "")


def _sources(words: Words, evidence: Sequence[Evidence]) -> str:
    named: dict[str, list[str]] = {}
    for name, source in dict.fromkeys((words.metric(i.metric), words.source(i)) for i in evidence):
        named.setdefault(source, []).append(name)
    comma = words.say("list_comma")
    lines = [words.say("source_line", source=s, metrics=comma.join(names)) for s, names in named.items()]
    return "".join(f'<p class="small">{escape(line)}</p>' for line in lines)


def curves_chart(words: Words, width: float) -> Chart | None:
    """Questions, events and curves on one time axis; None where there is nothing to draw."""
    analysis, series = words.data.analysis, words.data.series
    if analysis is None or analysis.media.duration <= 0:
        return None
    strips = _strips(words, analysis)
    if not strips and not series:
        return None
    duration = analysis.media.duration

    def paint(painter: QPainter, area: QRectF) -> None:
        draw_curves(painter, area, duration, series, strips, words.language)

    return Chart(width, height(series, strips), paint)


def _strips(words: Words, analysis: Analysis) -> list[Strip]:
    asked = tuple(
        (e.question.start, max(e.answer.end, e.question.end), words.say("answer_number", number=i))
        for i, e in enumerate(analysis.exchanges, 1)
    )
    strips = [Strip(words.say("questions"), asked, QUESTION_COLOUR)] if asked else []
    for kind, colour in event_colours().items():
        marks = tuple((e.start, e.end, "") for e in analysis.events if e.kind == kind)
        title = words.strip(kind)
        if marks and title:
            strips.append(Strip(title, marks, colour))
    return strips


def _curves(words: Words, width: float) -> Iterator[Block]:
    chart = curves_chart(words, width)
    if chart is not None:
        yield _h2(words, "curves")
        yield chart
        yield f'<p class="small">{escape(words.say("curves_note"))}</p>'


def _comments(words: Words) -> str:
    comments = [c for c in words.data.comments if c.text.strip() or c.bookmark]
    if not comments:
        return ""
    rows = [
        [
            f'<span class="time">{escape(words.moment(c))}</span>',
            prose(words.said_of(c)) or escape(words.say("bookmark")),
            f'<span class="small">{escape(c.author)}</span>',
        ]
        for c in comments
    ]
    return _h2(words, "comments") + table(rows, (14, 70, 16))


def _transcript(words: Words) -> str:
    speech = words.speech()
    if not speech:
        return ""
    rows = [
        [f'<span class="time">{time}</span>', f'<span class="small">{escape(who)}</span>', prose(said)]
        for time, who, said in speech
    ]
    title = "transcript" if words.data.full_transcript else "transcript_excerpt"
    note = f'<p class="small">{escape(words.say("transcript_note"))}</p>'
    return _h2(words, title) + note + table(rows, (8, 16, 76))


def _ending(words: Words) -> str:
    heard = [
        f"{escape(word)} <span class='small'>{' '.join(map(timecode, times)) or escape(words.say('not_heard'))}</span>"
        for word, times in words.data.keywords
    ]
    keywords = f"{_h2(words, 'keywords')}<p>{' &nbsp; '.join(heard)}</p>" if heard else ""
    facts = [
        [f'<span class="small">{escape(a)}</span>', f'<span class="small">{prose(b)}</span>']
        for a, b in words.provenance()
    ]
    signed = "".join(f"<p>{escape(line)}</p>" for line in words.signature())
    box = '<table width="100%" cellpadding="0" cellspacing="0"><tr>'
    box += f'<td style="background-color: {ACCENT_SOFT}; padding: 10px">'
    return (
        keywords
        + _h2(words, "provenance")
        + table(facts, (22, 78))
        + _h2(words, "signature")
        + f'{box}{signed}</td></tr></table><p class="small" style="margin-top: 8px">{escape(words.say("notice"))}</p>'
    )
