"""Builds what is missing, step by step; a step that is done is not done again, one that was cut off begins anew."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.odoo import debian, server
from tests.odoo.place import TEMPLATE, NotToBeHad, Place, done
from tests.odoo.postgres import Cluster

LOCK = Path(__file__).with_name("odoo.lock")
PREPARE = Path(__file__).with_name("prepare.py")
PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes", "--no-deps")
MODULES = ("hr_recruitment", "hr_recruitment_survey", "hr_recruitment_skills", "base_automation", "calendar")
COMING = "hr_coming"

Say = Callable[[str], None]


def build(place: Place, say: Say, *, whole: bool = False) -> None:
    """Bring the folder to what the recipe says. `whole` = with what Odoo's web pages need. NotToBeHad."""
    place.logs.mkdir(parents=True, exist_ok=True)
    with _step(say, "Debian package"):
        package = debian.fetched(place)
    tree = f"{package.name} {'whole' if whole or _stamp(place.tree).endswith('whole') else 'slim'}"
    if _stamp(place.tree) != tree:
        with _step(say, "unpacking"):
            place.tree.with_suffix(".stamp").unlink(missing_ok=True)
            debian.unpack(place, package, whole=tree.endswith("whole"))
            _keep(place.tree, tree)
    venv = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()
    if _stamp(place.venv) != venv:
        with _step(say, "Python packages, about 250 MB"):
            _make_venv(place)
            _keep(place.venv, venv)
    recipe = hashlib.sha256(f"{package.name} {MODULES} {PREPARE.read_text('utf-8')}".encode()).hexdigest()
    with Cluster(place) as cluster:
        if _stamp(place.keys) != recipe or TEMPLATE not in cluster.databases():
            with _step(say, "database with recruitment, surveys and skills"):
                _make_database(place, cluster)
                _keep(place.keys, recipe)


@contextmanager
def _step(say: Say, name: str) -> Iterator[None]:
    say(f"  {name} …")
    began = time.monotonic()
    yield
    say(f"    {time.monotonic() - began:.1f} s")


def _stamp(path: Path) -> str:
    """What a finished step was made of; "" where it is not there, or not whole."""
    stamp = path.with_suffix(".stamp")
    return stamp.read_text("utf-8") if path.exists() and stamp.is_file() else ""


def _keep(path: Path, made_of: str) -> None:
    path.with_suffix(".stamp").write_text(made_of, "utf-8")


def _make_venv(place: Place) -> None:
    place.venv.with_suffix(".stamp").unlink(missing_ok=True)
    done([sys.executable, "-m", "venv", "--clear", place.venv], place.logs / "venv.log")
    done([place.venv / "bin" / "python", *PIP, "-r", LOCK], place.logs / "pip.log")


def _make_database(place: Place, cluster: Cluster) -> None:
    """All modules into a database beside, which gets its name once it is whole."""
    place.keys.unlink(missing_ok=True)
    for database in (COMING, TEMPLATE):
        cluster.drop(database)
    options = ["-i", ",".join(MODULES), "--without-demo=true", "--stop-after-init", "--no-http", "--log-level=warn"]
    server.run(place, COMING, cluster.port, place.logs / "init.log", *options)
    script = PREPARE.read_text("utf-8")
    shell = ["shell", "--no-http", "--log-level=warn"]
    told = server.run(place, COMING, cluster.port, place.logs / "prepare.log", *shell, entered=script)
    keys = next((line[5:] for line in told.splitlines() if line.startswith("KEYS ")), None)
    if keys is None:
        raise NotToBeHad(f"no API keys were made (see {place.logs / 'prepare.log'})")
    cluster.sql(f'alter database "{COMING}" rename to "{TEMPLATE}"')
    if place.filestore(COMING).is_dir():
        place.filestore(COMING).replace(place.filestore(TEMPLATE))
    place.keys.touch(mode=0o600)
    place.keys.write_text(json.dumps(json.loads(keys)), "utf-8")
    (place.logs / "prepare.log").unlink()
