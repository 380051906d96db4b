"""torchvision, which is ours too: its reader of Cityscapes, of whose maps it says nothing more.

What their numbers mean is Cityscapes' rule: class * 1000 + instance, or the class of a crowd alone.
"""

import re
from pathlib import Path

import numpy as np
from torchvision.datasets import Cityscapes

from tests.strangers.readers.said import Images, masked, say


def cityscapes(folder: Path) -> Images:
    lines = (folder / "label_colors.txt").read_text("utf-8").splitlines()
    names = [re.sub("^[0-9]+ [0-9]+ [0-9]+ ", "", line) for line in lines]
    read = Cityscapes(str(folder), split="train", target_type=["instance", "semantic"])
    images: Images = {}
    for place, (image, (instances, semantic)) in enumerate(read):
        numbers, classes = np.array(instances), np.array(semantic)
        path = Path(read.images[place])
        name = f"{path.parent.name}/{path.name.replace('_leftImg8bit', '')}"
        found = images[name] = []
        if image.size != instances.size:
            raise ValueError(f"{path} and its maps are of different sizes")
        for number in np.unique(numbers[numbers > 0]).tolist():
            label = number // 1000 if number >= 1000 else number
            if not (classes[numbers == number] == label).all():
                raise ValueError(f"{path}: maps of instances and classes differ")
            found.append(masked(names[label], numbers == number))
    return images


if __name__ == "__main__":
    say("torchvision", {"cityscapes": cityscapes})
