"""What the program needs of a machine, each looked at by itself: models, decoders, cores, memory, disk, folders, fonts.

Nothing is changed by looking, but for a file that is written into the library's folder and removed again.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import psutil

from analysis.failures import Failure
from analysis.models import ModelState
from app import __version__, resources
from app.jobs.analysis import model_store, threads
from app.settings import cache_folder
from app.text import sentence, tr

GIB = 1024**3
MEMORY_GIB = 4.0
"""An analysis stays below 1.5 GB; the rest is for the window and the system."""
DISK_GIB = 1.0
"""Room for the assembled transcriber and the temporary sound of a long interview."""
DECODERS = ("h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "aac", "mp3", "opus", "vorbis", "flac", "pcm_s16le")
PARTS = ("PySide6.QtMultimedia", "PySide6.QtPdf", "docx", "keyring", "pyqtgraph")
NEEDED_DECODERS = frozenset({"h264", "aac"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `needed`: the program cannot do its work without; `facts` for other programs."""

    name: str
    fine: bool
    needed: bool
    sentence: str
    facts: dict[str, str | int | float]


def examine(data: Path) -> tuple[Finding, ...]:
    """Look at everything, the library being in the folder `data`."""
    return (
        _versions(), _models(data), _processor(), _memory(), _disk(data), _library(data), _decoders(), _recording(),
        _parts(), _cuda(), _keyring(), _display(), _fonts(),
    )  # fmt: skip


def _versions() -> Finding:
    import av
    import ctranslate2
    import onnxruntime
    import PySide6

    facts: dict[str, str | int | float] = {
        "program": __version__, "python": platform.python_version(), "system": platform.platform(),
        "pyside6": PySide6.__version__, "av": av.__version__, "onnxruntime": onnxruntime.__version__,
        "ctranslate2": ctranslate2.__version__, "frozen": int(getattr(sys, "frozen", False)),
    }  # fmt: skip
    return Finding("versions", True, True, tr("doctor.versions", **facts), facts)


def _models(data: Path) -> Finding:
    found = model_store(data).list()
    bad = [status.id for status in found if status.state in (ModelState.MISSING, ModelState.DAMAGED)]
    facts: dict[str, str | int | float] = {"count": len(found), "bad": ", ".join(bad)}
    return Finding("models", not bad, True, tr("doctor.models_bad" if bad else "doctor.models", **facts), facts)


def _processor() -> Finding:
    facts: dict[str, str | int | float] = {"cores": os.cpu_count() or 1, "used": threads()}
    return Finding("processor", threads() > 1, False, tr("doctor.processor", **facts), facts)


def _memory() -> Finding:
    memory = psutil.virtual_memory()
    facts: dict[str, str | int | float] = {
        "total": round(memory.total / GIB, 1), "free": round(memory.available / GIB, 1), "wanted": MEMORY_GIB,
    }  # fmt: skip
    fine = memory.total / GIB >= MEMORY_GIB * 0.9  # a part is always the firmware's
    return Finding("memory", fine, False, tr("doctor.memory" if fine else "doctor.memory_bad", **facts), facts)


def _disk(data: Path) -> Finding:
    places = {_existing(folder) for folder in (data, cache_folder())}
    free = min(shutil.disk_usage(place).free for place in places) / GIB
    facts: dict[str, str | int | float] = {"free": round(free, 1), "wanted": DISK_GIB}
    fine = free >= DISK_GIB
    return Finding("disk", fine, True, tr("doctor.disk" if fine else "doctor.disk_bad", **facts), facts)


def _library(data: Path) -> Finding:
    facts: dict[str, str | int | float] = {"folder": str(data)}
    try:
        with tempfile.TemporaryFile(dir=_existing(data)):
            fine = True
    except OSError:
        fine = False
    return Finding("library", fine, True, tr("doctor.library" if fine else "doctor.library_bad", **facts), facts)


def _decoders() -> Finding:
    import av

    there = [name for name in DECODERS if name in av.codecs_available]
    missing = [name for name in DECODERS if name not in there]
    facts: dict[str, str | int | float] = {
        "there": ", ".join(there), "missing": ", ".join(missing),
        "libavcodec": ".".join(map(str, av.library_versions["libavcodec"])),
    }  # fmt: skip
    fine = NEEDED_DECODERS.issubset(there)
    return Finding("decoders", fine, True, tr("doctor.decoders" if fine else "doctor.decoders_bad", **facts), facts)


def _recording() -> Finding:
    """Whether a second of picture and sound can be written as a recording is, and read back."""
    from app.recording.self_test import recorded

    try:
        seconds, codecs = recorded()
    except Failure as failure:
        facts: dict[str, str | int | float] = {"failure": failure.code}
        return Finding("recording", False, True, tr("doctor.recording_bad", reason=sentence(failure)), facts)
    facts = {"seconds": round(seconds, 2), "codecs": codecs}
    return Finding("recording", True, True, tr("doctor.recording", **facts), facts)


def _parts() -> Finding:
    """Whether what is loaded only when it is needed can be loaded; the sound server's part is only looked for."""
    missing = [name for name in PARTS if not _loads(name)]
    missing += [] if find_spec("soundcard") else ["soundcard"]
    facts: dict[str, str | int | float] = {"missing": ", ".join(missing)}
    return Finding("parts", not missing, True, tr("doctor.parts_bad" if missing else "doctor.parts", **facts), facts)


def _loads(name: str) -> bool:
    try:
        import_module(name)
    except ImportError:
        return False
    return True


def _cuda() -> Finding:
    from analysis.device import cuda_devices

    facts: dict[str, str | int | float] = {"devices": cuda_devices()}
    key = "doctor.cuda" if facts["devices"] else "doctor.cuda_none"
    return Finding("cuda", True, False, tr(key, **facts), facts)


def _keyring() -> Finding:
    """Whether the system keeps secrets; without, the environment variable gives the key of the HR system."""
    import keyring
    from keyring.backends import fail, null

    backend = keyring.get_keyring()
    facts: dict[str, str | int | float] = {"backend": f"{type(backend).__module__}.{type(backend).__name__}"}
    fine = not isinstance(backend, fail.Keyring | null.Keyring)
    return Finding("keyring", fine, False, tr("doctor.keyring" if fine else "doctor.keyring_none", **facts), facts)


def _display() -> Finding:
    if sys.platform in ("win32", "darwin"):
        there = "system"
    else:
        there = os.environ.get("QT_QPA_PLATFORM") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY", "")
    facts: dict[str, str | int | float] = {"display": there}
    fine = there not in ("", "offscreen", "minimal")
    return Finding("display", fine, False, tr("doctor.display" if fine else "doctor.display_none", **facts), facts)


def _fonts() -> Finding:
    found = sorted(path.name for path in resources.resource("fonts").glob("*.[ot]tf"))
    facts: dict[str, str | int | float] = {"fonts": ", ".join(found)}
    return Finding("fonts", bool(found), True, tr("doctor.fonts" if found else "doctor.fonts_none", **facts), facts)


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next(path for path in (folder.resolve(), *folder.resolve().parents) if path.is_dir())
