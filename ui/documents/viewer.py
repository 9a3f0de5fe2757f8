"""The window that shows one file of a candidate: pages, a picture, or words. What cannot be shown says why."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage, QImageReader, QPixmap
from PySide6.QtPdf import QPdfDocument
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app import text
from app.reading_documents import DocumentDamaged, DocumentKind, docx_words, kind_of, words_of
from ui import language, theme
from ui.documents.pages import STEP, PdfPages

MAX_PICTURE_SIDE = 8000
WIDE, TALL = 860, 920


class DocumentWindow(QDialog):
    """Shows `content`, which was read from the vault; `name` is what the HR system calls it."""

    def __init__(self, name: str, content: bytes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content, self._kind = content, kind_of(content)
        self._problem = ""
        self.pages: PdfPages | None = None
        self.words: QPlainTextEdit | None = None
        self.picture: QLabel | None = None
        self._image = QImage()
        self._zoom = 1.0
        self.name = QLabel(name)
        self.name.setTextFormat(Qt.TextFormat.PlainText)
        self.name.setProperty("class", "heading")
        self.name.setMinimumWidth(1)
        self.place = QLabel()
        self.place.setProperty("class", "small")
        self.message = QLabel()
        self.message.setProperty("class", "muted")
        self.message.setWordWrap(True)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.smaller, self.whole, self.larger = QPushButton("−"), QPushButton(), QPushButton("+")
        self.copy, self.close_button = QPushButton(), QPushButton()
        self._shown = self._show_content()
        self._build()
        language.on_change(self, self._retranslate)
        self.resize(theme.scaled(WIDE), theme.scaled(TALL))
        self._shown.setFocus()

    def _build(self) -> None:
        bar = QHBoxLayout()
        bar.addWidget(self.name, 1)
        bar.addWidget(self.place)
        steps = ((self.smaller, 1 / STEP), (self.whole, 0.0), (self.larger, STEP))
        for button, factor in steps:
            button.setAutoDefault(False)
            button.clicked.connect(partial(self._zoom_by, factor))
            button.setVisible(self.pages is not None or self.picture is not None)
            bar.addWidget(button)
        self.copy.setAutoDefault(False)
        self.copy.clicked.connect(self._copy)
        self.copy.setVisible(self.pages is not None or self.words is not None)
        bar.addWidget(self.copy)
        self.close_button.clicked.connect(self.accept)
        bar.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.addLayout(bar)
        column.addWidget(self._shown, 1)

    def _show_content(self) -> QWidget:
        """The part that shows the file; the message where nothing can."""
        shows = {
            DocumentKind.PDF: self._as_pages, DocumentKind.PICTURE: self._as_picture, DocumentKind.TEXT: self._as_text,
            DocumentKind.DOCX: self._as_docx,
        }  # fmt: skip
        try:
            shown = shows[self._kind]() if self._kind in shows else None
        except DocumentDamaged:
            self._problem, shown = "damaged", None
        if shown is None:
            self._problem = self._problem or "unknown_kind"
            return self.message
        return shown

    def _as_pages(self) -> QWidget | None:
        pages = PdfPages(self)
        error = pages.load(self._content)
        if error is not QPdfDocument.Error.None_:
            locked = (QPdfDocument.Error.IncorrectPassword, QPdfDocument.Error.UnsupportedSecurityScheme)
            self._problem = "locked" if error in locked else "damaged"
            pages.let_go()
            pages.deleteLater()
            return None
        self.pages = pages
        pages.pageChanged.connect(self._tell_place)
        pages.zoomed.connect(self._tell_zoom)
        return pages

    def _as_picture(self) -> QWidget:
        held = QBuffer(self)
        held.setData(QByteArray(self._content))
        held.open(QIODevice.OpenModeFlag.ReadOnly)
        reader = QImageReader(held)
        reader.setAutoTransform(True)
        size = reader.size()
        if max(size.width(), size.height()) > MAX_PICTURE_SIDE:
            reader.setScaledSize(size.scaled(MAX_PICTURE_SIDE, MAX_PICTURE_SIDE, Qt.AspectRatioMode.KeepAspectRatio))
        self._image = reader.read()
        if self._image.isNull():
            raise DocumentDamaged
        self.picture = QLabel()
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(self.picture)
        self._paint_picture()
        return area

    def _as_text(self) -> QWidget:
        return self._in_words(words_of(self._content))

    def _as_docx(self) -> QWidget:
        return self._in_words(docx_words(self._content))

    def _in_words(self, words: str) -> QWidget:
        self.words = QPlainTextEdit(words)
        self.words.setReadOnly(True)
        return self.words

    def _paint_picture(self) -> None:
        if self.picture is None:
            return
        width = min(MAX_PICTURE_SIDE, round(theme.scaled(WIDE - 60) * self._zoom * self.devicePixelRatioF()))
        wanted = QSize(width, MAX_PICTURE_SIDE)
        mode = Qt.TransformationMode.SmoothTransformation
        shown = QPixmap.fromImage(self._image.scaled(wanted, Qt.AspectRatioMode.KeepAspectRatio, mode))
        shown.setDevicePixelRatio(self.devicePixelRatioF())
        self.picture.setPixmap(shown)

    def _zoom_by(self, factor: float, _checked: bool = False) -> None:
        """Larger, smaller, or (0) as wide as the window."""
        if self.pages is not None:
            self.pages.set_zoom(self.pages.zoom * factor if factor else 1.0)
        else:
            self._zoom = min(5.0, max(0.25, self._zoom * factor)) if factor else 1.0
            self._paint_picture()
            self._tell_zoom()

    def _copy(self) -> None:
        if self.pages is not None:
            self.pages.copy()
        elif self.words is not None:
            chosen = self.words.textCursor().selection().toPlainText()
            QGuiApplication.clipboard().setText(chosen or self.words.toPlainText())

    def _tell_place(self, page: int = 0) -> None:
        if self.pages is not None:
            self.place.setText(text.tr("documents.page", n=page + 1, of=self.pages.document.pageCount()))

    def _tell_zoom(self) -> None:
        zoom = self.pages.zoom if self.pages is not None else self._zoom
        self.whole.setText(f"{zoom:.0%}")

    def _retranslate(self) -> None:
        self.setWindowTitle(text.tr("documents.window"))
        self.smaller.setToolTip(text.tr("documents.smaller"))
        self.larger.setToolTip(text.tr("documents.larger"))
        self.whole.setToolTip(text.tr("documents.whole"))
        for button in (self.smaller, self.larger, self.whole):
            button.setAccessibleName(button.toolTip())
        self.copy.setText(text.tr("documents.copy_page" if self.pages is not None else "documents.copy"))
        self.copy.setToolTip(text.tr("documents.copy_help"))
        self.close_button.setText(text.tr("documents.close"))
        self._shown.setAccessibleName(self.name.text())
        self._tell_place(self.pages.page if self.pages is not None else 0)
        self._tell_zoom()
        if self._problem:
            self.message.setText(text.tr(f"documents.{self._problem}"))

    def done(self, result: int) -> None:
        """Qt: the file is let go of at once."""
        if self.pages is not None:
            self.pages.let_go()
        super().done(result)
