import { useSessionStorage } from "@mantine/hooks";
import { useState } from "react";
import type { OfferedCaption } from "@/api/types";
import { showUndo } from "@/components/undo";

interface Offered {
  proposal: OfferedCaption | null;
  dismiss: () => void;
}

/**
 * The proposal that was there when the image was opened; one that is made while somebody describes
 * it stays away, and so does one that was put away, until the tab is closed.
 *
 * `now` is undefined until the server has answered; while it is not current, an answer from before
 * is shown and another one is on its way.
 */
export function useOffered(now: OfferedCaption | null | undefined, isCurrent: boolean): Offered {
  const [first, setFirst] = useState<string | null | undefined>(undefined);
  const [dismissed, setDismissed] = useSessionStorage<string[]>({
    key: "anneal.dismissed-captions",
    defaultValue: [],
    getInitialValueInEffect: false,
  });
  if (first === undefined && now !== undefined && isCurrent) setFirst(now?.id ?? null);
  const isOffered = now != null && now.id === first && !dismissed.includes(now.id);
  return {
    proposal: isOffered ? now : null,
    dismiss: () => {
      if (!now) return;
      const { id } = now;
      setDismissed((before) => [...before, id]);
      showUndo("The proposed description is put away.", async () =>
        setDismissed((before) => before.filter((each) => each !== id)),
      );
    },
  };
}
