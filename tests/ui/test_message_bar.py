"""The line above the rooms: one message at a time, and none that holds no more."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app import text
from ui import language, theme
from ui.widgets.message_bar import MessageBar


@pytest.fixture
def bar(qtbot):
    made = MessageBar()
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made.hide()
    return made


def said(bar):
    return bar.label.text() if bar.isVisible() else ""


def close(qtbot, bar):
    qtbot.mouseClick(bar.closer, Qt.MouseButton.LeftButton)


def test_the_mark_that_closes_it_grows_with_the_text(bar):
    bar.say(lambda: "the camera is gone", "warn")
    before = bar.closer.iconSize().width()
    theme.apply("light", 200)
    assert bar.closer.iconSize().width() == 2 * before


def test_good_news_waits_behind_trouble(qtbot, bar):
    bar.say(lambda: "the camera is gone", "warn")
    bar.say(lambda: "analysis finished", "ok", action="shell.open_it")
    assert said(bar) == "the camera is gone"
    assert not bar.action.isVisible()
    assert bar.more.text() == text.tr("shell.more_messages", n=1)
    language.set_language("zh" if text.language() == "en" else "en")
    assert bar.more.text() == text.tr("shell.more_messages", n=1)
    close(qtbot, bar)
    assert said(bar) == "analysis finished"
    assert bar.action.isVisible()
    assert not bar.more.isVisible()
    close(qtbot, bar)
    assert said(bar) == ""


def test_trouble_comes_back_when_the_newer_one_is_closed(qtbot, bar):
    bar.say(lambda: "first", "bad")
    bar.say(lambda: "second", "warn")
    bar.say(lambda: "second", "warn")
    assert said(bar) == "second"
    close(qtbot, bar)
    assert said(bar) == "first"
    close(qtbot, bar)
    assert said(bar) == ""


def test_what_holds_no_more_goes(bar):
    bar.say(lambda: "close again to end it", "warn", topic="closing")
    bar.say(lambda: "disk full", "bad", topic="disk_full")
    bar.drop("closing")
    assert said(bar) == "disk full"
    bar.say(lambda: "there is room again", "ok", topic="disk_full")
    assert said(bar) == "there is room again"
    assert not bar.more.isVisible()


def test_trouble_of_one_interview_is_not_shown_over_another(bar):
    bar.look_at("one")
    bar.say(lambda: "of one", "warn", about="one")
    bar.look_at("two")
    assert said(bar) == ""
    bar.say(lambda: "finished", "ok", about="two")
    assert said(bar) == "finished"
    bar.look_at("")
    assert said(bar) == "of one"


def test_good_news_of_another_interview_leaves_with_it(bar):
    bar.say(lambda: "finished", "ok", action="shell.open_it", about="one")
    bar.look_at("two")
    bar.look_at("")
    assert said(bar) == ""


def test_both_buttons_do_what_they_say(qtbot, bar):
    done = []
    for button in (bar.action, bar.second):
        bar.say(lambda: "found", "warn", action="shell.open_it", done=lambda: done.append("open"),
                also=("shell.close_message", lambda: done.append("on")))  # fmt: skip
        assert bar.second.text() == text.tr("shell.close_message")
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert said(bar) == ""
    assert done == ["open", "on"]


def test_good_news_leaves_by_itself(qtbot, bar, monkeypatch):
    monkeypatch.setattr("ui.widgets.message_bar.NEWS_MS", 30)
    bar.say(lambda: "trouble", "bad")
    bar.say(lambda: "written", "ok")
    qtbot.wait(60)
    assert said(bar) == "trouble"
    close(qtbot, bar)
    assert said(bar) == "written"
    qtbot.waitUntil(lambda: said(bar) == "")
