"""``attune devices``: the microphones and speakers that PortAudio knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from attune.adapters.sound_devices import SoundDevice

NO_DEVICE = (
    "no sound device was found; plug in a microphone or a headset. Recordings work without one: attune analyze FILE"
)
NO_MICROPHONE = "No microphone: plug one in, or analyse recordings with `attune analyze FILE`."
NO_SPEAKER = "No speaker: the coach shows its words instead of speaking them."


@click.command(name="devices")
def command() -> None:
    """List microphones and speakers.

    The number or a part of the name can be given to --device; the one marked "default" is taken without it.
    """
    from attune.adapters.microphone import list_devices
    from attune.errors import DeviceError

    devices = list_devices()
    if not devices:
        raise DeviceError(NO_DEVICE)
    print_devices(devices)


def print_devices(devices: Sequence[SoundDevice]) -> None:
    """Print a table of devices, and what it means if all of them are of one kind."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("no.", justify="right", no_wrap=True)
    table.add_column("name", overflow="fold")
    table.add_column("records", justify="right", no_wrap=True)
    table.add_column("plays", justify="right", no_wrap=True)
    table.add_column("rate", justify="right", no_wrap=True)
    table.add_column("default", no_wrap=True)
    for device in devices:
        table.add_row(
            str(device.index),
            Text(f"{device.name} ({device.host})"),
            _channels(device.inputs),
            _channels(device.outputs),
            f"{device.rate} Hz",
            _default(device),
        )
    Console().print(table)
    if not any(device.inputs for device in devices):
        click.echo(NO_MICROPHONE)
    if not any(device.outputs for device in devices):
        click.echo(NO_SPEAKER)


def _channels(count: int) -> str:
    return f"{count} ch" if count else "-"


def _default(device: SoundDevice) -> str:
    marks = (("microphone", device.default_input), ("speaker", device.default_output))
    return ", ".join(name for name, is_default in marks if is_default)
