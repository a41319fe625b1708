"""`/content/{imageId}`: originals of images that have no address of their own."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from .shelf import SVG, Shelf, raw_get, served_with
from .shelf import shelf as opened


def original(shelf: Shelf, name: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{shelf.address}/content/{shelf.id_of(name)}", headers=headers)


@pytest.mark.parametrize(
    ("name", "media_type"),
    [("flag.jpg", "image/jpeg"), ("disc.png", "image/png"), ("ball.svg", "image/svg+xml")],
)
def test_an_original_has_the_bytes_of_its_file(shelf: Shelf, name: str, media_type: str) -> None:
    response = original(shelf, name)
    assert response.status_code == 200
    assert response.content == (shelf.folder / name).read_bytes()
    assert response.headers["content-type"] == media_type


def test_answers_lead_to_originals(shelf: Shelf) -> None:
    (image,) = [image for image in shelf.search("flag").json()["value"] if image["name"] == "Striped flag"]
    assert httpx.get(image["contentUrl"]).content == (shelf.folder / "flag.jpg").read_bytes()


def test_a_drawing_can_run_nothing_in_our_name(shelf: Shelf) -> None:
    response = original(shelf, "ball.svg")
    assert b"<script>" in SVG
    policy = {
        part.split()[0]: part.split()[1:] for part in response.headers["Content-Security-Policy"].split(";")
    }
    assert policy["default-src"] == ["'none'"]
    assert policy["sandbox"] == []
    assert "script-src" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_parts_are_given_to_who_asks(shelf: Shelf) -> None:
    data = (shelf.folder / "flag.jpg").read_bytes()
    part = original(shelf, "flag.jpg", Range="bytes=100-199")
    assert (part.status_code, part.content) == (206, data[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(data)}"
    assert part.headers["X-Content-Type-Options"] == "nosniff"
    assert original(shelf, "flag.jpg", Range=f"bytes={len(data)}-").status_code == 416


def test_who_has_an_original_is_told_so(shelf: Shelf) -> None:
    tag = original(shelf, "flag.jpg").headers["ETag"]
    for known in (tag, f'"x", W/{tag}', "*"):
        response = original(shelf, "flag.jpg", **{"If-None-Match": known})
        assert (response.status_code, response.content) == (304, b"")
        assert response.headers["ETag"] == tag
    assert original(shelf, "disc.png", **{"If-None-Match": tag}).status_code == 200


def test_head_tells_length_and_type(shelf: Shelf) -> None:
    received = raw_get(shelf.address, f"/content/{shelf.id_of('flag.jpg')}".encode(), method=b"HEAD")
    assert received.startswith(b"HTTP/1.1 200 OK")
    assert received.endswith(b"\r\n\r\n")
    assert f"content-length: {(shelf.folder / 'flag.jpg').stat().st_size}".encode() in received


def test_an_id_is_read_in_either_case(shelf: Shelf) -> None:
    assert httpx.get(f"{shelf.address}/content/{shelf.id_of('flag.jpg').lower()}").status_code == 200


@pytest.mark.parametrize("image_id", ["0" * 40, "x", "%00", "..%2f..%2fetc%2fpasswd", "0" * 2000, "flag.jpg"])
def test_an_unknown_id_is_not_found(shelf: Shelf, image_id: str) -> None:
    response = httpx.get(f"{shelf.address}/content/{image_id}")
    assert response.status_code == 404
    assert response.json()["_type"] == "ErrorResponse"


def test_an_image_with_an_address_of_its_own_is_there_and_not_here(shelf: Shelf) -> None:
    assert original(shelf, "away.png").status_code == 404


def test_an_owner_may_keep_originals(shelf: Shelf) -> None:
    with served_with(shelf.library, originals=False) as address:
        response = httpx.get(f"{address}/content/{shelf.id_of('flag.jpg')}")
    assert response.status_code == 404
    assert "does not give originals" in response.json()["errors"][0]["moreDetails"]


def test_a_file_that_is_gone_or_became_another_thing_is_not_found(tmp_path: Path) -> None:
    with opened(tmp_path) as shelf:
        secret = tmp_path / "secret.txt"
        secret.write_text("secret")
        (shelf.folder / "flag.jpg").unlink()
        (shelf.folder / "disc.png").unlink()
        (shelf.folder / "disc.png").symlink_to(secret)
        (shelf.folder / "ball.svg").unlink()
        (shelf.folder / "ball.svg").mkdir()
        for name in ("flag.jpg", "disc.png", "ball.svg"):
            response = original(shelf, name)
            assert response.status_code == 404
            assert "no longer where it was" in response.json()["errors"][0]["moreDetails"]
        assert httpx.get(shelf.thumbnail("flag.jpg")).status_code == 200
