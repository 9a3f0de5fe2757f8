"""Line icons drawn from short SVG paths, in any colour and size. One style: 24 × 24, stroke 1.8, round ends."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from ui import theme

PATHS: dict[str, str] = {
    "library": '<rect x="4" y="4" width="16" height="16" rx="2"/><path d="M4 9h16M4 14h16M9 4v16"/>',
    "record": '<circle cx="12" cy="12" r="8"/><circle cx="12" cy="12" r="3.2" fill="C" stroke="none"/>',
    "review": '<rect x="3.5" y="5" width="17" height="14" rx="2"/><path d="M12 5v14M15 9h3M15 12h3"/>',
    "sync": '<path d="M5 10a7.5 7.5 0 0 1 13-3l1.5 1.6M19 14a7.5 7.5 0 0 1-13 3l-1.5-1.6"/>'
    '<path d="M19.5 4v4.6H15M4.5 20v-4.6H9"/>',
    "settings": '<path d="M4 7h9M17 7h3M4 12h3M11 12h9M4 17h11M19 17h1"/><circle cx="15" cy="7" r="2"/>'
    '<circle cx="9" cy="12" r="2"/><circle cx="17" cy="17" r="2"/>',
    "play": '<path d="M7.5 4.8v14.4L19 12z" fill="C"/>',
    "loop": '<path d="M7 7h10a3.5 3.5 0 0 1 3.5 3.5v1M17 17H7a3.5 3.5 0 0 1-3.5-3.5v-1"/>'
    '<path d="M9.5 4.5L7 7l2.5 2.5M14.5 14.5L17 17l-2.5 2.5"/>',
    "clip": '<circle cx="6.5" cy="7" r="2.6"/><circle cx="6.5" cy="17" r="2.6"/>'
    '<path d="M8.7 8.6L20 17M8.7 15.4L20 7"/>',
    "pause": '<path d="M8 5v14M16 5v14" stroke-width="3.6"/>',
    "back": '<path d="M11.5 6v12L4 12zM20 6v12l-7.5-6z" fill="C"/>',
    "forward": '<path d="M12.5 6v12l7.5-6zM4 6v12l7.5-6z" fill="C"/>',
    "step_back": '<path d="M18 6v12l-9-6z" fill="C"/><path d="M6 6v12"/>',
    "step_forward": '<path d="M6 6v12l9-6z" fill="C"/><path d="M18 6v12"/>',
    "speaker": '<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5z"/>'
    '<path d="M15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11"/>',
    "mute": '<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5z"/><path d="M16 9.5l5 5M21 9.5l-5 5"/>',
    "full": '<path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6"/><path d="M15 15l5 5"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "minus": '<path d="M5 12h14"/>',
    "comment": '<path d="M4 5h16v11H11l-4.5 4v-4H4z"/>',
    "tag": '<path d="M4 4h8l8 8-8 8-8-8z"/><circle cx="8.5" cy="8.5" r="1.3" fill="C"/>',
    "bookmark": '<path d="M7 4h10v16l-5-4-5 4z"/>',
    "flag": '<path d="M6 21V4h12l-2.5 4L18 12H6"/>',
    "eye": '<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"/>'
    '<circle cx="12" cy="12" r="2.8"/>',
    "eye_off": '<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"/><path d="M4 20L20 4"/>',
    "check": '<path d="M4.5 12.5l5 5L19.5 7"/>',
    "cross": '<path d="M6 6l12 12M18 6L6 18"/>',
    "send": '<path d="M4 12l16-8-6 16-2.5-6.5z"/><path d="M11.5 13.5L20 4"/>',
    "lock": '<rect x="5" y="10.5" width="14" height="9.5" rx="2"/><path d="M8 10.5V8a4 4 0 0 1 8 0v2.5"/>',
    "undo": '<path d="M8 5L4 9l4 4"/><path d="M4 9h10a5 5 0 0 1 0 10h-3"/>',
    "redo": '<path d="M16 5l4 4-4 4"/><path d="M20 9H10a5 5 0 0 0 0 10h3"/>',
    "warning": '<path d="M12 4L2.8 20h18.4z"/><path d="M12 10v4.5M12 17.2v.3"/>',
    "info": '<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5M12 7.8v.3"/>',
    "folder": '<path d="M3.5 6h6l2 2.5h9V19h-17z"/>',
    "video": '<rect x="3.5" y="6" width="12" height="12" rx="2"/><path d="M15.5 11l5-3.5v9l-5-3.5z"/>',
    "audio": '<path d="M4 10v4M8 7v10M12 4v16M16 8v8M20 11v2"/>',
    "keyboard": '<rect x="2.5" y="6" width="19" height="12" rx="2"/><path d="M6 10h1M10 10h1M14 10h1M18 10h0M8 14h8"/>',
    "refresh": '<path d="M19 12a7 7 0 1 1-2.2-5.1L19.5 9"/><path d="M19.5 4v5h-5"/>',
    "export": '<path d="M12 15V4M8 7.5L12 3.5l4 4"/><path d="M5 13v6.5h14V13"/>',
    "swap": '<path d="M4 8h13l-3.5-3.5M20 16H7l3.5 3.5"/>',
    "lanes": '<path d="M9 6h11M9 12h11M9 18h11"/><path d="M3.5 6l1.2 1.2L7 4.8M3.5 12l1.2 1.2L7 10.8M4 18h2"/>',
    "table": '<rect x="4" y="5" width="16" height="14" rx="1.5"/><path d="M4 10h16M4 14.5h16M10 10v9"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20c.8-4 3.6-6 7.5-6s6.7 2 7.5 6"/>',
    "people": '<circle cx="9" cy="8.5" r="3.5"/><path d="M2.8 19.5c.6-3.6 3-5.4 6.2-5.4s5.6 1.8 6.2 5.4"/>'
    '<path d="M15.6 5.2a3.5 3.5 0 0 1 0 6.6M17.6 14.5c2 .7 3.2 2.4 3.6 5"/>',
    "light": '<circle cx="12" cy="12" r="3.6"/><path d="M12 3.2v2.2M12 18.6v2.2M3.2 12h2.2M18.6 12h2.2M5.8 5.8l1.5 1.5'
    'M16.7 16.7l1.5 1.5M5.8 18.2l1.5-1.5M16.7 7.3l1.5-1.5"/>',
    "more": '<circle cx="5.5" cy="12" r="1.4" fill="C"/><circle cx="12" cy="12" r="1.4" fill="C"/>'
    '<circle cx="18.5" cy="12" r="1.4" fill="C"/>',
    "mishearing": '<path d="M6.5 13.5L10.6 3.5h2.8l4.1 10M8 10h8"/>'
    '<path d="M3.5 19.5q2.1-3.4 4.25 0t4.25 0t4.25 0t4.25 0"/>',
    "edit": '<path d="M4.5 19.5l1-4.5L16 4.5l3.5 3.5L9 18.5z"/><path d="M13.8 6.7l3.5 3.5"/>',
    "mark_uncertain": '<path d="M6.5 14L10.6 4h2.8l4.1 10M8 10.5h8"/>'
    '<path d="M5 19.5h.1M9.7 19.5h.1M14.3 19.5h.1M19 19.5h.1" stroke-width="2.6"/>',
    "mark_terms": '<path d="M6 4.5h12M12 4.5V15"/><path d="M4.5 19.5h15" stroke-width="2.4"/>',
    "mark_fillers": '<path d="M4 5h16v11H11l-4.5 4v-4H4z"/>'
    '<path d="M8.2 10.5h.1M12 10.5h.1M15.8 10.5h.1" stroke-width="2.6"/>',
    "mark_star": '<path d="M12 3.5l2.6 5.5 6 .8-4.4 4.2 1.1 6L12 17.1 6.7 20l1.1-6-4.4-4.2 6-.8z"/>',
    "chevron_left": '<path d="M15 5l-7 7 7 7"/>',
    "chevron_right": '<path d="M9 5l7 7-7 7"/>',
    "chevron_down": '<path d="M5 9l7 7 7-7"/>',
    "chevron_up": '<path d="M5 15l7-7 7 7"/>',
}


def icon(name: str, token: str = "muted") -> QIcon:
    """An icon in the colour of a theme token; checked and active states take the accent."""
    result = QIcon(pixmap(name, theme.color(token).name()))
    result.addPixmap(pixmap(name, theme.color("accent").name()), QIcon.Mode.Normal, QIcon.State.On)
    result.addPixmap(pixmap(name, theme.color("faint").name()), QIcon.Mode.Disabled)
    return result


def size() -> QSize:
    """That of an icon on a button, at the chosen scale: Qt's own follows the screen alone."""
    return QSize(theme.scaled(16), theme.scaled(16))


@lru_cache(maxsize=512)
def pixmap(name: str, colour: str, size: int = 48) -> QPixmap:
    """The icon as a picture of `size` pixels, for widgets that paint themselves."""
    picture = QPixmap(QSize(size, size))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(_svg(name, QColor(colour)).encode())).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return picture


def _svg(name: str, colour: QColor) -> str:
    body = PATHS[name].replace('"C"', f'"{colour.name()}"')
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" '
        f'stroke="{colour.name()}" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">{body}</svg>'
    )
