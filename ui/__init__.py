"""Qt only: shell, library, review, sync, settings and their widgets. Views hold no logic; `app` does the work."""

from ui.overrides import guard_overrides

guard_overrides()
