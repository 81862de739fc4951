"""Points brought to length 1."""

from __future__ import annotations

import numpy as np
import pytest

from attune.hearing.voices.sphere import on_sphere


def test_points_keep_their_direction_and_have_length_one() -> None:
    """3, 4 becomes .6, .8."""
    assert on_sphere(np.array([3.0, 4.0], np.float32)) == pytest.approx([0.6, 0.8])


def test_shape_and_type_stay() -> None:
    """The last axis is the point, however many come before it."""
    points = np.random.default_rng(1).normal(size=(4, 3, 5)).astype(np.float32)
    scaled = on_sphere(points)
    assert scaled.shape == (4, 3, 5)
    assert scaled.dtype == np.float32
    assert np.linalg.norm(scaled, axis=-1) == pytest.approx(1.0, abs=1e-6)


def test_point_at_the_origin_stays_there() -> None:
    """It has no direction, and becomes no other number."""
    assert on_sphere(np.zeros((2, 3), np.float32)).tolist() == [[0.0] * 3] * 2
