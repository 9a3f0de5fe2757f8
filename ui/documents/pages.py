"""The pages of a PDF, one below the other: rendered as they come into sight, at the screen's resolution."""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict

from PySide6.QtCore import QBuffer, QByteArray, QEvent, QIODevice, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtPdf import QPdfDocument, QPdfDocumentRenderOptions, QPdfPageRenderer, QPdfSelection
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from ui import theme

GAP = 12
"""Between pages, before scaling."""
LEAST, MOST, STEP = 0.25, 5.0, 1.2
KEPT = 8
"""So many rendered pages are kept."""
MAX_SIDE = 6000
"""A page is rendered with so many pixels a side at most, however large it claims to be."""


class PdfPages(QAbstractScrollArea):
    """Shows a loaded document. `zoom` 1.0 = as wide as the window, unless a person chose otherwise."""

    zoomed = Signal()
    pageChanged = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = QPdfDocument(self)
        self._bytes, self._held = QByteArray(), QBuffer(self)
        self._renderer = QPdfPageRenderer(self)
        self._renderer.setRenderMode(QPdfPageRenderer.RenderMode.MultiThreaded)
        self._renderer.pageRendered.connect(self._arrived)
        self._images: OrderedDict[tuple[int, int], QImage] = OrderedDict()
        self._asked: set[tuple[int, int]] = set()
        self._rects: list[QRect] = []
        self._zoom, self._page = 1.0, 0
        self._begun: tuple[int, QPointF] | None = None
        self.selection: QPdfSelection | None = None
        self._selected_on = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)

    def load(self, content: bytes) -> QPdfDocument.Error:
        """Take in a file; says what is wrong with it."""
        self._bytes = QByteArray(content)
        self._held.setBuffer(self._bytes)
        self._held.open(QIODevice.OpenModeFlag.ReadOnly)
        self.document.load(self._held)
        error = self.document.error()
        if error is QPdfDocument.Error.None_ and self.document.pageCount() == 0:
            return QPdfDocument.Error.InvalidFileFormat
        self._renderer.setDocument(self.document)
        self._measure()
        return error

    def let_go(self) -> None:
        """Stop rendering and forget the file."""
        self.document.close()
        self._held.close()
        self._rects = []
        self._images.clear()

    @property
    def page(self) -> int:
        """The page in the middle of the window, from 0."""
        return self._page

    @property
    def zoom(self) -> float:
        """How large pages are shown; 1.0 = as wide as the window."""
        return self._zoom

    def set_zoom(self, zoom: float) -> None:
        """Show pages larger or smaller, the middle of the window staying where it is."""
        zoom = min(MOST, max(LEAST, zoom))
        if zoom == self._zoom:
            return
        bar = self.verticalScrollBar()
        middle = (bar.value() + self.viewport().height() / 2) / max(1, self._height())
        self._zoom = zoom
        self._measure()
        bar.setValue(round(middle * self._height() - self.viewport().height() / 2))
        self.zoomed.emit()

    def page_text(self, page: int) -> str:
        """The words of a page."""
        return self.document.getAllText(page).text()

    def copy(self) -> None:
        """Put what is selected, or else the page in sight, on the clipboard."""
        chosen = self.selection.text() if self.selection is not None else ""
        QGuiApplication.clipboard().setText(chosen or self.page_text(self._page))

    def select_page(self) -> None:
        """Select all of the page in sight."""
        self._select(self._page, self.document.getAllText(self._page))

    def go_to(self, page: int) -> None:
        """Bring a page to the top."""
        self.verticalScrollBar().setValue(self._rect(page).top() - theme.scaled(GAP))

    # Where pages are

    def _rect(self, page: int) -> QRect:
        """A page on the whole strip."""
        return self._rects[page]

    def _placed(self) -> list[QRect]:
        found, top = [], theme.scaled(GAP)
        for page in range(self.document.pageCount()):
            size = self._size(page)
            left = max(theme.scaled(GAP), (self.viewport().width() - size.width()) // 2)
            found.append(QRect(QPoint(left, top), size))
            top += size.height() + theme.scaled(GAP)
        return found

    def _size(self, page: int) -> QSize:
        points = self.document.pagePointSize(page)
        width = max(1.0, (self.viewport().width() - 2 * theme.scaled(GAP)) * self._zoom)
        tall = min(20.0, max(0.05, points.height() / max(1.0, points.width())))
        return QSize(round(width), round(width * tall))

    def _height(self) -> int:
        return self._rects[-1].bottom() + theme.scaled(GAP) if self._rects else 0

    def _measure(self) -> None:
        self._rects = self._placed()
        view = self.viewport().size()
        bars = self.verticalScrollBar(), self.horizontalScrollBar()
        wide = round((view.width() - 2 * theme.scaled(GAP)) * self._zoom) + 2 * theme.scaled(GAP)
        for bar, whole, seen in zip(bars, (self._height(), wide), (view.height(), view.width()), strict=True):
            bar.setPageStep(seen)
            bar.setSingleStep(theme.scaled(40))
            bar.setRange(0, max(0, whole - seen))
        self._scrolled()
        self.viewport().update()

    def _offset(self) -> QPoint:
        return QPoint(self.horizontalScrollBar().value(), self.verticalScrollBar().value())

    def _in_sight(self) -> list[tuple[int, QRect]]:
        """Pages on the screen with where they are in the window."""
        seen = self.viewport().rect()
        first = bisect_left(self._rects, self._offset().y(), key=QRect.bottom)
        found = []
        for page, rect in enumerate(self._rects[first:], first):
            here = rect.translated(-self._offset())
            if here.top() > seen.bottom():
                break
            found.append((page, here))
        return found

    def _scrolled(self) -> None:
        middle = self.viewport().rect().center().y()
        pages = self._in_sight()
        nearest = min(pages, key=lambda one: abs(one[1].center().y() - middle), default=None)
        if nearest is not None and nearest[0] != self._page:
            self._page = nearest[0]
            self.pageChanged.emit(self._page)
        self.viewport().update()

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Qt: the pages in sight; white where one is still being rendered."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.viewport().rect(), QColor(theme.color("track_bg")))
        for page, rect in self._in_sight():
            painter.fillRect(rect, Qt.GlobalColor.white)
            image = self._image(page, rect.size())
            if image is not None:
                painter.drawImage(rect, image)
            if page == self._selected_on and self.selection is not None:
                self._paint_selection(painter, page, rect)
        painter.end()

    def _paint_selection(self, painter: QPainter, page: int, rect: QRect) -> None:
        scale = rect.width() / max(1.0, self.document.pagePointSize(page).width())
        painter.save()
        painter.translate(rect.topLeft())
        painter.scale(scale, scale)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(60, 130, 246, 90))
        assert self.selection is not None
        for polygon in self.selection.bounds():
            painter.drawPolygon(polygon)
        painter.restore()

    def _image(self, page: int, size: QSize) -> QImage | None:
        """The page at this size, asked for where it is not there; an older size stands in meanwhile."""
        pixels = size * self.devicePixelRatioF()
        if max(pixels.width(), pixels.height()) > MAX_SIDE:
            pixels.scale(MAX_SIDE, MAX_SIDE, Qt.AspectRatioMode.KeepAspectRatio)
        key = page, pixels.width()
        if key in self._images:
            self._images.move_to_end(key)
            return self._images[key]
        if key not in self._asked:
            self._asked.add(key)
            self._renderer.requestPage(page, pixels)
        return next((image for (of, _), image in reversed(self._images.items()) if of == page), None)

    def _arrived(
        self, page: int, size: QSize, image: QImage, _options: QPdfDocumentRenderOptions, _request: int
    ) -> None:  # fmt: skip
        self._asked.discard((page, size.width()))
        self._images[(page, size.width())] = image
        while len(self._images) > KEPT:
            self._images.popitem(last=False)
        self.viewport().update()

    def rendered(self, page: int) -> bool:
        """Whether a page is there to look at."""
        return any(of == page for of, _ in self._images)

    # What a person does

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: pages keep as wide as the window."""
        super().resizeEvent(event)
        self._measure()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Qt: with Ctrl held it zooms."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.set_zoom(self._zoom * (STEP if event.angleDelta().y() > 0 else 1 / STEP))
            event.accept()
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: copy, select all of the page, zoom, first and last page; arrows and page keys scroll."""
        bar = self.verticalScrollBar()
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_page()
        elif event.matches(QKeySequence.StandardKey.ZoomIn) or event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.set_zoom(self._zoom * STEP)
        elif event.matches(QKeySequence.StandardKey.ZoomOut) or event.key() == Qt.Key.Key_Minus:
            self.set_zoom(self._zoom / STEP)
        elif event.key() == Qt.Key.Key_0:
            self.set_zoom(1.0)
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            bar.setValue(bar.minimum() if event.key() == Qt.Key.Key_Home else bar.maximum())
        else:
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Qt: the mouse selects words."""
        if isinstance(event, QMouseEvent):
            left = event.buttons() & Qt.MouseButton.LeftButton
            if event.type() is QEvent.Type.MouseButtonPress and left:
                self._begun = self._place(event.position())
                self._select(-1, None)
            elif event.type() is QEvent.Type.MouseMove and left and self._begun is not None:
                page, start = self._begun
                self._select(page, self.document.getSelection(page, start, self._on(page, event.position())))
        return super().viewportEvent(event)

    def _place(self, at: QPointF) -> tuple[int, QPointF] | None:
        for page, rect in self._in_sight():
            if QRectF(rect).contains(at):
                return page, self._on(page, at)
        return None

    def _on(self, page: int, at: QPointF) -> QPointF:
        """A place in the window in points of a page."""
        rect = self._rect(page).translated(-self._offset())
        scale = self.document.pagePointSize(page).width() / max(1, rect.width())
        return QPointF((at.x() - rect.left()) * scale, (at.y() - rect.top()) * scale)

    def _select(self, page: int, selection: QPdfSelection | None) -> None:
        self._selected_on, self.selection = page, selection
        self.viewport().update()
