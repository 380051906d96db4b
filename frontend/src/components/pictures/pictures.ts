/** The pixels of images: bytes for many, bitmaps for few. */

import { LRU } from "@/editor/lru";
import { fetchBlob } from "@/offline/kept-objects";

const BLOBS_KEPT = 48; // as large as the files are
const BITMAPS_KEPT = 6; // four bytes for each pixel
const BITMAPS_AHEAD = 3;

/** An image whose pixels can be fetched. */
export interface Pictured {
  readonly id: number;
  readonly display_url: string;
}

export class Pictures {
  #blobs = new LRU<number, Promise<Blob>>(BLOBS_KEPT);
  #bitmaps = new LRU<number, Promise<ImageBitmap>>(BITMAPS_KEPT, (bitmap) => {
    bitmap.then((each) => each.close()).catch(() => undefined);
  });

  /** Fetch what comes next, the nearest ready to be drawn. */
  prefetch(images: readonly Pictured[]): void {
    for (const [index, image] of images.slice(0, BLOBS_KEPT).entries()) {
      const wanted = index < BITMAPS_AHEAD ? this.bitmap(image) : this.#blob(image);
      wanted.catch(() => undefined); // whoever needs it asks again and hears why
    }
  }

  bitmap(image: Pictured): Promise<ImageBitmap> {
    const known = this.#bitmaps.get(image.id);
    if (known !== undefined) return known;
    const bitmap = this.#blob(image).then((blob) => createImageBitmap(blob));
    this.#bitmaps.set(image.id, bitmap);
    bitmap.catch(() => this.#bitmaps.drop(image.id));
    return bitmap;
  }

  #blob(image: Pictured): Promise<Blob> {
    const known = this.#blobs.get(image.id);
    if (known !== undefined) return known;
    const blob = fetchBlob(image.display_url);
    this.#blobs.set(image.id, blob);
    blob.catch(() => this.#blobs.drop(image.id));
    return blob;
  }
}
