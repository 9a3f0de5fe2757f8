"""The command line: `python -m app COMMAND …`. Each command is a module of `app.commands`."""

from __future__ import annotations

import argparse
import errno
import locale
import os
import sys
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

from analysis.failures import DiskFull, Failure, NameUnreadable
from app import arguments, text
from app.settings import default_data_folder
from sync.failures import RemoteFailure

COMMANDS = (
    "demo", "analyze", "assess", "enrich", "import", "show", "export", "redact", "package", "sync", "sandbox", "models",
    "doctor",
)  # fmt: skip
"""Names of the commands; `import` lives in the module `app.commands.import_`."""
INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it."""
PIPE_CLOSED = 141
"""Exit status where the reader of standard output (`… | head`) has gone, as shells have it."""


def parser() -> argparse.ArgumentParser:
    """The whole command line. `--data` and `--lang` stand before or after the command."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--data", type=Path, default=argparse.SUPPRESS, help=text.tr("cli.help_data"))
    shared.add_argument("--lang", choices=text.LANGUAGES, default=argparse.SUPPRESS, help=text.tr("cli.help_lang"))
    top = argparse.ArgumentParser(prog="mianjian", description=text.tr("cli.about"), parents=[shared])
    commands = top.add_subparsers(dest="command", metavar=text.tr("cli.command"))
    for name in COMMANDS:
        module = f"app.commands.{name}{'_' if name == 'import' else ''}"
        if find_spec(module):
            import_module(module).add(commands, shared)
    return top


def main(argv: list[str]) -> int:
    """Run one command. 0 = done; 2 = it cannot be done, with one plain line on standard error."""
    text.set_language(chosen_language(argv))
    arguments.speak()
    try:
        status = _run(argv)
        if sys.stdout is not None:
            sys.stdout.flush()  # here, so that a reader that has gone is noticed here
    except (Failure, RemoteFailure) as failure:
        print(text.sentence(failure), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(text.tr("cli.interrupted"), file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return PIPE_CLOSED
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        _drop_output()
        print(text.sentence(DiskFull(folder=text.tr("cli.output"))), file=sys.stderr)
        return 2
    return status


def _drop_output() -> None:
    """What standard output still holds has nowhere to go; unsaid, it would be a complaint when Python ends."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(argv: list[str]) -> int:
    for word in argv:
        if any("\ud800" <= character <= "\udfff" for character in word):
            raise NameUnreadable(name=word.encode("utf-8", "replace").decode())
    options = parser().parse_args(argv)
    if not hasattr(options, "data"):
        options.data = default_data_folder()
    return int(options.run(options))


def say_no_screen(argv: list[str]) -> None:
    """Why the window cannot open, and how to go on; a word that is no file was meant as a command."""
    text.set_language(chosen_language(argv))
    words = [word for before, word in pairwise(("", *argv)) if not before.startswith("--") and word[:1] != "-"]
    unknown = next((word for word in words if not Path(word).exists()), None)
    key = "cli.no_screen" if unknown is None else "cli.unknown_command"
    print(text.tr(key, word=unknown, commands=", ".join(COMMANDS)), file=sys.stderr)


def chosen_language(argv: list[str]) -> str:
    """`--lang`, else MIANJIAN_LANG, else the system's language: Chinese where it is, English elsewhere."""
    for option, value in (*pairwise(argv), *(word.split("=", 1) for word in argv if word.startswith("--lang="))):
        if option == "--lang" and value in text.LANGUAGES:
            return value
    wanted = os.environ.get("MIANJIAN_LANG") or locale.getlocale()[0] or ""
    return "zh" if wanted.lower().startswith(("zh", "chinese")) else "en"
