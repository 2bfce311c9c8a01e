/** The address bar as state. */
import { useEffect, useState } from "preact/hooks";
import { formatRoute, parseRoute } from "./lib/route";
import type { Route } from "./lib/route";

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const read = () => setRoute(parseRoute(location.hash));
    window.addEventListener("hashchange", read);
    return () => window.removeEventListener("hashchange", read);
  }, []);
  return route;
}

/** Changes the query of the page that is shown, without a new entry in the history. */
export function replaceQuery(changes: Readonly<Record<string, string>>): void {
  const { parts, query } = parseRoute(location.hash);
  history.replaceState(null, "", formatRoute(parts, { ...query, ...changes }));
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}
