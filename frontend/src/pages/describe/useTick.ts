import { useEffect, useState } from "react";

/** Reads a value that changes by itself, ten times a second while it does. */
export function useTick(isRunning: boolean, read: () => number): number {
  const [value, setValue] = useState(read);

  useEffect(() => {
    setValue(read());
    if (!isRunning) return;
    const timer = setInterval(() => setValue(read()), 100);
    return () => clearInterval(timer);
  }, [isRunning, read]);

  return value;
}
