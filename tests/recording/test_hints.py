"""Hints while recording: from real sound and real pictures, allowed or not, on or off, and cheap."""

from __future__ import annotations

import threading
import time

import av
import numpy as np
import psutil
import pytest

from analysis.protocol import Places
from app.jobs.analysis import places
from app.jobs.landmarks import LandmarkChild
from app.recording.hints import NOTHING, Face, HintFeed, Limits, Notice
from app.recording.kinds import Picture, PictureTrack, Role, SoundTrack
from app.recording.tee import tee
from tests.recording.real_media import BEGAN_NS, as_picture, blocks, darker, frame_at, samples_of

S = 1_000_000_000
ROOM = (SoundTrack(Role.ROOM),)
CAMERA = PictureTrack(Role.CAMERA, 1280, 720)
WAIT_S = 60.0


class Clock:
    """Time that the test moves."""

    def __init__(self):
        self.ns = BEGAN_NS

    def __call__(self):
        return self.ns

    def at(self, seconds):
        self.ns = BEGAN_NS + round(seconds * S)
        return self.ns


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def making(clock):
    """Makes feeds on the test's clock, and closes them."""
    made = []

    def make(tracks, child=None, **limits):
        made.append(HintFeed(tracks, child, Limits(**limits), clock))
        return made[-1]

    yield make
    for feed in made:
        feed.close()


def hear(feed, clock, samples, role=Role.ROOM, from_s=0.0):
    """Give it all of this sound, and let that time pass."""
    for at, block in blocks(samples, began_ns=clock.at(from_s)):
        feed.sound(role, at, block)
    clock.at(from_s + len(samples) / 48_000)


def see(feed, clock, picture, seconds, from_s=0.0, role=Role.CAMERA):
    """Show it one picture 25 times a second."""
    for number in range(round(seconds * 25)):
        feed.picture(role, clock.at(from_s + number / 25), picture)


@pytest.fixture(scope="module")
def speech(sample):
    return samples_of(sample / "sample_zh.mp4")


@pytest.fixture(scope="module")
def frame(sample):
    return frame_at(sample / "sample_zh.mp4", 6.0)


def test_good_sound_needs_no_notice(making, clock, speech):
    feed = making(ROOM)
    assert feed.state() == NOTHING
    hear(feed, clock, speech)
    state = feed.state()
    assert state.hears
    assert state.speech_share == pytest.approx(0.82, abs=0.04)
    assert (state.quiet, state.clipped, state.notices) == ((), (), frozenset())
    assert (state.light, state.face, state.sees, state.seeks_face) == (None, None, False, False)


