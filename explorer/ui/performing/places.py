"""Where a lesson points on the map: the middle of a class, a void, or a place. Imports numpy and the map."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QPointF

from explorer.guide.gestures import At, InClass, Marked, Where
from explorer.session.open_model import OpenModel
from explorer.ui.widgets.map.point_cloud import PointCloud

GRID = 24
BORDER = 0.1
"""Share of the map at each side that is not looked at for a void."""
CANDIDATES = 200


def find_place(where: Where, model: OpenModel | None, cloud: PointCloud) -> tuple[float, float] | None:
    """The place on the plane; None where the map has no such place now."""
    if isinstance(where, At):
        return where.x, where.y
    if model is None or not len(model.places):
        return None
    if isinstance(where, Marked):
        return _marked(model)
    return _in_class(where.class_name, model, cloud) if isinstance(where, InClass) else _void(model, cloud)


def pixel_of(place: tuple[float, float], cloud: PointCloud) -> QPoint:
    left, top = cloud.view().to_pixel(*place)
    return QPoint(round(left), round(top))


def _marked(model: OpenModel) -> tuple[float, float] | None:
    if model.hole is None or model.projection is None:
        return None
    x, y = model.projection.to_plane(model.hole.code)
    return float(x), float(y)


def _in_class(name: str, model: OpenModel, cloud: PointCloud) -> tuple[float, float] | None:
    """The item nearest to the middle of its class where a press meets one of the class."""
    embedding = model.embedding
    if embedding is None or embedding.labels is None or name not in embedding.class_names:
        return None
    label = embedding.class_names.index(name)
    members = np.flatnonzero(embedding.labels == label)
    places = model.places[members]
    if not len(members):
        return None
    order = np.argsort(((places - np.median(places, axis=0)) ** 2).sum(axis=1))
    for member in order[:CANDIDATES]:
        place = float(places[member, 0]), float(places[member, 1])
        pixel = pixel_of(place, cloud)
        met = cloud.items_at(QPointF(pixel)) if cloud.rect().contains(pixel) else []
        if met and int(embedding.labels[met[0]]) == label:
            return place
    return None


def _void(model: OpenModel, cloud: PointCloud) -> tuple[float, float]:
    """The place in sight, within the range of the items, that is farthest from all of them."""
    items = model.places[np.isfinite(model.places).all(axis=1)]
    view = cloud.view()
    left, top = BORDER * cloud.width(), BORDER * cloud.height()
    corners = np.array([view.to_plane(left, cloud.height() - top), view.to_plane(cloud.width() - left, top)])
    low, high = np.percentile(items, (1, 99), axis=0) if len(items) else corners
    low, high = np.clip(low, *corners), np.clip(high, *corners)
    axes = [np.linspace(low[axis], high[axis], GRID, dtype=np.float32) for axis in (0, 1)]
    grid = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
    gaps = [float(((items - place) ** 2).sum(axis=1).min(initial=np.inf)) for place in grid]
    x, y = grid[int(np.argmax(gaps))]
    return float(x), float(y)
