"""The composition root: opens the window, runs a command, or serves as a child process for analyses or models."""

from __future__ import annotations

import os
import sys

WORKER = "--analysis-worker"
MODEL_WORKER = "--model-worker"
LANDMARK_WORKER = "--landmark-worker"
RECORD_WORKER = "--record-worker"


def main(argv: list[str] | None = None) -> int:
    """Decide by the first words of the command line what this process is."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    os.environ["HF_HUB_OFFLINE"] = "1"
    if arguments[:1] == [WORKER]:
        from analysis.worker import main as worker

        return int(worker() or 0)
    if arguments[:1] == [MODEL_WORKER]:
        from sync.providers.worker import main as model_worker

        return model_worker()
    if arguments[:1] == [LANDMARK_WORKER]:
        from analysis.landmark_worker import main as landmark_worker

        return landmark_worker()
    if arguments[:1] == [RECORD_WORKER]:
        from analysis.record_worker import main as record_worker

        return record_worker()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    from app import cli

    if _is_window(arguments):
        return _window(arguments)
    if arguments[:1] == ["demo"] and "--scratch" not in arguments and screen_available():
        from ui.shell.start import application, show_demo

        application()  # before the report makes a smaller one, which no window could be opened with
        return cli.main(arguments) or show_demo(arguments)
    return cli.main(arguments)


def _window(arguments: list[str]) -> int:
    """Open the window; where none can be shown, a sentence and 2."""
    from app import cli

    if not (screen_available() or os.environ.get("QT_QPA_PLATFORM")):
        cli.say_no_screen(arguments)
        return 2
    from app.arguments import speak
    from ui.shell.start import main as window

    speak()
    return window(arguments)


def _is_window(arguments: list[str]) -> bool:
    """Without a command, and without a request for help, the window opens."""
    from app.cli import COMMANDS

    return not any(word in COMMANDS or word in ("-h", "--help") for word in arguments)


def screen_available() -> bool:
    """Whether a window can be shown: on Linux a display server is needed, and nobody asked for offscreen."""
    if os.environ.get("QT_QPA_PLATFORM") == "offscreen":
        return False
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    sys.exit(main())
