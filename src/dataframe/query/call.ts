/** The call of an action that a session makes on its own. */
import type { Call } from "../../rdd/context-port";
import type { SessionState } from "./session-state";

export function callOfSession(session: SessionState, scope: string): Call {
  return { scope, site: session.port.callSite() };
}
