"""How the tests are shared out among processes that run side by side (`pytest -n`)."""

from __future__ import annotations

from xdist.scheduler import LoadFileScheduling

TOGETHER = ("tests/odoo/",)
"""Folders whose files share one server at a fixed place, and so run in one process."""


class ByFile(LoadFileScheduling):
    """A file's tests stay together, as they share what is costly to make; so do those of some folders."""

    def _split_scope(self, nodeid: str) -> str:
        return next((folder for folder in TOGETHER if nodeid.startswith(folder)), super()._split_scope(nodeid))
