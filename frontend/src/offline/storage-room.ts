/** How much a browser lets this site keep on the device. */

export interface StorageRoom {
  readonly used_bytes: number;
  readonly allowed_bytes: number;
}

/** Null where the browser does not tell: without https, or where it is an old one. */
export async function storageRoom(): Promise<StorageRoom | null> {
  const storage = globalThis.navigator?.storage as StorageManager | undefined;
  const { usage, quota } = (await storage?.estimate().catch(() => undefined)) ?? {};
  if (usage === undefined || quota === undefined) return null;
  return { used_bytes: usage, allowed_bytes: quota };
}
