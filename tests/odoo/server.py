"""One Odoo server, on one database, as a process of its own that can be killed at any moment."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

import requests

from tests.odoo.place import NotToBeHad, Place, done, ended, started
from tests.odoo.postgres import ROLE, free_port

START_S, STOP_S = 90.0, 20.0


def command(place: Place, database: str, database_port: int, *more: object) -> list[str]:
    """The words that run Odoo on one database; "" = on none from the beginning."""
    words: list[object] = [place.venv / "bin" / "python", place.tree / "usr" / "bin" / "odoo", *more]
    words += ["--db_host=127.0.0.1", f"--db_port={database_port}", f"--db_user={ROLE}", f"--data-dir={place.data}"]
    return [str(word) for word in [*words, *(("-d", database) if database else ())]]


def environment(place: Place) -> dict[str, str]:
    """Odoo's own packages first; no configuration of a person's."""
    packages = place.tree / "usr" / "lib" / "python3" / "dist-packages"
    own = {"PYTHONPATH": str(packages), "ODOO_RC": os.devnull, "PYTHONDONTWRITEBYTECODE": "", "TZ": "UTC"}
    return {**os.environ, **own}


def run(place: Place, database: str, database_port: int, log: Path, *more: object, entered: str = "") -> str:
    """Run Odoo to its end; gives its output. NotToBeHad."""
    return done(command(place, database, database_port, *more), log, environment(place), place.folder, entered)


class Server:
    """`start()`, then `url`; `kill()` as a power cut would, `stop()` as an administrator.

    `served` = a pattern of further databases, which a call names in its header X-Odoo-Database.
    """

    def __init__(self, place: Place, database: str, database_port: int, served: str = "") -> None:
        self._served = served or f"^{database}$"
        self._place, self._database, self._database_port = place, database, database_port
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> float:
        """Start it and wait until it answers; gives the seconds that took."""
        began = time.monotonic()
        options = ["--http-interface=127.0.0.1", f"--http-port={self.port}", "--max-cron-threads=0", "--workers=0"]
        options += [f"--db-filter={self._served}", "--log-level=warn", "--no-database-list"]
        words = command(self._place, self._database, self._database_port, *options)
        with (self._place.logs / f"odoo-{self._database}.log").open("wb") as log:
            streams = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
            self._process = subprocess.Popen(words, env=environment(self._place), cwd=self._place.folder, **streams)
        started(self._place, self._process)
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() - began > START_S:
                self.kill()
                raise NotToBeHad(f"Odoo did not start (see {self._place.logs}/odoo-{self._database}.log)")
            time.sleep(0.1)
        return time.monotonic() - began

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            ended(self._place, self._process)
            self._process = None

    def stop(self) -> None:
        """Ask it to end, and see that it does."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_S)
            self.kill()

    def _answers(self) -> bool:
        session = requests.Session()
        session.trust_env = False
        try:
            return session.get(f"{self.url}/web/version", timeout=5).status_code == 200
        except requests.RequestException:
            return False
        finally:
            session.close()
