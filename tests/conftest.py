"""What every room's tests share."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is loaded, as the command line does it

import pytest

from attune.events import SessionRecord
from evening_session import evening_record


@pytest.fixture
def evening() -> SessionRecord:
    """Return the made-up session of Anna and Ben."""
    return evening_record()
