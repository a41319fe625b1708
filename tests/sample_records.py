"""Records of which only what a test is about is given."""

from __future__ import annotations

from typing import Any

from vizsla.records import ImageRecord


def record(number: int, **fields: Any) -> ImageRecord:
    given: dict[str, Any] = {
        "image_id": f"{number:040X}",
        "source": "/pictures",
        "key": f"{number}.jpg",
        "content_id": number.to_bytes(16, "little"),
        "file_size": 1000,
        "format": "jpeg",
        "width": 640,
        "height": 480,
        "thumbnail_width": 474,
        "thumbnail_height": 355,
    }
    return ImageRecord(**(given | fields))
