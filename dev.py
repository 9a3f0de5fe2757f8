#!/usr/bin/env python3
"""Everything a developer or a first user does, with nothing but Python 3.11: `python3 dev.py run`, `… test` and so on.

Standard library only. It makes `.venv`, installs the locked dependencies with their hashes, names or installs the
missing system libraries, and then hands over to the program or to the tools.
"""

from __future__ import annotations

import argparse
import ctypes.util
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
AGAIN = ["--reruns", "1", "-rfEsR"]
"""A test that fails is run once more, and the summary names it (RERUN): on a busy machine real processes and windows
can be late, and what passes the second time is unsteady, not broken."""
WORKERS = min(2, os.cpu_count() or 1)
"""Processes that test side by side. More are quicker on a large machine, and late more often on a small one."""
LOCKS = {"run": ROOT / "packaging" / "requirements.lock", "dev": ROOT / "packaging" / "requirements-dev.lock"}

SYSTEM_LIBRARIES = {
    # what Qt's window, sound and OpenCV need on a bare Linux: library to look for -> Debian package that has it
    "GL": "libgl1",
    "EGL": "libegl1",
    "fontconfig": "libfontconfig1",
    "dbus-1": "libdbus-1-3",
    "glib-2.0": "libglib2.0-0",
    "xkbcommon": "libxkbcommon0",
    "xkbcommon-x11": "libxkbcommon-x11-0",
    "xcb-cursor": "libxcb-cursor0",
    "xcb-icccm": "libxcb-icccm4",
    "xcb-image": "libxcb-image0",
    "xcb-keysyms": "libxcb-keysyms1",
    "xcb-randr": "libxcb-randr0",
    "xcb-render-util": "libxcb-render-util0",
    "xcb-shape": "libxcb-shape0",
    "xcb-xinerama": "libxcb-xinerama0",
    "xcb-xkb": "libxcb-xkb1",
    "Xrandr": "libxrandr2",  # the player's FFmpeg plug-in needs it, with or without a screen
    "wayland-cursor": "libwayland-cursor0",
    "pulse": "libpulse0",
    "gomp": "libgomp1",
}

TEST_PROGRAMS = {"pulseaudio": "pulseaudio", "pactl": "pulseaudio-utils", "Xvfb": "xvfb"}
"""What the tests record from on Linux, on sockets of their own: program to look for -> Debian package that has it."""


def say(text: str) -> None:
    """One line to the person, at once, also on a console that cannot show every character."""
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding), flush=True)


def venv_python() -> Path:
    """The interpreter inside `.venv`."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def call(*command: object, env: dict[str, str] | None = None, check: bool = True, quiet: bool = False) -> int:
    """Run a command in the project's folder; end with its status when it fails and `check` is on."""
    words = [str(part) for part in command]
    hidden = subprocess.DEVNULL if quiet else None
    done = subprocess.run(words, cwd=ROOT, env=env or os.environ.copy(), stdout=hidden, stderr=hidden, check=False)
    if check and done.returncode:
        sys.exit(done.returncode)
    return done.returncode


def missing_system_packages() -> list[str]:
    """Debian packages whose library the loader does not find. Empty on Windows and macOS."""
    if not sys.platform.startswith("linux"):
        return []
    return [package for library, package in SYSTEM_LIBRARIES.items() if not ctypes.util.find_library(library)]


def install_test_programs() -> None:
    """Bring what the tests record from, tried once an environment; without it these tests are skipped, and say so."""
    tried = VENV / "mianjian.test-programs"
    missing = [package for program, package in TEST_PROGRAMS.items() if not shutil.which(program)]
    if not sys.platform.startswith("linux") or not missing or tried.exists():
        return
    if not install_system(missing):
        say("  Going on without them: the tests that record sound or a screen are skipped.")
    tried.write_text(" ".join(missing), "utf-8")


