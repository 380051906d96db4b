import { useEffect, useState } from "react";
import { OutboxDatabase } from "@/editor/outbox-db";
import { type Entry, entriesOf } from "./entries";

/** One person's receipts on this device, read again whenever `news` changes. Null: being read. */
export function useEntries(user: number, news: unknown): readonly Entry[] | null {
  const [entries, setEntries] = useState<readonly Entry[] | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: news is why they are read again
  useEffect(() => {
    let isWanted = true;
    const read = async (): Promise<void> => {
      const db = await OutboxDatabase.open();
      try {
        const found = entriesOf(await db.everything(user), await db.receipts(user));
        if (isWanted) setEntries(found);
      } finally {
        db.close();
      }
    };
    void read().catch(() => isWanted && setEntries([]));
    return () => {
      isWanted = false;
    };
  }, [user, news]);
  return entries;
}
