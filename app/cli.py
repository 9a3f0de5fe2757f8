"""The command line: `python -m app COMMAND …`. Each command is a module of `app.commands`."""

from __future__ import annotations

import argparse
import locale
import os
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from analysis.failures import Failure
from app import text
from app.settings import default_data_folder
from sync.failures import RemoteFailure

COMMANDS = ("demo", "analyze", "assess", "import", "show", "export", "sync", "sandbox", "models", "doctor")
"""Names of the commands; `import` lives in the module `app.commands.import_`."""


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
    options = parser().parse_args(argv)
    if not hasattr(options, "data"):
        options.data = default_data_folder()
    try:
        return int(options.run(options))
    except (Failure, RemoteFailure) as failure:
        print(text.sentence(failure), file=sys.stderr)
        return 2


def chosen_language(argv: list[str]) -> str:
    """`--lang`, else MIANJIAN_LANG, else the system's language: Chinese where it is, English elsewhere."""
    if "--lang" in argv[:-1] and argv[argv.index("--lang") + 1] in text.LANGUAGES:
        return argv[argv.index("--lang") + 1]
    wanted = os.environ.get("MIANJIAN_LANG") or locale.getlocale()[0] or ""
    return "zh" if wanted.lower().startswith(("zh", "chinese")) else "en"
