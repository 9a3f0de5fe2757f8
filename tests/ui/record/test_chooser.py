"""The list of interviews that wait: thousands of them, read away from the window's thread, and searched."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from sqlalchemy import insert

from analysis.failures import DiskFull
from app import text
from app.domain.types import Candidate, Interview, InterviewStatus, Position
from app.recording.to_be_held import GROUPS, PAGE, to_be_held
from app.schedule.zones import zone_of
from app.store.recordings import local_zone
from app.store.tables import CandidateRow, InterviewRow
from tests.app.test_store_library import an_interview
from ui import language, theme
from ui.record import waiting_list
from ui.record.chooser import Chooser

MANY = 10_000
FRAME_MS = 16.0
NOW = datetime.now(UTC)


@pytest.fixture
def make_chooser(qtbot, library):
    made = []

    def make():
        shown = Chooser(library)
        qtbot.addWidget(shown)
        made.append(shown)
        shown.resize(1100, 800)
        shown.show()
        return shown

    yield make
    for chooser in made:
        chooser.close_list()


def planned(library, name, at, status=InterviewStatus.SCHEDULED, position=None) -> Interview:
    candidate = library.save_candidate(Candidate("", name))
    saved = library.save_interview(an_interview(candidate, position, scheduled_at=at))
    return library.set_status(saved.id, status) if status is not saved.status else saved


def many(library, count=MANY):
    """So many planned interviews, a third of them past, and as many with a recording's place in the library."""
    candidate = library.save_candidate(Candidate("", "很多"))
    rows = [
        {
            "id": f"i{number:05}", "title": f"候选人 {number}", "search": f"候选人 {number}", "status": "scheduled",
            "candidate_id": candidate.id, "time_zone": "UTC", "created": NOW,
            "scheduled_at": NOW + timedelta(days=number % 300 - 100),
        }
        for number in range(count)
    ]  # fmt: skip
    with library.session() as session:
        session.execute(insert(InterviewRow), rows)
    return candidate


def listed(qtbot, chooser):
    with qtbot.waitSignal(chooser.listed, timeout=20_000):
        chooser.refresh()


def heads(chooser):
    return [chooser.tree.topLevelItem(row).text(0) for row in range(chooser.tree.topLevelItemCount())]


def names(chooser):
    return [item.text(1) for item in chooser._items()]


def test_groups_come_in_order_with_what_is_nearest_first(library):
    at = NOW.astimezone().replace(hour=12, minute=0)
    for name, when in (("b", at + timedelta(days=2)), ("a", at + timedelta(days=1)), ("now", at), ("c", None),
                       ("y", at - timedelta(days=2)), ("z", at - timedelta(days=1))):  # fmt: skip
        planned(library, name, when)
    planned(library, "begun", at, InterviewStatus.IN_PROGRESS)
    planned(library, "over", at, InterviewStatus.TO_REVIEW)
    found = {group.name: [each.candidate.name for each in group.interviews] for group in to_be_held(library, at=NOW)}
    assert found == {"today": ["now"], "going": ["begun"], "coming": ["a", "b"], "past": ["z", "y"], "open": ["c"]}
    assert list(found) == [name for name in GROUPS if name in found]


def test_midnight_divides_the_days_by_this_computers_clock(library):
    at = NOW.astimezone()
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    planned(library, "last", midnight - timedelta(seconds=1))
    planned(library, "first", midnight)
    found = {group.name: [each.candidate.name for each in group.interviews] for group in to_be_held(library, at=at)}
    assert found == {"past": ["last"], "today": ["first"]}


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the system has one clock")
def test_a_day_on_which_the_clocks_change_begins_when_it_begins(library, monkeypatch):
    """At noon on 25 October 2026 it is UTC+1 in Berlin, and at midnight it was UTC+2."""
    planned(library, "first", datetime(2026, 10, 24, 22, 30, tzinfo=UTC))
    planned(library, "last", datetime(2026, 10, 25, 22, 30, tzinfo=UTC))
    planned(library, "next", datetime(2026, 10, 25, 23, 30, tzinfo=UTC))
    try:
        monkeypatch.setenv("TZ", "Europe/Berlin")
        time.tzset()
        groups = to_be_held(library, at=datetime(2026, 10, 25, 11, tzinfo=UTC))
    finally:
        monkeypatch.undo()
        time.tzset()
    found = {group.name: [each.candidate.name for each in group.interviews] for group in groups}
    assert found == {"today": ["first", "last"], "coming": ["next"]}


