"""``python -m attune`` and the ``attune`` command."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    from attune.cli.program import program

    program()


if __name__ == "__main__":
    main()
