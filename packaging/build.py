"""Makes the frozen program in `dist/mianjian`, and with `--check` proves that it stands alone.

The proof runs `doctor` (a test recording included) and the main job on the sample in a copy of the folder that is
mounted read-only, with an empty home, an empty PATH, the checkout hidden and no network but loopback (Linux namespaces,
as root); where those cannot be had it says so and proves what is left.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist" / "mianjian"
LEFT_OUT_WORDS = ("smile", "frown", "visible expression", "可见表情", "微笑")

sys.path.insert(0, str(ROOT))


def main() -> int:
    """Build, then print sizes, then check where asked."""
    options = parse()
    if not options.only_check:
        build(options.without)
    print_sizes()
    status = 0
    if options.without:
        status |= check_left_out(options.without)
    if options.check or options.only_check:
        status |= check()
    return status


def parse() -> argparse.Namespace:
    """The options of `dev.py build`."""
    parser = argparse.ArgumentParser(prog="dev.py build", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--check", action="store_true", help="run the main job with the frozen program, walled in")
    parser.add_argument("--only-check", action="store_true", help="check what was built before")
    parser.add_argument("--without", choices=["expression"], default="", help="leave a room out")
    return parser.parse_args()


def build(without: str) -> None:
    """Run PyInstaller with the assembled transcriber."""
    from app.jobs.analysis import model_store
    from app.settings import default_data_folder

    whisper, _ = model_store(default_data_folder()).transcriber(None)
    env = {**os.environ, "MIANJIAN_WHISPER": str(whisper), "MIANJIAN_WITHOUT": without}
    print("Building dist/mianjian (3 to 6 minutes)", flush=True)
    began = time.monotonic()
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", "build.spec"]
    subprocess.run(command, cwd=ROOT, env=env, check=True)
    print(f"  built in {time.monotonic() - began:.0f} s")


def size(path: Path) -> int:
    """Bytes of a file or of everything below a folder."""
    if path.is_file():
        return path.stat().st_size
    return sum(one.stat().st_size for one in path.rglob("*") if one.is_file() and not one.is_symlink())


def print_sizes() -> None:
    """Megabytes in all and per part, the largest first."""
    inside = DIST / "_internal"
    parts = sorted(((size(part), part.name) for part in inside.iterdir() if not part.is_symlink()), reverse=True)
    print(f"dist/mianjian: {size(DIST) / 1e6:.0f} MB")
    for bytes_, name in parts[:14]:
        print(f"  {bytes_ / 1e6:7.1f} MB  {name}")
    rest = sum(bytes_ for bytes_, _ in parts[14:])
    print(f"  {rest / 1e6:7.1f} MB  everything else")


def check_left_out(room: str) -> int:
    """No file of a room that was left out, none of its words in a text or in what an analysis writes."""
    named = [str(path.relative_to(DIST)) for path in DIST.rglob("*") if room in path.name.lower()]
    texts = [p for p in (DIST / "_internal" / "resources").rglob("*") if p.suffix in (".toml", ".json")]
    spoken = [str(p.relative_to(DIST)) for p in texts if speaks(p) and "whisper" not in str(p)]
    written = check_written(room)
    for what in (*named, *spoken, *written):
        print(f"  still there: {what}")
    left = named + spoken + written
    print(f"without {room}: {'INCOMPLETE' if left else 'no file, text, track, event or column of it is left'}")
    return int(bool(left))


def speaks(path: Path) -> bool:
    """Whether a file has a word of the room that was left out."""
    return any(word in path.read_text("utf-8").lower() for word in LEFT_OUT_WORDS)


def check_written(room: str) -> list[str]:
    """The files of an analysis by the frozen program that still speak of the room."""
    sample = DIST / "_internal" / "resources" / "sample" / "sample_en.mp4"
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        subprocess.run([DIST / "mianjian-cli", "analyze", sample, "--out", out], check=True, stdout=subprocess.DEVNULL)
        files = [path for path in out.iterdir() if path.suffix in (".json", ".csv", ".eaf")]
        words = (*LEFT_OUT_WORDS, room, "positive", "seven_")
        return [path.name for path in files if any(word in path.read_text("utf-8-sig").lower() for word in words)]


def check() -> int:
    """The main job with the frozen program, walled in as far as this machine allows."""
    with tempfile.TemporaryDirectory(prefix="面鉴 check ") as folder:
        place = Path(folder)
        program, home, work = place / "程序 program", place / "home", place / "work"
        shutil.copytree(DIST, program, symlinks=True)
        for path in (home, work):
            path.mkdir()
        env = {"HOME": str(home), "PATH": "/nonexistent", "QT_QPA_PLATFORM": "offscreen", "LANG": "C.UTF-8"}
        env |= {"TMPDIR": str(work), "MIANJIAN_LANG": "zh"}
        walls = wall_in(program)
        print("Walls: " + (walls[1] if walls else "empty home and PATH only (no rights for namespaces)"), flush=True)
        status = 0
        for name, arguments in (("doctor", ["doctor", "--data", str(work)]), ("main job", ["demo", "--scratch"])):
            command = [*(walls[0] if walls else []), str(program / "mianjian-cli"), *arguments]
            began = time.monotonic()
            done = subprocess.run(command, env=env, cwd=work, check=False)
            print(f"frozen {name}: status {done.returncode}, {time.monotonic() - began:.0f} s")
            status |= done.returncode
        return int(status != 0)


def wall_in(program: Path) -> tuple[list[str], str] | None:
    """A command prefix that mounts the program read-only, hides the checkout and leaves only loopback."""
    unshare, shell, mount, ip = (shutil.which(name) for name in ("unshare", "sh", "mount", "ip"))
    if not (unshare and shell and mount) or os.geteuid() != 0:
        return None
    probe = subprocess.run([unshare, "-m", "-n", "true"], capture_output=True, check=False)
    if probe.returncode:
        return None
    loopback = f"{ip} link set lo up; " if ip else ""
    script = (
        f'{mount} --bind "$0" "$0" && {mount} -o remount,ro,bind "$0" && {mount} -t tmpfs none "$1" && '
        f'{loopback}shift; exec "$@"'
    )
    prefix = [unshare, "-m", "-n", shell, "-c", script, str(program), str(ROOT)]
    return prefix, "read-only program folder, no checkout, empty home and PATH, loopback only"


if __name__ == "__main__":
    sys.exit(main())