def test_speech_that_is_too_faint_is_noticed_until_it_is_not(making, clock, speech):
    feed = making(ROOM)
    hear(feed, clock, speech // 16)
    assert feed.state().quiet == (Role.ROOM,)
    assert Notice.TOO_QUIET in feed.state().notices
    hear(feed, clock, speech, from_s=60)
    assert feed.state().quiet == ()


@pytest.mark.parametrize("level_db", [-50, -58])
def test_speech_that_grows_faint_is_noticed_however_loud_it_was_before(making, clock, speech, level_db):
    feed = making(ROOM)
    loud, rest = speech[: 10 * 48_000], speech[10 * 48_000 : 30 * 48_000].astype(float)
    hear(feed, clock, loud)
    assert feed.state().quiet == ()
    own_db = 10 * np.log10(np.mean((rest / 32_768) ** 2))
    noise = np.random.default_rng(1).normal(0, 3, rest.shape)
    hear(feed, clock, rest * 10 ** ((level_db - own_db) / 20) + noise, from_s=10)
    assert feed.state().quiet == (Role.ROOM,)
    hear(feed, clock, loud, from_s=30)
    assert feed.state().quiet == ()


def test_a_microphone_that_gives_nothing_is_too_quiet_but_a_silent_meeting_is_not(making, clock):
    feed = making((SoundTrack(Role.INTERVIEWER), SoundTrack(Role.SYSTEM, channels=2)))
    for number in range(550):
        feed.sound(Role.INTERVIEWER, clock.at(number / 50), bytes(1920))
        feed.sound(Role.SYSTEM, clock.at(number / 50), bytes(3840))
    assert feed.state().quiet == (Role.INTERVIEWER,)


def test_clipping_is_noticed_for_some_seconds(making, clock, speech):
    feed = making(ROOM)
    hear(feed, clock, speech[: 10 * 48_000])
    assert feed.state().clipped == ()
    loud = np.clip(speech[: 5 * 48_000].astype(int) * 6, -32_768, 32_767)
    hear(feed, clock, loud, from_s=10)
    assert feed.state().clipped == (Role.ROOM,)
    assert Notice.CLIPPING in feed.state().notices
    hear(feed, clock, speech[: 8 * 48_000], from_s=15)
    assert feed.state().clipped == ()


def test_silence_and_a_long_answer_are_noticed(making, clock, speech):
    feed = making(ROOM, answer_s=30)
    feed.answer_begins(BEGAN_NS)
    hear(feed, clock, speech[: 20 * 48_000])
    assert feed.state().answer_s == pytest.approx(20)
    hear(feed, clock, np.random.default_rng(3).normal(0, 8, (15 * 48_000, 1)), from_s=20)
    state = feed.state()
    assert state.silence_s == pytest.approx(15, abs=1.5)
    assert state.notices == {Notice.LONG_ANSWER, Notice.LONG_SILENCE}
    feed.answer_ends()
    assert feed.state().answer_s is None


def test_an_interviewer_who_talks_most_is_told_so(making, clock, speech):
    feed = making((SoundTrack(Role.INTERVIEWER), SoundTrack(Role.CANDIDATE)), share_after_s=20)
    rng = np.random.default_rng(4)
    noise = rng.normal(0, 8, (len(speech), 1))
    for (at, mine), (_, theirs) in zip(blocks(speech), blocks(noise), strict=True):
        feed.sound(Role.INTERVIEWER, at, mine)
        feed.sound(Role.CANDIDATE, at, theirs)
    clock.at(57)
    assert feed.state().interviewer_share > 0.95
    assert Notice.TALKS_MUCH in feed.state().notices


def test_in_a_pause_nothing_counts_and_time_rests(making, clock, speech):
    feed = making(ROOM)
    feed.answer_begins(BEGAN_NS)
    hear(feed, clock, speech[: 10 * 48_000])
    before = feed.state()
    feed.pause()
    hear(feed, clock, speech[: 30 * 48_000], from_s=10)
    assert feed.state() == before
    feed.resume()
    assert feed.state() == before
    hear(feed, clock, speech[10 * 48_000 : 15 * 48_000], from_s=40)
    assert feed.state().answer_s == pytest.approx(15, abs=0.1)


def test_a_source_that_is_gone_says_nothing_of_now(making, clock, speech, frame):
    feed = making((*ROOM, CAMERA))
    hear(feed, clock, speech[: 5 * 48_000])
    see(feed, clock, as_picture(frame, "nv12"), 1, from_s=5)
    assert feed.state().sees
    feed.gone(Role.ROOM)
    feed.gone(Role.CAMERA)
    state = feed.state()
    assert (state.hears, state.sees, state.silence_s, state.light) == (False, False, None, None)
    hear(feed, clock, speech[: 2 * 48_000], from_s=7)
    assert feed.state().hears


@pytest.mark.parametrize("layout", ["nv12", "yuv420p", "yuyv422", "bgra", "rgb24"])
def test_a_picture_that_is_too_dark_is_noticed_after_a_moment(making, clock, frame, layout):
    feed = making((CAMERA,))
    see(feed, clock, as_picture(frame, layout), 3)
    assert feed.state().light > 0.2
    assert not feed.state().notices
    dark = as_picture(darker(frame, 0.2), layout)
    see(feed, clock, dark, 1, from_s=3)
    assert not feed.state().notices
    see(feed, clock, dark, 2.5, from_s=4)
    assert feed.state().notices == {Notice.TOO_DARK}
    see(feed, clock, as_picture(frame, layout), 1, from_s=7)
    assert not feed.state().notices


def test_screens_and_unreadable_pictures_are_not_looked_at(making, clock, frame):
    feed = making((CAMERA, PictureTrack(Role.SCREEN, 1280, 720)))
    see(feed, clock, as_picture(darker(frame, 0.1), "bgra"), 3, role=Role.SCREEN)
    see(feed, clock, Picture(64, 64, "p010", (bytes(64 * 128),), (128,)), 1)
    see(feed, clock, Picture(64, 64, "nv12", (bytes(10), bytes(10)), (64, 64)), 1, from_s=1)
    assert feed.state() == NOTHING


# The face


def answered(feed, clock, picture, wanted, from_s=0.0):
    """Show it a picture in real time until it says what is wanted, moving the clock by as much."""
    began = time.monotonic()
    while time.monotonic() - began < WAIT_S:
        feed.picture(Role.CAMERA, clock.at(from_s + time.monotonic() - began), picture)
        if wanted(feed.state()):
            return clock.ns / S - BEGAN_NS / S
        time.sleep(0.04)
    raise AssertionError(feed.state())


def without_left(frame):
    """The sample's picture from within its face on: a third of that is outside."""
    return av.VideoFrame.from_ndarray(np.ascontiguousarray(frame.to_ndarray(format="rgb24")[:, 284:]), format="rgb24")


def landmark_children():
    found = psutil.Process().children(recursive=True)
    return [one for one in found if any("landmark" in word for word in one.cmdline())]


class Children:
    """Makes landmark children as the product does, and keeps them."""

    def __init__(self, folder):
        self.places, self.made = places(folder), []

    def __call__(self, found, failed):
        self.made.append(LandmarkChild(self.places, found, failed))
        return self.made[-1]

    def wait(self):
        for child in self.made:
            child.join(20.0)


@pytest.fixture
def children(tmp_path):
    """All are gone when the test is over."""
    made = Children(tmp_path)
    yield made
    for child in made.made:
        child.close()
    made.wait()
    assert not landmark_children()


def test_the_face_is_found_lost_and_found_cut_off(making, clock, frame, children):
    feed = making((CAMERA,), children)
    at = answered(feed, clock, as_picture(frame, "nv12"), lambda state: state.face is Face.IN)
    assert feed.state().seeks_face
    assert not feed.state().notices
    nobody = as_picture(darker(frame, 0.0), "rgb24")
    at = answered(feed, clock, nobody, lambda state: Notice.FACE in state.notices, at)
    assert feed.state().face is Face.OUT
    at = answered(feed, clock, as_picture(without_left(frame), "rgb24"), lambda state: state.face is Face.PARTLY, at)
    at = answered(feed, clock, as_picture(frame, "bgra"), lambda state: state.face is Face.IN, at)
    assert Notice.FACE not in feed.state().notices
    assert len(children.made) == 1
    feed.close()
    children.wait()
    assert not landmark_children()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("landmark")]


