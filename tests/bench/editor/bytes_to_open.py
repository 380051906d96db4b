"""What comes over the wire to open an image for the first time, answer by answer.

Counted by the browser's network layer, as they were sent: resource timing hides the sizes of what
comes from the object store, which is another origin.
"""

from typing import Any

from playwright.sync_api import Browser

from tests.bench.editor.pages import go_to_image, logged_in_page, open_image
from tests.bench.editor.scenes import prepare
from tests.bench.rows import Row
from tests.e2e.gestures import wait_for_editor
from tests.stack import Stack

MASKS = 100
MOST_EMBEDDING_BYTES = 2_100_000  # 256 x 64 x 64 float16 are 2,097,152


def measure_bytes_to_open(stack: Stack, browser: Browser) -> list[Row]:
    client = stack.log_in("ada")
    scene = prepare(client, "bytes", {"first.png": 0, "opened.png": MASKS})
    image = scene.images["opened.png"]
    detail = client.get(f"/api/images/{image}")
    with logged_in_page(browser, stack) as page:
        devtools = page.context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.send("Network.setBlockedURLs", {"urls": ["*/upcoming*"]})  # nothing fetched ahead
        open_image(page, scene, "first.png")
        addresses: dict[str, str] = {}
        received: dict[str, int] = {}

        def note_address(event: dict[str, Any]) -> None:
            addresses[event["requestId"]] = event["request"]["url"].partition("?")[0]

        def note_bytes(event: dict[str, Any]) -> None:
            if event["requestId"] in addresses:
                received[addresses[event["requestId"]]] = int(event["encodedDataLength"])

        devtools.on("Network.requestWillBeSent", note_address)
        devtools.on("Network.loadingFinished", note_bytes)
        go_to_image(page, scene, "opened.png")
        wait_for_editor(page)
        page.wait_for_timeout(500)
    embedding = received[detail["embedding"]["url"].partition("?")[0]]
    are_rle = all(mask["rle"]["counts"] for mask in detail["masks"])
    facts = received[f"{stack.url}/api/images/{image}"]
    row = Row(
        "bytes to open an image of 1 MB",
        {
            "picture_bytes": received[detail["display_url"].partition("?")[0]],
            "embedding_bytes": embedding,
            "facts_bytes": facts,
            "masks_as_rle": len(detail["masks"]),
            "total_bytes": sum(received.values()),
        },
        f"embedding {MOST_EMBEDDING_BYTES} bytes, masks as RLE",
        embedding <= MOST_EMBEDDING_BYTES and are_rle,
    )
    return [row]
