/** What an image needs before it can be shown, fetched ahead for the images that come next. */

import type { Window } from "@/editor/geometry";
import { LRU } from "@/editor/lru";
import { maskFromRLE } from "@/editor/mask";
import { traceAhead } from "@/editor/render/paths";
import type { RLE } from "@/editor/rle";
import type { Decoder } from "@/editor/sam";
import { inSlices } from "@/editor/schedule";
import type { KeptObjects } from "@/offline/kept-objects";
import type { ImageDetail } from "./api";

const IMAGES_KEPT = 6;
const FRESH_MS = 60_000; // an older answer is asked for again before it is shown

interface Assets {
  readonly detail: Promise<ImageDetail>;
  readonly bitmap: Promise<ImageBitmap>;
  readonly fetched_ms: number;
}

export class ImageAssets {
  #kept = new LRU<number, Assets>(IMAGES_KEPT);
  #decoder: Decoder;
  #fetchDetail: (image: number) => Promise<ImageDetail>;
  #objects: KeptObjects;

  constructor(
    decoder: Decoder,
    fetchDetail: (image: number) => Promise<ImageDetail>,
    objects: KeptObjects,
  ) {
    this.#decoder = decoder;
    this.#fetchDetail = fetchDetail;
    this.#objects = objects;
  }

  /** Fetch an image's facts, pixels, decoder and embedding, unless they are here. */
  prefetch(image: number): Assets {
    const known = this.#kept.get(image);
    if (known !== undefined) return known;
    const detail = this.#fetchDetail(image);
    const bitmap = detail
      .then(({ display_url }) => this.#objects.blob(display_url))
      .then((blob) => createImageBitmap(blob));
    const assets = { detail, bitmap, fetched_ms: performance.now() };
    this.#kept.set(image, assets);
    bitmap.catch(() => this.#kept.drop(image));
    detail.then(
      (facts) => {
        this.#prepareDecoder(facts);
        // Of twenty it takes a quarter of the time until an image is seen.
        inSlices([...facts.masks, ...facts.proposals], ({ rle }) => {
          traceAhead(maskFromRLE(rle as RLE));
        });
      },
      () => this.#kept.drop(image),
    );
    return assets;
  }

  /** Fetch anew what was fetched ahead, once it is wanted: another model serves by now. */
  forget(): void {
    this.#kept = new LRU(IMAGES_KEPT);
  }

  /** The facts and pixels of an image, as new as they must be to work on it. */
  async load(image: number): Promise<{ detail: ImageDetail; bitmap: ImageBitmap }> {
    const assets = this.prefetch(image);
    const isFresh = performance.now() - assets.fetched_ms < FRESH_MS;
    const detail = isFresh ? await assets.detail : await this.#fetchDetail(image);
    this.#kept.drop(image); // its annotations change from now on
    const bitmap = await assets.bitmap;
    if (bitmap.width !== detail.width || bitmap.height !== detail.height) {
      throw new Error(
        `${detail.file_name} is ${bitmap.width} x ${bitmap.height} pixels but was imported as ` +
          `${detail.width} x ${detail.height}. Import it again.`,
      );
    }
    return { detail, bitmap };
  }

  /** Failing here is no fault yet: the page says so when the person uses a prompt. */
  #prepareDecoder({ id, bundle, embedding }: ImageDetail): void {
    if (bundle === null || embedding === null) return;
    if (bundle.encoder_digest !== embedding.encoder_digest) return;
    this.#decoder.loadAhead(bundle).catch(() => undefined);
    this.#decoder.embed(embedding, embeddingKey(id, embedding)).catch(() => undefined);
  }
}

export function embeddingKey(
  image: number,
  { encoder_digest }: { encoder_digest: string },
  window?: Window,
): string {
  const part = window ? `/${window.x}-${window.y}-${window.width}x${window.height}` : "";
  return `${image}/${encoder_digest}${part}`;
}
