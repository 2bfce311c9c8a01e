/** How views follow changes of what they read, and the settings that say whether and how they do. */
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import type { SchemaBinding } from "../syntax/command";
import type { CommandSession } from "./ports";
import type { ViewDefinition } from "./table";

const ENABLED = "spark.sql.legacy.viewSchemaBindingMode";
const COMPENSATION = "spark.sql.legacy.viewSchemaCompensation";

/** The view's mode; null where modes are turned off, and every view is bound. */
export function shownBinding(view: ViewDefinition, session: Pick<CommandSession, "conf">): SchemaBinding | null {
  return session.conf.get(ENABLED) === "false" ? null : view.schemaMode;
}

/** The mode of a view that is made: as written, else what the settings say. Evolving views have the names of their queries. */
export function bindingOf(
  written: SchemaBinding | undefined,
  named: boolean,
  session: CommandSession,
  at: QueryContext | undefined,
): SchemaBinding {
  if (written !== undefined) requireBindingModes(session, at);
  const byDefault = session.conf.get(COMPENSATION) === "false" ? "binding" : "compensation";
  const mode = written ?? byDefault;
  return mode === "evolution" && named ? "type evolution" : mode;
}

export function requireBindingModes(session: CommandSession, at: QueryContext | undefined): void {
  if (session.conf.get(ENABLED) !== "false") return;
  throw new AnalysisError(
    "FEATURE_NOT_ENABLED",
    { featureName: "VIEW ... WITH SCHEMA ...", configKey: ENABLED, configValue: "true" },
    at,
  );
}
