"""What is said of a consent, in the reader's language: the window and the PDF use the same sentences."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app import text
from app.domain.types import ConsentGiven
from app.recording.evidence import Entry, Evidence, Point, Stands
from app.recording.kinds import Kind
from app.schedule.zones import time_text


def named(key: str, language: str) -> str:
    """A kind of recording or a modality: "Recording: sound"."""
    if key in tuple(Kind):
        return text.tr_in(language, "consent.record", what=text.tr_in(language, f"record.kind_{key}"))
    modality = f"policy.modality_{key}"
    what = text.tr_in(language, modality) if text.has(modality) else key
    return text.tr_in(language, "consent.analyse", what=what)


def listed(points: Iterable[Point], language: str) -> str:
    """Kinds and modalities in a row."""
    keys = (str(point.kind) if point.kind is not None else point.modality for point in points)
    return text.tr_in(language, "library.list_comma").join(named(key, language) for key in keys)


@dataclass(frozen=True)
class ConsentWords:
    """The sentences on one interview's consent."""

    shown: Evidence
    language: str

    def say(self, key: str, **params: object) -> str:
        """`consent.<key>` in the reader's language."""
        return text.tr_in(self.language, f"consent.{key}", **params)

    def time(self, moment: datetime) -> str:
        """A moment in the interview's own time zone."""
        return time_text(moment, self.shown.interview.time_zone)

    def title(self) -> str:
        """Whose consent."""
        return self.say("title", name=self.shown.interview.candidate.name)

    def who(self) -> str:
        """For which position, in which interview."""
        interview = self.shown.interview
        position = interview.position.title if interview.position else ""
        return " · ".join(dict.fromkeys(filter(None, (position, interview.title))))

    def given(self) -> str:
        """When and how it was given, and who kept it; or that no text was read here."""
        given = self.shown.given
        if given is None:
            return self.say("none_given" if self.shown.entries else "none")
        how = text.tr_in(self.language, f"record.how_{given.how}")
        return self.say("given", when=self.time(given.recorded), how=how, by=self.shown.kept_by or "–")

    def point(self, point: Point) -> str:
        """A point by its short name."""
        if point.service is not None:
            said = point.service
            key = f"outside.purpose_{said.purpose}"
            what = text.tr_in(self.language, key) if text.has(key) else str(said.purpose)
            return text.tr_in(self.language, "outside.consent_short", service=said.service, host=said.host, what=what)
        return named(str(point.kind) if point.kind is not None else point.modality, self.language)

    def answer(self, point: Point) -> str:
        """What was answered, and since when it holds."""
        if point.stands is Stands.UNKNOWN or point.since is None:
            return self.say("stands_unknown")
        return self.say(f"stands_{point.stands}", when=self.time(point.since))

    def proof(self) -> list[str]:
        """What bears out the way in which it was given, a line each; a drawn signature is a picture."""
        given = self.shown.given
        if given is None:
            return []
        if given.how is ConsentGiven.PAPER:
            return [text.tr_in(self.language, "record.on_paper")]
        lines = []
        if given.how is ConsentGiven.SIGNED:
            lines.append(
                self.say("signature", name=given.by) if self.shown.drawing is not None else self.say("no_drawing")
            )
        if given.how is ConsentGiven.SPOKEN and not self.shown.said:
            lines.append(self.say("not_marked"))
        for mark, audible in self.shown.said:
            key = "said_at" if audible else "said_redacted"
            lines.append(self.say(key, time=text.timecode(mark.at_s)))
        return lines

    def fingerprint(self) -> str:
        """Which text it was: its number, language and the fingerprint of its words."""
        given = self.shown.given
        if given is None:
            return ""
        spoken = text.tr_in(given.language, "record.own_name") if given.language in text.LANGUAGES else given.language
        return self.say("fingerprint", version=given.text_version, language=spoken, sha256=given.notice_sha256)

    def sameness(self) -> str:
        """Whether what stands there is what was shown."""
        if self.shown.given is None:
            return ""
        if self.shown.notice is None:
            return self.say("text_gone")
        return self.say("text_same" if self.shown.same_words else "text_changed")

    def history(self) -> list[tuple[str, str]]:
        """Everything that was said, the oldest first: when, and what."""
        return [(self.time(each.at), self._entry(each)) for each in self.shown.entries]

    def _entry(self, entry: Entry) -> str:
        if entry.service is not None:
            key = "history_service" if entry.service.agreed else "history_service_back"
            return self.say(key, what=self.point(Point(Stands.AGREED, service=entry.service)))
        parts = []
        if entry.added:
            parts.append(self.say("history_agreed", what=self._listed(entry.added)))
        if entry.taken_back:
            parts.append(self.say("history_withdrawn", what=self._listed(entry.taken_back)))
        if not parts:
            parts.append(self.say("history_nothing" if entry.first else "history_again"))
        how = text.tr_in(self.language, f"record.how_{entry.how}")
        return self.say("history", what=self.say("semicolon").join(parts), how=how, by=entry.kept_by or "–")

    def _listed(self, keys: Iterable[str]) -> str:
        return text.tr_in(self.language, "library.list_comma").join(named(key, self.language) for key in keys)