def test_a_search_finds_names_and_positions_in_every_group(library):
    position = library.save_position(Position("", "数据分析师"))
    planned(library, "Anna Smith", NOW + timedelta(days=3), position=position)
    planned(library, "秦𠮷雅", NOW - timedelta(days=3))
    for words, wanted in (
        ("anna", ["Anna Smith"]),
        ("数据", ["Anna Smith"]),
        ("秦𠮷", ["秦𠮷雅"]),
        ("ａｎｎａ 数据", ["Anna Smith"]),
        ("zz", []),
    ):
        found = [each.candidate.name for group in to_be_held(library, words) for each in group.interviews]
        assert found == wanted


@pytest.mark.alone
def test_ten_thousand_cost_the_window_less_than_a_picture(make_chooser, library, qtbot):
    many(library)
    chooser = make_chooser()
    listed(qtbot, chooser)
    assert len(chooser._items()) <= PAGE * len(GROUPS)
    assert any(f"{PAGE}" in head for head in heads(chooser))
    spent = {"ask": [], "show": []}
    for turn in range(5):
        begun = time.perf_counter()
        chooser.refresh()
        spent["ask"].append(time.perf_counter() - begun)
        with qtbot.waitSignal(chooser.listed, timeout=20_000):
            pass
        groups = to_be_held(library, "" if turn % 2 else "候选人 1")
        begun = time.perf_counter()
        chooser._show("", groups)
        spent["show"].append(time.perf_counter() - begun)
    best = {name: min(times) * 1000 for name, times in spent.items()}
    print(best)
    assert all(ms < FRAME_MS for ms in best.values()), best


def test_the_window_goes_on_while_it_is_read(make_chooser, library, qtbot, monkeypatch):
    chooser = make_chooser()
    listed(qtbot, chooser)
    beats = []
    timer = QTimer(interval=5)
    timer.timeout.connect(lambda: beats.append(time.perf_counter()))

    def slow(*arguments):
        ends = time.monotonic() + 30
        while len(beats) <= 20 and time.monotonic() < ends:
            time.sleep(0.005)
        return to_be_held(*arguments)

    monkeypatch.setattr(waiting_list, "to_be_held", slow)
    timer.start()
    listed(qtbot, chooser)
    assert len(beats) > 20


def test_only_the_newest_search_is_shown(make_chooser, library, qtbot, monkeypatch):
    planned(library, "Anna", NOW)
    planned(library, "Berta", NOW)
    chooser = make_chooser()
    listed(qtbot, chooser)
    asked, all_asked = [], threading.Event()

    def noted(of, words):
        asked.append(words)
        all_asked.wait(30)
        return to_be_held(of, words)

    monkeypatch.setattr(waiting_list, "to_be_held", noted)
    with qtbot.waitSignal(chooser.listed):
        for words in ("a", "an", "ann", "berta"):
            chooser.waiting.ask(words)
        all_asked.set()
    assert asked == ["a", "berta"]
    assert names(chooser) == ["Berta"]


def test_searching_by_keys_leads_to_the_consent(make_chooser, library, qtbot):
    for number in range(3):
        planned(library, f"周 {number}", NOW + timedelta(minutes=number))
    wanted = planned(library, "Emma Clarke", NOW + timedelta(days=200))
    chooser = make_chooser()
    listed(qtbot, chooser)
    chooser.search.setFocus()
    QTest.keyClick(chooser.search, Qt.Key.Key_Down)
    assert chooser.tree.currentItem().text(1) == "周 1"
    with qtbot.waitSignal(chooser.listed):
        QTest.keyClicks(chooser.search, "emma")
    assert names(chooser) == ["Emma Clarke"]
    QTest.keyClick(chooser.search, Qt.Key.Key_Return)
    with qtbot.waitSignal(chooser.chosen) as told:
        QTest.keyClick(chooser.tree, Qt.Key.Key_Return)
    assert told.args == [wanted.id]


