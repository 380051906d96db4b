/**
 * The COCO counts string and the run lengths in it.
 *
 * Runs are column-major, background first. From the fourth run on, the difference to the run two
 * before is stored; each number is little-endian groups of five bits in the characters 48-111, bit
 * 32 says that more follows and bit 16 of the last group is the sign (`rleToString` in
 * pycocotools' common/maskApi.c).
 */

/** A mask on the wire. */
export interface RLE {
  size: [height: number, width: number];
  counts: string;
}

const MAX_GROUPS = 6; // 30 bits: any run of an image of 500 megapixels

/** Read a counts string. Throws RangeError, naming the character, when it is not one. */
export function parseCounts(counts: string): Uint32Array<ArrayBuffer> {
  const runs = new Uint32Array(counts.length);
  let length = 0;
  let at = 0;
  while (at < counts.length) {
    let value = 0;
    let group = 0;
    let digit: number;
    do {
      digit = counts.charCodeAt(at) - 48;
      if (!(digit >= 0 && digit <= 63)) {
        throw new RangeError(`counts: character ${at} is outside '0' to 'o' or missing`);
      }
      if (group === MAX_GROUPS) throw new RangeError(`counts: the number at ${at} is too long`);
      value |= (digit & 31) << (5 * group);
      group += 1;
      at += 1;
    } while (digit & 32);
    if (digit & 16) value -= 2 ** (5 * group);
    if (length > 2) value += runs[length - 2] as number;
    if (value < 0) throw new RangeError(`counts: run ${length} is negative`);
    runs[length] = value;
    length += 1;
  }
  return runs.slice(0, length);
}

/** Write run lengths as the string that pycocotools writes. */
export function formatCounts(runs: Uint32Array): string {
  const characters: number[] = [];
  for (let index = 0; index < runs.length; index += 1) {
    let rest = (runs[index] as number) - (index > 2 ? (runs[index - 2] as number) : 0);
    let more = true;
    while (more) {
      const group = rest & 31;
      rest >>= 5;
      more = group & 16 ? rest !== -1 : rest !== 0;
      characters.push((more ? group | 32 : group) + 48);
    }
  }
  let text = "";
  for (let at = 0; at < characters.length; at += 8192) {
    text += String.fromCharCode(...characters.slice(at, at + 8192));
  }
  return text;
}
