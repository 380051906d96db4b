import { useBlocker } from "@tanstack/react-router";
import { tellOnce } from "@/components/tellOnce";

/** Keep a page in view, as long as it alone has some of a person's work; `ask` throws then. */
export function useUnstoredGuard(ask: () => void): void {
  const why = (): unknown => {
    try {
      ask();
    } catch (error) {
      return error;
    }
    return null;
  };
  useBlocker({
    shouldBlockFn: ({ current, next }) => {
      const reason = current.pathname === next.pathname ? null : why();
      if (reason !== null) tellOnce(reason);
      return reason !== null;
    },
    enableBeforeUnload: () => why() !== null,
  });
}
