"""The ``attune`` command: loads a subcommand's module only when it is called, and prints errors as one line."""

from __future__ import annotations

import sys
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import version
from typing import Any

import click

from attune.cli.plain_output import make_tolerant
from attune.errors import AttuneError

COMMANDS = {
    "demo": "A bundled couple's dialogue through the live path; no microphone needed.",
    "listen": "Listen to a conversation live and coach it.",
    "analyze": "Analyse recordings or timed transcripts.",
    "annotate": "Find listening acts in text: JSON lines in, JSON lines out.",
    "enroll": "Learn a person's voice, so that one microphone is enough for two.",
    "sessions": "List and show the sessions that were kept.",
    "erase": "Remove sessions for good.",
    "models": "List, download and find speech models.",
    "devices": "List microphones and speakers.",
    "doctor": "Check whether everything that Attune needs is here.",
}
"""Each command and its one line of help; the module of the same name in `attune.cli` holds it."""

INTERRUPTED = 130


class Program(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, in the order of a user's way."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, or None if there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"attune.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that arguments begin with; of one that does not exist, say which was perhaps meant."""
        near = get_close_matches(args[0], COMMANDS, n=1)
        if near and args[0] not in COMMANDS:
            ctx.fail(f"No such command {args[0]!r}. Did you mean {near[0]!r}?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run, and turn every expected failure into one line and its exit status."""
        make_tolerant((sys.stdout, sys.stderr))
        try:
            status = super().main(*args, **{**kwargs, "standalone_mode": False})
        except click.exceptions.Abort:
            sys.exit(INTERRUPTED)
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        except AttuneError as error:
            click.echo(f"attune: {error}", err=True)
            sys.exit(1)
        except BrokenPipeError:
            sys.stderr.close()
            sys.exit(1)
        sys.exit(status if isinstance(status, int) else 0)


@click.command(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Nothing leaves this computer. Attune is a coach for listening, not a therapist: if you are afraid of "
    "somebody, or for somebody, please talk to people who help, at findahelpline.com or your emergency number.",
)
@click.version_option(version("attune"), "-V", "--version", prog_name="attune")
def program() -> None:
    """Attune listens to how two people talk, and coaches listening: calmly, and only on this computer."""
