"""Whether a graphics chip can decode the pictures of a recording, and why not where one could be expected to."""

from __future__ import annotations

import sys

import av
from av.codec.codec import Codec, UnknownCodecError
from av.codec.hwaccel import HWAccel, hwdevices_available

from analysis.document import Fallback

PART, SOFTWARE = "decoder", "cpu"
NOT_THERE, CODEC_UNSUPPORTED, GAVE_OUT = "decoder_not_there", "codec_unsupported", "decoder_failed"
_BY_PLATFORM = {
    "win32": ("d3d11va", "cuda", "dxva2"),
    "darwin": ("videotoolbox",),
    "linux": ("cuda", "vaapi"),
}
"""FFmpeg's names of the ways to decode on a chip, the most general first."""
_COMMON = "h264"
"""Every chip that decodes anything decodes this: what fails for it is not there."""


def candidates(device: str, platform: str = sys.platform) -> tuple[str, ...]:
    """The ways to try for the device that was asked for, those only that this FFmpeg was built with."""
    wanted = {"auto": _BY_PLATFORM.get(platform, ()), "cuda": ("cuda",)}.get(device, ())
    built = hwdevices_available()
    return tuple(name for name in wanted if name in built)


def accelerated(device: str, codec: str) -> tuple[str | None, Fallback | None]:
    """The way to decode `codec` on a chip, None for the processor; and why it is the processor, where that is news.

    It is news where "cuda" was asked for and is not there, and where a chip is there but does not know the codec.
    """
    for name in candidates(device):
        if _opens(name, codec):
            return name, None
        if codec != _COMMON and _opens(name, _COMMON):
            return None, Fallback(PART, name, SOFTWARE, CODEC_UNSUPPORTED)
    return None, Fallback(PART, device, SOFTWARE, NOT_THERE) if device == "cuda" else None


def acceleration(name: str) -> HWAccel:
    """For `av.open`. Frames stay on the chip until they are converted: most of them are only there for others."""
    return HWAccel(name, allow_software_fallback=True, is_hw_owned=True)


def gave_out(name: str) -> Fallback:
    """Decoding began on the chip and could not go on there."""
    return Fallback(PART, name, SOFTWARE, GAVE_OUT)


def unsupported(name: str) -> Fallback:
    """The chip is there, but handed this stream back to the processor."""
    return Fallback(PART, name, SOFTWARE, CODEC_UNSUPPORTED)


def _opens(name: str, codec: str) -> bool:
    try:
        acceleration(name).create(Codec(codec, "r"))
    except (av.FFmpegError, RuntimeError, UnknownCodecError):  # RuntimeError: this way does not know the codec
        return False
    return True
