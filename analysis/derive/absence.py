"""What this analysis does not have, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from analysis import features
from analysis.document import Missing, Span
from analysis.observations import Observed
from analysis.request import AnalysisRequest

MEANING = "meaning"
FACE_PART, WITHHELD = "face_part", "withheld"
UNSURE_VOICE = 0.5
"""Cosine from which two voices may be one person's: 990 measured pairs leave it open between here and 0.65."""
NOT_ALLOWED, NO_SOUND, NO_PICTURE, NO_SPEECH, NOT_OBSERVED, CUT_SHORT, IMPORTED = (
    "not_allowed", "no_sound", "no_picture", "no_speech", "not_observed", "cut_short", "imported",
)  # fmt: skip


def not_looked_at(spans: Iterable[Span]) -> list[Missing]:
    """One entry for each stretch whose pictures were not looked at."""
    return [Missing(FACE_PART, WITHHELD, {"start": f"{span.start:.3f}", "end": f"{span.end:.3f}"}) for span in spans]


def absences(observed: Observed, request: AnalysisRequest) -> list[Missing]:
    """The recording's end, where it is cut short; one entry for each stage without an observation, or nothing in it."""
    kinds = {stream.kind for stream in observed.media.streams}
    found = [] if observed.media.claimed_s is None else [Missing("end", CUT_SHORT)]
    found += _speech_stages(observed, request, has_sound="audio" in kinds)
    found += _enrolment(observed, request)
    if observed.face is None:
        why = _why("face" in request.modalities, "video" in kinds, NO_PICTURE)
        found.append(Missing("face", why))
    room = features.expression()
    if room is not None and (observed.face is None or not observed.extra or room.OBSERVED not in request.modalities):
        why = _why(room.OBSERVED in request.modalities, "video" in kinds, NO_PICTURE)
        found.append(Missing(room.OBSERVED, why))
    return _with_failures(found, observed, room.OBSERVED if room else "")


def _enrolment(observed: Observed, request: AnalysisRequest) -> list[Missing]:
    """Why the voice sample did not say who the candidate is; the cosines are those of `SpeakerObservation`."""
    speakers = observed.speakers
    if request.enrol_clip is None or speakers is None or not speakers.turns or speakers.enrolled:
        return []
    if speakers.similarity is None:
        return [Missing("enrolment", "enrol_no_voice")]
    why = "enrol_unsure" if speakers.similarity >= UNSURE_VOICE else "enrol_no_match"
    return [Missing("enrolment", why, {"similarity": f"{speakers.similarity:.2f}"})]


def _with_failures(found: list[Missing], observed: Observed, room: str) -> list[Missing]:
    """The same, with the failure in place of "not observed" where a stage failed; the room needs the face."""
    failures = {missing.what: missing for missing in observed.failed}
    if room and "face" in failures:
        failures.setdefault(room, replace(failures["face"], what=room))
    told = [failures.pop(each.what, each) if each.why == NOT_OBSERVED else each for each in found]
    return [*told, *(failures[name] for name in (MEANING,) if name in failures)]


def _speech_stages(observed: Observed, request: AnalysisRequest, *, has_sound: bool) -> list[Missing]:
    stages = {
        "sound": observed.sound,
        "text": observed.text,
        "speakers": observed.speakers,
        "prosody": observed.prosody,
    }
    silent = observed.sound is not None and not observed.sound.speech
    why = NO_SPEECH if silent else _why("speech" in request.modalities, has_sound, NO_SOUND)
    found = [Missing(stage, why) for stage, observation in stages.items() if observation is None]
    if silent:
        found += [Missing(stage, NO_SPEECH) for stage in ("text", "speakers") if stages[stage] is not None]
    elif observed.text is not None and not observed.text.segments:
        found.append(Missing("text", NO_SPEECH))
    if observed.text is not None and observed.text.fit is not None and observed.text.fit.aligned is None:
        found.append(Missing("hesitations", IMPORTED))  # no word of it was listened to
    return found


def _why(allowed: bool, present: bool, absent: str) -> str:
    if not allowed:
        return NOT_ALLOWED
    return NOT_OBSERVED if present else absent
