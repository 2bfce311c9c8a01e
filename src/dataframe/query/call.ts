/** The call of an action that a session makes on its own: it is of the statement that is being carried out, where there is one. */
import { callAround } from "../../rdd/api/call-scope";
import type { Call } from "../../rdd/context-port";
import type { SessionState } from "./session-state";

/** @param site of the program, where it is known from before an await. */
export function callOfSession(session: SessionState, scope: string, site?: string): Call {
  return { scope, site: callAround()?.site ?? site ?? session.port.callSite() };
}
