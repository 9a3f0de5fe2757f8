"""`demo [FILE]`: the main job end to end, with the sandbox EHR on loopback; what `dev.py run` calls."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app import text
from app.resources import program

DEMO_REVIEWER = {"zh": "演示评审", "en": "Demo reviewer"}


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the command's own parser."""
    own = commands.add_parser("demo", help=text.tr("demo.help"), parents=[shared])
    own.add_argument("file", nargs="?", type=Path, metavar="FILE", help=text.tr("demo.help_file"))
    own.add_argument("--scratch", action="store_true", help=text.tr("demo.help_scratch"))
    own.set_defaults(run=run)


def demo_folder(given: Path) -> Path:
    """The library of demonstrations: beside the person's own one, unless a folder was named."""
    named = os.environ.get("MIANJIAN_DATA")
    from app.settings import default_data_folder

    own = default_data_folder()
    return given if named or given != own else own.with_name(f"{own.name} Demo")


@contextmanager
def _folder(options: argparse.Namespace) -> Iterator[Path]:
    if not options.scratch:
        yield demo_folder(options.data)
        return
    with tempfile.TemporaryDirectory(prefix="mianjian-demo-") as scratch:
        yield Path(scratch) / "资料库 library"


def run(options: argparse.Namespace) -> int:
    """0 = the assessment has arrived in the sandbox EHR (or, for an own FILE, everything but the rating is done)."""
    from app.demo import SandboxProcess, main_job, sample_file
    from app.store.library import Library

    file = options.file or sample_file()
    print(text.tr("demo.begin", name=file.name), flush=True)
    with _folder(options) as folder:
        reviewer = DEMO_REVIEWER[text.language()]
        with Library.open(folder, assessor=reviewer) as library, SandboxProcess(folder / "sandbox") as sandbox:
            print(text.tr("demo.sandbox", url=sandbox.url), flush=True)
            result = main_job(library, sandbox, file, lambda line: print(line, flush=True))
        print(text.tr("demo.report", path=result.report))
        if not options.scratch:
            print(text.tr("demo.library", path=folder))
            print(text.tr("demo.window", program=" ".join(program(window=True)), path=folder))
        if options.scratch and not result.report.stat().st_size:
            return 2
    return 0 if result.arrived else 2
