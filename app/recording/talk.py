"""Who talked how long, how long the present answer is, and since when nobody speaks; from the levels of all sources.

Two microphones in one room hear both people. Where both sides have a voice at the same moment, only the one that is
farther above its own noise floor counts, unless they are within `CROSSTALK_DB`: the floor is the room's, so that the
gains of the two do not matter.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field

from app.recording.kinds import Role
from app.recording.voice_activity import FRAME_NS, FRAME_S, OVER_DB, VoiceActivity

CROSSTALK_DB, FALL_DB = 6.0, 0.5
SAME_MOMENT_NS = 300_000_000
FAR_SIDE = frozenset({Role.CANDIDATE, Role.SYSTEM})
"""Whom the interviewer talks with: a microphone of the candidate's own, or the far end of a meeting."""
TURN_S, TURN_GAP_NS = 1.0, 1_000_000_000
"""What the interviewer says for less than a second ("嗯", "I see") takes no turn, and leaves the answer going on."""
LEVEL_FRAMES, LEVEL_NEEDED = 250, 100
"""The level of speech is that of its last 5 s and of nothing before, once there are two."""


@dataclass(slots=True)
class Voice:
    """One source: what was heard of it, in frames of 20 ms."""

    activity: VoiceActivity = field(default_factory=VoiceActivity)
    at_ns: int = 0
    active: bool = False
    heard: int = 0
    spoken: int = 0
    powers: deque[float] = field(default_factory=lambda: deque(maxlen=LEVEL_FRAMES))
    """Of the newest frames of its own speech, 1 = full scale."""
    peak_db: float = 0.0
    """How far above its floor it was of late: falls slower than words do, so that their ends are told apart too."""

    @property
    def speech_db(self) -> float | None:
        """The mean level of its newest speech in dB of full scale; None while there is too little."""
        heard = len(self.powers)
        return 10 * math.log10(math.fsum(self.powers) / heard) if heard >= LEVEL_NEEDED else None

    def note_level(self, level_db: float) -> None:
        """A frame of speech is so loud."""
        self.powers.append(10 ** (level_db / 10))


class Talk:
    """Takes frame after frame of all sources. Times in ns, of a clock that rests in pauses."""

    def __init__(self, roles: Collection[Role]) -> None:
        self.voices = {role: Voice() for role in roles}
        self.two_sides = Role.INTERVIEWER in roles and bool(FAR_SIDE & set(roles))
        self._began: int | None = None
        self._last_speech: int | None = None
        self._run_frames, self._run_ns = 0, 0
        self._turn_ends: int | None = None
        self._answer_from: int | None = None
        self._asked_by_hand = False

    def frame(self, role: Role, at_ns: int, level_db: float) -> None:
        """20 ms of a source, which began at this moment and are so loud (dB of full scale)."""
        voice = self.voices[role]
        self._began = at_ns if self._began is None else self._began
        voice.at_ns, voice.active = at_ns, voice.activity.hears(level_db)
        voice.heard += 1
        voice.peak_db = max(voice.activity.over_db, voice.peak_db - FALL_DB)
        if not voice.active or self._is_crosstalk(role, voice):
            return
        voice.spoken += 1
        if voice.activity.over_db >= OVER_DB:
            voice.note_level(level_db)
        self._last_speech = max(self._last_speech or 0, at_ns + FRAME_NS)
        if role is Role.INTERVIEWER:
            self._interviewer_speaks(at_ns)

    def gone(self, role: Role) -> None:
        """A source gives nothing now."""
        if role in self.voices:
            self.voices[role].active = False

    def answer_begins(self, at_ns: int) -> None:
        """A question was put: what is said from now on answers it."""
        self._answer_from, self._asked_by_hand = at_ns, True

    def answer_ends(self) -> None:
        """No question is open."""
        self._answer_from, self._asked_by_hand = None, True

    def _is_crosstalk(self, role: Role, voice: Voice) -> bool:
        if not self.two_sides:
            return False
        return any(
            other.active
            and (role in FAR_SIDE) != (name in FAR_SIDE)
            and abs(other.at_ns - voice.at_ns) <= SAME_MOMENT_NS
            and other.peak_db > voice.peak_db + CROSSTALK_DB
            for name, other in self.voices.items()
            if name is not role
        )

    def _interviewer_speaks(self, at_ns: int) -> None:
        if at_ns - self._run_ns > TURN_GAP_NS:
            self._run_frames = 0
        self._run_frames, self._run_ns = self._run_frames + 1, at_ns
        if self._run_frames * FRAME_S >= TURN_S:
            self._turn_ends = at_ns + FRAME_NS

    # What follows

    def spoken_s(self, *roles: Role) -> float:
        """Seconds of speech of some sources, of all where none is named."""
        return FRAME_S * sum(voice.spoken for role, voice in self.voices.items() if not roles or role in roles)

    def interviewer_share(self) -> float | None:
        """The interviewer's share of all speech, 0..1; None without two sides, or before anybody spoke."""
        whole = self.spoken_s(Role.INTERVIEWER, *FAR_SIDE)
        return self.spoken_s(Role.INTERVIEWER) / whole if self.two_sides and whole else None

    def speech_share(self) -> float | None:
        """The share of time in which somebody spoke, 0..1; None with two sides, or before anything was heard."""
        shares = [voice.spoken / voice.heard for voice in self.voices.values() if voice.heard]
        return max(shares) if shares and not self.two_sides else None

    def silence_s(self, now_ns: int) -> float | None:
        """Seconds since anybody spoke last; None where nothing was heard yet."""
        since = self._last_speech or self._began
        return None if since is None else max(0.0, (now_ns - since) / 1e9)

    def answer_s(self, now_ns: int) -> float | None:
        """Seconds that the present answer has lasted: since the question was put, or the interviewer ended a turn.

        None where no question is open, or while the interviewer speaks.
        """
        turn = self._turn_ends if self.two_sides else None
        starts = [each for each in (self._answer_from, turn) if each is not None]
        if not starts or (self._asked_by_hand and self._answer_from is None):
            return None
        if turn is not None and turn >= max(starts) and now_ns - turn < TURN_GAP_NS:
            return None
        return max(0.0, (now_ns - max(starts)) / 1e9)
