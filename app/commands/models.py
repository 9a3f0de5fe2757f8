"""`models list`, `verify`, `add DIR`, `use ID`: the model files, and a transcriber of one's own."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import text

if TYPE_CHECKING:
    from analysis.models import ModelStatus


def add(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add the command to the command line."""
    tr = text.tr
    parser = commands.add_parser("models", help=tr("models.about"), description=tr("models.about"), parents=[shared])
    actions = parser.add_subparsers(dest="action", metavar=tr("cli.command"), required=True)
    for name, work in (("list", _list), ("verify", _verify), ("add", _add), ("use", _use)):
        action = actions.add_parser(name, help=tr(f"models.help_{name}"), parents=[shared])
        action.add_argument("--json", action="store_true", help=tr("models.help_json"))
        action.set_defaults(run=work)
        if name == "add":
            action.add_argument("folder", metavar="DIR", type=Path, help=tr("models.help_folder"))
        if name == "use":
            action.add_argument("id", metavar="ID", help=tr("models.help_id"))


def _list(options: argparse.Namespace) -> int:
    from app.jobs.analysis import model_store

    _print(model_store(options.data).list(), options)
    return 0


def _verify(options: argparse.Namespace) -> int:
    """0 when every file is the one that it should be, else 2 and the first failure in plain words."""
    from analysis.failures import ModelDamaged, ModelMissing, OwnModelDamaged, OwnModelMissing
    from analysis.models import ModelState
    from app.jobs.analysis import model_store

    store = model_store(options.data)
    found, own = store.verify(), {added.id for added in store.added()}
    _print(found, options)
    for status in found:
        if status.state is ModelState.MISSING:
            raise (OwnModelMissing if status.id in own else ModelMissing)(model=status.id, file=status.file)
        if status.state is ModelState.DAMAGED:
            raise (OwnModelDamaged if status.id in own else ModelDamaged)(model=status.id, file=status.file)
    return 0


def _add(options: argparse.Namespace) -> int:
    """Check the folder in a child process (loading a large model must not end this one) and make it the transcriber."""
    from analysis.protocol import AddModelJob, AddModelResult
    from app.jobs import run_child
    from app.jobs.analysis import places
    from app.jobs.interrupt import interruptible
    from app.settings import SettingsFile

    job = AddModelJob(str(options.folder.resolve()), places(options.data))
    with interruptible() as cancel:
        added = run_child(job, lambda _: None, cancel)
    assert isinstance(added, AddModelResult)
    SettingsFile(options.data).change(transcriber=added.id)
    if options.json:
        _print_json({"id": added.id, "folder": added.folder})
    else:
        print(text.tr("models.added", id=added.id))
    return 0


def _use(options: argparse.Namespace) -> int:
    """Choose among the bundled and the added transcribers."""
    from app.failures import ValueInvalid
    from app.jobs.analysis import BUNDLED, model_store
    from app.settings import SettingsFile

    known = (BUNDLED, *(added.id for added in model_store(options.data).added()))
    if options.id not in known:
        raise ValueInvalid(what="models use", value=options.id, allowed=", ".join(known))
    SettingsFile(options.data).change(transcriber=options.id)
    if options.json:
        _print_json({"id": options.id})
    else:
        print(text.tr("models.used", id=options.id))
    return 0


def _print(found: tuple[ModelStatus, ...], options: argparse.Namespace) -> None:
    from app.settings import SettingsFile

    chosen = SettingsFile(options.data).values.transcriber
    if options.json:
        return _print_json({"transcriber": chosen, "models": found})
    wide = max(len(status.id) for status in found)
    for status in found:
        mark = "*" if status.id == chosen else " "
        state = text.tr(f"models.state_{status.state}")
        size = f"{status.bytes / 1e6:7.1f} MB"
        print(f"{mark} {status.id:<{wide}} {size}  {status.licence or '—':<10}  {state}")
    print(text.tr("models.chosen", id=chosen))
    return None


def _print_json(value: object) -> None:
    import msgspec

    print(msgspec.json.format(msgspec.json.encode(value)).decode())
