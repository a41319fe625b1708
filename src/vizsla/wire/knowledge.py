"""The answer of `POST /images/visualsearch` (v7 reference, section 11.2).

The class of an action, `_type`, decides what its `data` is; typed clients read `data` only of the classes they know.
"""

from typing import Any, Final, TypeAlias

import msgspec

from vizsla.wire.base import Answer, always, empty, tolerant
from vizsla.wire.insights import QueriesModule, RecipesModule
from vizsla.wire.offers import AggregateOffer, PictureLink
from vizsla.wire.things import Image


class Point2D(Answer):
    """A point in fractions of width and height from the top left corner."""

    x: float = always(0.0)
    y: float = always(0.0)


class NormalizedQuadrilateral(Answer):
    """Four corners."""

    top_left: Point2D = msgspec.field(default_factory=lambda: Point2D())
    top_right: Point2D = msgspec.field(default_factory=lambda: Point2D(x=1.0))
    bottom_right: Point2D = msgspec.field(default_factory=lambda: Point2D(x=1.0, y=1.0))
    bottom_left: Point2D = msgspec.field(default_factory=lambda: Point2D(y=1.0))

    @classmethod
    def of(cls, left: float, top: float, right: float, bottom: float) -> "NormalizedQuadrilateral":
        """The upright rectangle with these sides."""
        return cls(
            top_left=Point2D(x=left, y=top),
            top_right=Point2D(x=right, y=top),
            bottom_right=Point2D(x=right, y=bottom),
            bottom_left=Point2D(x=left, y=bottom),
        )


class ImageTagRegion(Answer):
    """Where something is: what was searched, and what to mark."""

    query_rectangle: NormalizedQuadrilateral = msgspec.field(
        default_factory=lambda: NormalizedQuadrilateral()
    )
    display_rectangle: NormalizedQuadrilateral = msgspec.field(
        default_factory=lambda: NormalizedQuadrilateral()
    )


class PagedImages(Answer):
    """Images that may go on: `next_offset` is the `offset` of the next page."""

    value: list[Image] = msgspec.field(default_factory=empty)
    current_offset: int | None = None
    next_offset: int | None = None
    total_estimated_matches: int | None = None


class Entity(Answer):
    """A thing that has a name of its own."""

    id: str | None = None
    read_link: str | None = None
    web_search_url: str | None = None
    name: str | None = None
    image: PictureLink | None = None
    description: str | None = None
    bing_id: str | None = None


class RecognizedWord(Answer):
    """A word that can be read."""

    text: str = always("")
    bounding_box: NormalizedQuadrilateral | None = None


class RecognizedLine(RecognizedWord):
    """A line of words."""

    words: list[RecognizedWord] = msgspec.field(default_factory=empty)


class TextRegion(Answer):
    """Lines that stand together."""

    bounding_box: NormalizedQuadrilateral | None = None
    lines: list[RecognizedLine] = msgspec.field(default_factory=empty)


class RecognizedText(Answer):
    """All that can be read."""

    regions: list[TextRegion] = msgspec.field(default_factory=empty)
    bounding_box: NormalizedQuadrilateral | None = None


class ImageAction(Answer, tag_field="_type", tag="ImageAction"):
    """Something to do with what was seen; `action_type` says what."""

    action_type: str = always("")
    display_name: str | None = None
    web_search_url: str | None = None
    service_url: str | None = None
    """API address that answers with more."""
    image: Image | None = None
    url: str | None = None
    """Where a `Uri` leads."""
    is_top_action: bool | None = None
    thumbnail_url: str | None = None


class ImageModuleAction(ImageAction, tag="ImageModuleAction"):
    """`PagesIncluding`, `VisualSearch`, `ProductVisualSearch`."""

    data: PagedImages = msgspec.field(default_factory=lambda: PagedImages())


class ImageRelatedSearchesAction(ImageAction, tag="ImageRelatedSearchesAction"):
    """`RelatedSearches`, `DocumentLevelSuggestions`."""

    data: QueriesModule = msgspec.field(default_factory=lambda: QueriesModule())


class ImageShoppingSourcesAction(ImageAction, tag="ImageShoppingSourcesAction"):
    """`ShoppingSources`."""

    data: AggregateOffer = msgspec.field(default_factory=lambda: AggregateOffer())


class ImageRecipesAction(ImageAction, tag="ImageRecipesAction"):
    """`Recipes`."""

    data: RecipesModule = msgspec.field(default_factory=lambda: RecipesModule())


class ImageEntityAction(ImageAction, tag="ImageEntityAction"):
    """`Entity`; the data comes only if it was asked for."""

    main_entity: Entity | None = None
    data: Entity | None = None


class TextRecognitionAction(ImageAction, tag="ImageKnowledge/TextRecognitionAction"):
    """`TextRecognition`."""

    data: RecognizedText = msgspec.field(default_factory=lambda: RecognizedText())


Action: TypeAlias = (
    ImageAction
    | ImageModuleAction
    | ImageRelatedSearchesAction
    | ImageShoppingSourcesAction
    | ImageRecipesAction
    | ImageEntityAction
    | TextRecognitionAction
)

ACTION_CLASSES: Final = {
    "PagesIncluding": ImageModuleAction,
    "VisualSearch": ImageModuleAction,
    "ProductVisualSearch": ImageModuleAction,
    "ShoppingSources": ImageShoppingSourcesAction,
    "Recipes": ImageRecipesAction,
    "RelatedSearches": ImageRelatedSearchesAction,
    "DocumentLevelSuggestions": ImageRelatedSearchesAction,
    "ImageById": ImageAction,
    "MoreSizes": ImageAction,
    "BestRepresentativeQuery": ImageAction,
    "ImageResults": ImageAction,
    "TextResults": ImageAction,
    "Entity": ImageEntityAction,
    "TextRecognition": TextRecognitionAction,
    "Uri": ImageAction,
}
"""The class of each kind of action (v7 reference, section 11.2)."""


class ImageTag(Answer):
    """Something that was seen; with an empty name, the picture as a whole."""

    display_name: str = always("")
    image: PictureLink | None = None
    bounding_box: ImageTagRegion | None = None
    """Absent: the whole picture."""
    actions: list[Action] = msgspec.field(default_factory=empty)
    sources: list[str] = msgspec.field(default_factory=list)


class ImageKnowledge(Answer, tag_field="_type", tag="ImageKnowledge"):
    """What was seen in a picture, and what can be done with it."""

    tags: list[ImageTag] = msgspec.field(default_factory=empty)
    image: PictureLink = msgspec.field(default_factory=lambda: PictureLink(image_insights_token=""))


_decode: Final = tolerant(ImageKnowledge)


def decode_knowledge(body: bytes) -> ImageKnowledge:
    """The answer in `body`, read tolerantly; an action without `_type` is of the class of its `actionType`.

    Raises: `msgspec.DecodeError` if the body is not JSON, or is another answer.
    """
    try:
        return _decode(body)
    except msgspec.ValidationError:
        return _decode(msgspec.json.encode(_classed(msgspec.json.decode(body))))


def _classed(value: Any) -> Any:
    if isinstance(value, list):
        return [_classed(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    kind = ACTION_CLASSES.get(str(value.get("actionType")), ImageAction)
    named = {"_type": kind.__struct_config__.tag} if "actionType" in value else {}
    return {**named, **{key: _classed(entry) for key, entry in value.items()}}
