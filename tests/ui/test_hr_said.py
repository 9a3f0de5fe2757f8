"""What the HR system says of an interview, in the library's details and in the window for its documents."""

from __future__ import annotations

import io

import docx
import pytest
from PySide6.QtCore import QBuffer, QIODevice, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter, QPdfWriter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from sqlalchemy import select

from app import text
from app.domain.types import Conclusion
from app.reading_documents import DocumentDamaged, DocumentKind, docx_words, kind_of, words_of
from app.review import ReviewSession
from app.settings import SettingsFile
from app.store.tables import AuditRow
from app.sync_service import SyncService
from sync.queue import Queue
from sync.sandbox.demo import DOCUMENTS
from sync.sandbox.server import Sandbox
from tests.sync.ehr import CONTRACT
from ui import language, theme
from ui.documents.viewer import DocumentWindow
from ui.library.room import LibraryRoom

KEY = "key-of-this-test"
ZH, EN = DOCUMENTS / "cand-wang.pdf", DOCUMENTS / "cand-clarke.pdf"


@pytest.fixture
def pulled(library, tmp_path):
    with Sandbox(CONTRACT, tmp_path / "ehr", key=KEY) as sandbox:
        settings = SettingsFile(library.folder)
        settings.change(ehr_url=sandbox.url, ehr_profile="sandbox")
        service = SyncService(library, settings, queue=Queue(jitter=lambda: 1.0), secret=lambda _: KEY)
        assert service.run_once().complete
        yield library, sandbox, service
        service.close()


@pytest.fixture
def room(qtbot, pulled):
    room = LibraryRoom(pulled[0])
    qtbot.addWidget(room)
    room.resize(1300, 900)
    room.show()
    return room


def choose(room, name):
    interview = next(one for one in room.table.rows if one.candidate.name == name)
    room.choose(interview.id)
    return interview


def looks(library, action="earlier_feedback_opened"):
    with library.reading() as session:
        return list(session.scalars(select(AuditRow.subject).where(AuditRow.action == action)))


def pdf(pages=3, words="Page"):
    held = QBuffer()
    held.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(held)
    painter = QPainter(writer)
    for number in range(pages):
        if number:
            writer.newPage()
        painter.drawText(1000, 1000, f"{words} {number + 1}")
    painter.end()
    return held.data().data()


def open_window(qtbot, content, name="x"):
    window = DocumentWindow(name, content)
    qtbot.addWidget(window)
    window.show()
    return window


@pytest.mark.parametrize("chosen", ["en", "zh"])
def test_the_details_show_what_the_hr_system_says_as_its_own(qtbot, room, chosen):
    language.set_language(chosen)
    choose(room, "王小雨")
    hr = room.details.hr
    assert hr.isVisible()
    assert list(hr.sections) == ["requirements", "position_fields", "candidate_fields", "history"]
    assert "五年以上后端经验" in hr.sections["requirements"].body.text()
    assert hr.sections["position_fields"].body.isVisible()
    assert "P6–P7" in hr.sections["position_fields"].body.text()
    history = hr.sections["history"]
    assert not history.body.isVisible()
    qtbot.mouseClick(history.heading, Qt.MouseButton.LeftButton)
    assert history.body.isVisible()
    assert "刘敏（招聘）" in history.body.text()
    assert "(4)" in history.heading.text()
    room.refresh()
    assert room.details.hr.sections["history"].body.isVisible()


@pytest.mark.parametrize("name", ["zh", "en"])
def test_a_position_that_is_closed_there_says_so(pulled, room, name):
    language.set_language(name)
    library, sandbox, service = pulled
    choose(room, "王小雨")
    assert text.tr("said.closed") not in shown_words(room)
    there = sandbox.store.entity("position", "pos-backend")
    body = {key: value for key, value in there.items() if key not in ("id", "updated", "deleted")}
    sandbox.store.put("position", "pos-backend", body, deleted=True)
    assert service.run_once().complete
    room.refresh()
    choose(room, "王小雨")
    assert text.tr("said.closed") in shown_words(room)
    assert library.positions(), "it stays here"


def shown_words(room):
    return [label.text() for label in room.details.hr.findChildren(QLabel) if label.isVisible()]


def test_an_interview_that_the_hr_system_does_not_know_shows_nothing_of_it(room, pulled):
    choose(room, "何雨桐")
    assert room.details.hr.isVisible()  # requirements of the position
    choose(room, "欧阳𠮷祥")
    assert not room.details.hr.isVisible()


def test_earlier_feedback_waits_for_the_signature_or_for_a_click_that_is_audited(qtbot, room, pulled):
    library = pulled[0]
    interview = choose(room, "Emma Clarke")
    hr = room.details.hr
    assert "feedback" not in hr.sections
    assert "Strong on retention" not in " ".join(
        label.text() for label in hr.findChildren(type(room.count)) if label.isVisible()
    )
    assert looks(library) == []
    qtbot.mouseClick(hr.look, Qt.MouseButton.LeftButton)
    words = hr.sections["feedback"].body.text()
    assert "7.5 of 10" in words
    assert "3 of 5" in words
    assert "Grace Lindqvist" in words
    assert looks(library) == [interview.id]
    room.refresh()
    assert "feedback" in hr.sections
    choose(room, "王小雨")
    assert "feedback" not in hr.sections
    assert looks(library) == [interview.id]
    review = ReviewSession(library, interview.id)
    for dimension in review.template.dimensions:
        review.rate(dimension.id, 8)
    review.conclude(Conclusion.HIRE)
    review.sign()
    choose(room, "Emma Clarke")
    assert "Grace" in hr.sections["feedback"].body.text()
    assert looks(library) == [interview.id]


