"""The environment of what the product is compared with: `build/rivals-venv`, apart from the product's own."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

FOLDER = ROOT / "build" / "rivals-venv"
LOCK = Path(__file__).with_name("rivals.lock")
STAMP = "rivals.stamp"
PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes", "--no-deps")


def program(name: str) -> Path:
    """A program of that environment."""
    windows = os.name == "nt"
    return FOLDER / ("Scripts" if windows else "bin") / (f"{name}.exe" if windows else name)


def ready() -> bool:
    """Make it where it is not as `rivals.lock` says. False, with the reason printed, where that cannot be done here."""
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    stamp = FOLDER / STAMP
    if stamp.is_file() and stamp.read_text("utf-8") == wanted:
        return True
    print(f"   installing {LOCK.name} into {FOLDER.relative_to(ROOT)}", flush=True)
    for command in ([sys.executable, "-m", "venv", "--clear", FOLDER], [program("python"), *PIP, "-r", LOCK]):
        done = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            reason = next(iter(reversed((done.stderr or done.stdout).strip().splitlines())), "")
            print(f"   skipped: the environment of the rivals could not be made: {reason}", flush=True)
            return False
    stamp.write_text(wanted, "utf-8")
    return True
