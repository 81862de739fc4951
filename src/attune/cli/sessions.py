"""``attune sessions``: what was kept, and a session's summary again."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from attune.sessions.kept import KeptSession

ROOMY_WIDTH = 72
"""From this many columns on the list also shows kind, turns and source.

Source: chosen; below it the last columns would be folded to a letter or two.
"""

NONE_YET = "No session is kept yet. `attune listen` begins one; `attune demo` shows one."


class Sessions(click.Group):
    """A group that tells whoever looks here for another command, or gives an id alone, where to go."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that arguments begin with."""
        if args[0] not in self.commands:
            ctx.fail(
                f"No such command {args[0]!r}. To see a session: attune sessions show ID; to erase it: attune erase ID"
            )
        return super().resolve_command(ctx, args)


@click.group(name="sessions", cls=Sessions, invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """List the sessions that were kept, or show one again."""
    if context.invoked_subcommand is None:
        list_sessions()


@command.command(name="list")
def list_command() -> None:
    """List the sessions, the newest first."""
    list_sessions()


@command.command(name="show")
@click.argument("name", metavar="ID")
def show_command(*, name: str) -> None:
    """Show the summary of a session again.

    ID is the name that the list shows, or its beginning where no other session begins so.
    """
    from rich.console import Console

    from attune.reports.summary import summary_of
    from attune.reports.terminal import print_summary
    from attune.sessions.home import home_of
    from attune.sessions.store import Store

    with Store.open(home_of(os.environ).sessions) as store:
        document = store.get(name)
    print_summary(summary_of(document), console=Console())


def list_sessions() -> None:
    """Print one line for each session that is kept."""
    from attune.sessions.home import home_of
    from attune.sessions.store import Store

    with Store.open(home_of(os.environ).sessions) as store:
        kept = store.list()
    if not kept:
        click.echo(NONE_YET)
    else:
        _print_table(kept)


def _print_table(kept: Sequence[KeptSession]) -> None:
    from pathlib import PurePath

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from attune.reports.wording import duration_text, people_text, plain_text

    console = Console()
    is_roomy = console.width >= ROOMY_WIDTH
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("id", no_wrap=True)
    if is_roomy:
        table.add_column("kind", no_wrap=True)
    table.add_column("length", justify="right", no_wrap=True)
    if is_roomy:
        table.add_column("turns", justify="right", no_wrap=True)
    table.add_column("who", overflow="fold")
    if is_roomy:
        table.add_column("from", overflow="fold")
    for session in kept:
        who = plain_text(people_text(session.speakers))
        source = plain_text(PurePath(session.source).name)
        length = duration_text(session.duration_s)
        roomy = (session.id, session.kind.value, length, str(session.turns), who, source)
        table.add_row(*(Text(cell) for cell in (roomy if is_roomy else (session.id, length, who))))
    console.print(table)
