"""What is heard: voice activity and signal quality, the words, who speaks, pitch, loudness and hesitations.

Every function takes the sound as `analysis.media.SoundFile` and model files as paths, works in pieces so that two
hours need no more memory than ten minutes, and returns one of the types of `analysis.observations`.
"""

from __future__ import annotations

from analysis.speech.activity import observe_sound
from analysis.speech.prosody import observe_prosody
from analysis.speech.speakers import observe_speakers
from analysis.speech.text import observe_text

__all__ = ["observe_prosody", "observe_sound", "observe_speakers", "observe_text"]
