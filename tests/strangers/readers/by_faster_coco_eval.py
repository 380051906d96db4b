"""faster-coco-eval: COCO's reader written anew in C++."""

from pathlib import Path

from faster_coco_eval import COCO

from tests.strangers.readers.said import Images, boxed, labelled, masked, say


def coco(folder: Path) -> Images:
    read = COCO(str(folder / "annotations.json"))
    images: Images = {}
    for image in read.loadImgs(read.getImgIds()):
        found = images[image["file_name"]] = []
        for each in read.loadAnns(read.getAnnIds(imgIds=image["id"])):
            label = read.cats[each["category_id"]]["name"]
            has_mask = "segmentation" in each
            found.append(
                masked(label, read.annToMask(each)) if has_mask else boxed(label, *each["bbox"])
            )
    return images


def counted(file: Path) -> Images:
    """Tell the labels of somebody else's file."""
    read = COCO(str(file))
    return {
        str(image["id"]): [
            labelled(read.cats[each["category_id"]]["name"])
            for each in read.loadAnns(read.getAnnIds(imgIds=image["id"]))
        ]
        for image in read.loadImgs(read.getImgIds())
    }


if __name__ == "__main__":
    say("faster-coco-eval", {"coco": coco, "counted_coco": counted})
