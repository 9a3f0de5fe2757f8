"""Connecting the HR system in the window: what is wrong is said in a sentence, and a server's words stay text."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QApplication, QLabel

from app import text
from app.failures import Stale
from app.settings import SettingsFile
from app.sync_state import Connection
from sync import secrets
from sync.diagnosis import Step
from sync.failures import AddressMissing, NobodyListens, SecretMissing, SecretUnusable
from sync.sandbox.server import Sandbox
from tests.sync.ehr import CONTRACT
from tests.sync.small_server import serving
from ui import language
from ui.settings.room import SettingsRoom
from ui.shell import start


@pytest.fixture
def opened(qtbot, tmp_path):
    """The window on an empty library: its conductor."""
    conductor = start.open_window(tmp_path / "data", SettingsFile(tmp_path / "data"))
    yield conductor
    conductor.window.close()


@pytest.fixture
def settings(opened):
    opened.window.enter("settings")
    room = opened.window.room("settings")
    assert isinstance(room, SettingsRoom)
    return room


GOOD = dict.fromkeys(Step, "good") | {Step.CERTIFICATE: "needless"}
"""A good connection to this computer itself, whose address has no certificate."""


def marks(settings):
    """The steps that have a finding, with the state of their mark."""
    return {step: mark.state for step, (mark, *_) in settings.hr.check.rows.items() if mark.state != "left"}


def enter(field, words):
    field.setText(words)
    field.editingFinished.emit()


def choose(settings, name):
    settings.hr.profile.setCurrentIndex(settings.hr.profile.findData(name))
    settings.hr.profile.activated.emit(settings.hr.profile.currentIndex())


def go_elsewhere(qtbot, settings):
    """A person goes on in another field of the page."""
    settings.window().activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is settings.window())
    settings.hr.url.setFocus()
    settings.assessor.setFocus()


@pytest.fixture
def sandbox(tmp_path):
    with Sandbox(CONTRACT, tmp_path / "ehr") as running:
        yield running


def test_testing_a_connection_that_is_down_says_where_it_ends(qtbot, settings, monkeypatch):
    monkeypatch.setenv("MIANJIAN_EHR_TOKEN", "key")
    enter(settings.hr.url, "http://127.0.0.1:9")
    assert not settings.hr.check.isVisible()
    qtbot.mouseClick(settings.hr.test, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: marks(settings) == {Step.ADDRESS: "good", Step.CONNECTION: "bad"})
    mark, name, words = settings.hr.check.rows[Step.CONNECTION]
    assert words.text() == text.sentence(NobodyListens(host="127.0.0.1:9"))
    assert words.isVisible()
    assert mark.accessibleName() == text.tr("settings.check_bad")
    language.set_language("en")
    assert name.text() == "Connection"
    assert "no HR system answers on this port" in words.text()
    language.set_language("zh")
    assert name.text() == "网络连接"
    enter(settings.hr.url, "http://127.0.0.1:10")
    assert not settings.hr.check.isVisible(), "what was found is of another connection"


def test_a_good_connection_says_what_can_be_seen(qtbot, settings, monkeypatch, sandbox):
    monkeypatch.setenv("MIANJIAN_EHR_TOKEN", sandbox.key)
    enter(settings.hr.url, sandbox.url + "/ihr")
    choose(settings, "ihr")
    enter(settings.hr.account, "mianjian")
    qtbot.mouseClick(settings.hr.test, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: marks(settings) == GOOD)
    mark, _, words = settings.hr.check.rows[Step.CERTIFICATE]
    assert (mark.accessibleName(), words.text()) == ("not needed", "An address of this computer needs none.")
    seen = settings.hr.check.rows[Step.RIGHTS][2].text()
    assert "MianJian Sandbox EHR" in seen
    assert "8" in seen


def test_an_account_left_from_another_profile_is_neither_shown_nor_used_by_moka(qtbot, settings, monkeypatch, sandbox):
    settings.show()
    monkeypatch.setenv("MIANJIAN_EHR_TOKEN", sandbox.key)
    enter(settings.hr.url, sandbox.url + "/ihr")
    choose(settings, "ihr")
    enter(settings.hr.account, "mianjian")
    enter(settings.hr.url, sandbox.url + "/moka")
    choose(settings, "moka")
    assert not settings.hr.account.isVisible()
    qtbot.mouseClick(settings.hr.test, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: marks(settings) == GOOD)
    enter(settings.hr.url, sandbox.url + "/ihr")
    choose(settings, "ihr")
    assert (settings.hr.account.isVisible(), settings.hr.account.text()) == (True, "mianjian")


@pytest.mark.parametrize("said", ["zh", "en"])
def test_a_refused_pair_names_the_account_too(said, qtbot, settings, monkeypatch, sandbox):
    monkeypatch.setenv("MIANJIAN_EHR_TOKEN", sandbox.key)
    enter(settings.hr.url, sandbox.url + "/ihr")
    choose(settings, "ihr")
    enter(settings.hr.account, "nobody")
    language.set_language(said)
    qtbot.mouseClick(settings.hr.test, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: marks(settings).get(Step.KEY) == "bad")
    words = settings.hr.check.rows[Step.KEY][2].text()
    assert {"zh": "账号", "en": "account"}[said] in words
    assert sandbox.url.removeprefix("http://") in words


def test_a_slow_server_holds_nothing_and_an_older_test_is_left_out(qtbot, settings, monkeypatch, sandbox):
    monkeypatch.setenv("MIANJIAN_EHR_TOKEN", sandbox.key)
    sandbox.faults.set("slow:1:0.6")
    enter(settings.hr.url, sandbox.url)
    qtbot.mouseClick(settings.hr.test, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: marks(settings).get(Step.KEY) == "running" or len(marks(settings)) >= 5)
    choose(settings, "ihr")
    qtbot.waitUntil(lambda: all(one.name != "test-connection" for one in threading.enumerate()))
    QCoreApplication.processEvents()
    assert not settings.hr.check.isVisible()
    sandbox.faults.set("")


def test_what_is_asked_for_follows_from_the_profile(settings, tmp_path):
    settings.show()
    shown = lambda: [field.isVisible() for field in (settings.hr.account, settings.hr.key, settings.hr.certificate)]  # noqa: E731
    assert shown() == [False, True, False]
    choose(settings, "ihr")
    assert shown() == [True, True, False]
    own = tmp_path / "bank.toml"
    own.write_text(
        'base = "generic"\nname = "bank"\ntitle = { zh = "银行", en = "Bank" }\n[auth]\nkind = "certificate"\n'
    )
    settings.hr.take_profile(own)
    assert shown() == [False, False, True]
    assert settings.hr.passphrase.isVisible()
    assert "Bank" in settings.hr.profile.currentText() or "银行" in settings.hr.profile.currentText()


@pytest.mark.parametrize(("said", "title"), [("zh", "i人事类接口（令牌）"), ("en", "i人事-like (token)")])
def test_profiles_are_called_in_the_windows_language(said, title, settings):
    language.set_language(said)
    box = settings.hr.profile
    assert box.itemText(box.findData("ihr")) == title


def test_a_companys_own_profile_is_checked_copied_and_chosen(settings, tmp_path, opened):
    folder, good, bad = opened.context.settings.profiles, tmp_path / "good.toml", tmp_path / "bad.toml"
    bad.write_text('base = "generic"\nname = "acme"\n[auth]\nkind = "magic"\n')
    settings.hr.take_profile(bad)
    assert "magic" in settings.hr.result.text()
    assert not folder.exists()
    good.write_text('base = "generic"\nname = "acme"\ntitle = { zh = "极品", en = "Acme" }\n')
    settings.hr.take_profile(good)
    assert (folder / "acme.toml").read_bytes() == good.read_bytes()
    settings.hr.use.click()
    assert opened.context.settings.values.ehr_profile == "acme"
    assert opened.context.sync.profile().shape.title["en"] == "Acme"
    (folder / "acme.toml").write_text("[")
    language.set_language("en")
    assert settings.hr.profile.currentText() == "acme · cannot be used"


def test_account_and_certificate_are_kept_and_reach_the_connection(settings, opened, tmp_path):
    enter(settings.hr.url, "https://ehr.example")
    choose(settings, "ihr")
    enter(settings.hr.account, " app-7 ")
    enter(settings.hr.certificate, str(tmp_path / "me.pem"))
    settings.hr.use.click()
    values = opened.context.settings.values
    assert (values.ehr_account, values.ehr_certificate) == ("app-7", str(tmp_path / "me.pem"))


def test_a_key_that_is_given_from_outside_is_said_in_its_field(settings, monkeypatch):
    assert settings.hr.key.placeholderText() == text.tr("settings.key_hint")
    monkeypatch.setenv("MIANJIAN_EHR_TOKEN", "key")
    language.set_language("zh")
    assert "MIANJIAN_EHR_TOKEN" in settings.hr.key.placeholderText()


def test_what_can_be_no_key_is_refused_when_it_is_entered(settings):
    enter(settings.hr.url, "http://127.0.0.1:9")
    enter(settings.hr.key, "sk-••••••")
    assert settings.hr.result.text() == text.sentence(SecretUnusable())
    assert settings.hr.result.property("class") == "bad"


@pytest.mark.parametrize("field", ["key", "passphrase"])
def test_a_secret_without_an_address_waits_for_one(qtbot, settings, monkeypatch, field):
    kept = {}
    monkeypatch.setattr(secrets, f"store_{'secret' if field == 'key' else field}", kept.__setitem__)
    enter(getattr(settings.hr, field), "words")
    assert settings.hr.result.text() == text.sentence(AddressMissing())
    assert settings.hr.result.isVisible()
    assert not kept
    settings.hr.url.setText("http://127.0.0.1:9")
    settings.hr.url.textEdited.emit("")
    settings.hr.use.click()
    assert kept == {"http://127.0.0.1:9": "words"}
    assert getattr(settings.hr, field).text() == ""


def test_a_key_that_was_typed_is_kept_before_the_connection_is_tested(qtbot, settings, monkeypatch):
    kept = {}
    monkeypatch.setattr(secrets, "store_secret", kept.__setitem__)
    enter(settings.hr.url, "http://127.0.0.1:9")
    settings.hr.key.setText("typed")  # where a click takes the focus from no field (macOS)
    settings.hr.test.click()
    assert kept == {"http://127.0.0.1:9": "typed"}
    qtbot.waitUntil(lambda: all(one.name != "test-connection" for one in threading.enumerate()), timeout=60_000)


@pytest.mark.parametrize("said", ["zh", "en"])
def test_a_password_within_the_address_is_written_nowhere(qtbot, settings, opened, said):
    language.set_language(said)
    enter(settings.hr.url, "https://ann:canary-pw@hr.example.invalid/ehr/")
    settings.hr.test.click()
    assert settings.hr.url.text() == "https://hr.example.invalid/ehr"
    assert settings.hr.result.text() == text.tr("settings.address_login")
    assert settings.hr.result.isVisible()
    qtbot.waitUntil(lambda: all(one.name != "test-connection" for one in threading.enumerate()), timeout=60_000)
    opened.context.sync.run_once()
    found = [file for file in opened.context.library.folder.rglob("*") if file.is_file()]
    assert not [file.name for file in found if b"canary-pw" in file.read_bytes()]


@pytest.mark.parametrize(
    ("words", "address"),
    [(" hr.example.com/ehr/ ", "https://hr.example.com/ehr"), ("localhost:8069", "https://localhost:8069"),
     ("http://127.0.0.1:9/", "http://127.0.0.1:9"), ("ftp://x", "ftp://x"), ("https://", "https:"), ("", ""),
     ("https://a:b@[::1]:8/x@y", "https://[::1]:8/x@y")],
)  # fmt: skip
def test_an_address_is_https_where_nothing_else_was_said(settings, opened, words, address):
    enter(settings.hr.url, words)
    settings.hr.apply()
    assert (settings.hr.url.text(), opened.context.settings.values.ehr_url) == (address, address)


def test_a_known_failure_that_no_room_caught_is_said_and_a_bug_stays_a_bug(opened):
    bugs = []
    hook = start.saying(opened.window.say_failure, lambda *found: bugs.append(found[0]))
    hook(Stale, Stale(what="candidate"), None)
    assert opened.window.message.label.text() == text.sentence(Stale(what="candidate"))
    hook(ZeroDivisionError, ZeroDivisionError(), None)
    assert bugs == [ZeroDivisionError]


def test_no_label_of_the_sync_room_reads_tags(opened):
    opened.window.enter("sync")
    room = opened.window.room("sync")
    shown = [room.sentence, room.address, room.last, *room.panel.findChildren(QLabel)]
    assert {label.textFormat() for label in shown if label is not room.panel.body_label} == {Qt.TextFormat.PlainText}


def runs(service):
    return sum(one.times for one in service.book.runs())


def calls(opened, qtbot):
    """One more run, and what it called."""
    service = opened.context.sync
    before = runs(service)
    service.sync_now()
    qtbot.waitUntil(lambda: runs(service) > before and not service.standing().running, timeout=60_000)


def test_the_old_server_never_hears_the_new_dialect(qtbot, settings, opened, monkeypatch, sandbox):
    monkeypatch.setenv("MIANJIAN_EHR_TOKEN", sandbox.key)
    with serving(lambda _: (404, {}, {"code": "not_found"})) as old:
        enter(settings.hr.url, old.url)
        qtbot.mouseClick(settings.hr.use, Qt.MouseButton.LeftButton)
        calls(opened, qtbot)
        paths = {one.path for one in old.calls}
        assert paths
        choose(settings, "ihr")
        assert settings.hr.pending.isVisible()
        assert settings.hr.account.isVisible(), "what the chosen profile wants can be entered at once"
        calls(opened, qtbot)
        enter(settings.hr.url, sandbox.url + "/ihr")
        calls(opened, qtbot)
        enter(settings.hr.account, "mianjian")
        assert opened.context.settings.values.ehr_profile == "generic"
        go_elsewhere(qtbot, settings)
        assert not settings.hr.pending.isVisible()
        values = opened.context.settings.values
        assert (values.ehr_url, values.ehr_profile, values.ehr_account) == (sandbox.url + "/ihr", "ihr", "mianjian")
        service = opened.context.sync
        qtbot.waitUntil(lambda: service.standing().connection is Connection.OK, timeout=60_000)
        assert not [one.path for one in old.calls if "openapi" in one.path]
        assert {one.path.partition("?")[0] for one in old.calls} == {path.partition("?")[0] for path in paths}
    assert opened.context.library.candidates()


@pytest.mark.parametrize("leave", ["another room", "the window", "a key", "test"])
def test_what_was_entered_is_never_lost(qtbot, settings, opened, leave, monkeypatch):
    monkeypatch.setattr(secrets, "store_secret", lambda *_: None)
    settings.hr.url.setText("http://127.0.0.1:9")
    choose(settings, "moka")
    assert opened.context.settings.values.ehr_url == ""
    if leave == "another room":
        opened.window.enter("library")
    elif leave == "the window":
        opened.window.close()
    elif leave == "a key":
        enter(settings.hr.key, "k")
    else:
        qtbot.mouseClick(settings.hr.test, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: all(one.name != "test-connection" for one in threading.enumerate()), timeout=60_000)
    values = SettingsFile(opened.context.library.folder).values
    assert (values.ehr_url, values.ehr_profile) == ("http://127.0.0.1:9", "moka")


@pytest.mark.parametrize("said", ["zh", "en"])
def test_what_is_not_in_effect_is_said_and_can_be_taken_back(settings, said):
    language.set_language(said)
    assert not settings.hr.pending.isVisible()
    enter(settings.hr.url, "https://ehr.example")
    assert settings.hr.pending.text() == text.tr("settings.connection_pending")
    assert settings.hr.use.isVisible()
    language.set_language("en")
    choose(settings, "ihr")
    language.set_language(said)
    assert settings.hr.profile.currentData() == "ihr", "another language changes no choice"
    choose(settings, "generic")
    enter(settings.hr.url, "")
    assert not settings.hr.pending.isVisible()
    assert not settings.hr.use.isVisible()


@pytest.mark.parametrize("field", ["key", "passphrase"])
def test_an_old_finding_goes_when_what_it_spoke_of_changed(qtbot, settings, monkeypatch, field):
    monkeypatch.setattr(secrets, "store_secret", lambda *_: None)
    monkeypatch.setattr(secrets, "store_passphrase", lambda *_: None)
    monkeypatch.setattr(secrets, "secret_for", lambda *_: (_ for _ in ()).throw(SecretMissing()))
    enter(settings.hr.url, "http://127.0.0.1:9")
    qtbot.mouseClick(settings.hr.test, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "bad" in marks(settings).values(), timeout=60_000)
    qtbot.waitUntil(lambda: all(one.name != "test-connection" for one in threading.enumerate()), timeout=60_000)
    QCoreApplication.processEvents()
    enter(getattr(settings.hr, field), "right")
    assert not settings.hr.check.isVisible()
    assert settings.hr.result.property("class") == "ok"


def test_a_profile_whose_file_is_gone_is_not_replaced_by_another(qtbot, settings, opened):
    opened.context.settings.change(ehr_profile="bank")
    settings.hr.renew()
    assert settings.hr.profile.currentData() == "bank"
    go_elsewhere(qtbot, settings)
    assert opened.context.settings.values.ehr_profile == "bank"
