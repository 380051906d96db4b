/** What dropped files are called, and whether a folder of them must come as a whole. */

/** A file as a drop zone hands it over: browsers tell of a folder's files where they lay in it. */
type Dropped = File & { readonly path?: string };

export interface Drop {
  /** What can be sent one by one: images, archives, and whatever lies in no folder. */
  readonly images: File[];
  /** Names of files in folders that are none: by themselves they would be refused or mean nothing. */
  readonly others: string[];
}

const LONGEST = 500; // characters that the server keeps
const IMAGE = /\.(jpe?g|jfif|png|webp|tiff?|gif|bmp|avif)$/i;
const ARCHIVE = /\.(zip|tar|gz|tgz|zst|tzst)$/i;

/** With "/" between folders; of a name that is too long the end counts. */
export function nameOf(file: File): string {
  const told = file.webkitRelativePath || (file as Dropped).path || file.name;
  const parts = told.split("/").filter((part) => part !== "" && part !== ".");
  return parts.join("/").slice(-LONGEST);
}

/**
 * Tells what of a drop may be sent one by one. A file by itself always may: it is what somebody
 * chose. In folders only images and archives of them may; hidden files are nobody's choice.
 */
export function sortDrop(files: readonly File[]): Drop {
  const drop: Drop = { images: [], others: [] };
  for (const file of files) {
    const name = nameOf(file);
    if (!name.includes("/")) drop.images.push(file);
    else if (isHidden(name)) continue;
    else if (isImage(file) || ARCHIVE.test(name)) drop.images.push(file);
    else drop.others.push(name);
  }
  return drop;
}

/** "labels/1.txt, labels/2.txt and 8 more" */
export function shownNames(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).join(", ");
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

const isImage = (file: File): boolean => IMAGE.test(file.name) || file.type.startsWith("image/");

const isHidden = (name: string): boolean => name.split("/").some((part) => part.startsWith("."));
