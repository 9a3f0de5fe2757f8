"""Ways of speaking to an HR system, one module each; a profile names the one that serves.

A dialect is a `Shape` (what its profiles may say) and a class that is a `sync.system.HrSystem`. It holds what cannot be
data: the order of calls, how an answer is judged, what makes a repeat harmless.
"""

from __future__ import annotations

from collections.abc import Callable

from sync.address import Address
from sync.auth import Credentials, ServerClock
from sync.client import Exchange, Timeouts, Wire
from sync.dialects.contract import ContractSystem
from sync.dialects.feishu import FeishuShape, FeishuSystem
from sync.dialects.greenhouse import GreenhouseShape, GreenhouseSystem
from sync.dialects.moka import MokaShape, MokaSystem
from sync.dialects.odoo import OdooShape, OdooSystem
from sync.dialects.shape import ContractShape
from sync.profile import Profile, Shape
from sync.system import HrSystem

SHAPES: dict[str, type[Shape]] = {
    "contract": ContractShape, "feishu": FeishuShape, "greenhouse": GreenhouseShape, "moka": MokaShape,
    "odoo": OdooShape,
}  # fmt: skip
"""What a profile of each dialect may say."""
_SYSTEMS: dict[str, Callable[[Wire, Profile], HrSystem]] = {
    "contract": ContractSystem, "feishu": FeishuSystem, "greenhouse": GreenhouseSystem, "moka": MokaSystem,
    "odoo": OdooSystem,
}  # fmt: skip


def connect(
    address: Address,
    profile: Profile,
    credentials: Credentials,
    record: Callable[[Exchange], None] = lambda _: None,
    timeouts: Timeouts | None = None,
    clock: ServerClock | None = None,
) -> HrSystem:
    """The HR system at an address, spoken to as its profile says; nothing is sent yet.

    `record` hears of every call, `clock` learns the system's time. CertificateUnusable, CertificateExpiredHere.
    """
    shape = profile.shape
    wire = Wire(address, shape.auth, credentials, record, timeouts or Timeouts(), shape.limits, clock)
    return _SYSTEMS[profile.shape.dialect](wire, profile)
