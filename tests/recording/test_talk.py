"""Who talked how long, on two microphones that hear both people; answers, silence."""

from __future__ import annotations

import numpy as np
import pytest

from app.recording.kinds import Role, SoundTrack
from app.recording.talk import Talk
from app.recording.voice_activity import FRAME_NS, Frames
from tests.recording.real_media import BEGAN_NS, blocks, samples_of, turns_of

RATE = 48_000
QUIET_DB, LOUD_DB = -65.0, -25.0
S = 1_000_000_000


def two_microphones(sample, name, crosstalk_db, gains_db=(0.0, 0.0)):
    """Both people of a sample as microphones of their own would take them, each with the other's voice fainter."""
    whole = samples_of(sample / f"{name}.mp4")[:, 0].astype(float)
    rng = np.random.default_rng(2)
    turns = turns_of(sample / f"{name}.rttm")
    taken = []
    for who, gain in zip(("interviewer", "candidate"), gains_db, strict=True):
        own = np.full(len(whole), 10 ** (-crosstalk_db / 20))
        for turn in turns:
            if turn.who == who:
                own[int((turn.start - 0.05) * RATE) : int((turn.end + 0.05) * RATE)] = 1.0
        heard = (whole * own + rng.normal(0, 30, len(whole))) * 10 ** (gain / 20)
        taken.append(np.clip(heard, -32_768, 32_767).astype(np.int16)[:, None])
    mine = sum(turn.end - turn.start for turn in turns if turn.who == "interviewer")
    return taken, mine / sum(turn.end - turn.start for turn in turns)


def feed(talk, tracks):
    """Give the sound of each role to it, as it would come, side by side."""
    frames = {role: Frames(SoundTrack(role)) for role in tracks}
    for taken in zip(*(blocks(samples) for samples in tracks.values()), strict=False):
        for role, (at, block) in zip(tracks, taken, strict=True):
            begins, levels = frames[role].levels(at, np.frombuffer(block, np.int16))
            for number, level in enumerate(levels):
                talk.frame(role, begins + number * FRAME_NS, level)


@pytest.mark.parametrize("name", ["sample_zh", "sample_en"])
@pytest.mark.parametrize(
    ("crosstalk_db", "gains_db"), [(60, (0, 0)), (15, (0, 0)), (15, (0, 10)), (15, (8, 0)), (10, (0, 0))]
)
def test_each_side_gets_its_share_though_both_microphones_hear_both(sample, name, crosstalk_db, gains_db):
    (mine, theirs), truth = two_microphones(sample, name, crosstalk_db, gains_db)
    talk = Talk([Role.INTERVIEWER, Role.CANDIDATE])
    feed(talk, {Role.INTERVIEWER: mine, Role.CANDIDATE: theirs})
    assert talk.two_sides
    assert talk.interviewer_share() == pytest.approx(truth, abs=0.05)
    assert talk.speech_share() is None


def test_one_microphone_tells_speech_from_silence(sample):
    talk = Talk([Role.ROOM])
    feed(talk, {Role.ROOM: samples_of(sample / "sample_zh.mp4")})
    assert talk.speech_share() == pytest.approx(0.82, abs=0.04)
    assert talk.interviewer_share() is None
    assert talk.answer_s(BEGAN_NS + 60 * S) is None


def test_without_any_sound_nothing_is_known():
    talk = Talk([])
    assert (talk.interviewer_share(), talk.speech_share(), talk.silence_s(S), talk.answer_s(S)) == (None,) * 4


class Dialogue:
    """Speaks for both sides, second after second."""

    def __init__(self, roles=(Role.INTERVIEWER, Role.SYSTEM)):
        self.talk, self.roles, self.now = Talk(roles), roles, BEGAN_NS
        self.says(None, 2)

    def says(self, who, seconds):
        for _ in range(round(seconds / 0.02)):
            for role in self.roles:
                self.talk.frame(role, self.now, LOUD_DB if role is who else QUIET_DB)
            self.now += FRAME_NS
        return self

    @property
    def answer_s(self):
        return self.talk.answer_s(self.now)


def test_an_answer_lasts_since_the_interviewer_spoke_last():
    talk = Dialogue().says(Role.INTERVIEWER, 4)
    assert talk.answer_s is None
    assert talk.says(Role.SYSTEM, 20).answer_s == pytest.approx(20, abs=0.5)


def test_a_word_between_leaves_the_answer_going_on_and_a_question_ends_it():
    talk = Dialogue().says(Role.INTERVIEWER, 4).says(Role.SYSTEM, 10).says(Role.INTERVIEWER, 0.5).says(Role.SYSTEM, 10)
    assert talk.answer_s == pytest.approx(20.5, abs=0.5)
    assert talk.says(Role.INTERVIEWER, 3).says(Role.SYSTEM, 5).answer_s == pytest.approx(5, abs=0.5)


def test_a_question_of_the_kit_begins_an_answer_on_one_microphone_too():
    talk = Dialogue((Role.ROOM,)).says(Role.ROOM, 5)
    assert talk.answer_s is None
    talk.talk.answer_begins(talk.now)
    assert talk.says(Role.ROOM, 7).answer_s == pytest.approx(7)
    talk.talk.answer_ends()
    assert talk.answer_s is None
    talk.talk.answer_begins(talk.now)
    assert talk.says(None, 3).answer_s == pytest.approx(3)


def test_where_questions_are_marked_nothing_is_an_answer_between_them():
    talk = Dialogue().says(Role.INTERVIEWER, 4)
    talk.talk.answer_begins(talk.now)
    assert talk.says(Role.SYSTEM, 6).answer_s == pytest.approx(6, abs=0.5)
    talk.talk.answer_ends()
    assert talk.says(Role.SYSTEM, 6).answer_s is None


def test_silence_is_counted_from_the_last_word_of_anybody():
    talk = Dialogue()
    assert talk.talk.silence_s(talk.now) == pytest.approx(2)
    talk.says(Role.SYSTEM, 3)
    assert talk.talk.silence_s(talk.now) == 0
    assert talk.says(None, 9).talk.silence_s(talk.now) == pytest.approx(9, abs=0.4)


def test_a_source_that_went_while_it_spoke_silences_nobody():
    talk = Dialogue().says(Role.SYSTEM, 3)
    talk.talk.gone(Role.SYSTEM)
    before = talk.talk.spoken_s(Role.INTERVIEWER)
    talk.roles = (Role.INTERVIEWER,)
    talk.says(Role.INTERVIEWER, 3)
    assert talk.talk.spoken_s(Role.INTERVIEWER) - before == pytest.approx(3, abs=0.1)
