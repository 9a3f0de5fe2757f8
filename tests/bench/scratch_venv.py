"""Environments of tools that the product is compared or checked with: below `build/`, apart from the product's own."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT

STAMP = "locked.stamp"
PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes", "--no-deps")


@dataclass(frozen=True, slots=True)
class ScratchVenv:
    """An environment in `folder` with exactly what `lock` names."""

    folder: Path
    lock: Path

    def program(self, name: str) -> Path:
        """A program of that environment."""
        windows = os.name == "nt"
        return self.folder / ("Scripts" if windows else "bin") / (f"{name}.exe" if windows else name)

    def ready(self) -> bool:
        """Make it where it is not as the lock says. False, with the reason printed, where that cannot be done here."""
        wanted = hashlib.sha256(self.lock.read_bytes()).hexdigest()
        stamp = self.folder / STAMP
        if stamp.is_file() and stamp.read_text("utf-8") == wanted:
            return True
        print(f"   installing {self.lock.name} into {self.folder.relative_to(ROOT)}", flush=True)
        make = [sys.executable, "-m", "venv", "--clear", self.folder]
        for command in (make, [self.program("python"), *PIP, "-r", self.lock]):
            done = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True, check=False)
            if done.returncode:
                reason = next(iter(reversed((done.stderr or done.stdout).strip().splitlines())), "")
                print(f"   skipped: the environment of {self.lock.name} could not be made: {reason}", flush=True)
                return False
        stamp.write_text(wanted, "utf-8")
        return True


RIVALS = ScratchVenv(ROOT / "build" / "rivals-venv", Path(__file__).with_name("rivals.lock"))
"""What `bench rivals` and `bench tried` compare with."""
program, ready = RIVALS.program, RIVALS.ready
