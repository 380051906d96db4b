import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SizeHW } from "@/editor/geometry";
import { contains, fromBitmap, maskFromRLE, maskToRLE, runsOf, toBitmap } from "@/editor/mask";
import { formatCounts, parseCounts } from "@/editor/rle";

interface Case {
  name: string;
  size: [number, number];
  counts: string;
  runs: number[];
  area: number;
  bbox_xywh: [number, number, number, number];
  bits: string;
}

/** Made by pycocotools; the engine's tests read the same file. */
const { cases } = JSON.parse(
  readFileSync(new URL("../../../tests/fixtures/rle.json", import.meta.url), "utf8"),
) as { cases: Case[] };

function pixels({ size, bits }: Case): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.from(bits, "base64");
  return Uint8Array.from(
    { length: size[0] * size[1] },
    (_, index) => ((bytes[index >> 3] as number) >> (7 - (index & 7))) & 1,
  );
}

const wholeImage = ([height, width]: SizeHW) => ({ x0: 0, y0: 0, x1: width, y1: height });

describe.each(cases)("the COCO case '$name'", (made) => {
  test("is read as pycocotools reads it", () => {
    const mask = maskFromRLE({ size: made.size, counts: made.counts });

    const [x, y, width, height] = made.bbox_xywh;
    expect([...runsOf(mask)]).toEqual(made.runs);
    expect(mask.area_px).toBe(made.area);
    expect(mask.box).toEqual(
      made.area === 0 ? null : { x0: x, y0: y, x1: x + width, y1: y + height },
    );
    // Comparing buffers: toEqual takes seconds for a quarter of a million numbers.
    expect(Buffer.compare(toBitmap(mask, wholeImage(made.size)).data, pixels(made))).toBe(0);
  });

  test("is written as pycocotools writes it", () => {
    const bitmap = { box: wholeImage(made.size), data: pixels(made) };

    const mask = fromBitmap(bitmap, made.size);

    expect(maskToRLE(mask)).toEqual({ size: made.size, counts: made.counts });
  });
});

const anyBitmap = fc
  .record({ height: fc.integer({ min: 1, max: 12 }), width: fc.integer({ min: 1, max: 12 }) })
  .chain(({ height, width }) =>
    fc.record({
      size: fc.constant([height, width] as const),
      data: fc
        .array(fc.integer({ min: 0, max: 1 }), {
          minLength: height * width,
          maxLength: height * width,
        })
        .map((values) => Uint8Array.from(values)),
    }),
  );

test("any bitmap survives the way through a string", () => {
  fc.assert(
    fc.property(anyBitmap, ({ size, data }) => {
      const rle = maskToRLE(fromBitmap({ box: wholeImage(size), data }, size));
      const back = maskFromRLE({ ...rle });
      expect(toBitmap(back, wholeImage(size)).data).toEqual(data);
    }),
    { seed: 1 },
  );
});

test("a point is inside exactly where the bitmap is set", () => {
  fc.assert(
    fc.property(anyBitmap, ({ size, data }) => {
      const mask = fromBitmap({ box: wholeImage(size), data }, size);
      const found = data.map((_, index) => {
        const at = { x: (index % size[1]) + 0.5, y: Math.floor(index / size[1]) + 0.5 };
        return contains(mask, at) ? 1 : 0;
      });
      expect(found).toEqual(data);
    }),
    { seed: 2 },
  );
});

test("a part of a bitmap keeps its place in the image", () => {
  fc.assert(
    fc.property(anyBitmap, fc.nat(4), fc.nat(4), ({ size, data }, left, top) => {
      const image = [size[0] + top + 1, size[1] + left + 2] as const;
      const box = { x0: left, y0: top, x1: left + size[1], y1: top + size[0] };
      const mask = fromBitmap({ box, data }, image);
      expect(toBitmap(mask, box).data).toEqual(data);
      expect(mask.area_px).toBe(data.reduce((sum, value) => sum + value, 0));
    }),
    { seed: 3 },
  );
});

test("a full column ends where it ends, though the next pixel in the order is beside it", () => {
  const mask = fromBitmap(
    { box: { x0: 0, y0: 0, x1: 1, y1: 3 }, data: Uint8Array.of(1, 1, 1) },
    [3, 4],
  );

  expect([...runsOf(mask)]).toEqual([0, 3, 9]);
});

test("any runs survive the way through counts, large ones too", () => {
  const runs = fc.array(fc.integer({ min: 0, max: 64_000_000 }), { maxLength: 40 });
  fc.assert(
    fc.property(runs, (values) => {
      expect([...parseCounts(formatCounts(Uint32Array.from(values)))]).toEqual(values);
    }),
    { seed: 4 },
  );
});

test.each(["P", "oooooooo0", "~", " 1", "0:1E"])("broken counts %j are refused", (counts) => {
  expect(() => parseCounts(counts)).toThrow(RangeError);
});

test("runs that do not fill the image are refused", () => {
  expect(() => maskFromRLE({ size: [3, 4], counts: "51" })).toThrow(/cover 6 pixels/);
});
