import { describe, expect, it } from "vitest";
import { leftWords, takenWords } from "@/pages/overview/datasets/countWords";

describe("what an import counted", () => {
  it("is told in the order in which people ask, one thing as one", () => {
    const counts = { labels: 2, masks: 1234, captions: 1, images: 1 };

    expect(takenWords(counts)).toBe("1 image, 1,234 masks, 1 caption, 2 labels");
  });

  it("tells what is left out apart", () => {
    const counts = { "images accepted": 3, boxes: 1, "crowds left out": 1, "masks refused": 2 };

    expect(takenWords(counts)).toBe("3 new images, 1 box in which a mask will be proposed");
    expect(leftWords(counts)).toBe("2 masks that do not fit their images, 1 crowd");
  });

  it("tells of models, people and what they said to each other", () => {
    const counts = { proposals: 2, comments: 1, "masks by members": 1, "masks by others": 2 };

    expect(takenWords(counts)).toBe(
      "2 proposals of models, 1 comment, 1 mask by a member, 2 masks by people who are no members",
    );
    expect(leftWords({ "proposals where none may come": 1, "proposed boxes left out": 2 })).toBe(
      "2 proposed boxes without a mask, 1 proposal in the holdout or where people have begun",
    );
  });

  it("names the attributes that have no place, those of most masks first", () => {
    const counts = {
      "attributes not defined: cell: age": 1,
      "attributes not defined: cell: round": 5,
      "attributes that do not fit: cell: colour": 1,
    };

    expect(leftWords(counts)).toBe(
      "6 values that the labels have not (cell: round, cell: age), " +
        "1 value whose attribute takes others (cell: colour)",
    );
  });

  it("tells what is there already, and that this would not come in", () => {
    const counts = { images: 1, "images duplicate": 3, "masks there already": 6 };

    expect(takenWords(counts)).toBe("1 image, 3 images that were there");
    expect(leftWords(counts)).toBe("6 masks that are there already");
  });

  it("tells of captions that had no place", () => {
    const counts = { captions: 1, "captions left out": 2, "captions of masks left out": 1 };

    expect(takenWords(counts)).toBe("1 caption");
    expect(leftWords(counts)).toBe(
      "2 captions of images that are described already, 1 caption of a mask",
    );
  });

  it("tells whose recordings do not come in, and what they can do about it", () => {
    const counts = {
      takes: 2,
      "takes without consent left out": 1,
      "takes of others left out": 3,
      "takes kept": 1,
    };

    expect(takenWords(counts)).toBe("2 recordings");
    expect(leftWords(counts)).toBe(
      "1 recording of a member who has yet to agree to voice recording under Your account, " +
        "3 recordings of people who are no members, 1 recording that was worked on",
    );
  });

  it("tells that the files' own holdout is none here", () => {
    expect(leftWords({ "splits left out": 2 })).toBe(
      "2 marks of val or test, as the project draws its own holdout",
    );
  });

  it("is empty where there is nothing", () => {
    expect(takenWords({ masks: 0 })).toBe("");
    expect(leftWords({})).toBe("");
  });
});
