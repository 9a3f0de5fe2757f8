"""Which computing device the transcriber runs on."""

from __future__ import annotations

from analysis.failures import DeviceMissing


def cuda_devices() -> int:
    """How many CUDA devices the transcriber's runtime can use."""
    import ctranslate2

    return int(ctranslate2.get_cuda_device_count())


def resolve(device: str) -> str:
    """ "auto" becomes "cuda" where there is one, else "cpu". Raises DeviceMissing for a "cuda" that is not there."""
    if device == "cpu":
        return "cpu"
    found = cuda_devices() > 0
    if device == "cuda" and not found:
        raise DeviceMissing(device="cuda")
    return "cuda" if found else "cpu"
