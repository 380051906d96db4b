"""lvis-api: the reader of LVIS' authors."""

from pathlib import Path

from lvis import LVIS

from tests.strangers.readers.said import Images, boxed, masked, say


def lvis(folder: Path) -> Images:
    read = LVIS(str(folder / "lvis_v1.json"))
    images: Images = {}
    for image in read.load_imgs(read.get_img_ids()):
        found = images[image["coco_url"].removeprefix("images/")] = []
        for each in read.load_anns(read.get_ann_ids(img_ids=[image["id"]])):
            label = read.load_cats([each["category_id"]])[0]["name"]
            has_mask = "segmentation" in each
            found.append(
                masked(label, read.ann_to_mask(each)) if has_mask else boxed(label, *each["bbox"])
            )
    return images


if __name__ == "__main__":
    say("lvis", {"lvis": lvis})
