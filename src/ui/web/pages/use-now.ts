/** The clock as state. */
import { useEffect, useState } from "preact/hooks";
import { isReport, timeNow } from "../api";

/** The time now, again every `interval` ms; null stands still, as does a report. */
export function useNow(interval: number | null): number {
  const [now, setNow] = useState(timeNow());
  useEffect(() => {
    if (interval === null || isReport) return;
    setNow(Date.now());
    const timer = setInterval(() => {
      if (!document.hidden) setNow(Date.now());
    }, interval);
    return () => clearInterval(timer);
  }, [interval]);
  return now;
}
