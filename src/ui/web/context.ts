/** What pages know of where they are: the server, and the application that is shown. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Identity } from "../api-types";
import { formatRoute } from "./lib/route";

export interface Scope {
  readonly identity: Identity;
  /** The application that is shown; undefined on pages of the daemon itself. */
  readonly application: string | undefined;
  /** Spark's paths and the engine's own, of the application. */
  readonly api: string;
  readonly mine: string;
  /** Whether the application may still change. */
  readonly live: boolean;
  /** Address of a page of the application. */
  readonly href: (parts: readonly (string | number)[], query?: Readonly<Record<string, string>>) => string;
}

export function scopeOf(identity: Identity, application: string | undefined): Scope {
  const id = encodeURIComponent(application ?? "");
  // One server, one application: its pages need no prefix.
  const prefix = application === undefined || application === identity.applicationId ? [] : ["app", application];
  return {
    identity,
    application,
    api: `api/v1/applications/${id}`,
    mine: `api/firesteel/v1/applications/${id}`,
    live: identity.kind === "driver",
    href: (parts, query) => formatRoute([...prefix, ...parts], query),
  };
}

export const ScopeContext = createContext<Scope | undefined>(undefined);

export function useScope(): Scope {
  const scope = useContext(ScopeContext);
  if (scope === undefined) throw new Error("A page outside of a scope");
  return scope;
}
