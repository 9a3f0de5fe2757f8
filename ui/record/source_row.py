"""One place of an arrangement: whose it is, which device stands there, how loud it is, and what is wrong with it."""

from __future__ import annotations

from typing import Any, cast

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QLabel,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QWidget,
)

from app import text
from app.recording.kinds import Kind
from ui import theme
from ui.record.capture.choice import Device, Place
from ui.record.capture.problems import called
from ui.record.meters import Meter
from ui.widgets.plain import plain_tip


class DeviceBox(QComboBox):
    """A list of devices, whose names are long: the shown one is shortened where there is no room for it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Qt: the frame, and as much of the name as fits."""
        painter, option = QStylePainter(self), QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        field = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, self).width()
        words = self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room)
        cast(Any, option).currentText = words
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)


class SourceRow(QWidget):
    """`taken(Device | None)`: a person chose."""

    taken = Signal(object)

    def __init__(self, place: Place, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.place = place
        self.label, self.trouble = QLabel(), QLabel()
        self.box = DeviceBox()
        self.meter = Meter() if place.kind is Kind.SOUND else None
        self.trouble.setProperty("class", "warn")
        self.trouble.setTextFormat(Qt.TextFormat.PlainText)
        self.trouble.setWordWrap(True)
        self.trouble.hide()
        self.label.setBuddy(self.box)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.scaled(4))
        grid.addWidget(self.label, 0, 0)
        grid.addWidget(self.box, 1, 0)
        if self.meter is not None:
            grid.addWidget(self.meter, 2, 0)
        grid.addWidget(self.trouble, 3, 0)
        self.box.activated.connect(self._take)

    def show_devices(self, devices: tuple[Device, ...], chosen: Device | None, there: tuple[Device, ...]) -> None:
        """What can be taken, what is taken, and which of it is plugged in. An open list stays as it is."""
        if self.box.view().isVisible():
            return
        blocker = QSignalBlocker(self.box)
        self.box.clear()
        if self.place.optional:
            self.box.addItem(text.tr("capture.none"), None)
        for device in devices:
            name = called(device) if device in there else text.tr("capture.unplugged", name=called(device))
            self.box.addItem(name, device)
            self.box.setItemData(self.box.count() - 1, name, Qt.ItemDataRole.ToolTipRole)
        if not devices and not self.place.optional:
            self.box.addItem(text.tr(f"capture.no_{self._sort}"), None)
        self.box.setEnabled(bool(devices))
        rows = [self.box.itemData(row) for row in range(self.box.count())]
        self.box.setCurrentIndex(rows.index(chosen) if chosen in rows else 0)
        del blocker
        self.box.setToolTip(plain_tip(self.box.currentText()))
        self._name(chosen)
        if not devices and not self.place.optional and self.place.kind is Kind.SOUND:
            self.say(text.tr(f"capture.no_{self._sort}_hint"))

    def say(self, words: str) -> None:
        """What is wrong; "" = nothing."""
        self.trouble.setText(words)
        self.trouble.setVisible(bool(words))

    @property
    def _sort(self) -> str:
        """What is missing, where nothing is there."""
        return self.place.devices[0].value

    def _name(self, chosen: Device | None) -> None:
        role = text.tr(f"capture.role_{self.place.role}")
        self.label.setText(role)
        self.box.setAccessibleName(role)
        if self.meter is not None:
            self.meter.say(role)
            self.meter.setEnabled(chosen is not None)

    def _take(self) -> None:
        self.taken.emit(self.box.currentData())
