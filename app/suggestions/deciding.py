"""What a person decides about suggestions, and what the HR system is told: once for each revision and rule.

A suggestion that was sent and that a newer revision does not bear out is withdrawn, by a note of its own; one that
nobody has yet is only closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import msgspec
from sqlalchemy.orm import Session

from app import text
from app.domain.people import Decided, Decision
from app.domain.template import Template
from app.domain.types import Assessment, Interview, Signature
from app.failures import NotFound, ValueInvalid
from app.outgoing import Said, say, unsay, was_said
from app.store import Library
from app.suggestions.applying import Suggestion, suggestions
from app.suggestions.rules import Rule, company_rules
from sync import outbox
from sync.contract import NoteRole
from sync.outbox import Resolution


def note_id(decided: Decided) -> str:
    """The external id of the note about a decision; its number keeps a suggestion apart that is sent once more.

    A decision that came in a package under a number that was taken here remembers its own.
    """
    serial = decided.body.get("serial", decided.serial)
    return f"{decided.assessment_id}:{decided.revision}:{decided.rule}:{serial}"


class Stands(StrEnum):
    """How a suggestion stands."""

    OPEN = "open"
    SENT = "sent"
    NOT_TAKEN = "not_taken"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Standing:
    """A suggestion from the newest signed revision, and what was decided about it."""

    suggestion: Suggestion
    revision: int
    stands: Stands
    decided: Decided | None = None


class Suggestions:
    """The suggestions for one interview, from the acting assessor's newest signed revision.

    Raises RulesInvalid where the company's file cannot be used.
    """

    def __init__(self, library: Library, interview_id: str) -> None:
        self._library = library
        self.interview: Interview = library.interview(interview_id)
        self.assessment: Assessment | None = self._assessment()
        self.rules = company_rules(library.folder)

    def _assessment(self) -> Assessment | None:
        try:
            return self._library.assessment(self.interview.id)
        except NotFound:
            return None

    @property
    def signed(self) -> Signature | None:
        """The newest signed revision."""
        return self.assessment.signatures[-1] if self.assessment and self.assessment.signatures else None

    def standing(self) -> tuple[Standing, ...]:
        """What follows from it by the rules as they are now."""
        assessment, signed = self.assessment, self.signed
        if assessment is None or signed is None:
            return ()
        last = self._last()
        return tuple(
            self._stands(each, signed, last.get(each.rule.id))
            for each in suggestions(self.rules, signed.payload, template_of(self._library, signed.payload))
        )

    def _last(self) -> dict[str, Decided]:
        """The newest decision for each rule."""
        assert self.assessment is not None
        return {each.rule: each for each in self._library.decisions(self.assessment.id)}

    def _stands(self, suggestion: Suggestion, signed: Signature, last: Decided | None) -> Standing:
        revision = _revision(signed.payload)
        if last is None or last.decision is Decision.WITHDRAWN:
            return Standing(suggestion, revision, Stands.OPEN)
        if last.decision is Decision.SENT:
            sent = msgspec.convert(last.body["rule"], Rule)
            now = suggestion.rule
            same = (sent.then, sent.name, sent.code) == (now.then, now.name, now.code)
            sent_as = Stands.NOT_TAKEN if self._is_declined(last) else Stands.SENT
            return Standing(suggestion, revision, sent_as if same else Stands.OPEN, last)
        known = last.revision == revision and last.body == suggestion.body
        return Standing(suggestion, revision, Stands.DISMISSED if known else Stands.OPEN, last if known else None)

    def _is_declined(self, last: Decided) -> bool:
        """Whether the HR system takes no such notes, or its profile sends none."""
        with self._library.reading() as session:
            note = outbox.find(session, outbox.Kind.NOTE, note_id(last))
        return note is not None and note.resolution in (Resolution.NOT_TAKEN, Resolution.NOT_TOLD)

    def send(self, rule_id: str) -> None:
        """A person confirms: it goes to the HR system. Raises ValueInvalid where it is none of the open ones."""
        standing = self._open(rule_id)
        assert self.assessment is not None
        with self._library.session() as session:
            if standing.decided is not None:
                self._take_back(session, standing.decided)
            made = self._library.add_decision(
                session, self.assessment.id, standing.revision, rule_id, Decision.SENT, standing.suggestion.body
            )
            said = self._said(NoteRole.SUGGESTION, note_id(made), standing.suggestion, standing.revision)
            say(session, self.interview, said)

    def dismiss(self, rule_id: str) -> None:
        """A person decides against it, for this revision. Raises ValueInvalid where it is none of the open ones."""
        standing = self._open(rule_id)
        assert self.assessment is not None
        with self._library.session() as session:
            self._library.add_decision(
                session, self.assessment.id, standing.revision, rule_id, Decision.DISMISSED, standing.suggestion.body
            )

    def _open(self, rule_id: str) -> Standing:
        for each in self.standing():
            if each.suggestion.rule.id == rule_id and each.stands is Stands.OPEN:
                return each
        raise ValueInvalid(what=text.tr("suggest.suggestion"), value=rule_id, allowed=text.tr("suggest.open_ones"))

    def reconcile(self) -> int:
        """Withdraw what was sent and what the newest revision does not bear out any more; gives how many.

        A rule that HR has changed or removed since is not a reason: only another signature is.
        """
        signed = self.signed
        if self.assessment is None or signed is None or self._library.read_only:
            return 0
        template, withdrawn = template_of(self._library, signed.payload), 0
        for last in self._last().values():
            if last.decision is not Decision.SENT or last.revision == _revision(signed.payload):
                continue
            rule = msgspec.convert(last.body["rule"], Rule)
            if not suggestions((rule,), signed.payload, template):
                with self._library.session() as session:
                    self._take_back(session, last)
                withdrawn += 1
        return withdrawn

    def _take_back(self, session: Session, last: Decided) -> None:
        assert self.assessment is not None
        suggestion = Suggestion(msgspec.convert(last.body["rule"], Rule), last.body["subject"], last.body["value"])
        external_id = note_id(last)
        unsay(session, external_id, exactly=True)
        self._library.add_decision(session, self.assessment.id, last.revision, last.rule, Decision.WITHDRAWN, last.body)
        if was_said(session, external_id):
            said = self._said(NoteRole.SUGGESTION_WITHDRAWN, f"{external_id}:withdrawn", suggestion, last.revision)
            say(session, self.interview, said)

    def _said(self, role: NoteRole, external_id: str, suggestion: Suggestion, revision: int) -> Said:
        assert self.assessment is not None
        rule = suggestion.rule
        texts = {language: _sentence(role, suggestion, language) for language in text.LANGUAGES}
        details = {
            "outcome": rule.then.value, "name": rule.name, "code": rule.code, "rule": rule.id,
            "subject": suggestion.subject, "value": suggestion.value, "op": rule.when.op,
            "limit": rule.when.value if rule.when.op else None,
        }  # fmt: skip
        return Said(
            external_id, role, datetime.now(UTC), self._library.given_name, texts, details,
            f"{self.assessment.id}:{revision}",
        )  # fmt: skip


def _sentence(role: NoteRole, suggestion: Suggestion, language: str) -> str:
    title, evidence = suggestion.title_in(language), suggestion.evidence_in(language)
    return text.tr_in(language, f"suggest.note_{role}", title=title, evidence=evidence)


def marked(library: Library, rules: tuple[Rule, ...]) -> tuple[dict[str, int], int]:
    """How many of the newest signed assessments each rule marks, by its id, and how many there are."""
    found, signed = dict.fromkeys((rule.id for rule in rules), 0), library.newest_signed()
    templates: dict[tuple[str, int], Template | None] = {}
    for payload in signed:
        body = msgspec.json.decode(payload)
        key = body["template_id"], body["template_version"]
        if key not in templates:
            templates[key] = template_of(library, payload)
        for each in suggestions(rules, payload, templates[key]):
            found[each.rule.id] += 1
    return found, len(signed)


def template_of(library: Library, payload: bytes) -> Template | None:
    """The template that an assessment was signed by, where this library has it."""
    body = msgspec.json.decode(payload)
    try:
        return library.template(body["template_id"], body["template_version"])
    except NotFound:
        return None


def _revision(payload: bytes) -> int:
    revision: int = msgspec.json.decode(payload)["revision"]
    return revision
