"""Has an outside service write down what is said in an interview: its sound leaves, a transcript with its source comes.

The sound goes as the profile says, one channel at 16 kHz and nothing of the picture, through `app.outside.sending`:
nothing passes there without policy, consents, key and confirmation.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from analysis import protocol
from analysis.document import Fallback
from analysis.failures import Failure, TranscriptInvalid
from analysis.reading import Source
from analysis.reading.heard import HeardFile, HeardPart, HeardWord, decode
from app import text
from app.domain.outside import Purpose
from app.failures import NotFound, OutsideConsentMissing, OutsideForbidden, OutsideStopped, OutsideUnconfirmed
from app.jobs.child import ChildReport, run_child, spoken_failure
from app.outside.sending import opened
from app.outside.services import named, setting
from app.store.transcripts import KeptTranscript
from sync.providers.failures import ServiceEmpty, ServiceFailure, ServiceLanguage
from sync.providers.heard import Heard
from sync.providers.service import Service, Sound

if TYPE_CHECKING:
    from app.store.library import Library

SENDING = "outside_speech"
REFUSALS = (OutsideForbidden, OutsideConsentMissing, OutsideStopped, OutsideUnconfirmed)
"""Why nothing was sent, or no more, although a service is turned on; failures of a service have codes that begin with
`SERVICE`."""
SERVICE = "service_"
HERE = "here"
"""What listens in place of a service: this computer."""
MOST_TERMS, MOST_LETTERS = 100, 600
"""Terms that go along, and their characters together: services take few."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be heard: the language ("zh", "en", "auto"), and terms that are likely to come up."""

    language: str
    terms: tuple[str, ...]


class OutsideSpeech:
    """The recognition of one interview, callable as a job."""

    def __init__(self, library: Library, interview_id: str, wish: Wish) -> None:
        self._library, self._interview_id, self._wish = library, interview_id, wish

    def __call__(self, report: Callable[[ChildReport], None], stop: threading.Event) -> KeptTranscript:
        """What was heard, kept beside the recording; what was asked before in the same words is not asked again.

        Raises what `gate.require` does, failures with the code of a `ServiceFailure`, NotFound without a recording,
        and the failures of `run_child`.
        """
        media = self._library.interview(self._interview_id).media
        if media is None:
            raise NotFound(what=text.tr("store.media"), id=self._interview_id)
        with opened(self._library, self._interview_id, Purpose.SPEECH, stop) as service:
            asked = self._fingerprint(service)
            known = _known(self._library.transcript(self._interview_id), asked)
            if known is not None:
                return known
            with self._library.vault.working() as folder, self._library.vault.lease(media.sha256) as source:
                heard = self._heard(service, self._parts(service, source, media.name, folder, report, stop), report)
        self._refuse_other_language(heard, service.address.host)
        return self._library.keep_heard(self._interview_id, _file(heard, service, asked))

    def _fingerprint(self, service: Service) -> str:
        """Hex SHA-256 over all that the words depend on."""
        profile = service.profile
        told = [profile.sha256, service.address.base, service.model, self._wish.language, list(self._wish.terms)]
        return hashlib.sha256(msgspec.json.encode(told)).hexdigest()

    def _parts(
        self, service: Service, media: Path, name: str, folder: Path, report: Callable[[ChildReport], None],
        stop: threading.Event,
    ) -> tuple[protocol.SoundPart, ...]:  # fmt: skip
        """The sound in files that the service takes, made in a child."""
        wanted = service.profile.shape.sound
        found = run_child(protocol.SoundJob(str(media), name, str(folder), wanted.format, wanted.max_s), report, stop)
        assert isinstance(found, protocol.SoundResult)
        return found.parts

    def _heard(
        self, service: Service, parts: Sequence[protocol.SoundPart], report: Callable[[ChildReport], None]
    ) -> list[Heard]:
        """Part by part; one in which nobody speaks is no failure, all of them are."""
        total, begun, heard = sum(part.seconds for part in parts), time.monotonic(), list[Heard]()
        silent: ServiceEmpty | None = None
        report(protocol.ProgressMessage(SENDING, 0.0, total, 0.0, 0.0))
        language = "" if self._wish.language == "auto" else self._wish.language
        for part in parts:
            sound = Sound(Path(part.path).read_bytes(), part.seconds, language, self._wish.terms)
            try:
                heard.append(service.transcribe(sound).later(part.start))
            except ServiceEmpty as silence:
                silent = silence
            done, spent = part.start + part.seconds, time.monotonic() - begun
            report(protocol.ProgressMessage(SENDING, done, total, done / total, spent / done * (total - done)))
        if not heard:
            raise silent or ServiceEmpty(host=service.address.host)
        return heard

    def _refuse_other_language(self, heard: Sequence[Heard], host: str) -> None:
        from analysis.language.script import leading_language

        found = leading_language([part.text for each in heard for part in each.parts])
        if self._wish.language != "auto" and found != self._wish.language:
            raise spoken_failure(
                Failure, ServiceLanguage.code, {"host": host, "language": text.tr(f"outside.language_{found}")}
            )


def fallback(library: Library, failure: Failure) -> Fallback:
    """What the record of an analysis says where it listens here after all."""
    given = setting(library.folder, Purpose.SPEECH)
    try:
        service = named(library.folder, Purpose.SPEECH, given)
    except ServiceFailure:
        service = None
    wanted = f"{service.name} ({service.host})" if service else given.profile
    return Fallback("transcriber", wanted, HERE, failure.code)


def asked_of(terms: Sequence[str]) -> tuple[str, ...]:
    """As many terms as go along."""
    found: list[str] = []
    for term in dict.fromkeys(" ".join(term.split()) for term in terms):
        if len(found) < MOST_TERMS and sum(map(len, found)) + len(term) <= MOST_LETTERS and term:
            found.append(term)
    return tuple(found)


def _known(kept: KeptTranscript | None, asked: str) -> KeptTranscript | None:
    """What was heard before, if the same was asked."""
    if kept is None or not kept.heard:
        return None
    try:
        file = decode(kept.path.read_bytes(), kept.name)
    except (OSError, TranscriptInvalid):
        return None
    return kept if file.asked == asked else None


def _file(heard: Sequence[Heard], service: Service, asked: str) -> HeardFile:
    """What was heard with its source. A speaker of one part is nobody's in the next: only one part names any."""
    profile, named = service.profile, len(heard) == 1
    source = Source(
        profile.title(text.language()), service.address.host, profile.id, profile.sha256,
        datetime.now(UTC).isoformat(timespec="seconds"), service.model,
    )  # fmt: skip
    parts = tuple(
        HeardPart(
            part.start, part.end, part.text, part.speaker if named else "",
            tuple(HeardWord(word.start, word.end, word.text, word.probability) for word in part.words),
        )
        for each in heard
        for part in each.parts
    )  # fmt: skip
    return HeardFile(source, parts, asked, heard[0].language)
