"""What a request costs on the wire: parsing it, building the structs of a 35-image answer, encoding them.

`python -m benchmarks.wire` prints microseconds, the best of several runs. The budget is 500 together
(docs/contract.md says what is on the wire; the engine's time is not in it).
"""

from collections.abc import Callable
from hashlib import blake2b
from timeit import Timer
from urllib.parse import parse_qsl

from vizsla.wire import (
    DEFAULT_COUNT,
    LICENCES,
    Image,
    Images,
    InsightsMetadata,
    InsightsToken,
    MediaSize,
    Query,
    QueryContext,
    SearchParameters,
    ThumbnailId,
    content_size,
    display_url,
    encode,
    format_date,
    format_image_id,
    parse_search,
    simid,
    thumbnail_size,
)

HOST = "http://127.0.0.1:8000"
QUERY = (
    "q=tropical%20ocean&license=public&imageType=photo&count=35&mkt=en-US&safeSearch=Moderate&minWidth=320"
)
ROUNDS = 300
REPEATS = 7


def parse() -> SearchParameters:
    """From the query string to the parameters."""
    return parse_search(parse_qsl(QUERY, keep_blank_values=True))


def build() -> Images:
    """A full page with every field set, from what a record holds."""
    return Images(
        read_link="images/search?q=tropical ocean",
        web_search_url=f"{HOST}/images/search?q=tropical ocean&FORM=OIIARP",
        query_context=QueryContext(original_query="tropical ocean"),
        total_estimated_matches=842,
        next_offset=DEFAULT_COUNT,
        value=[_image(number) for number in range(DEFAULT_COUNT)],
    )


def _image(number: int) -> Image:
    digest = _DIGESTS[number]
    identifier, content_id = format_image_id(digest), digest[:16]
    size = thumbnail_size(1920, 1200 + number)
    thumbnail = ThumbnailId(content_id, *size)
    page = f"{HOST}/images/search?view=detailv2&FORM=OIIRPO&q=tropical+ocean&id={identifier}&simid={simid(content_id)}"
    host_page = f"https://coast.example.org/2012/11/page-{number}/"
    return Image(
        web_search_url=page,
        name=f"Life by the ocean, picture {number}",
        thumbnail_url=f"{HOST}/th?id={thumbnail}&pid=Api",
        date_published=format_date(1_509_699_060 + number),
        is_family_friendly=True,
        content_url=f"{host_page}ocean.jpg",
        host_page_url=host_page,
        content_size=content_size(897_388 + number),
        encoding_format="jpeg",
        host_page_display_url=display_url(host_page),
        width=1920,
        height=1200 + number,
        thumbnail=MediaSize(width=size[0], height=size[1]),
        image_insights_token=str(InsightsToken.of(identifier, thumbnail)),
        insights_metadata=InsightsMetadata(
            best_representative_query=Query(text="ocean", display_text="ocean", web_search_url=page),
            pages_including_count=1,
            available_sizes_count=1,
        ),
        image_id=identifier,
        accent_color="0050B2",
        creative_commons=LICENCES["by"].creative_commons,
    )


_DIGESTS = [blake2b(bytes([number]), digest_size=20).digest() for number in range(DEFAULT_COUNT)]


def microseconds(work: Callable[[], object]) -> float:
    """Time of one call, the best of `REPEATS` runs of `ROUNDS` calls."""
    return min(Timer(work).repeat(REPEATS, ROUNDS)) / ROUNDS * 1e6


def main() -> None:
    """Print one line for each step and one for all."""
    answer = build()
    steps = {"parse": parse, "build": build, "encode": lambda: encode(answer)}
    taken = {name: microseconds(work) for name, work in steps.items()}
    for name, time in {**taken, "together": sum(taken.values())}.items():
        print(f"{name:10}{time:8.1f} us")
    print(f"{'answer':10}{len(encode(answer)):8} bytes, {len(answer.value)} images")


if __name__ == "__main__":
    main()
