"""labelme: its reader of files, without its window; it draws masks by its own rule."""

from pathlib import Path

from tests.strangers.readers.absent import without

without("onnxruntime", "PyQt5", "imgviz")

from labelme import LabelFile, utils  # noqa: E402  # what is absent must be told first

from tests.strangers.readers.said import Images, boxed, masked, say  # noqa: E402


def files(folder: Path) -> Images:
    images: Images = {}
    for file in sorted(folder.rglob("*.json")):
        read = LabelFile(str(file))
        found = images[file.relative_to(folder).with_suffix("").as_posix()] = []
        size_hw = utils.img_data_to_pil(read.image_data).size[::-1]
        for shape in read.shapes:
            label = shape["label"]
            if shape["shape_type"] == "mask":
                drawn, _ = utils.shapes_to_label(size_hw, [shape], {label: 1})
                found.append(masked(label, drawn))
            else:
                (left, top), (right, bottom) = shape["points"]
                found.append(boxed(label, left, top, right - left, bottom - top))
    return images


if __name__ == "__main__":
    say("labelme", {"labelme": files})