@pytest.mark.parametrize("lang", text.LANGUAGES)
def test_what_is_not_there_is_said(make_chooser, library, qtbot, lang):
    language.set_language(lang)
    chooser = make_chooser()
    listed(qtbot, chooser)
    assert chooser.hint.text() == text.tr("record.nothing_waits")
    planned(library, "Anna", NOW)
    with qtbot.waitSignal(chooser.listed):
        chooser.search.setText("nobody")
    assert chooser.hint.text() == text.tr("record.nothing_found")
    assert not chooser.start.isEnabled()


def test_what_is_chosen_stays_chosen_while_others_come(make_chooser, library, qtbot):
    planned(library, "Anna", NOW)
    chosen = planned(library, "Berta", NOW + timedelta(minutes=1))
    chooser = make_chooser()
    listed(qtbot, chooser)
    QTest.keyClick(chooser.tree, Qt.Key.Key_Down)
    assert chooser.chosen_id() == chosen.id
    planned(library, "Aaron", NOW - timedelta(minutes=1))
    listed(qtbot, chooser)
    assert len(names(chooser)) == 3
    assert chooser.chosen_id() == chosen.id


def test_a_library_that_cannot_be_read_is_said(make_chooser, library, qtbot, monkeypatch):
    chooser = make_chooser()
    listed(qtbot, chooser)

    def full(*_):
        raise DiskFull(folder="x")

    monkeypatch.setattr(waiting_list, "to_be_held", full)
    with qtbot.waitSignal(chooser.failed) as told:
        chooser.refresh()
    assert isinstance(told.args[0], DiskFull)


def test_rows_of_the_table_are_as_the_product_writes_them(library):
    candidate = many(library, 3)
    with library.reading() as session:
        assert session.get(CandidateRow, candidate.id) is not None
    assert sum(group.count for group in to_be_held(library)) == 3


def test_times_are_this_computers_in_order_and_the_others_stand_beside_them(make_chooser, library, qtbot):
    """Two interviews of a day, planned in zones whose clocks show them the other way round."""
    noon = (NOW.astimezone() + timedelta(days=2)).replace(hour=12, minute=0, second=0, microsecond=0)
    zones = sorted(("Asia/Tokyo", "America/New_York"), key=lambda zone: noon.astimezone(zone_of(zone)).utcoffset())
    for name, at, zone in (("later", noon + timedelta(minutes=30), zones[0]), ("first", noon, zones[1])):
        saved = planned(library, name, at)
        library.save_interview(replace(saved, time_zone=zone))
    here = planned(library, "here", noon + timedelta(hours=1))
    library.save_interview(replace(here, time_zone=local_zone()))
    chooser = make_chooser()
    listed(qtbot, chooser)
    whens = [item.text(0) for item in chooser._items()]
    assert names(chooser) == ["first", "later", "here"]
    assert [when[:16] for when in whens] == sorted(when[:16] for when in whens)
    assert whens[2] == f"{noon + timedelta(hours=1):%Y-%m-%d %H:%M}"
    for when, at, zone in zip(whens, (noon, noon + timedelta(minutes=30)), reversed(zones), strict=False):
        there = at.astimezone(zone_of(zone))
        assert (f"{there:%H:%M %Z})" in when) == (there.utcoffset() != at.utcoffset())


def test_the_chosen_one_stays_in_another_language_and_theme(qtbot, library, make_chooser):
    for hour, name in ((1, "甲"), (2, "乙"), (3, "丙")):
        planned(library, name, NOW + timedelta(days=2, hours=hour))
    chooser = make_chooser()
    listed(qtbot, chooser)
    chooser.tree.setCurrentItem(chooser._items()[1])
    chosen, before = chooser.chosen_id(), chooser.tree.topLevelItem(0).font(0).pixelSize()
    with qtbot.waitSignal(chooser.listed):
        language.set_language("zh")
    assert chooser.chosen_id() == chosen
    theme.apply("dark", 200)
    assert chooser.chosen_id() == chosen
    assert chooser.tree.topLevelItem(0).font(0).pixelSize() == 2 * before
