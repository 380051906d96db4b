import { useEffect, useState } from "react";
import { Pictures } from "@/components/pictures/pictures";
import { tellOnce } from "@/components/tellOnce";
import { noteBesideCanvas } from "@/editor/beside-canvas";
import { EffortMeter } from "@/editor/effort";
import { OutboxDatabase } from "@/editor/outbox-db";
import { schedule } from "@/editor/schedule";
import { extendAssignment, releaseAssignment, saveMasks } from "@/pages/annotate/api";
import { askForStored } from "@/pages/annotate/before-leaving";
import { leave, whenLeft } from "@/pages/annotate/leaving";
import { sendLeftovers } from "@/pages/annotate/leftovers";
import { takeLock } from "@/pages/annotate/open-image";
import { useUnendedNews } from "@/pages/annotate/useUnendedNews";
import { useUnstoredGuard } from "@/pages/annotate/useUnstoredGuard";
import { claimProposals, type Narrowing } from "./api";
import { VerifySession } from "./verify-session";

const HEARTBEAT_MS = 4 * 60_000; // a lease lasts half an hour
const KEEP_SECONDS_MS = 10_000; // a crash loses no more of what was spent

export interface Verifying {
  readonly session: VerifySession;
  readonly pictures: Pictures;
}

/** One session for each project and label, given back when the page is left. */
export function useVerifySession(
  project: number,
  user: number,
  label: Narrowing,
): Verifying | null {
  const onUnended = useUnendedNews();
  const [verifying, setVerifying] = useState<Verifying | null>(null);

  useEffect(() => {
    const stop = new AbortController();
    const close: (() => Promise<void>)[] = [];
    const begin = async (): Promise<void> => {
      await whenLeft();
      const db = await OutboxDatabase.open();
      if (stop.signal.aborted) return db.close();
      const meter = new EffortMeter(() => performance.now() / 1000);
      const session = new VerifySession({
        ...{ user, db, meter, schedule },
        save: saveMasks,
        takeLock: (image) => takeLock(image, user),
        claim: (known) => claimProposals(project, known, label),
        release: releaseAssignment,
        extend: extendAssignment,
        onError: tellOnce,
      });
      close.push(() => session.close().finally(() => db.close()));
      listen(session, meter, stop.signal);
      setVerifying({ session, pictures: new Pictures() });
      await session.refill();
      await sendLeftovers({ db, user, onUnended, isInUse: (image) => session.holds(image) });
    };
    begin().catch(tellOnce);
    return () => {
      stop.abort();
      setVerifying(null);
      for (const each of close) leave(each());
    };
  }, [project, user, label, onUnended]);
  useUnstoredGuard(() => {
    if (verifying) askForStored(verifying.session);
  });
  return verifying;
}

function listen(session: VerifySession, meter: EffortMeter, signal: AbortSignal): void {
  const timers = [
    setInterval(() => session.keepLeases(), HEARTBEAT_MS),
    setInterval(() => session.keepSeconds(), KEEP_SECONDS_MS),
  ];
  signal.addEventListener("abort", () => {
    for (const timer of timers) clearInterval(timer);
  });
  addEventListener("online", () => session.resume(), { signal });
  // A closed tab should not keep others from its images until the lease runs out.
  addEventListener("pagehide", () => void session.close(), { signal });
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload(), { signal });
  noteBesideCanvas(window, meter, signal);
  const onVisibility = (): void => {
    if (document.visibilityState === "visible") meter.noteReturn();
    else session.keepSeconds();
  };
  document.addEventListener("visibilitychange", onVisibility, { signal });
}
