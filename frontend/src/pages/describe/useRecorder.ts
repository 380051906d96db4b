import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { messageOf } from "@/api/problem";
import { type Microphone, openMicrophone } from "@/recorder/microphone";
import { startTake } from "@/recorder/service";
import type { Take } from "@/recorder/take";

const nothing = () => () => {};

export interface Recorder {
  take: Take | null;
  state: Take["state"] | "idle" | "opening";
  microphone: Microphone | null;
  problem: string;
  start: (deviceId: string | null) => Promise<void>;
  /** Puts the take that is under way in the trash and begins another; returns the old one's id. */
  startOver: (deviceId: string | null) => Promise<string | null>;
}

/** The microphone and the take of an image, or of one of its masks; leaving the page ends both. */
export function useRecorder(image: number, mask: string | null = null): Recorder {
  const [microphone, setMicrophone] = useState<Microphone | null>(null);
  const [take, setTake] = useState<Take | null>(null);
  const [isOpening, setIsOpening] = useState(false);
  const [problem, setProblem] = useState("");
  const live = useRef<{ microphone: Microphone; take: Take } | null>(null);
  const isLeft = useRef(false);
  const state = useSyncExternalStore(take?.subscribe ?? nothing, () => take?.state ?? "idle");
  const fault = useSyncExternalStore(take?.subscribe ?? nothing, () => take?.problem ?? "");

  const start = useCallback(
    async (deviceId: string | null) => {
      setProblem("");
      setIsOpening(true);
      try {
        const opened = await openMicrophone(deviceId);
        if (isLeft.current) {
          opened.close(); // the browser asked for it while the page was being left
          return;
        }
        const started = await startTake(image, opened, mask).catch((error) => {
          opened.close(); // else its light stays on
          throw error;
        });
        live.current = { microphone: opened, take: started };
        setMicrophone(opened);
        setTake(started);
      } catch (error) {
        setProblem(messageOf(error));
      } finally {
        setIsOpening(false);
      }
    },
    [image, mask],
  );

  const startOver = useCallback(
    async (deviceId: string | null) => {
      const old = live.current;
      if (old === null) return null;
      live.current = null;
      await old.take.abandon();
      old.microphone.close();
      await start(deviceId);
      return old.take.id;
    },
    [start],
  );

  useEffect(() => {
    if (state !== "stopped" || live.current?.take !== take) return;
    live.current?.microphone.close();
    live.current = null;
    setMicrophone(null);
  }, [state, take]);

  useEffect(() => {
    isLeft.current = false;
    return () => {
      isLeft.current = true;
      const current = live.current;
      if (current) void current.take.stop().finally(() => current.microphone.close());
    };
  }, []);

  useEffect(() => {
    if (state !== "recording" && state !== "paused") return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [state]);

  return {
    take,
    state: isOpening ? "opening" : state,
    microphone,
    problem: problem || fault,
    start,
    startOver,
  };
}
