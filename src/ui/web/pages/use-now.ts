/** The clock as state. */
import { useEffect, useState } from "preact/hooks";

/** The time now, again every `interval` ms; null stands still. */
export function useNow(interval: number | null): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (interval === null) return;
    setNow(Date.now());
    const timer = setInterval(() => {
      if (!document.hidden) setNow(Date.now());
    }, interval);
    return () => clearInterval(timer);
  }, [interval]);
  return now;
}
