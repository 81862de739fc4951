"""How a summary looks in a terminal: quiet, at most 80 columns, and complete without colour.

Colour only separates headings from text. Bars of different people look alike: a share is neither good nor bad.
"""

from __future__ import annotations

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.segment import Segment
from rich.style import Style
from rich.table import Table as Grid
from rich.text import Text

from attune.reports.view_model import Bar, Quotes, Section, Summary, Table

WIDTH = 80
"""Columns used at most; longer lines are hard to read in a wide window.

Source: chosen; the width that every terminal has.
"""

BAR_WIDTH = 36
NAME_WIDTH = 20
NARROWEST_BAR = 8
FIGURE_WIDTHS = (34, 36, 4)
"""Columns of a table of figures: the name, the figure, n; the same in every section, so that they stand in line."""

LEGEND = "n: moments that a figure rests on. sure: how clear a moment was, 0 to 1."

_TITLE = Style(bold=True)
_HEADING = Style(color="cyan", bold=True)
_QUIET = Style(dim=True)


class ShareBar:
    """A bar of one share, in characters that the terminal has; it gives way where there is little room."""

    def __init__(self, share: float, *, width: int = BAR_WIDTH) -> None:
        self.share = share
        self.width = width

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        full, empty = ("#", "-") if options.ascii_only else ("█", "░")
        width = min(self.width, options.max_width)
        filled = round(min(1.0, max(0.0, self.share)) * width)
        yield Segment(full * filled + empty * (width - filled), Style(color="cyan"))

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(min(self.width, NARROWEST_BAR), self.width)


def render_summary(summary: Summary, *, width: int = WIDTH) -> RenderableType:
    """Return a summary as something that rich can print.

    Parameters
    ----------
    summary
        What to say.
    width
        Columns that there will be; from `WIDTH` on, the figures of all sections stand in line.
    """
    parts: list[RenderableType] = [Text(), Text(summary.title, style=_TITLE)]
    parts.append(Text(" ".join(summary.heard), style=_QUIET))
    parts += [_warning(warning) for warning in summary.warnings]
    for section in summary.sections:
        parts += [Text(), _section(section, width=width)]
    parts += [Text(), Text(LEGEND, style=_QUIET), Text()]
    return Group(*parts)


def print_summary(summary: Summary, *, console: Console) -> None:
    """Print a summary, no wider than `WIDTH`."""
    width = min(WIDTH, console.width)
    console.print(render_summary(summary, width=width), width=width)


def _warning(warning: str) -> RenderableType:
    grid = Grid.grid(padding=(0, 1, 0, 0))
    grid.add_row(Text("!", style=_TITLE), Text(warning))
    return grid


def _section(section: Section, *, width: int) -> RenderableType:
    below: list[RenderableType] = []
    if section.bars:
        below.append(_bars(section.bars))
    if section.table is not None:
        below.append(_figures(section.table, width=width) if not section.table.columns[0] else _grid(section.table))
    longest = max((len(quote.who) for group in section.quotes for quote in group.quotes), default=0)
    for group in section.quotes:
        below += [Text(group.title), Padding(_quotes(group, who_width=min(NAME_WIDTH, longest)), (0, 0, 0, 2))]
    below += [Text(line, style=_QUIET if section.table is not None else "") for line in section.lines]
    return Group(Text(section.title, style=_HEADING), *(Padding(part, (0, 0, 0, 2)) for part in below))


def _bars(bars: tuple[Bar, ...]) -> Grid:
    grid = Grid.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, max_width=NAME_WIDTH, min_width=min(NAME_WIDTH, max(len(bar.name) for bar in bars)))
    grid.add_column()
    grid.add_column(no_wrap=True, min_width=len("under 1%"))
    for bar in bars:
        grid.add_row(Text(bar.name, overflow="ellipsis"), ShareBar(bar.share), Text(bar.text))
    return grid


def _figures(table: Table, *, width: int) -> Grid:
    grid = Grid(box=None, show_header=any(table.columns), header_style=_QUIET, padding=(0, 2, 0, 0), pad_edge=False)
    for column, least in zip(table.columns, FIGURE_WIDTHS, strict=True):
        grid.add_column(Text(column), min_width=least if width >= WIDTH else None)
    for row in table.rows:
        grid.add_row(*(Text(cell) for cell in row))
    return grid


def _grid(table: Table) -> Grid:
    grid = Grid(box=None, header_style=_QUIET, padding=(0, 2, 0, 0), pad_edge=False)
    for column in table.columns:
        numeric = column in table.numeric
        grid.add_column(Text(column), justify="right" if numeric else "left", no_wrap=numeric, overflow="fold")
    for row in table.rows:
        grid.add_row(*(Text(cell) for cell in row))
    return grid


def _quotes(group: Quotes, *, who_width: int) -> Grid:
    grid = Grid.grid(padding=(0, 2, 0, 0), expand=True)
    grid.add_column(justify="right", no_wrap=True, min_width=len("0:00:00"))
    grid.add_column(no_wrap=True, min_width=who_width, max_width=who_width)
    grid.add_column(ratio=1, overflow="fold")
    grid.add_column(justify="right", no_wrap=True, style=_QUIET, min_width=len("sure 0.00"))
    for quote in group.quotes:
        who = Text(quote.who, overflow="ellipsis")
        grid.add_row(Text(quote.when, style=_QUIET), who, Text(quote.words), Text(f"sure {quote.sure}"))
    return grid
