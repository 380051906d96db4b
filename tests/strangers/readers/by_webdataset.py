"""webdataset: samples of shards; what their JSON says is COCO's, decoded by pycocotools."""

from pathlib import Path

import webdataset
from pycocotools import mask as masks

from tests.strangers.readers.said import Images, boxed, masked, say


def shards(folder: Path) -> Images:
    names = [str(path) for path in sorted(folder.glob("*.tar"))]
    images: Images = {}
    for sample in webdataset.WebDataset(names, shardshuffle=False).decode("rgb8"):
        content = sample["json"]
        picture = sample[content["image"]]
        if picture.shape[:2] != (content["height"], content["width"]):
            raise ValueError(f"{sample['__key__']} is of another size than its JSON says")
        found = images[content["anneal"]["file_name"]] = []
        for each in content["annotations"]:
            has_mask = "segmentation" in each
            found.append(
                masked(each["category"], masks.decode(each["segmentation"]))
                if has_mask
                else boxed(each["category"], *each["bbox"])
            )
    return images


if __name__ == "__main__":
    say("webdataset", {"webdataset": shards})
