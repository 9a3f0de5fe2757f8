"""Odoo's package from Debian, through the machine's own package sources, which stay as they are.

A private copy of the first source, with the suite changed to Debian's newest, is read with private lists; the package
is downloaded and unpacked, never installed: what it depends on is not this machine's.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from tests.odoo.place import NotToBeHad, Place, done

SOURCES = Path("/etc/apt/sources.list.d")
SUITE = "sid"
PACKAGE = re.compile(r"^odoo-(19)$")
LEFT_OUT = (
    "*/i18n/*", "*.js", "*.scss", "*.css", "*/static/lib/*", "*/static/fonts/*", "*.woff", "*.woff2", "*.ttf",
    "*/tests/*", "*/static/tests/*", "*.mp4",
)  # fmt: skip
"""What the web pages need and the interface for programs does not: 1 GB of 1.2."""
WEB = (
    "libjs-jquery", "libjs-jquery-form", "libjs-underscore", "fonts-font-awesome", "fonts-roboto-unhinted",
    "fonts-montserrat", "fonts-inconsolata", "fonts-ocr-b",
)  # fmt: skip
"""Packages that Odoo's web pages link to."""


def fetched(place: Place) -> Path:
    """The package file, downloaded where it is not here yet. NotToBeHad."""
    there = sorted(place.packages.glob("odoo-*.deb"))
    if there:
        return there[-1]
    options = _updated(place)
    found = done(["apt-cache", *options, "pkgnames", "odoo-"], place.logs / "apt-names.log").split()
    names = [name for name in found if PACKAGE.match(name)]
    if not names:
        raise NotToBeHad(f"Debian {SUITE} has no odoo-19 (it has: {', '.join(sorted(found)) or 'none'})")
    _download(place, options, names[:1], place.packages)
    return fetched(place)


def fetched_for_web(place: Place) -> list[Path]:
    """The files of the packages that the web pages need. NotToBeHad."""
    folder = place.packages / "web"
    if len(list(folder.glob("*.deb"))) < len(WEB):
        _download(place, _updated(place), list(WEB), folder)
    return sorted(folder.glob("*.deb"))


def _download(place: Place, options: list[str], names: list[str], folder: Path) -> None:
    """Package files into a folder, each once it is whole."""
    coming = place.folder / "coming"
    shutil.rmtree(coming, ignore_errors=True)
    coming.mkdir(parents=True)
    folder.mkdir(parents=True, exist_ok=True)
    done(["apt-get", "-qq", *options, "download", *names], place.logs / "apt-download.log", cwd=coming)
    for file in coming.glob("*.deb"):
        file.replace(folder / file.name)
    coming.rmdir()


def _updated(place: Place) -> list[str]:
    """The options of a private apt that knows the newest suite."""
    options = _private_apt(place)
    done(["apt-get", "-qq", *options, "update"], place.logs / "apt-update.log")
    return options


def _private_apt(place: Place) -> list[str]:
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise NotToBeHad("this is not a Debian: there is no apt-get")
    folder = place.folder / "apt"
    for part in ("sources", "lists/partial"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / "sources" / "newest.sources").write_text(_source(), "utf-8")
    settings = {
        "Dir::Etc::SourceParts": folder / "sources",
        "Dir::Etc::SourceList": "/dev/null",
        "Dir::State::Lists": folder / "lists",
        "Dir::Cache::pkgcache": "",
        "Dir::Cache::srcpkgcache": "",
        "APT::Sandbox::User": "root",
    }
    return [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]


def _source() -> str:
    """The first of the machine's sources that is Debian's main one, for the newest suite."""
    for file in sorted(SOURCES.glob("*.sources")):
        lines = [line for line in file.read_text("utf-8").splitlines() if not line.startswith("#")]
        for stanza in "\n".join(lines).strip().split("\n\n"):
            if re.search(r"^Signed-By:.*debian-archive", stanza, re.M) and "security" not in stanza:
                return re.sub(r"^Suites:.*$", f"Suites: {SUITE}", stanza, flags=re.M) + "\n"
    raise NotToBeHad(f"no source of Debian's main archive in {SOURCES}")


def unpack(place: Place, package: Path, *, whole: bool) -> None:
    """Unpack the package; `whole` with what its web pages need. NotToBeHad."""
    shutil.rmtree(place.tree, ignore_errors=True)
    place.tree.mkdir(parents=True)
    _unpack(package, place, [] if whole else [f"--exclude={pattern}" for pattern in LEFT_OUT])
    for further in fetched_for_web(place) if whole else ():
        _unpack(further, place, [])


def _unpack(package: Path, place: Place, options: list[str]) -> None:
    log = place.logs / "unpack.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    reader = ["dpkg-deb", "--fsys-tarfile", str(package)]
    with log.open("ab") as out, subprocess.Popen(reader, stdout=subprocess.PIPE, stderr=out) as reading:
        command = ["tar", "-x", "--no-same-owner", "-C", str(place.tree), *options]
        unpacked = subprocess.run(command, stdin=reading.stdout, stderr=out, check=False)
    if unpacked.returncode or reading.returncode:
        raise NotToBeHad(f"{package.name} could not be unpacked (see {log})")
