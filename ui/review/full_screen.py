"""The picture on the whole screen, with the player's own controls over it, which fade while nobody needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEasingCurve, QEvent, QObject, QPropertyAnimation, QRect, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QContextMenuEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QGraphicsOpacityEffect, QWidget

from app.text import stretch, timecode, tr
from ui import language, theme
from ui.actions import Action, for_key
from ui.review.comment_over import CommentOver
from ui.review.video_pane import BLACK
from ui.widgets.action_menu import open_menu_here

if TYPE_CHECKING:
    from ui.review.comments import Comments
    from ui.review.player import Player

STAYS_MS = 2500
FADES_MS = 250
MOST_WIDTH, MARGIN = 940, 24
MOVES = (QEvent.Type.MouseMove, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel)
GROUP = "play"
FURTHER = (
    "bookmark", "comment", "region_comment", "region_in", "region_out", "region_play", "region_loop",
    "to_start", "to_end",
)  # fmt: skip
"""What can be done here at a key is what this group of actions holds, and these."""
TOLD = ("region_in", "region_out", "region_play")
"""What is said by its name over the picture, because what it changes is out of sight."""


class FullScreen(QWidget):
    """Borrows the player's picture and its controls, and gives them back when it closes.

    So whatever is drawn over the picture, chosen in a menu or said in its place is the same in both. The controls fade
    while it plays and nothing is done; a move of the mouse or a key brings them back.
    """

    def __init__(self, player: Player) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.player = player
        player.pane.setParent(self)
        player.foot.setParent(self)
        player.pane.setMouseTracking(True)
        self._effect = QGraphicsOpacityEffect(player.foot)
        player.foot.setGraphicsEffect(self._effect)
        self._fade = QPropertyAnimation(self._effect, b"opacity", self)
        self._fade.setDuration(FADES_MS)
        self._fade.setEasingCurve(QEasingCurve.Type.InOutQuad)
        self._fade.finished.connect(self._hide_when_faded)
        self._idle = QTimer(self, singleShot=True, interval=STAYS_MS)
        self._idle.timeout.connect(self.fade)
        self.comment = CommentOver(self)
        self.comment.given.connect(self._say_saved)
        self.comment.closed.connect(self._take_keys)
        player.pane.show()
        player.foot.show()
        player.foot.raise_()
        player.playback.playingChanged.connect(self.wake)
        player.playback.loopChanged.connect(self._say_loop)
        player.pane.installEventFilter(self)
        language.bind(self.setWindowTitle, "review.picture")
        self.setScreen(player.screen())
        self.setGeometry(player.screen().geometry())
        self.wake()

    @property
    def faded(self) -> bool:
        """Whether the controls are out of sight, or on their way."""
        return bool(self._fade.endValue() == 0.0)

    def wake(self, _changed: object = None) -> None:
        """Show the controls and the pointer, and begin to wait anew."""
        self.unsetCursor()
        self.player.foot.show()
        self._go_to(1.0)
        self._idle.start()

    def fade(self) -> None:
        """Let the controls go, unless they are needed: it stands, a menu is open, or the pointer is over them."""
        needed = QApplication.activePopupWidget() is not None or self.player.foot.underMouse()
        needed = needed or self.comment.isVisible()
        if needed or not self.player.playback.playing:
            self._idle.start()
            return
        self._go_to(0.0)
        self.setCursor(Qt.CursorShape.BlankCursor)

    def _go_to(self, opacity: float) -> None:
        if self._fade.endValue() != opacity:
            self._fade.stop()
            self._fade.setEndValue(opacity)
            self._fade.start()

    def _hide_when_faded(self) -> None:
        """What cannot be seen cannot be clicked."""
        if self.faded:
            self.player.foot.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in MOVES:
            self.wake()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.wake()
        if Qt.Key(event.key()) is Qt.Key.Key_Escape:
            self.close()
            return
        action = for_key(self._acts(), event)
        if action is None or action.run is None:
            super().keyPressEvent(event)
        else:
            action.run()
            self._say_done(action)

    def _acts(self) -> list[Action]:
        here = [one for one in self.player.acts() if one.group == GROUP or one.id in FURTHER]
        return [*here, Action("context_menu", "window", ("Shift+F10",), open_menu_here)]

    def _say_done(self, action: Action) -> None:
        """What came of a key, where nothing in sight shows it."""
        if action.id == "bookmark":
            self._say("menu.bookmarked")
        elif action.id in TOLD:
            self.player.pane.say(action.title)

    def _say(self, key: str) -> None:
        self.player.pane.say(tr(key, time=timecode(self.player.playback.position)))

    def _say_loop(self) -> None:
        loop = self.player.playback.loop
        self.player.pane.say(tr("menu.loop_ended") if loop is None else tr("menu.looping", time=stretch(*loop)))

    def _say_saved(self) -> None:
        self._say("menu.commented")

    def write(self, comments: Comments) -> None:
        """Write over the picture what the room's field has begun."""
        self.wake()
        self.comment.begin(comments)
        self._lay_out()

    def _take_keys(self) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Qt: by the menu key; the picture knows what can be done."""
        QApplication.sendEvent(self.player.pane, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        foot = self.player.foot
        width = min(self.width() - 2 * MARGIN, theme.scaled(MOST_WIDTH))
        height = foot.sizeHint().height()
        self.player.pane.setGeometry(self.rect())
        foot.setGeometry(QRect((self.width() - width) // 2, self.height() - height - MARGIN, width, height))
        tall = self.comment.sizeHint().height()
        self.comment.setGeometry(QRect(foot.x(), foot.y() - tall - theme.scaled(8), width, tall))
        self.player.fit(width)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), BLACK)
        painter.end()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._idle.stop()
        self._fade.stop()
        self.comment.end()
        player = self.player
        player.playback.playingChanged.disconnect(self.wake)
        player.playback.loopChanged.disconnect(self._say_loop)
        player.pane.removeEventFilter(self)
        player.foot.setGraphicsEffect(None)  # type: ignore[arg-type]
        player.take_back()
        super().closeEvent(event)