def test_the_light_is_that_of_the_face_where_it_is_known(making, clock, frame, children):
    """A dark face before a bright window: the picture is light enough, the face is not."""
    rgb = np.full((480, 640, 3), 255, np.uint8)
    rgb[100:400, 200:440] = (frame.to_ndarray(format="rgb24")[100:400, 200:440] * 0.2).astype(np.uint8)
    backlit = as_picture(av.VideoFrame.from_ndarray(rgb, format="rgb24"), "nv12")
    feed = making((CAMERA,))
    see(feed, clock, backlit, 3)
    assert not feed.state().notices
    feed = making((CAMERA,), children)
    at = answered(feed, clock, backlit, lambda state: state.face is Face.IN)
    answered(feed, clock, backlit, lambda state: Notice.TOO_DARK in state.notices, at)
    assert feed.state().light < 0.15


def test_without_permission_no_face_is_looked_for_and_permission_ends(making, clock, frame, children):
    feed = making((CAMERA,))
    see(feed, clock, as_picture(frame, "nv12"), 3)
    assert not feed.state().seeks_face
    assert not landmark_children()
    feed.look_for_faces(children)
    at = answered(feed, clock, as_picture(frame, "nv12"), lambda state: state.face is Face.IN, 3)
    feed.look_for_faces(None)
    assert (feed.state().face, feed.state().seeks_face) == (None, False)
    see(feed, clock, as_picture(frame, "nv12"), 3, from_s=at)
    children.wait()
    assert len(children.made) == 1
    assert not landmark_children()


def test_a_child_that_cannot_look_leaves_the_other_hints(making, clock, frame, speech, children):
    children.places = Places("/nowhere", "/nowhere", "/nowhere")
    feed = making((*ROOM, CAMERA), children)
    answered(feed, clock, as_picture(frame, "nv12"), lambda state: state.sees and not state.seeks_face)
    assert feed.state().light > 0.2
    hear(feed, clock, speech[: 2 * 48_000], from_s=100)
    assert feed.state().hears
    assert len(children.made) == 1


# On, off, and beside the writer


