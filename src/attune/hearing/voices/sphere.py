"""Points on the sphere of embeddings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def on_sphere(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return points, shape (…, size), brought to length 1; a point at the origin stays there."""
    scaled: NDArray[np.float32] = points / np.maximum(np.linalg.norm(points, axis=-1, keepdims=True), 1e-12)
    return scaled