def apt_command() -> list[str] | None:
    """How apt-get can be called here: as root, through a password-less sudo, or not at all."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return ["apt-get"]
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return [sudo, "apt-get"]
    return None


def install_system(packages: list[str]) -> bool:
    """Install Debian packages where that is possible without asking; otherwise name them and say False."""
    apt = apt_command()
    if apt is None:
        say("  These system libraries are missing; please install them and start again:")
        say(f"    {' '.join(packages)}")
        return False
    say(f"  Installing system libraries (about a minute): {' '.join(packages)}")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    steps = (["update"], ["-y", "--no-install-recommends", "install", *packages])
    done = [subprocess.run([*apt, "-qq", *step], env=env, capture_output=True, check=False) for step in steps]
    if done[-1].returncode == 0:
        return True
    say("  That did not work; please install them by hand: " + " ".join(packages))
    return False


def make_venv() -> None:
    """Create `.venv`, also on a Debian whose Python lacks ensurepip."""
    say("  Making .venv (a few seconds)")
    make = [sys.executable, "-m", "venv", str(VENV)]
    if subprocess.run(make, capture_output=True, check=False).returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    if not install_system(["python3.11-venv"]):
        sys.exit(2)
    call(*make)


def stamp(kind: str) -> str:
    """What an installed environment must carry to be taken as complete."""
    text = LOCKS[kind].read_bytes() + sys.version.encode()
    return f"{kind} {hashlib.sha256(text).hexdigest()}"


def installed() -> str:
    """The stamp of the environment that is there, empty where there is none."""
    path = VENV / "mianjian.stamp"
    return path.read_text("utf-8") if path.is_file() and venv_python().exists() else ""


def set_up(kind: str) -> None:
    """Bring `.venv` to the lock file's state; within a second when it is there already."""
    if sys.version_info[:2] != (3, 11):
        say(f"MianJian needs Python 3.11; this is {sys.version.split()[0]}. Start it as: python3.11 dev.py …")
        sys.exit(2)
    wanted = {stamp(kind), stamp("dev")}  # the developers' environment has everything that a run needs
    if installed() in wanted:
        return
    say("Setting up MianJian in .venv: downloads about 700 MB the first time, 2 to 5 minutes on an ordinary line.")
    began = time.monotonic()
    missing = missing_system_packages()
    if missing and not install_system(missing):
        say("  Going on without them: commands without a window still work.")
    if not venv_python().exists():
        make_venv()
    say("  Installing the locked packages")
    pip = [venv_python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    if call(*pip, "--require-hashes", "--no-deps", "-r", LOCKS[kind], quiet=True, check=False):
        call(*pip, "--require-hashes", "--no-deps", "-r", LOCKS[kind])  # once more, aloud: it says what is wrong
    (VENV / "mianjian.stamp").write_text(stamp(kind), "utf-8")
    say(f"  Done in {time.monotonic() - began:.0f} s; next time it starts at once.")


def python(*arguments: object, env: dict[str, str] | None = None, check: bool = True) -> int:
    """Run something with the environment's own interpreter."""
    return call(venv_python(), *arguments, env=env, check=check)


def headless_env() -> dict[str, str]:
    """The environment for work without a screen and without the network."""
    return {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HF_HUB_OFFLINE": "1", "PYTHONUTF8": "1"}


def command_run(options: argparse.Namespace) -> None:
    """Set up, then do the main job on the sample interview or FILE."""
    set_up("run")
    file = [options.file.resolve()] if options.file else []
    data = ["--data", options.data] if options.data else []
    python("-m", "app", "demo", *file, *data)


def tests_pass(options: argparse.Namespace, env: dict[str, str]) -> bool:
    """Run the tests: first those that measure time, alone, then the others side by side; or what the person chose."""
    coverage = ["--cov", "--cov-report=term:skip-covered"] if options.coverage else []
    words = ["-m", "pytest", *coverage, *AGAIN, *options.pytest]
    if options.pytest:
        return python(*words, env=env, check=False) == 0
    say("== tests that measure time, alone (pytest)")
    files = [path for path in (ROOT / "tests").rglob("test_*.py") if "mark.alone" in path.read_text("utf-8")]
    alone = python(*words, "-m", "alone", *sorted(files), env=env, check=False)
    say(f"== all other tests, {options.workers} side by side (pytest)")
    more = ["--cov-append"] if options.coverage else []
    shared = ["-n", options.workers, "--dist", "loadfile", "--no-loadscope-reorder"]
    others = python(*words, *more, "-m", "not alone", *shared, env=env, check=False)
    return alone == others == 0


def command_test(options: argparse.Namespace) -> None:
    """Set up, then every check and the whole test suite; what `.ci/run` calls."""
    set_up("dev")
    install_test_programs()
    env = headless_env()
    checks: list[tuple[str, list[str]]] = [
        ("lint (ruff)", ["-m", "ruff", "check", "."]),
        ("format (ruff)", ["-m", "ruff", "format", "--check", "."]),
        ("types (mypy)", ["-m", "mypy"]),
        (
            "import rules (import-linter)",
            ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        ),
    ]
    failed = []
    for name, arguments in checks:
        say(f"== {name}")
        if python(*arguments, env=env, check=False):
            failed.append(name)
    say("== the main job on the sample")
    if python("-m", "app", "demo", "--scratch", env=env, check=False):
        failed.append("the main job")
    if not tests_pass(options, env):
        failed.append("tests")
    if failed:
        say("FAILED: " + ", ".join(failed))
        sys.exit(1)
    say("All checks passed.")


def command_tool(module: str) -> object:
    """A command that hands all its arguments to a module of `tests/` or `packaging/`."""

    def run(options: argparse.Namespace) -> None:
        set_up("dev")
        script = [ROOT / module] if module.endswith(".py") else ["-m", module]
        python(*script, *options.rest, env=headless_env())

    return run


def command_lock(_: argparse.Namespace) -> None:
    """Write both lock files anew from `packaging/requirements*.in`."""
    set_up("dev")
    python("-m", "pip", "install", "--quiet", "uv")
    for name in ("requirements", "requirements-dev"):
        flags = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url"]
        flags += ["--no-annotate", "--no-header", "--quiet"]
        source, target = ROOT / "packaging" / f"{name}.in", ROOT / "packaging" / f"{name}.lock"
        python("-m", "uv", "pip", "compile", *flags, source, "-o", target)


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(prog="dev.py", description=__doc__.split("\n", 1)[0])
    commands = top.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="set up and do the main job on the sample interview, or on FILE")
    run.add_argument("file", nargs="?", type=Path)
    run.add_argument("--data", type=Path, help="folder of the library to use")
    run.set_defaults(run=command_run)
    test = commands.add_parser("test", help="set up, check and test everything")
    test.add_argument("--coverage", action="store_true", help="say which lines no test reaches; takes a quarter longer")
    test.add_argument("--workers", type=int, default=WORKERS, help=f"processes that test side by side ({WORKERS})")
    test.add_argument("pytest", nargs="*", help="further arguments for pytest, after --; then in one process")
    test.set_defaults(run=command_test)
    tools = {
        "bench": ("tests.bench", "print the figures of speed and memory"),
        "accuracy": ("tests.accuracy", "print the accuracy report on ../shared/corpus or another folder"),
        "build": ("packaging/build.py", "make the frozen program; --check proves it"),
        "shots": ("tests.shots", "screenshots of every screen into a folder"),
        "openapi": ("tests.openapi", "check the sandbox against the published contract with schemathesis"),
        "odoo": ("tests.odoo", "build a real Odoo 19 once, and run the suite of the HR sync against it"),
    }
    for name, (module, text) in tools.items():
        tool = commands.add_parser(name, help=text, add_help=False)
        tool.add_argument("rest", nargs=argparse.REMAINDER)
        tool.set_defaults(run=command_tool(module))
    commands.add_parser("lock", help="write the lock files anew").set_defaults(run=command_lock)
    return top


def main() -> None:
    """Read the command and do it."""
    options, extra = parser().parse_known_args()
    if extra:
        if not hasattr(options, "rest"):
            parser().error(f"unknown: {' '.join(extra)}")
        options.rest = [*extra, *options.rest]
    options.run(options)


if __name__ == "__main__":
    main()
