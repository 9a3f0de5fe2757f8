"""Which computing device the transcriber runs on."""

from __future__ import annotations

from collections.abc import Callable

from analysis.failures import DeviceMissing


def cuda_devices() -> int:
    """How many CUDA devices the transcriber's runtime can see; they may still lack the libraries to compute with."""
    import ctranslate2

    return int(ctranslate2.get_cuda_device_count())


def resolve(device: str, computes: Callable[[], bool]) -> str:
    """ "auto" becomes "cuda" where one is there and computes, else "cpu".

    `computes` tries it out, and is asked only where a device is there. Raises DeviceMissing for a "cuda" that is not
    there or does not compute: said before any time is spent.
    """
    if device == "cpu":
        return "cpu"
    found = cuda_devices() > 0 and computes()
    if device == "cuda" and not found:
        raise DeviceMissing(device="cuda")
    return "cuda" if found else "cpu"
