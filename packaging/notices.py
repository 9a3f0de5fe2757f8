"""Writes THIRD_PARTY_NOTICES.md from the lock file and the installed packages' own metadata.

`python packaging/notices.py` after a change of the lock; a test compares. `licence_files()` gives the packages' licence
texts for the frozen program.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "packaging" / "requirements.lock"
TARGET = ROOT / "THIRD_PARTY_NOTICES.md"
KNOWN = {
    # packages whose metadata names no licence; read in their own licence files
    "kaldi-native-fbank": "Apache-2.0",
    "tokenizers": "Apache-2.0",
    "flatbuffers": "Apache-2.0",
}
HEAD = """# Third-party notices

Packages of `packaging/requirements.lock`, written by `packaging/notices.py`. The frozen program carries their
licence texts in `licences/`.

| package | version | licence |
|---|---|---|
"""
TAIL = """
## Models and fonts

Provenance, hashes and licences of the models stand in [PROVENANCE.md](resources/models/PROVENANCE.md) and
`resources/models/manifest*.toml`. The fonts are subsets of Noto Sans CJK SC under the SIL Open Font License 1.1
([resources/fonts/OFL.txt](resources/fonts/OFL.txt)).

## Qt, FFmpeg

Qt and PySide6 are used under the LGPL 3 as separate libraries in the program's folder, where they can be replaced.
PyAV's wheel and Qt Multimedia carry FFmpeg libraries; see [docs/dependencies.md](docs/dependencies.md) on the codecs.
"""


def locked() -> list[str]:
    """Names of the packages that this platform's lock installs."""
    names = re.findall(r"^([A-Za-z0-9._-]+)==", LOCK.read_text("utf-8"), re.M)
    found = []
    for name in sorted(set(names), key=str.lower):
        try:
            distribution(name)
        except PackageNotFoundError:
            continue  # for another platform
        found.append(name)
    return found


def licence(name: str, package: Distribution) -> str:
    """The licence that a package declares: expression, else classifiers, else its short text."""
    data = package.metadata
    expression = data.get("License-Expression")
    classifiers = [c.split("::")[-1].strip() for c in data.get_all("Classifier") or [] if c.startswith("License ::")]
    short = (data.get("License") or "").strip().splitlines()
    return expression or ", ".join(classifiers) or KNOWN.get(name, "") or (short[0][:60] if short else "see its files")


def text() -> str:
    """The whole page."""
    rows = [(name, distribution(name)) for name in locked()]
    lines = [f"| {name} | {package.version} | {licence(name, package)} |\n" for name, package in rows]
    return HEAD + "".join(lines) + TAIL


def licence_files() -> list[tuple[str, str]]:
    """(source, target folder) of each package's licence texts."""
    pairs = []
    for name in locked():
        for file in distribution(name).files or ():
            if re.match(r"(licen[cs]e|copying|notice)", file.name, re.I) and ".dist-info" in str(file):
                pairs.append((str(file.locate()), f"licences/{name}"))
    return pairs


if __name__ == "__main__":
    TARGET.write_text(text(), "utf-8")
    sys.exit(0)
