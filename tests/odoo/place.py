"""Where the built Odoo lies, and the reason why it cannot be had."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT

VARIABLE = "MIANJIAN_ODOO"
"""Names another folder than `build/odoo`."""
TEMPLATE = "hr_template"
"""The database that every test's own one is a copy of."""


class NotToBeHad(Exception):
    """Odoo cannot be built or started here; the message says why, for a person."""


@dataclass(frozen=True, slots=True)
class Place:
    """The parts of a built Odoo. Each is made in one step, and is whole once its stamp is there."""

    folder: Path

    @property
    def packages(self) -> Path:
        """The downloaded Debian package."""
        return self.folder / "packages"

    @property
    def tree(self) -> Path:
        """The unpacked package."""
        return self.folder / "tree"

    @property
    def venv(self) -> Path:
        """The environment that Odoo runs in."""
        return self.folder / "venv"

    @property
    def cluster(self) -> Path:
        """PostgreSQL's data."""
        return self.folder / "cluster"

    @property
    def data(self) -> Path:
        """Odoo's own files: attachments by database."""
        return self.folder / "data"

    @property
    def logs(self) -> Path:
        """What servers and steps wrote."""
        return self.folder / "logs"

    @property
    def keys(self) -> Path:
        """The API keys of the template database's users, which hold for all its copies: JSON by name."""
        return self.folder / "keys.json"

    @property
    def running(self) -> Path:
        """A file for each process that was started and not yet ended, named by its id."""
        return self.folder / "running"

    def filestore(self, database: str) -> Path:
        """The attachments of one database."""
        return self.data / "filestore" / database

    def reason(self) -> str:
        """Why the suite cannot run against it; "" = it can."""
        return "" if self.keys.is_file() else "Odoo is not built here: python3 dev.py odoo"


def place() -> Place:
    """The folder in use."""
    return Place(Path(os.environ.get(VARIABLE) or ROOT / "build" / "odoo").resolve())


def started(place: Place, process: subprocess.Popen[bytes]) -> None:
    """Remember a process, in case nobody is left to end it."""
    place.running.mkdir(exist_ok=True)
    (place.running / str(process.pid)).touch()


def ended(place: Place, process: subprocess.Popen[bytes]) -> None:
    """It is not running any more."""
    (place.running / str(process.pid)).unlink(missing_ok=True)


def end_left_over(place: Place) -> None:
    """End what a run that was killed has left running, by its id, where that id still is a process of this folder."""
    left = list(place.running.glob("*")) if place.running.is_dir() else []
    for file in left:
        command = Path("/proc", file.name, "cmdline")
        words = command.read_bytes() if command.is_file() else b""
        if str(place.folder).encode() in words:
            # PostgreSQL ends its own children at this signal, and would leave them behind at the other
            os.kill(int(file.name), signal.SIGQUIT if b"/postgres\0" in words else signal.SIGKILL)
            while command.is_file() and command.read_bytes():
                time.sleep(0.05)
        file.unlink()


def done(
    command: list[object], log: Path, env: dict[str, str] | None = None, cwd: Path = ROOT, entered: str = ""
) -> str:
    """Run one step to its end, with `entered` as its standard input; gives its output, which also stands in `log`.

    NotToBeHad with its last line.
    """
    words = [str(word) for word in command]
    result = subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True, check=False, input=entered)
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(f"$ {' '.join(words)}\n{result.stdout}\n{result.stderr}\n", "utf-8")
    if result.returncode:
        last = next((line for line in reversed(result.stderr.strip().splitlines()) if line.strip()), "")
        raise NotToBeHad(f"{Path(words[0]).name} ended with {result.returncode}: {last[:300]} (see {log})")
    return result.stdout
