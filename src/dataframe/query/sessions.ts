/** Sessions on SparkContexts: what the API makes sessions with. */
import type { ContextPort } from "../../rdd/context-port";
import type { SessionFactory } from "../api/query-port";
import type { Engine, EngineContext } from "./engine-port";
import { SessionPort } from "./session-port";
import { SessionState } from "./session-state";

export function sessionsOn(engine: Engine): SessionFactory {
  const on = (context: EngineContext): ReturnType<SessionFactory["create"]> => ({
    port: new SessionPort(new SessionState(context)),
    sparkContext: context.context,
  });
  return {
    create: (settings) => on(engine.getOrCreate(settings)),
    of: (port: ContextPort) => on(engine.of(port.context)),
  };
}
