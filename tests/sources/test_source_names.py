from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vizsla.sources.names import claims_image, words_of

GIVEN_BY_DEVICES = (
    *(
        "IMG_1234.jpg",
        "img_1234.jpeg",
        "IMG_1234_5.jpg",
        "IMG1234.HEIC",
        "IMG_1234 (1).jpg",
        "2023/05/IMG_1234.jpg",
    ),
    *(
        "DSC01234.JPG",
        "DSC_0001.NEF",
        "_DSC0001.ARW",
        "DSCF0001.jpg",
        "DSCN0001.jpg",
        "P1010001.JPG",
        "PA280034.JPG",
    ),
    *(
        "_MG_1234.CR2",
        "DJI_0001.JPG",
        "GOPR0001.JPG",
        "MVIMG_20230101_120000.jpg",
        "PXL_20230101_120000123.jpg",
    ),
    *("20230101_120000.jpg", "2023-01-01.png", "IMG_20230101_120000.jpg", "IMG-20230101-WA0001.jpg"),
    *("Screenshot_20230101-120000.png", "Screenshot_2023-01-01-12-00-00.png"),
    *("Screenshot 2023-01-01 at 10.10.10.png", "Screenshot 2023-01-01 at 10.10.10\u202fAM.png"),
    *("Screen Shot 2023-01-01 at 10.10.10 AM.png", "WhatsApp Image 2023-01-01 at 12.00.00 PM (1).jpeg"),
    *(
        "WhatsApp Image 2023-01-01 at 12.00.00.jpeg",
        "image001.png",
        "photo_0001.jpg",
        "0001.jpg",
        "12-34.jpg",
    ),
    *(
        "550e8400-e29b-41d4-a716-446655440000.png",
        "d41d8cd98f00b204e9800998ecf8427e.jpg",
        "a8f3Kd92LmQ0xZ.png",
    ),
    *("n01440764.jpg", "5434567890_a1b2c3d4e5_o.jpg", "123456_1234567_n.jpg", "①②③.png", "٠١٢٣.jpg"),
)


@pytest.mark.parametrize("name", GIVEN_BY_DEVICES)
def test_what_a_device_or_a_program_gave_is_no_word(name: str) -> None:
    assert words_of(name) == ""


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("cats/black_cat-sleeping.jpg", "cats black cat sleeping"),
        ("cats/IMG_1234.jpg", "cats"),
        ("Rome IMG_1234.jpg", "Rome"),
        ("IMG_1234_Colosseum.jpg", "Colosseum"),
        ("2023-05-01/trip_to-Paris.jpg", "trip to Paris"),
        ("GoldenRetrieverPuppy.png", "Golden Retriever Puppy"),
        ("pictureOfCat.png", "picture Of Cat"),
        ("HTTPServer.png", "HTTP Server"),
        ("iPhone.png", "iPhone"),
        ("McDonald's.png", "McDonald's"),
        ("JPEGs.png", "JPEGs"),
        ("caf%C3%A9%20au%20lait.jpg", "café au lait"),
        ("cafe\u0301.jpg", "café"),
        ("50%daily.png", "daily"),
        ("bad%ffescape.png", "bad ffescape"),
        ("हिन्दी.png", "हिन्दी"),
        ("猫/三毛猫.jpg", "猫 三毛猫"),
        ("Дом_у_моря.jpg", "Дом у моря"),
        ("mp3 r2d2 boeing747 windows2000.jpg", "mp3 r2d2 boeing747 windows2000"),
        ("screenshot_of_login.png", "screenshot of login"),
        ("deadbeef.png", "deadbeef"),
        ("St.John.JPG.webp", "St John"),
        ("new\nline.jpg", "new line"),
        ("photo.dat", "photo dat"),
    ],
)
def test_words_are_taken_apart_and_kept(path: str, words: str) -> None:
    assert words_of(path) == words


@pytest.mark.parametrize(
    ("name", "claims"),
    [
        ("a.jpg", True),
        ("a.JPEG", True),
        ("b.c.webp", True),
        ("a.txt", False),
        ("jpg", False),
        ("a.jpg.txt", False),
    ],
)
def test_a_name_claims_to_be_an_image_by_its_extension(name: str, claims: bool) -> None:
    assert claims_image(name) is claims


@given(st.text())
@example("%2525zz")
@example("IMG_IMG_12341234")
@settings(deadline=None)
def test_any_path_gives_clean_words_that_stay_as_they_are(path: str) -> None:
    words = words_of(path)
    assert words_of(words) == words
    assert unicodedata.is_normalized("NFC", words)
    for word in words.split(" ") if words else []:
        assert any(map(str.isalpha, word))
        assert all(c in "'’" or unicodedata.category(c)[0] in "LMN" for c in word)


_WORD = st.text("abcdefghäöüßжцщ", min_size=2, max_size=8)
_SEPARATOR = st.sampled_from(["_", "-", " ", "/", ", ", "--", "_-_", "%20", "(", "&"])


@given(st.lists(st.tuples(_WORD, _SEPARATOR), min_size=1), st.sampled_from(["", ".jpg", ".PNG", ".heic"]))
@settings(deadline=None)
def test_plain_words_all_come_through_in_order(parts: list[tuple[str, str]], extension: str) -> None:
    path = "".join(word + separator for word, separator in parts) + extension
    assert words_of(path).split() == [word for word, _ in parts]
