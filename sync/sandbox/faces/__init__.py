"""Other tongues of the sandbox EHR: the same store as other makers' HR systems would serve it, one module each.

A face is a blueprint below a path of its own. It checks who calls, misbehaves (`sync.sandbox.misbehaving`) and says
what is wrong in its own words.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint

from sync.sandbox.faces.feishu import feishu_face
from sync.sandbox.faces.greenhouse import greenhouse_face
from sync.sandbox.faces.ihr import ihr_routes
from sync.sandbox.faces.moka import moka_face
from sync.sandbox.faces.open_files import open_files
from sync.sandbox.faults import Faults
from sync.sandbox.store import Store

FACES: dict[str, Callable[[Store, Faults, str], Blueprint]] = {
    "ihr": ihr_routes, "feishu": feishu_face, "greenhouse": greenhouse_face, "moka": moka_face,
    "open_files": open_files,
}  # fmt: skip
"""Makes the routes of each face of store, faults and this run's key."""
