"""What a report says, in the reader's language: every format asks here, so that PDF, Word, CSV and JSON agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from analysis.document import Analysis, Role, Segment
from app import text
from app.absence import absences, failed
from app.domain.scores import DimensionScore, Evidence
from app.domain.template import Dimension
from app.domain.types import Comment
from app.origin import fallback_lines, quality_lines
from app.report.charts import Bar
from app.report.data import ReportData
from app.schedule.zones import time_text
from app.scoring.metrics import metric_title, source_text, value_text
from app.scoring.weights import deviations
from app.scoring.wording import interval_text, score_text, weight_text, why_text
from app.text import stretch, timecode


@dataclass(frozen=True)
class Words:
    """The sentences of one report."""

    data: ReportData
    language: str

    def say(self, key: str, **params: object) -> str:
        """`report.<key>` in the reader's language."""
        return text.tr_in(self.language, f"report.{key}", **params)

    def time(self, moment: datetime) -> str:
        """A moment in the interview's own time zone."""
        return time_text(moment, self.data.interview.time_zone)

    def facts(self) -> list[tuple[str, str]]:
        """Who, for what, when, by whom: label and value."""
        interview, say = self.data.interview, self.say
        position = interview.position
        title = (
            say("list_comma").join(part for part in (position.title, position.department) if part) if position else ""
        )
        when = interview.scheduled_at or interview.created
        template = self.data.template
        used = say("template_version", title=template.title.in_(self.language), version=template.version)
        held = self.data.held
        recording = [(say("recording"), say("refused" if held.refused else "unrecorded"))] if held.unrecorded else []
        return [
            (say("candidate"), interview.candidate.name),
            (say("position"), title or "–"),
            (say("interview"), " · ".join(p for p in (interview.title, say("round", number=interview.round)) if p)),
            (say("date"), self.time(when)),
            (say("assessor"), self.data.assessment.assessor or "–"),
            (say("template"), used),
            (say("status"), say(f"status_{interview.status}")),
            *recording,
        ]

    def moment(self, comment: Comment) -> str:
        """What a comment is about: a moment or a stretch of the recording, or the whole interview."""
        if comment.time_s is None:
            return self.say("whole_interview")
        return stretch(comment.time_s, comment.end_s)

    def conclusion(self) -> str:
        """The recommendation."""
        chosen = self.data.assessment.conclusion
        return self.say(f"conclusion_{chosen}") if chosen else self.say("none_yet")

    def dimension(self, row: DimensionScore) -> Dimension:
        """The template's dimension of a row."""
        return next(d for d in self.data.template.dimensions if d.id == row.dimension_id)

    def title(self, row: DimensionScore) -> str:
        """A row's title."""
        return self.dimension(row).title.in_(self.language)

    def machine(self, row: DimensionScore) -> tuple[str, str]:
        """The machine's score and its interval, or why there is none."""
        score = row.machine
        if score.score is None:
            return why_text(score, self.language), ""
        return score_text(score.score, score.low, score.high), interval_text(score.low, score.high)

    def combined(self, row: DimensionScore) -> tuple[str, str]:
        """The combined score and its interval; a preview counts as none."""
        if row.preview or row.combined is None:
            return score_text(None), ""
        return score_text(row.combined, row.low, row.high), interval_text(row.low, row.high)

    def comment(self, row: DimensionScore) -> str:
        """The interviewer's comment on a dimension."""
        rating = self.data.assessment.ratings.get(row.dimension_id)
        return rating.comment if rating else ""

    def own_words(self) -> list[tuple[str, str]]:
        """Strengths and what to improve, each under its heading; only what was written."""
        assessment = self.data.assessment
        both = (("strengths", assessment.strengths), ("to_improve", assessment.to_improve))
        return [(self.say(key), words.strip()) for key, words in both if words.strip()]

    def questions(self) -> list[tuple[str, str, str]]:
        """The questions of the kit that were rated or commented on: question, score, comment.

        In the kit's order; those that have left the kit since come last. Where there is no recording, those that were
        asked are all among them.
        """
        position = self.data.interview.position
        kit = position.questions if position else ()
        rated = [each for each in self.data.assessment.questions.values() if each.score is not None or each.comment]
        rows = {each.question: (each.question, score_text(each.score), each.comment) for each in rated}
        for asked in self.data.held.questions if self.data.held.unrecorded else ():
            rows.setdefault(asked.text, (asked.text, score_text(None), ""))
        return sorted(rows.values(), key=lambda row: kit.index(row[0]) if row[0] in kit else len(kit))

    def said_of(self, comment: Comment) -> str:
        """A comment's words, after the title of the dimension that it speaks of."""
        titles = {d.id: d.title.in_(self.language) for d in self.data.template.dimensions}
        title = titles.get(comment.dimension_id or "", "")
        return self.say("comment_of", title=title, text=comment.text) if title and comment.text else comment.text

    def weight(self, row: DimensionScore) -> tuple[str, str]:
        """The weight, and the template's where weights were moved."""
        own = weight_text(row.weight)
        if not self.weights_changed():
            return own, ""
        return own, self.say("template_weight", weight=weight_text(row.template_weight))

    def weights_changed(self) -> bool:
        """Whether a weight differs from the template's."""
        weights = {row.dimension_id: row.weight for row in self.data.card.dimensions}
        return bool(deviations(self.data.template, weights))

    def composite(self) -> tuple[str, list[str]]:
        """The composite and the lines below it."""
        found = self.data.card.composite
        coverage = self.say("coverage", share=text.percent(found.coverage))
        if found.value is None:
            return score_text(None), [self.say("no_composite"), coverage]
        spread = interval_text(found.low, found.high)
        line = self.say("interval", range=spread) if spread else self.say("no_interval")
        return score_text(found.value, found.low, found.high), [line, coverage]

    def how_combined(self) -> str:
        """The rule in a sentence."""
        share = self.data.template.machine_share
        return self.say("how_combined", mine=text.percent(1 - share), machine=text.percent(share))

    def strip(self, kind: str) -> str:
        """The title of a lane of events; "" for a kind that reports do not show."""
        keys = (f"report.strip_{kind}s", f"expression.event_{kind}")
        return next((text.tr_in(self.language, key) for key in keys if text.has(key)), "")

    def metric(self, name: str) -> str:
        """A metric's name."""
        return metric_title(name, self.language)

    def value(self, item: Evidence) -> str:
        """What was measured, with its unit."""
        return value_text(item.value, item.unit, self.language)

    def source(self, item: Evidence) -> str:
        """Where the item's band comes from."""
        return source_text(item.band_source, self.language)

    def observations(self, row: DimensionScore) -> str:
        """What the template shows beside a dimension, unscored, in one line; "" where nothing was measured."""
        overall = self.data.analysis.metrics.overall if self.data.analysis else {}
        measured = [
            f"{self.metric(name)} {'≥ ' if found.quality == 'lower_bound' else ''}"
            f"{value_text(found.value, found.unit, self.language)}"
            for name in self.dimension(row).observations
            if (found := overall.get(name)) is not None and found.value is not None
        ]
        return " · ".join(measured)

    def bars(self) -> list[Bar]:
        """The dimensions as the charts want them."""
        return [
            Bar(self.title(r), r.mine, r.machine.score, r.machine.low, r.machine.high, r.combined, r.preview)
            for r in self.data.card.dimensions
        ]

    def speech(self) -> list[tuple[str, str, str]]:
        """The transcript as (time, who, text); an excerpt keeps the answers that evidence rests on."""
        analysis = self.data.analysis
        if analysis is None:
            return []
        wanted = analysis.transcript.segments if self.data.full_transcript else self._excerpt(analysis)
        return [(timecode(s.start), self.speaker(s, analysis), s.text) for s in wanted if s.text.strip()]

    def _excerpt(self, analysis: Analysis) -> Iterable[Segment]:
        spans = {(e.start, e.end) for row in self.data.card.dimensions for e in row.machine.evidence}
        return [s for s in analysis.transcript.segments if any(a - 0.5 <= s.start < b for a, b in spans)]

    def speaker(self, segment: Segment, analysis: Analysis) -> str:
        """Who speaks: by the name that somebody gave, else the candidate by the library's, others by role."""
        given = analysis.speakers.names.get(segment.speaker)
        if given:
            return given
        role = analysis.speakers.roles.get(segment.speaker, Role.OTHER)
        return self.data.interview.candidate.name if role is Role.CANDIDATE else self.say(f"role_{role}")

    def provenance(self) -> list[tuple[str, str]]:
        """What the numbers rest on, and what is missing."""
        analysis = self.data.analysis
        if analysis is None:
            return [(self.say("provenance"), self.say("not_analysed"))]
        models = [
            self.say("model_line", role=self._named("model", m.role), id=m.id, hash=m.sha256[:12])
            for m in analysis.provenance.models
        ]
        fallbacks = fallback_lines(analysis, self.language)
        return [
            (self.say("media_hash"), analysis.media.sha256),
            (self.say("analysis_id"), f"{analysis.id[:16]} · {self._named('device', analysis.provenance.device)}"),
            (self.say("models"), "\n".join(models) or "–"),
            *([(self.say("fallbacks"), "\n".join(fallbacks))] if fallbacks else []),
            (self.say("quality"), "\n".join(quality_lines(analysis.quality, self.language)) or "–"),
            (self.say("missing"), self._missing(analysis) or self.say("missing_none")),
        ]

    def _missing(self, analysis: Analysis) -> str:
        """What is absent in one line, then each failure of a stage in a line of its own."""
        broken = failed(analysis.missing)
        rest = [each for each in analysis.missing if each not in broken]
        lines = [self.say("list_comma").join(absences(rest, self.language)), *absences(broken, self.language)]
        return "\n".join(line for line in lines if line)

    def _named(self, kind: str, code: str) -> str:
        """The words for a code of the analysis; the code itself where it was made by another build."""
        key = f"report.{kind}_{code}"
        return text.tr_in(self.language, key) if text.has(key) else code

    def signature(self) -> list[str]:
        """Whose signature, of what; or that there is none."""
        if not self.data.assessment.signatures:
            return [self.say("unsigned")]
        last = self.data.assessment.signatures[-1]
        line = self.say("signature_line", revision=last.revision, who=last.assessor, when=self.time(last.signed_at))
        lines = [line, f"{self.say('signature_hash')}: {last.sha256}"]
        return lines if self.data.signature_holds else [*lines, self.say("signature_differs")]
