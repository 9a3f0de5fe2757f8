"""Real recordings of several speakers: who speaks when, their number given, and the number that is suggested."""

from __future__ import annotations

from analysis.observations import SpeakerObservation
from analysis.speech import observe_sound, observe_speakers
from app.jobs.analysis import model_store, threads
from app.settings import cache_folder
from tests.accuracy import diarization
from tests.accuracy.analyses import Analyses
from tests.accuracy.corpus import Corpus, Dialogue
from tests.accuracy.diarization import Diarized
from tests.accuracy.figures import Section, Subject, Table
from tests.accuracy.sounds import opened

REAL = "real voices"
TEXT = "The number of speakers is given; collar 0.25 s, overlap counts. The suggested number is only counted."


def measure(corpus: Corpus, _analyses: Analyses) -> Section:
    """Every recording whose true turns are known, and in all by language."""
    section = Section("speakers", "Speakers of real recordings", TEXT)
    if not corpus.dialogues:
        section.skipped.append("no recording with known turns")
    compared: dict[str, list[Diarized]] = {}
    guesses = []
    for dialogue in corpus.dialogues:
        seen, result = _listen(dialogue)
        section.figures += diarization.figures(Subject(dialogue.clip.name, REAL), [result])
        compared.setdefault(dialogue.clip.language, []).append(result)
        guesses.append((dialogue.clip.name, dialogue.speakers, seen.suggested))
    for language, results in sorted(compared.items()):
        section.figures += diarization.figures(Subject(f"real_{language}", REAL, groups=len(results)), results)
    right = sum(true == suggested for _, true, suggested in guesses)
    section.figures += Subject("real", REAL).share("speakers_suggested", right, len(guesses), "recordings")
    rows = tuple((name, str(true), str(suggested)) for name, true, suggested in guesses)
    section.tables.append(Table("Number of speakers", ("recording", "true", "suggested"), rows))
    return section


def _listen(dialogue: Dialogue) -> tuple[SpeakerObservation, Diarized]:
    store = model_store(cache_folder())
    models = store.path("speaker_segmentation"), store.path("speaker_embedding")
    with opened(dialogue.clip.media) as sound:
        speech = observe_sound(sound).speech
        seen = observe_speakers(sound, speech, dialogue.speakers, None, *models, threads(), lambda _: None)
        duration = sound.duration
    found = [(turn.start, turn.end, turn.speaker) for turn in seen.turns]
    return seen, diarization.compare(dialogue.turns, found, duration)