def test_a_resume_opens_inside_the_program(qtbot, room, pulled):
    library = pulled[0]
    interview = choose(room, "王小雨")
    (button,) = room.details.hr.documents
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    window = room.details.hr.window_shown
    qtbot.waitUntil(lambda: window.pages.rendered(0), timeout=10_000)
    assert looks(library, "document_opened") == [interview.id]
    assert window.pages.document.pageCount() == 2
    window.copy.click()
    assert "云栈科技有限公司" in QGuiApplication.clipboard().text()
    window.close_button.click()


def test_pages_are_rendered_as_they_come_into_sight(qtbot):
    window = open_window(qtbot, pdf(40))
    pages = window.pages
    qtbot.waitUntil(lambda: pages.rendered(0), timeout=10_000)
    assert not pages.rendered(20)
    assert pages.page == 0
    QTest.keyClick(pages, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: pages.rendered(39), timeout=10_000)
    assert window.place.text().split()[1] == "40"
    assert len(pages._images) <= 8
    before = pages.verticalScrollBar().maximum()
    QTest.keyClick(pages, Qt.Key.Key_Plus)
    assert pages.zoom == pytest.approx(1.2)
    assert pages.verticalScrollBar().maximum() > before
    assert pages.page == 39
    window.whole.click()
    assert pages.zoom == 1.0


def test_words_are_selected_with_the_mouse_and_copied(qtbot):
    window = open_window(qtbot, EN.read_bytes())
    pages = window.pages
    qtbot.waitUntil(lambda: pages.rendered(0), timeout=10_000)
    rect = pages._rect(0)
    start, end = QPoint(rect.left() + 5, rect.top() + 5), QPoint(rect.right() - 5, rect.top() + rect.height() // 2)
    QTest.mousePress(pages.viewport(), Qt.MouseButton.LeftButton, pos=start)
    for at in (start + QPoint(20, 20), end):
        _drag(pages.viewport(), at)
    QTest.mouseRelease(pages.viewport(), Qt.MouseButton.LeftButton, pos=end)
    QTest.keyClick(pages, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert "Brightleaf" in QGuiApplication.clipboard().text()
    QTest.keyClick(pages, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert "Spanish" in pages.selection.text()


def _drag(widget, at):
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent

    left = Qt.MouseButton.LeftButton
    where = QPointF(at)
    event = QMouseEvent(
        QEvent.Type.MouseMove, where, widget.mapToGlobal(where), left, left, Qt.KeyboardModifier.NoModifier
    )
    QGuiApplication.sendEvent(widget, event)


def locked_pdf():
    from pypdf import PdfReader, PdfWriter

    writer, held = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(1)))), io.BytesIO()
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(held)
    return held.getvalue()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (lambda: b"%PDF-1.7\nnothing more", "damaged"),
        (lambda: ZH.read_bytes()[:900], "damaged"),
        (locked_pdf, "locked"),
        (lambda: b"\x89PNG\r\n\x1a\n" + bytes(64), "damaged"),
        (lambda: b"PK\x03\x04 word/document.xml", "damaged"),
        (lambda: b"\xd0\xcf\x11\xe0" + bytes(64), "unknown_kind"),
    ],
)
@pytest.mark.parametrize("chosen", ["en", "zh"])
def test_what_cannot_be_shown_says_why(qtbot, content, problem, chosen):
    from app import text

    language.set_language(chosen)
    window = open_window(qtbot, content())
    assert window.message.isVisible()
    assert window.message.text() == text.tr(f"documents.{problem}")
    assert not window.copy.isVisible()


def test_pictures_and_words_are_shown_too(qtbot):
    image, held = QImage(300, 200, QImage.Format.Format_RGB32), QBuffer()
    image.fill(Qt.GlobalColor.red)
    held.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(held, "PNG")
    window = open_window(qtbot, held.data().data())
    before = window.picture.pixmap().width()
    window.larger.click()
    assert window.picture.pixmap().width() > before
    text_window = open_window(qtbot, "姓名：<b>张三</b>\n十年经验".encode("gb18030"))
    assert text_window.words.toPlainText() == "姓名：<b>张三</b>\n十年经验"
    text_window.copy.click()
    assert QGuiApplication.clipboard().text().endswith("十年经验")
    made, packed = docx.Document(), io.BytesIO()
    made.add_paragraph("李四，前端工程师")
    table = made.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "学历", "本科"
    made.save(packed)
    assert open_window(qtbot, packed.getvalue()).words.toPlainText() == "李四，前端工程师\n学历\t本科"


def test_kinds_are_told_by_bytes_and_bombs_are_refused():
    import zipfile

    assert kind_of(b"\xff\xfeh\0i\0") is DocumentKind.TEXT
    assert words_of(b"\xff\xfeh\0i\0") == "hi"
    assert kind_of(b"\0\1\2\3") is DocumentKind.OTHER
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/document.xml", bytes(101_000_000))
    assert kind_of(bomb.getvalue()) is DocumentKind.DOCX
    with pytest.raises(DocumentDamaged):
        docx_words(bomb.getvalue())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_clipped_in_a_low_window_in_both_themes(qtbot, room, scheme):
    theme.apply(scheme)
    choose(room, "Emma Clarke")
    room.resize(1000, 640)
    assert room.details.hr.isVisible()
    assert room.details.upper.height() >= theme.scaled(120)
