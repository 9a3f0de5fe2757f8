"""One curve at a time, large, with axes: for a close look that the lanes are too low for.

pyqtgraph draws here: one plot with axes, zoom and peak-keeping downsampling is what it is made for, and it is loaded
only when this page is opened (0.3 s). The lanes are painted by hand, because twenty of its plots take 75 ms a frame.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from analysis.document import TRACK_RATE_HZ
from app.text import timecode, tr
from ui import language, theme
from ui.review.model import Recording

FIRST = "pitch"


class TimeAxis(pyqtgraph.AxisItem):  # type: ignore[misc]
    """Seconds written as 05:12."""

    def tickStrings(self, values: Sequence[float], scale: float, _spacing: float) -> list[str]:
        return [timecode(value * scale) for value in values]


class CurvePlot(QWidget):
    """A chosen curve over the whole recording; a click seeks, wheel and drag zoom and move."""

    seekAsked = Signal(float)

    def __init__(self, recording: Recording, names: dict[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recording, self._names = recording, names
        self.choice = QComboBox()
        for track, name in names.items():
            self.choice.addItem(name, track)
        self.plot = pyqtgraph.PlotWidget(axisItems={"bottom": TimeAxis("bottom")})
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setDownsampling(auto=True, mode="peak")
        self.plot.setClipToView(True)
        self.plot.showGrid(x=True, y=True, alpha=0.15)
        self.curve = self.plot.plot(connect="finite")
        layout = QVBoxLayout(self)
        layout.addWidget(self.choice, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.plot, 1)
        self.choice.currentIndexChanged.connect(self._show)
        self.plot.scene().sigMouseClicked.connect(self._clicked)
        self.choice.setCurrentIndex(max(0, self.choice.findData(FIRST)))
        language.bind(self.choice.setAccessibleName, "review.choose_curve")
        theme.changed.connect(self._show)
        self._show()

    def track(self) -> str:
        """The chosen curve."""
        return str(self.choice.currentData())

    def _show(self) -> None:
        name = self.track()
        values = self._recording.tracks[name]
        ink = theme.color("muted")
        self.plot.setBackground(theme.color("track_bg"))
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setPen(theme.color("border"))
            axis.setTextPen(ink)
        self.curve.setPen(pyqtgraph.mkPen(theme.color("series_1"), width=1))
        self.curve.setData([(index + 0.5) / TRACK_RATE_HZ for index in range(len(values))], values)
        self.plot.setLimits(xMin=0.0, xMax=self._recording.analysis.media.duration)
        self.plot.autoRange()
        self.plot.setAccessibleName(tr("review.plot_of", name=self._names[name]))

    def _clicked(self, event: pyqtgraph.GraphicsScene.mouseEvents.MouseClickEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            time_s = self.plot.getPlotItem().vb.mapSceneToView(event.scenePos()).x()
            self.seekAsked.emit(min(max(0.0, float(time_s)), self._recording.analysis.media.duration))
