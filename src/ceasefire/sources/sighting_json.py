"""COCO and GeoJSON files of marks as plain records with the names of the CSV columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Record = tuple[int, Any]
_PLACES = ("x", "y", "lon", "lat", "left", "top", "right", "bottom")


def records(given: Any) -> Iterator[Record] | str:
    """Give records numbered from 1, or why the file has none.

    >>> found = records({"images": [{"id": 1, "file_name": "a.jpg", "width": 100, "height": 50}],
    ...                  "categories": [{"id": 3, "name": "fire"}],
    ...                  "annotations": [{"image_id": 1, "category_id": 3, "bbox": [10, 20, 5, 5]}]})
    >>> next(found)[1]["right"]
    15.0
    """
    if isinstance(given, dict) and isinstance(given.get("annotations"), list):
        return _coco(given)
    if isinstance(given, dict) and given.get("type") == "FeatureCollection" and isinstance(given.get("features"), list):
        return _features(given["features"], str(given.get("coordinates", "")))
    if isinstance(given, dict) and given.get("type") == "Feature":
        return _features([given], "")
    if isinstance(given, list) and given and isinstance(given[0], dict) and "category_id" in given[0]:
        return "COCO results without their images and categories: give the file that holds all three"
    return "JSON that is neither COCO (images, annotations, categories) nor GeoJSON"


def _coco(given: dict[str, Any]) -> Iterator[Record]:
    images, names = _by_id(given.get("images")), _by_id(given.get("categories"))
    for line, one in enumerate(given["annotations"], 1):
        if not isinstance(one, dict):
            yield line, one
            continue
        image, category = images.get(_key(one.get("image_id"))), names.get(_key(one.get("category_id")))
        raw: dict[str, Any] = {
            "class": (category or {}).get("name", ""),
            "confidence": one.get("score", one.get("confidence")),
            "note": one.get("note", ""),
            "keypoints": one.get("keypoints") or (category or {}).get("keypoints"),
        }
        if image is not None:
            raw |= {"frame": image.get("file_name", ""), "width": image.get("width"), "height": image.get("height")}
            raw["time"] = image.get("time") or image.get("timestamp") or image.get("date_captured")
        yield line, raw | _box(one.get("bbox"))


def _features(features: list[Any], whole: str) -> Iterator[Record]:
    for line, one in enumerate(features, 1):
        if not isinstance(one, dict):
            yield line, one
            continue
        said = one.get("properties")
        properties = {str(k).lower(): v for k, v in said.items()} if isinstance(said, dict) else {}
        raw = {
            k: v for k, v in properties.items() if k not in ("x", "y", "lon", "lat", "left", "top", "right", "bottom")
        }
        kind = str(properties.get("coordinates", whole)).lower()
        geometry = one.get("geometry")
        points = _points(geometry.get("coordinates")) if isinstance(geometry, dict) else []
        if points and kind == "pixel":
            x, y = [p[0] for p in points], [p[1] for p in points]
            raw |= {"left": min(x), "top": min(y), "right": max(x), "bottom": max(y)}
        elif points and kind == "ground":
            x, y = [p[0] for p in points], [p[1] for p in points]
            raw |= {"lon": 0.5 * (min(x) + max(x)), "lat": 0.5 * (min(y) + max(y))}
        yield line, raw


def _points(coordinates: Any, depth: int = 0) -> list[tuple[float, float]]:
    """Give all positions of a geometry; a wrong one gives none, as the rest would be another shape."""
    if not isinstance(coordinates, list) or depth > 4:
        return []
    if coordinates and all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in coordinates):
        try:
            return [(float(coordinates[0]), float(coordinates[1]))] if len(coordinates) >= 2 else []
        except OverflowError:
            return []
    parts = [_points(part, depth + 1) for part in coordinates]
    return [p for part in parts for p in part] if all(parts) else []


def _box(bbox: Any) -> dict[str, float]:
    if not isinstance(bbox, list) or len(bbox) != 4:
        return {}
    try:
        left, top, wide, high = (float(v) for v in bbox)
    except (TypeError, ValueError, OverflowError):
        return {}
    return {"left": left, "top": top, "right": left + wide, "bottom": top + high}


def _by_id(rows: Any) -> dict[str, dict[str, Any]]:
    if not isinstance(rows, list):
        return {}
    return {_key(r.get("id")): r for r in rows if isinstance(r, dict)}


def _key(value: Any) -> str:
    return repr(value) if isinstance(value, (str, int)) else ""
