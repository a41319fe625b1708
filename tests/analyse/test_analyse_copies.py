"""The digest of a picture, and what is left when one picture is laid upon another."""

from __future__ import annotations

import io

import msgspec
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance

from vizsla.analyse.copies import LEAST_TELLING, Floats, describe, digest, probes, squeeze, telling
from vizsla.analyse.difference import View, alike_at_a_glance, difference, glance
from vizsla.decode import Picture, open_picture
from vizsla.gallery import gallery_directory


def opened(image: Image.Image, kind: str = "PNG") -> Picture:
    written = io.BytesIO()
    image.save(written, kind)
    return open_picture(written.getvalue())


def photo(name: str) -> Image.Image:
    with Image.open(next(gallery_directory().rglob(f"{name}.jpg"))) as image:
        return image.convert("RGB")


def look(image: Image.Image) -> Floats:
    return squeeze(np.asarray(image))


def view(image: Image.Image) -> View:
    return View.of(np.asarray(image))


def clock(hour: tuple[int, int]) -> Image.Image:
    """A face with hands, of which one points elsewhere."""
    image = Image.new("RGB", (300, 300), "white")
    pen = ImageDraw.Draw(image)
    pen.ellipse((10, 10, 290, 290), outline=(0, 0, 220), width=22)
    for end, width in (((150, 50), 9), (hour, 12)):
        pen.line((150, 150, *end), fill=(0, 0, 120), width=width)
    return image


def sheet(drawn: Image.Image) -> Image.Image:
    """A small drawing on a large sheet."""
    image = Image.new("RGB", (600, 800), "white")
    image.paste(drawn, (120, 90))
    return image


def distance(one: bytes, other: bytes) -> int:
    both = (np.frombuffer(data, np.uint8) for data in (one, other))
    return int(np.bitwise_count(np.bitwise_xor(*both)).sum())


def test_a_digest_is_32_bytes_and_the_same_for_the_same_pixels() -> None:
    image = photo("astronaut")
    assert len(describe(opened(image)).perceptual_hash) == 32
    assert describe(opened(image)) == describe(opened(image, "BMP"))


def test_a_digest_hardly_changes_with_the_size_and_much_with_the_picture() -> None:
    image = photo("astronaut")
    whole = digest(look(image))
    assert distance(whole, digest(look(image.resize((100, 90))))) < 10
    assert distance(whole, digest(look(image.resize((900, 800))))) < 10
    assert distance(whole, digest(look(photo("rocket")))) > 84


@pytest.mark.parametrize("colour", ["white", "black", (200, 30, 30)])
def test_a_picture_of_one_colour_has_no_digest(colour: str | tuple[int, int, int]) -> None:
    assert describe(opened(Image.new("RGB", (64, 48), colour))).perceptual_hash == b""


def test_a_picture_of_one_pixel_has_no_digest() -> None:
    assert describe(opened(Image.new("RGB", (1, 1)))).perceptual_hash == b""


def test_what_is_transparent_is_looked_at_over_white() -> None:
    image = photo("astronaut").convert("RGBA")
    image.putalpha(Image.new("L", image.size, 0))
    assert describe(opened(image)).perceptual_hash == b""


def test_the_second_probe_is_like_a_crop_and_the_third_like_what_was_cropped() -> None:
    image = photo("astronaut")
    width, height = image.size
    crop = image.crop((width // 40, height // 40, width - width // 40, height - height // 40))
    whole, part = look(image), look(crop)
    assert distance(probes(whole)[1], digest(part)) < distance(digest(whole), digest(part))
    assert distance(probes(part)[2], digest(whole)) < distance(digest(whole), digest(part))


def test_what_tells_something_is_what_is_not_about_nothing() -> None:
    digests = np.array([[0b01010101] * 16 + [0b01011010] * 16, [0] * 16 + [255] * 16], np.uint8)
    assert telling(digests).tolist() == [64, 0]
    drawn = np.frombuffer(digest(look(clock((230, 150)))), np.uint8)[None]
    assert LEAST_TELLING <= telling(drawn)[0] <= 128


@pytest.mark.parametrize("factor", [0.8, 1.0, 1.2])
def test_copies_are_alike_at_a_glance_and_other_colours_are_not(factor: float) -> None:
    image = sheet(clock((230, 150)))
    copy = ImageEnhance.Brightness(image.crop((30, 40, 600, 800))).enhance(factor)
    recoloured = ImageEnhance.Brightness(Image.merge("RGB", image.split()[::-1])).enhance(factor)
    photos = photo("astronaut"), Image.merge("RGB", photo("astronaut").split()[::-1])
    first, second, other, one, another = (
        glance(np.asarray(each)) for each in (image, copy, recoloured, *photos)
    )
    assert alike_at_a_glance(first, second)
    assert alike_at_a_glance(second, first)
    assert alike_at_a_glance(first, other)  # A small drawing: that is for a closer look.
    assert not alike_at_a_glance(one, another)
    assert not alike_at_a_glance(first, one)


def test_nothing_is_left_between_a_picture_and_itself() -> None:
    left = difference(view(photo("astronaut")), view(photo("astronaut")))
    assert left.parts < 0.1
    assert left.within()


def test_a_crop_lies_upon_its_original_whichever_is_first() -> None:
    image = photo("astronaut")
    crop = view(image.crop((16, 16, 304, 304)))
    assert difference(view(image), crop, scale=1 / 0.95).within()
    assert difference(crop, view(image), scale=0.95).within()


def test_other_colours_and_other_pictures_are_no_copies() -> None:
    image = photo("astronaut")
    red, green, blue = image.split()
    assert not difference(view(image), view(Image.merge("RGB", (blue, green, red)))).within()
    assert not difference(view(image), view(photo("rocket"))).within()


@pytest.mark.parametrize("level", [0, 255])
def test_what_has_no_contrast_is_compared_without_complaint(level: int) -> None:
    plain = Image.new("RGB", (64, 64), (level,) * 3)
    assert difference(view(plain), view(plain)).within()
    assert not difference(view(photo("astronaut")), view(plain)).within()


def test_drawings_that_differ_in_one_part_are_two() -> None:
    for one, other in ((clock((230, 150)), clock((150, 230))), (clock((150, 150)), clock((230, 150)))):
        assert not difference(view(one), view(other)).within()
    assert difference(view(clock((230, 150))), view(clock((230, 150)).resize((200, 200)))).within()


def test_small_drawings_on_large_sheets_are_compared_by_what_is_drawn() -> None:
    small, other = (clock(hour).resize((60, 60)) for hour in ((230, 150), (150, 230)))
    assert difference(view(sheet(small)), view(sheet(small).resize((300, 400)))).within()
    left = difference(view(sheet(small)), view(sheet(other)))
    assert msgspec.structs.replace(left, closer=None).within()
    assert not left.within()


@pytest.mark.parametrize("factor", [0.8, 1.2])
def test_light_that_is_cut_off_is_no_difference(factor: float) -> None:
    drawn = clock((230, 150))
    ImageDraw.Draw(drawn).rectangle((60, 90, 130, 140), fill=(220, 225, 210))
    assert difference(view(drawn), view(ImageEnhance.Brightness(drawn).enhance(factor))).within()


def test_a_mark_is_overlooked_in_a_photo() -> None:
    image = photo("astronaut")
    marked = image.copy()
    ImageDraw.Draw(marked).text(
        (200, 290), "(c) example.com", fill="white", stroke_width=1, stroke_fill="black"
    )
    assert difference(view(image), view(marked)).within()
