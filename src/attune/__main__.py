"""``python -m attune`` and the ``attune`` command."""

from __future__ import annotations

import os

BLAS_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""What tells numpy's libraries how many threads to use, before numpy is loaded."""


def main() -> None:
    """Run the command line, with numpy on one thread: its products here are small, and more threads only wait."""
    for variable in BLAS_THREADS:
        os.environ.setdefault(variable, "1")
    from attune.cli.program import program

    program()


if __name__ == "__main__":
    main()
