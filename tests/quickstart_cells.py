"""The image search Quickstart for Python, as its users have it: one string per cell, not to be improved."""

CELLS = (
    """\
subscription_key = None
assert subscription_key
""",
    """\
search_url = "https://api.cognitive.microsoft.com/bing/v7.0/images/search"
search_term = "puppies"
""",
    """\
import requests
headers = {"Ocp-Apim-Subscription-Key" : subscription_key}
params  = {"q": search_term, "license": "public", "imageType": "photo"}
response = requests.get(search_url, headers=headers, params=params)
response.raise_for_status()
search_results = response.json()
thumbnail_urls = [img["thumbnailUrl"] for img in search_results["value"][:16]]
""",
    """\
%matplotlib inline
import matplotlib.pyplot as plt
from PIL import Image
from io import BytesIO
f, axes = plt.subplots(4, 4)
for i in range(4):
    for j in range(4):
        image_data = requests.get(thumbnail_urls[i+4*j])
        image_data.raise_for_status()
        image = Image.open(BytesIO(image_data.content))
        axes[i][j].imshow(image)
        axes[i][j].axis("off")
plt.show()
""",
)


def configured(key: str, url: str) -> list[str]:
    """The cells with the two values that a user sets, and nothing else changed."""
    first = CELLS[0].replace("subscription_key = None", f"subscription_key = {key!r}")
    place = CELLS[1].splitlines()[0]
    return [first, CELLS[1].replace(place, f"search_url = {url!r}"), *CELLS[2:]]
