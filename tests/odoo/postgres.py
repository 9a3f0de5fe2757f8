"""A PostgreSQL of its own: data in the build folder, on the loopback interface, on a port that the system chooses."""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import IO

from dev import install_system
from tests.odoo.place import NotToBeHad, Place, done, end_left_over, ended, started

ROLE = "odoo"
START_S, STOP_S = 60.0, 30.0
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "shared_buffers": "128MB",
    "max_connections": "60",
    "autovacuum": "off",
}


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def programs() -> Path:
    """The folder of `initdb` and `postgres`, installed where that goes without asking. NotToBeHad."""
    for attempt in range(2):
        versions = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
        if versions:
            return max(versions, key=lambda folder: int(folder.parent.name))
        on_path = shutil.which("initdb")
        if on_path:
            return Path(on_path).resolve().parent
        if attempt or not install_system(["postgresql"]):
            break
    raise NotToBeHad("PostgreSQL's server is not installed: apt-get install postgresql")


def as_owner() -> list[str]:
    """How to run a program as the one who owns the data: PostgreSQL refuses to run as root."""
    if os.geteuid():
        return []
    try:
        pwd.getpwnam("postgres")
    except KeyError as error:
        raise NotToBeHad("there is no user postgres, and PostgreSQL refuses to run as root") from error
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"]


class Cluster:
    """Runs while the block does. One process at a time uses a build folder."""

    def __init__(self, place: Place) -> None:
        self._place, self.port = place, 0
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: IO[bytes] | None = None

    def __enter__(self) -> Cluster:
        self._alone()
        try:
            if not (self._place.cluster / "PG_VERSION").is_file():
                self._make()
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)  # a fast shutdown: open connections are cut
            try:
                self._process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            ended(self._place, self._process)
            self._process = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def sql(self, query: str, database: str = "postgres") -> list[list[str]]:
        """The rows of a query, as text."""
        command = ["psql", "-X", "-q", "-A", "-t", "-F", "\x1f", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1"]
        command += ["-p", self.port, "-U", ROLE, "-d", database, "-c", query]
        out = done(command, self._place.logs / "psql.log")
        return [line.split("\x1f") for line in out.splitlines() if line]

    def databases(self) -> set[str]:
        """Names of all databases."""
        return {row[0] for row in self.sql("select datname from pg_database")}

    def clone(self, source: str, target: str) -> None:
        """A copy of a database, with its attachments. Connections to the source are cut, the target is replaced."""
        self.drop(target)
        self.sql(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{source}'")
        self.sql(f'create database "{target}" template "{source}"')
        if self._place.filestore(source).is_dir():
            shutil.copytree(self._place.filestore(source), self._place.filestore(target))

    def drop(self, database: str) -> None:
        """Remove a database and its attachments, also while somebody is connected to it."""
        self.sql(f'drop database if exists "{database}" with (force)')
        shutil.rmtree(self._place.filestore(database), ignore_errors=True)

    def _alone(self) -> None:
        self._place.folder.mkdir(parents=True, exist_ok=True)
        self._lock = (self._place.folder / "lock").open("wb")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock.close()
            self._lock = None
            raise NotToBeHad(f"another run uses {self._place.folder}") from error
        end_left_over(self._place)

    def _make(self) -> None:
        """`initdb` beside, and move it in place once it is whole."""
        coming = self._place.folder / "cluster.coming"
        shutil.rmtree(coming, ignore_errors=True)
        coming.mkdir(mode=0o700)
        if not os.geteuid():
            shutil.chown(coming, "postgres", "postgres")
        command = [*as_owner(), programs() / "initdb", "-D", coming, "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        done([*command, "--locale=C.UTF-8", "--no-sync"], self._place.logs / "initdb.log", cwd=Path("/"))
        coming.replace(self._place.cluster)

    def _start(self) -> None:
        self.port = free_port()
        command = [*as_owner(), programs() / "postgres", "-D", self._place.cluster, "-p", self.port]
        command += [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        self._place.logs.mkdir(parents=True, exist_ok=True)
        with (self._place.logs / "postgres.log").open("wb") as log:
            words = list(map(str, command))
            self._process = subprocess.Popen(words, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        started(self._place, self._process)
        until = time.monotonic() + START_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                raise NotToBeHad(f"PostgreSQL did not start (see {self._place.logs / 'postgres.log'})")
            time.sleep(0.1)

    def _answers(self) -> bool:
        """Whether it takes queries; the role is made the first time."""
        ask = ["psql", "-X", "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", "postgres", "-c"]
        role = f"do $$ begin if not exists (select from pg_roles where rolname = '{ROLE}') then "
        role += f"create role {ROLE} login createdb; end if; end $$"
        return subprocess.run([*ask, role], capture_output=True, check=False).returncode == 0