def test_switched_off_it_computes_nothing_and_begins_anew(making, clock, speech, frame, monkeypatch):
    feed = making((*ROOM, CAMERA))
    hear(feed, clock, speech[: 5 * 48_000])
    feed.switch(on=False)
    monkeypatch.setattr(np, "frombuffer", None)
    monkeypatch.setattr("app.recording.hints.small_pictures.light", None)
    hear(feed, clock, speech[: 5 * 48_000], from_s=5)
    see(feed, clock, as_picture_before(frame), 1)
    assert feed.state() == NOTHING
    monkeypatch.undo()
    feed.switch(on=True)
    assert feed.state() == NOTHING
    hear(feed, clock, speech[: 5 * 48_000], from_s=10)
    assert feed.state().hears


def as_picture_before(frame):
    """A picture that is made without reading arrays."""
    plane = bytes(frame.reformat(format="rgb24").planes[0])
    return Picture(frame.width, frame.height, "rgb24", (plane,), (frame.width * 3,))


def test_roles_without_a_track_are_let_pass(making, clock, speech):
    feed = making(ROOM)
    hear(feed, clock, speech[:48_000], role=Role.CANDIDATE)
    feed.gone(Role.SYSTEM)
    feed.sound(Role.ROOM, clock.ns, b"")
    feed.sound(Role.ROOM, clock.ns, b"x")
    assert feed.state() == NOTHING


def test_many_threads_may_call(making, clock, speech, frame):
    feed = making((SoundTrack(Role.INTERVIEWER), SoundTrack(Role.CANDIDATE), CAMERA))
    clock.at(20)
    picture, failed = as_picture(frame, "nv12"), []

    def give(role):
        try:
            for at, block in blocks(speech[: 20 * 48_000]):
                feed.sound(role, at, block)
                feed.picture(Role.CAMERA, at, picture)
                feed.state()
        except Exception as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=give, args=(role,)) for role in (Role.INTERVIEWER, Role.CANDIDATE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not failed
    assert feed.state().hears


class Noted:
    """A sink that notes what comes, in one list for all."""

    def __init__(self, name, into):
        self.name, self.into = name, into

    def picture(self, role, at_ns, picture):
        self.into.append((self.name, role, at_ns, picture))

    def sound(self, role, at_ns, samples):
        self.into.append((self.name, role, at_ns, samples))

    def gone(self, role):
        self.into.append((self.name, role))


def test_a_tee_gives_everything_to_all_in_their_order(frame):
    noted = []
    both, picture = tee(Noted("writer", noted), Noted("hints", noted)), as_picture(frame, "nv12")
    both.sound(Role.ROOM, 1, b"ab")
    both.picture(Role.CAMERA, 2, picture)
    both.gone(Role.ROOM)
    assert [each[0] for each in noted] == ["writer", "hints"] * 3
    assert [each[1:] for each in noted[::2]] == [each[1:] for each in noted[1::2]]
    assert noted[2] == ("writer", Role.CAMERA, 2, picture)


@pytest.mark.parametrize(("layout", "size"), [("nv12", (1280, 720)), ("yuyv422", (1280, 720)), ("bgra", (1920, 1080))])
def test_hints_cost_less_than_a_twentieth_of_a_core(making, clock, speech, frame, layout, size):
    """Two microphones, a camera at 25 pictures a second, read twice a second; without looking for a face."""
    picture = as_picture(frame.reformat(*size), layout)
    feed = making((SoundTrack(Role.INTERVIEWER), SoundTrack(Role.CANDIDATE), CAMERA))
    given = list(blocks(speech[: 30 * 48_000]))
    began = time.process_time()
    for number, (at, block) in enumerate(given):
        clock.ns = at
        feed.sound(Role.INTERVIEWER, at, block)
        feed.sound(Role.CANDIDATE, at, block)
        if number % 2:
            feed.picture(Role.CAMERA, at, picture)
        if number % 25 == 0:
            feed.state()
    share = (time.process_time() - began) / 30
    print(f"hints: {100 * share:.2f} % of a core ({layout} {size[0]}x{size[1]}, two microphones)")
    assert share < 0.05


@pytest.mark.slow
@pytest.mark.alone
def test_looking_for_a_face_costs_little_more(making, clock, frame, children):
    """The child's own time for a second of recording: one picture, at low priority."""
    feed = making((CAMERA,), children)
    picture = as_picture(frame.reformat(1280, 720), "nv12")
    answered(feed, clock, picture, lambda state: state.face is Face.IN)
    child = landmark_children()[0]
    before, began = sum(child.cpu_times()[:2]), time.monotonic()
    answered(feed, clock, picture, lambda state: time.monotonic() - began > 8, 100)
    share = (sum(child.cpu_times()[:2]) - before) / 8
    print(f"face: {100 * share:.1f} % of a core in a child of its own")
    assert share < 0.15
