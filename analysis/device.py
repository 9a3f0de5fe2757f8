"""Which computing device the transcriber runs on."""

from __future__ import annotations

from collections.abc import Callable

from analysis.document import Fallback
from analysis.failures import DeviceMissing


def cuda_devices() -> int:
    """How many CUDA devices the transcriber's runtime can see; they may still lack the libraries to compute with."""
    import ctranslate2

    return int(ctranslate2.get_cuda_device_count())


def resolve(device: str, computes: Callable[[], bool]) -> tuple[str, Fallback | None]:
    """ "auto" becomes "cuda" where one is there and computes, else "cpu"; a GPU that is there but does not compute is
    told by a Fallback.

    `computes` tries it out, and is asked only where a device is there. Raises DeviceMissing for a "cuda" that is not
    there or does not compute: said before any time is spent.
    """
    if device == "cpu":
        return "cpu", None
    there = cuda_devices() > 0
    if there and computes():
        return "cuda", None
    if device == "cuda":
        raise DeviceMissing(device="cuda")
    return "cpu", Fallback("transcriber", "cuda", "cpu", "gpu_unusable") if there else None
