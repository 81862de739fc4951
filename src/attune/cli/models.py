"""``attune models``: which speech models there are, getting one, and where they lie."""

from __future__ import annotations

import os
from pathlib import Path

import click

from attune.adapters.model_hub import HUB
from attune.cli.program import INTERRUPTED


@click.group(name="models", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """List speech models, download one, or tell where they lie."""
    if context.invoked_subcommand is None:
        list_models()


@command.command(name="list")
def list_command() -> None:
    """List the models: what each needs, and which are on this machine."""
    list_models()


@command.command(name="download")
@click.argument("name")
@click.option(
    "--hub",
    envvar="HF_ENDPOINT",
    default=HUB,
    show_default=True,
    metavar="ADDRESS",
    help="The model hub, or a mirror of it (also HF_ENDPOINT).",
)
@click.pass_context
def download_command(context: click.Context, *, name: str, hub: str) -> None:
    """Download the model NAME; a download that was broken off goes on where it stopped.

    This is the only thing in Attune that uses the network.
    """
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TaskID, TextColumn, TimeRemainingColumn, TransferSpeedColumn
    from rich.progress import Progress as Bars

    from attune.adapters.model_download import Progress, download
    from attune.adapters.models import is_whole, model_named

    model, folder = model_named(name), models_folder()
    if is_whole(folder / model.name, name=model.name):
        click.echo(f"{model.name} is already here: {folder / model.name}")
        return
    click.echo(f"{model.name} ({_megabytes(model.disk_mb)}) from {hub}/{model.repository}")
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    bars = Bars(*columns, TimeRemainingColumn(), console=Console(stderr=True))
    shown: dict[str, TaskID] = {}

    def show(progress: Progress) -> None:
        if progress.file not in shown:
            shown[progress.file] = bars.add_task(progress.file, total=progress.total)
        bars.update(shown[progress.file], completed=progress.done)

    try:
        with bars:
            path = download(model.name, folder=folder, progress=show, hub=hub)
    except KeyboardInterrupt:
        click.echo(f"Stopped. What came so far is kept; go on with: attune models download {model.name}", err=True)
        context.exit(INTERRUPTED)
    click.echo(f"{model.name} is ready: {path}")


@command.command(name="path")
@click.argument("name", required=False)
def path_command(*, name: str | None) -> None:
    """Print the folder of the model NAME, or the folder in which all models lie."""
    from attune.adapters.models import located

    click.echo(models_folder() if name is None else located(name, folder=models_folder()))


def list_models() -> None:
    """Print a line for each model of the catalogue."""
    from rich.console import Console
    from rich.table import Table

    from attune.adapters.models import CATALOGUE, best_installed, installed
    from attune.cli.transcribers import FIRST_MODEL

    folder = models_folder()
    here = installed(folder)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("model", no_wrap=True)
    table.add_column("on disk", justify="right", no_wrap=True)
    table.add_column("memory", justify="right", no_wrap=True)
    table.add_column("understands", no_wrap=True)
    table.add_column("here", no_wrap=True)
    for model in CATALOGUE.values():
        table.add_row(
            model.name,
            _megabytes(model.disk_mb),
            _megabytes(model.memory_mb),
            model.languages.value,
            "✓" if model.name in here else "",
        )
    console = Console()
    console.print(table)
    best = best_installed(folder)
    click.echo(
        "From the least to the most accurate; larger ones need a faster computer.\n"
        f"No model is here yet; a good one to begin with: attune models download {FIRST_MODEL}"
        if best is None
        else f"From the least to the most accurate. Attune uses {best} unless another is chosen."
    )


def models_folder() -> Path:
    """Return the folder in which the user's models lie."""
    from attune.sessions.home import home_of

    return home_of(os.environ).data / "models"


def _megabytes(amount: int) -> str:
    return f"{amount} MB" if amount < 1000 else f"{amount / 1000:.1f} GB"
