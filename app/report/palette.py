"""The report's colours on white paper: quiet ground, one accent, Okabe-Ito (darkened for 3:1 on white) for series."""

from __future__ import annotations

TEXT = "#171a1f"
MUTED = "#5a6472"
FAINT = "#8a93a0"
LINE = "#dde2e8"
GROUND = "#f6f8fa"
ACCENT = "#1769ab"
ACCENT_SOFT = "#e2eefa"
WARN = "#9a5b00"
HATCH = "#c9cfd8"
SERIES = ("#0072b2", "#b8588f", "#b07d00", "#009e73", "#d55e00", "#2f8fc4", "#6b7280", "#8a6d00")
EVENTS = {"pause": "#a3acba", "filler": "#d55e00", "term": "#1769ab"}
"""Colours of the lanes of events, in the order of the lanes."""
EVENT_OF_A_ROOM = "#009e73"
"""Colour of the lanes that an optional room adds."""
