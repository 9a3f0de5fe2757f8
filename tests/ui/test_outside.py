"""Outside services in the window: settings, consent, the question before anything leaves, and what came back."""

from __future__ import annotations

import keyring
import pytest
from keyring.backend import KeyringBackend
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox

from app import text
from app.domain.enrichment import EnrichmentKind
from app.domain.outside import DATA, Purpose
from app.outside import gate
from app.outside.services import named, setting
from app.settings import SettingsFile
from app.store.library import Library
from tests.app import outside
from tests.app.pool import filled
from tests.app.test_outside_asking import reply
from tests.clips import cut
from tests.service_server import KEY, SEGMENTS, ServiceServer
from ui import language
from ui.library.consent import ConsentField
from ui.record.consent_page import ConsentPage
from ui.settings.outside import OutsideFields
from ui.shell import start

LEFT = Qt.MouseButton.LeftButton
SPEECH, TERMS, SCORING = Purpose.SPEECH, Purpose.TERMS, Purpose.SCORING


class MemoryKeyring(KeyringBackend):
    """A keyring that keeps keys as long as the test runs."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password


@pytest.fixture
def server():
    with ServiceServer(reply=reply) as running:
        yield running


@pytest.fixture
def keys():
    before, mine = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(mine)
    yield mine
    keyring.set_keyring(before)


def opened_on(qtbot, folder):
    conductor = start.open_window(folder, SettingsFile(folder))
    conductor.window.resize(1400, 1000)
    conductor.window.show()
    qtbot.waitExposed(conductor.window)
    return conductor


@pytest.fixture
def opened(qtbot, tmp_path):
    conductor = opened_on(qtbot, tmp_path / "data")
    yield conductor
    conductor.window.close()


@pytest.fixture
def fields(opened) -> OutsideFields:
    opened.window.enter("settings")
    return opened.window.room("settings").outside


def words(widget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


def enter(line, value):
    line.setText(value)
    line.editingFinished.emit()


def press_test(qtbot, opened, part):
    """Press the button; what was just shown is laid out first."""
    opened.window.room("settings").area.ensureWidgetVisible(part.test)
    QApplication.processEvents()
    qtbot.mouseClick(part.test, LEFT)


# Settings


def test_everything_is_off_at_first(fields, opened):
    for part in fields.parts.values():
        assert not part.on.isChecked()
        assert not part.body.isVisibleTo(part)
    assert opened.context.settings.values.services == {}


def test_a_service_is_set_up_by_hand(qtbot, fields, opened, server, keys):
    part = fields.parts[SPEECH]
    part.on.click()
    part.profile.setCurrentIndex(part.profile.findData("openai_speech"))
    part.profile.activated.emit(part.profile.currentIndex())
    assert part.url.placeholderText() == "https://api.openai.com/v1"
    enter(part.url, f"{server.url}/v1")
    enter(part.key, KEY)
    assert part.key.text() == ""
    assert part.result.text() == text.tr("settings.key_kept")
    press_test(qtbot, opened, part)
    good = text.tr("settings.service_test_good", host=server.host)
    qtbot.waitUntil(lambda: part.result.text() == good)
    assert {came.method for came in server.came} == {"GET"}
    folder = opened.context.library.folder
    assert setting(folder, SPEECH).on
    assert named(folder, SPEECH).host == server.host
    assert KEY not in (folder / "settings.json").read_text("utf-8")
    assert list(keys.kept.values()) == [KEY]


@pytest.mark.parametrize("language_used", text.LANGUAGES)
def test_testing_says_what_is_wrong(qtbot, fields, opened, server, monkeypatch, language_used):
    language.set_language(language_used)
    part = fields.parts[SCORING]
    part.on.click()
    enter(part.url, f"{server.url}/v1")
    press_test(qtbot, opened, part)
    qtbot.waitUntil(lambda: "MIANJIAN_SCORING_KEY" in part.result.text())
    monkeypatch.setenv("MIANJIAN_SCORING_KEY", "wrong")
    press_test(qtbot, opened, part)
    wanted = text.tr("failure.service_unauthorized", host=server.host)
    qtbot.waitUntil(lambda: part.result.text() == wanted)
    enter(part.url, "http://ai.example.com")
    assert part.result.text() == text.tr("failure.service_address_invalid", address="http://ai.example.com")


def test_a_key_without_a_keyring_is_a_sentence(fields):
    part = fields.parts[SPEECH]
    part.on.click()
    enter(part.key, KEY)
    assert part.result.text() == text.tr("failure.service_key_unkept", variable="MIANJIAN_SPEECH_KEY")


def test_where_the_rules_forbid_it_the_reason_stands_in_its_place(fields, opened, each_language):
    room = opened.window.room("settings")
    room.jurisdiction.setCurrentIndex(room.jurisdiction.findData("strictest"))
    room.jurisdiction.activated.emit(room.jurisdiction.currentIndex())
    rules = text.tr("policy.profile_strictest")
    for purpose, part in fields.parts.items():
        assert not part.on.isEnabled()
        assert part.note.text() == text.tr("settings.service_forbidden", data=gate.data_words(purpose), rules=rules)
    room.jurisdiction.setCurrentIndex(room.jurisdiction.findData("CN"))
    room.jurisdiction.activated.emit(room.jurisdiction.currentIndex())
    assert fields.parts[SPEECH].on.isEnabled()


def test_a_profile_that_cannot_be_used_is_named(qtbot, tmp_path):
    folder = tmp_path / "data"
    (folder / "services").mkdir(parents=True)
    (folder / "services" / "mine.toml").write_text("kind = 'speech'", "utf-8")
    conductor = opened_on(qtbot, folder)
    conductor.window.enter("settings")
    shown = conductor.window.room("settings").outside.refused
    assert "mine" in shown.text()
    assert shown.isVisibleTo(conductor.window)
    conductor.window.close()


# Consent


@pytest.fixture
def asked(library, server, monkeypatch):
    """An interview for which services are turned on; nobody has agreed to anything yet."""
    interview_id = filled(library)
    for purpose in (TERMS, SCORING):
        outside.set_up(library, server, purpose)
        outside.give_key(monkeypatch, purpose)
    return interview_id


def test_consent_to_a_service_is_a_consent_of_its_own(qtbot, library, asked, server):
    field = ConsentField(library)
    qtbot.addWidget(field)
    field.show_interview(library.interview(asked))
    actions = {action.text(): action for action in field.menu.actions() if server.host in action.text()}
    assert len(actions) == 2
    terms = next(action for words, action in actions.items() if text.tr("outside.purpose_terms") in words)
    assert not terms.isChecked()
    assert server.host in terms.toolTip()
    called = terms.text()
    terms.trigger()
    consent = library.outside_consent(asked, TERMS, server.host)
    assert (consent.agreed, consent.by, consent.text_version) == (True, "王小雨", gate.TEXT_VERSION)
    assert library.outside_consent(asked, SCORING, server.host) is None
    assert library.consent(asked) is None
    assert server.host in field.line.text()
    again = next(a for a in field.menu.actions() if a.text() == called)
    again.trigger()
    assert not library.outside_consent(asked, TERMS, server.host).agreed
    assert [e.action for e in library.audit(asked)][-2:] == ["outside_consent", "outside_consent"]


def test_the_candidates_page_names_services_in_the_notices_language(qtbot, library, asked, server):
    language.set_language("en")
    page = ConsentPage(library, SettingsFile(library.folder))
    qtbot.addWidget(page)
    page.show_interview(library.interview(asked))
    for name in text.LANGUAGES:
        page.languages[name].click()
        for service, box in page.service_ticks:
            purpose = text.tr_in(name, f"outside.purpose_{service.purpose}")
            assert purpose in box.text()
            data = text.tr_in(name, f"outside.data_{DATA[service.purpose]}")
            said = [label.text() for label in page.findChildren(QLabel) if label.isVisibleTo(page)]
            assert any(purpose in words and data in words and service.host in words for words in said)
    page.service_ticks[0][1].click()
    page.languages["en"].click()
    assert [box.isChecked() for _, box in page.service_ticks] == [True, False]


def test_a_consent_to_be_analysed_is_none_to_a_service(qtbot, library, asked, server):
    field = ConsentField(library)
    qtbot.addWidget(field)
    field.show_interview(library.interview(asked))
    field.menu.actions()[0].trigger()
    assert library.consent(asked).modalities == ("speech",)
    assert library.outside_consent(asked, TERMS, server.host) is None


# The question, and what comes back


@pytest.fixture
def reviewing(qtbot, library, asked):
    for purpose in (TERMS, SCORING):
        outside.agree(library, asked, purpose)
    folder = library.folder
    library.close()
    conductor = opened_on(qtbot, folder)
    conductor.open_review(asked)
    yield conductor
    conductor.window.close()


def question(qtbot, conductor) -> QMessageBox:
    qtbot.waitUntil(lambda: any(box.isVisible() for box in conductor.window.findChildren(QMessageBox)))
    return next(box for box in conductor.window.findChildren(QMessageBox) if box.isVisible())


def press(qtbot, box, key):
    (button,) = [each for each in box.buttons() if each.text() == text.tr(key)]
    qtbot.mouseClick(button, LEFT)


def test_the_question_names_what_goes_to_whom_and_no_is_no(qtbot, reviewing, server, asked):
    panel = reviewing.window.room("review").scorecard.findings
    panel.terms.ask.click()
    box = question(qtbot, reviewing)
    service = named(reviewing.context.library.folder, TERMS)
    assert box.informativeText() == gate.notice(service)
    assert server.host in box.informativeText()
    press(qtbot, box, "outside.stay")
    assert server.came == []
    assert not reviewing.context.library.outside_confirmed(asked, TERMS, server.host)


def test_yes_sends_it_and_shows_it_with_its_source(qtbot, reviewing, server, asked):
    room = reviewing.window.room("review")
    panel = room.scorecard.findings
    panel.terms.ask.click()
    press(qtbot, question(qtbot, reviewing), "outside.send")
    qtbot.waitUntil(lambda: "微服务" in words(panel.terms), timeout=20_000)
    assert server.host in words(panel.terms)
    panel.terms.ask.click()
    qtbot.waitUntil(lambda: len(server.came) == 2, timeout=20_000)
    qtbot.waitUntil(lambda: not reviewing.context.work.enriching(asked), timeout=20_000)
    assert not [box for box in reviewing.window.findChildren(QMessageBox) if box.isVisible()]


def test_scores_are_veiled_then_shown_beside_and_not_counted(qtbot, reviewing, server, asked):
    room = reviewing.window.room("review")
    panel, library = room.scorecard.findings, reviewing.context.library
    panel.scores.ask.click()
    press(qtbot, question(qtbot, reviewing), "outside.send")
    qtbot.waitUntil(lambda: library.enrichment(asked, EnrichmentKind.OUTSIDE_SCORES) is not None, timeout=20_000)
    qtbot.waitUntil(lambda: text.tr("findings.outside_scores_veiled") in words(panel.scores), timeout=20_000)
    assert "7.2" not in words(panel.scores)
    room.presenter.session.rate("reasoning", 6)
    room.refresh()
    qtbot.waitUntil(lambda: "7.2 / 10" in words(panel.scores))
    assert "拆分清楚" in words(panel.scores)
    assert text.tr("findings.outside_scores_count") in words(panel.scores)
    assert server.host in words(panel.scores)


def test_a_failure_is_a_sentence_above_the_room(qtbot, reviewing, server):
    panel = reviewing.window.room("review").scorecard.findings
    server.fault = "html"
    panel.terms.ask.click()
    press(qtbot, question(qtbot, reviewing), "outside.send")
    wanted = text.tr("failure.service_nonsense", host=server.host)
    qtbot.waitUntil(lambda: reviewing.window.message.label.text() == wanted, timeout=20_000)


def test_what_was_said_of_a_failure_goes_when_it_is_asked_again(qtbot, reviewing, server, asked):
    panel = reviewing.window.room("review").scorecard.findings
    server.fault, server.faults = "html", 1
    panel.terms.ask.click()
    press(qtbot, question(qtbot, reviewing), "outside.send")
    bar = reviewing.window.message
    qtbot.waitUntil(lambda: bar.isVisible() and server.host in bar.label.text(), timeout=20_000)
    panel.terms.ask.click()
    qtbot.waitUntil(lambda: "微服务" in words(panel.terms), timeout=20_000)
    assert not bar.isVisible()


def test_taken_back_while_it_is_sent_it_stops_and_says_so(qtbot, reviewing, server, asked):
    panel, library = reviewing.window.room("review").scorecard.findings, reviewing.context.library
    server.fault = "slow"
    panel.terms.ask.click()
    press(qtbot, question(qtbot, reviewing), "outside.send")
    qtbot.waitUntil(server.asked.is_set, timeout=20_000)
    outside.agree(library, asked, TERMS, agreed=False)
    service = named(library.folder, TERMS)
    wanted = text.tr("failure.outside_stopped", service=service.name, host=service.host, n=1)
    qtbot.waitUntil(lambda: reviewing.window.message.label.text() == wanted, timeout=20_000)
    assert library.enrichment(asked, EnrichmentKind.OUTSIDE_TERMS) is None


def test_without_a_service_there_is_no_trace(qtbot, tmp_path):
    with Library.open(tmp_path / "plain", assessor="李静") as made:
        interview_id = filled(made)
    conductor = opened_on(qtbot, tmp_path / "plain")
    conductor.open_review(interview_id)
    panel = conductor.window.room("review").scorecard.findings
    assert not panel.terms.isVisibleTo(panel)
    assert not panel.scores.isVisibleTo(panel)
    conductor.window.close()


@pytest.mark.slow
def test_an_import_asks_nothing_then_the_analysis_asks_once(qtbot, opened, server, sample, tmp_path, monkeypatch):
    library = opened.context.library
    outside.set_up(library, server, SPEECH)
    opened.context.settings.values = SettingsFile(library.folder).values
    outside.give_key(monkeypatch, SPEECH)
    from app.store.importing import import_file

    clip = cut(sample / "sample_zh.mp4", tmp_path / "三.mp4", 12.0, kinds=("audio",))
    interview_id = import_file(library, clip).interview.id
    outside.agree(library, interview_id, SPEECH)
    opened.window.enter("library")
    opened.library_room.analyseRequested.emit(interview_id)
    box = question(qtbot, opened)
    assert server.host in box.informativeText()
    with qtbot.waitSignal(opened.context.work.analysisEnded, timeout=120_000):
        press(qtbot, box, "outside.send")
    opened.open_review(interview_id)
    room = opened.window.room("review")
    name = named(library.folder, SPEECH).name
    assert room.importing.line.toolTip()
    assert text.tr("review.recognised_text", name=name)[:20] in room.importing.line.text()
    assert SEGMENTS[1]["text"] in "".join(s.text for s in room.recording.analysis.transcript.segments)


@pytest.mark.slow
def test_a_service_that_fails_is_named_above_the_words_that_were_heard_here(
    qtbot, opened, server, sample, tmp_path, monkeypatch
):
    library = opened.context.library
    outside.set_up(library, server, SPEECH)
    opened.context.settings.values = SettingsFile(library.folder).values
    outside.give_key(monkeypatch, SPEECH, "wrong")
    clip = cut(sample / "sample_zh.mp4", tmp_path / "三.mp4", 12.0, kinds=("audio",))
    from app.store.importing import import_file

    interview_id = import_file(library, clip).interview.id
    outside.agree(library, interview_id, SPEECH)
    opened.window.enter("library")
    opened.library_room.analyseRequested.emit(interview_id)
    with qtbot.waitSignal(opened.context.work.analysisEnded, timeout=120_000):
        press(qtbot, question(qtbot, opened), "outside.send")
    opened.open_review(interview_id)
    line = opened.window.room("review").importing.line
    assert line.isVisible()
    assert text.tr("report.fallback_service_unauthorized") in line.toolTip()
    assert server.host in line.toolTip()
