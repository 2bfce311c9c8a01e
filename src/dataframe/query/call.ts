/** The call of an action that a session makes on its own: it is of the statement that is being carried out, where there is one. */
import { callAround } from "../../rdd/api/call-scope";
import type { Call } from "../../rdd/context-port";
import type { SessionState } from "./session-state";

export function callOfSession(session: SessionState, scope: string): Call {
  return { scope, site: callAround()?.site ?? session.port.callSite() };
}
