"""What decides is in sight on the laptops of interviewers, without scrolling, in both languages."""

from __future__ import annotations

import pytest

from app.domain.types import ConsentGiven
from app.recording.kinds import Role
from tests.recording_run.conftest import planned_interview
from tests.ui.record.steps import ALL
from tests.ui.rooms import drained
from ui import language, theme
from ui.record.capture.choice import Device, What
from ui.record.capture.problems import SourceProblem, Trouble

SCREENS = ((1280, 720), (1366, 768), (1440, 900), (1920, 1080))
BESIDE = (88, 60)
"""What the rail and the bar take of a window."""
LONG = (
    "Please describe a project that you are proud of, what your own part in it was, and what you would do otherwise.",
    "请介绍一个你自豪的项目，你自己在其中承担了哪些工作，如果重来一次，你会怎样做得不同？",
    *(f"{number}?" for number in range(10)),
)


@pytest.fixture(params=SCREENS, ids="{0[0]}x{0[1]}".format)
def room(request, library, make_room, each_language, settings):
    language.set_language(each_language)
    settings.change(answers="both")
    interview = planned_interview(library, LONG)
    shown = make_room()
    shown.resize(*(length - beside for length, beside in zip(request.param, BESIDE, strict=True)))
    shown.choose(interview.id)
    shown.consent.languages[each_language].click()
    drained()
    return shown


def out_of_sight(**widgets):
    """The names of those that are not seen whole."""
    drained()
    return [
        name for name, each in widgets.items()
        if not each.isVisible() or each.visibleRegion().boundingRect() != each.rect()
    ]  # fmt: skip


def test_signature_and_buttons_of_the_consent(room):
    page = room.consent
    page.tick_all()
    always = {"agree": page.agree, "refuse": page.refuse, "back": page.back, **page.ways}
    own = {
        ConsentGiven.SIGNED: {"pad": page.pad, "clear": page.clear},
        ConsentGiven.SPOKEN: {"words": page.spoken, "said": page.said},
        ConsentGiven.PAPER: {"on_paper": page.paper},
    }
    for way, widgets in own.items():
        page.ways[way].click()
        assert out_of_sight(**always, **widgets) == []


def test_at_twice_the_size_the_question_is_read_without_scrolling_sideways(room, made):
    theme.apply("light", 200)
    page = room.consent
    page.tick_all()
    page.ways[ConsentGiven.PAPER].click()
    page.paper.click()
    page.agree.click()
    room.setup.begin.click()
    for act in (room.running.go_next, room.running.toggle_candidate, room.running.mark, room.running.take_again):
        act()
        drained()
        for column in (room.running.lead, room.running.side):
            assert column.widget().width() <= column.viewport().width()


def test_everything_that_is_pressed_while_an_interview_goes_on(room, made):
    page = room.consent
    for point in ALL:
        page.ticks[point].click()
    page.ways[ConsentGiven.SPOKEN].click()
    page.said.click()
    page.agree.click()
    room.setup.begin.click()
    run = room.running
    run.go_next()
    run.toggle_candidate()
    gone = SourceProblem(Role.ROOM, Device(What.MICROPHONE, "usb", "USB"), Trouble.GONE)
    made.sources[0].problem.emit(gone)
    assert out_of_sight(
        next=run.next, retake=run.retake, pause=run.pause, stop=run.stop, note=run.note, marker=run.marker,
        rating=run.rating, candidate=run.candidate_button, withdraw=run.withdraw, said=run.said, left=run.left,
        answer=run.answer, trouble=run.troubles, questions=run.questions, preview=run.preview,
        meter=run.sources.meters[Role.ROOM], **run.prompts,
    ) == []  # fmt: skip
    whole = run.questions.viewport().rect()
    rows = [run.questions.visualItemRect(run.questions.item(row)) for row in range(3)]
    assert sum(whole.contains(row) for row in rows) >= 2, "more than one question can be chosen"
