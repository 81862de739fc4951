"""How loud it is and how much time is left, while a recording is made."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from attune.cli.sound_check import SILENCE_DBFS
from attune.timebase import SAMPLE_RATE

LOWEST_DBFS = -60.0
"""Where the meter begins. Source: chosen; the hiss of a quiet room."""


class LevelMeter:
    """Two bars, level and time, on a terminal; elsewhere nothing is shown.

    Parameters
    ----------
    console
        Where they are drawn.
    length
        Samples that will be recorded.
    """

    def __init__(self, *, console: Console, length: int) -> None:
        columns = (TextColumn("{task.description:<6}"), BarColumn(), TextColumn("{task.fields[said]}"))
        self._bars = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._length = length
        self._time = self._bars.add_task("time", total=length, said="")
        self._level = self._bars.add_task("level", total=-LOWEST_DBFS, said="")

    def __enter__(self) -> Self:
        self._bars.start()
        self.show(0, level_dbfs=SILENCE_DBFS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def show(self, reached: int, *, level_dbfs: float) -> None:
        """Show the sample reached and the level of the newest sound."""
        left = max(0, self._length - reached)
        self._bars.update(self._time, completed=self._length - left, said=f"{-(-left // SAMPLE_RATE)} s left")
        above = min(max(level_dbfs - LOWEST_DBFS, 0.0), -LOWEST_DBFS)
        self._bars.update(self._level, completed=above, said=f"{max(level_dbfs, LOWEST_DBFS):.0f} dBFS")
