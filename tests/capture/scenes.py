"""Scenes of a capture, each in a process of its own: `python -m tests.capture.scenes NAME …` prints what it found."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app import text
from app.recording.kinds import Role
from app.recording.trial import Trial
from app.store.vault import Vault
from tests.capture import stage, steps
from ui.record.capture import devices, sound_server
from ui.record.capture.choice import PLACES, Arrangement, Choice, Device, What, pick
from ui.record.capture.session import CaptureSession


def chosen(arrangement: Arrangement, **found: Device) -> Choice:
    """A choice of an arrangement: a device for some of its roles."""
    places = {place.role.value: place for place in PLACES[arrangement]}
    return Choice(arrangement, tuple(pick(places[role], device) for role, device in found.items()))


def begun(choice: Choice) -> tuple[CaptureSession, stage.Kept, list]:
    """A running session, what it keeps, and the problems that it tells: (seconds, role, trouble)."""
    kept, told, began = stage.Kept(), [], time.monotonic()
    session = CaptureSession(choice, kept)
    session.problem.connect(lambda p: told.append((time.monotonic() - began, p.role.value, p.trouble.value)))
    session.recovered.connect(lambda role: told.append((time.monotonic() - began, role.value, "back")))
    session.start()
    return session, kept, told


def _named(found: tuple[Device, ...], words: str) -> Device:
    return next(each for each in found if words in each.id or words in each.name)


def devices_listed() -> dict:
    """All that is listed."""
    return {what.value: [[d.id, d.name] for d in devices.listed((what,))] for what in What}


def microphone(hold: str = "none", way: str = "server") -> dict:
    """A tone from a microphone and a file as camera beside it, while the window is held up for half a second, twice."""
    if way == "qt":
        sound_server.inputs = lambda: None
    tone = stage.tone_file(Path(tempfile.mkdtemp(), "tone.wav"), 3.0)
    picture = {"camera": devices.files()[0]} if devices.files() else {}
    arrangement = Arrangement.TWO
    session, kept, told = begun(chosen(arrangement, candidate=_named(devices.microphones(), "desk"), **picture))
    levels = []
    session.levels.connect(levels.append)
    assert stage.until(lambda: kept.seconds(Role.CANDIDATE) > 0.3)
    player = stage.playing(tone)
    stage.wait(1.2)
    if hold == "held":
        stage.busy(0.5)
        stage.wait(0.3)
        stage.stuck(0.5)
    player.wait(10)
    stage.wait(0.5)
    session.stop()
    heard = kept.heard(Role.CANDIDATE)[0]
    times = [at for at, _ in kept.sounds[Role.CANDIDATE]]
    ends = [at + len(block) / 2 / stage.RATE * 1e9 for at, block in kept.sounds[Role.CANDIDATE]]
    seams = [(b - a) / 1e6 for a, b in zip(ends, times[1:], strict=False)]
    shown = kept.pictures.get(Role.CAMERA, [])
    due = (shown[-1] - shown[0]) / 1e9 * 25 + 1 if shown else 0
    return {
        "breaks": stage.breaks(heard), "seconds": len(heard) / stage.RATE, "seam_ms": [min(seams), max(seams)],
        "peak_db": max(each[Role.CANDIDATE].peak_db for each in levels), "told": told, "pictures": len(shown),
        "due": due, "clipped": any(each[Role.CANDIDATE].clipped for each in levels),
        "after_stop": _quiet(kept), "levels": len(levels),
    }  # fmt: skip


def _quiet(kept: stage.Kept) -> bool:
    before = kept.seconds(Role.CANDIDATE)
    stage.wait(0.3)
    return kept.seconds(Role.CANDIDATE) == before


def unplugged() -> dict:
    """Two microphones, one of which is pulled out and plugged in again."""
    loaded = ["load-module", "module-virtual-source", "source_name=handset", "master=other.monitor"]
    module = stage.pactl(*loaded)
    assert stage.until(lambda: any("handset" in d.id for d in devices.microphones()))
    mics = devices.microphones()
    session, kept, told = begun(
        chosen(Arrangement.TWO, candidate=_named(mics, "handset"), interviewer=_named(mics, "desk"))
    )
    assert stage.until(lambda: kept.seconds(Role.CANDIDATE) > 0.5 and kept.seconds(Role.INTERVIEWER) > 0.5)
    before = kept.seconds(Role.INTERVIEWER)
    pulled = time.monotonic()
    stage.pactl("unload-module", module)
    stage.until(lambda: told)
    said_s = time.monotonic() - pulled
    stage.wait(1.0)
    rest = kept.seconds(Role.INTERVIEWER) - before
    sentence = session.troubles[Role.CANDIDATE].sentence
    stage.pactl(*loaded)
    back = stage.until(lambda: "back" in [each[2] for each in told])
    silence = kept.seconds(Role.CANDIDATE)
    goes_on = stage.until(lambda: kept.seconds(Role.CANDIDATE) > silence + 0.3)
    session.stop()
    return {
        "said_s": said_s, "rest": rest, "sentence": sentence, "back": back, "goes_on": goes_on, "told": told,
        "ended": [role.value for role in kept.ended],
    }  # fmt: skip


def server_dies() -> dict:
    """The sound server ends while a microphone is recorded beside a picture, and is started again."""
    folder = Path(tempfile.mkdtemp())
    server, env = stage.start_sound(folder)
    atexit.register(stage.end, server)
    os.environ.update(env)
    assert stage.answers(server, env)
    session, kept, told = begun(
        chosen(Arrangement.CAMERA, camera=devices.files()[0], room=_named(devices.microphones(), "desk"))
    )
    assert stage.until(lambda: kept.seconds(Role.ROOM) > 0.5 and len(kept.pictures.get(Role.CAMERA, [])) > 10)
    server.kill()
    server.wait(10)
    said = stage.until(lambda: told)
    pictures = len(kept.pictures[Role.CAMERA])
    goes_on = stage.until(lambda: len(kept.pictures[Role.CAMERA]) > pictures + 25)
    again, _ = stage.start_sound(folder)
    atexit.register(stage.end, again)
    assert stage.answers(again, env)
    back = stage.until(lambda: "back" in [each[2] for each in told])
    session.stop()
    return {"said": said, "goes_on": goes_on, "back": back, "told": told}


def system_sound() -> dict:
    """What the computer plays, also when it plays by another loudspeaker from now on."""
    stage.pactl("set-default-sink", "room")
    tone = stage.tone_file(Path(tempfile.mkdtemp(), "tone.wav"), 0.8)
    session, kept, told = begun(chosen(Arrangement.SCREEN, system=devices.system_sounds()[0]))
    assert stage.until(lambda: kept.seconds(Role.SYSTEM, 2) > 0.3), told
    stage.playing(tone, "room").wait(10)
    stage.wait(0.5)
    first = kept.heard(Role.SYSTEM, 2)
    stage.pactl("set-default-sink", "other")
    stage.wait(1.5)
    begins = kept.heard(Role.SYSTEM, 2).shape[1]
    stage.playing(tone, "other").wait(10)
    stage.wait(0.5)
    session.stop()
    second = kept.heard(Role.SYSTEM, 2)[:, begins:]
    return {"first": stage.breaks(first[0]), "second": stage.breaks(second[1]), "told": told}


def file_input() -> dict:
    """A file as camera and microphone: its picture and sound, then it vanishes and comes again."""
    (device,) = devices.files()
    session, kept, told = begun(chosen(Arrangement.CAMERA, camera=device, room=device))
    shown = []
    session.pictured.connect(lambda role, image: (shown.append(image.width()), session.preview_shown()))
    session.preview(on=True)
    stage.until(lambda: len(kept.pictures.get(Role.CAMERA, [])) >= 50)
    picture = kept.last[Role.CAMERA]
    times, blocks = kept.pictures[Role.CAMERA], kept.sounds[Role.ROOM]
    found = {
        "fps": (len(times) - 1) / (times[-1] - times[0]) * 1e9,
        "layout": picture.layout, "planes": [len(p) for p in picture.planes], "strides": picture.strides,
        "size": [picture.width, picture.height], "begins_apart_ms": (times[0] - blocks[0][0]) / 1e6,
        "seconds": kept.seconds(Role.ROOM), "took_s": (times[-1] - times[0]) / 1e9, "shown": len(shown),
    }  # fmt: skip
    path = Path(device.id)
    away = path.with_suffix(".away")
    path.rename(away)
    stage.until(lambda: told)
    found["sentence"] = session.troubles[Role.CAMERA].sentence
    away.rename(path)
    stage.until(lambda: len([each for each in told if each[2] == "back"]) == 2)
    session.stop()
    return {**found, "told": told, "ended": [role.value for role in kept.ended]}


def screen() -> dict:
    """A screen that shows something."""
    found = devices.screens()
    session, kept, told = begun(chosen(Arrangement.SCREEN, screen=found[0]))
    stage.until(lambda: len(kept.pictures.get(Role.SCREEN, [])) >= 30)
    session.stop()
    picture, times = kept.last[Role.SCREEN], kept.pictures[Role.SCREEN]
    return {
        "size": [picture.width, picture.height], "layout": picture.layout, "told": told,
        "fps": (len(times) - 1) / (times[-1] - times[0]) * 1e9,
        "track": [session.choice.tracks[0].width, session.choice.tracks[0].height],
        "kinds": sorted(kind.value for kind in session.choice.kinds),
    }  # fmt: skip


def window() -> dict:
    """A window of another program, which is closed and opened again while a microphone is recorded beside it."""
    meeting = [sys.executable, "-m", "tests.capture.meeting"]
    shown = stage.started(*meeting)
    assert stage.until(devices.windows), "no window"
    (device,) = devices.windows()
    session, kept, told = begun(chosen(Arrangement.SCREEN, screen=device))
    stage.until(lambda: len(kept.pictures.get(Role.SCREEN, [])) >= 20)
    picture = kept.last[Role.SCREEN]
    middle = picture.strides[0] * (picture.height // 2) + 4 * (picture.width // 2)
    found = {
        "name": device.name, "size": [picture.width, picture.height], "color": list(picture.planes[0][middle:][:3]),
    }  # fmt: skip
    shown.terminate()
    shown.wait(10)
    stage.until(lambda: told)
    found["sentence"] = session.troubles[Role.SCREEN].sentence if told else ""
    shown = stage.started(*meeting)
    found["back"] = stage.until(lambda: "back" in [each[2] for each in told])
    session.stop()
    shown.terminate()
    shown.wait(10)
    return {**found, "told": told}


def in_step(seconds: str = "5") -> dict:
    """A window flashes while a loudspeaker beeps; recorded as an interview is."""
    source = [sys.executable, "-m", "tests.capture.flash", str(float(seconds) + 4), "room"]
    flashing = stage.started(*source, stdout=subprocess.DEVNULL)
    system = _named(devices.system_sounds(), "room")
    choice, written = chosen(Arrangement.SCREEN, screen=devices.screens()[0], system=system), []
    trial = Trial(Vault(Path(tempfile.mkdtemp(), "vault")), choice.tracks, written.append)
    session, told = CaptureSession(choice, trial), []
    session.problem.connect(lambda p: told.append([p.role.value, p.trouble.value]))
    session.start()
    stage.wait(float(seconds))
    session.stop()
    trial.stop()
    assert stage.until(lambda: written)
    found = {"apart_ms": steps.apart(written[0]), "told": told, "beeps": len(steps.beeps(written[0]))}
    trial.discard()
    flashing.terminate()
    flashing.wait(10)
    return found


SCENES = {
    each.__name__: each
    for each in (
        devices_listed, microphone, unplugged, server_dies, system_sound, file_input, screen, window, in_step,
    )
}  # fmt: skip


def main() -> None:
    """Play one scene in a window's program."""
    application = QApplication([])
    text.set_language("en")
    found = SCENES[sys.argv[1]](*sys.argv[2:])
    print(json.dumps(found), flush=True)
    application.quit()


if __name__ == "__main__":
    main()
