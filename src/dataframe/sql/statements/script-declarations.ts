/** What may be declared where in a script, and which labels LEAVE and ITERATE may name. */
import type { ConditionHandler, ScriptStatement } from "../../syntax/command";
import { sqlStateOf } from "../../error-classes";
import type { Cursor } from "../cursor";

type Condition = ConditionHandler["conditions"][number];

/** SQLEXCEPTION and NOT FOUND mean all conditions of their kind. */
function isGeneral({ kind, value }: Condition): boolean {
  return kind === "condition" && (value === "SQLEXCEPTION" || value === "NOT FOUND");
}

/**
 * The declarations of one list of statements: variables and conditions, then handlers, then statements; nothing twice. Branches
 * and loops declare nothing.
 */
export class Declarations {
  readonly #p: Cursor;
  readonly #allowed: boolean;
  readonly #conditions = new Set<string>();
  readonly #handled = new Set<string>();
  #stage: "variables" | "handlers" | "statements" = "variables";

  constructor(p: Cursor, allowed: boolean) {
    this.#p = p;
    this.#allowed = allowed;
  }

  statement(statement: ScriptStatement, start: number): ScriptStatement {
    if (statement.kind !== "statement" || statement.statement.kind !== "declareVariable") {
      this.#stage = "statements";
      return statement;
    }
    const { names, orReplace } = statement.statement;
    const varName = names.map((name) => (Array.isArray(name) ? `\`${(name as string[]).join("`.`")}\`` : "")).join(", ");
    const refuse = (reason: string): never => {
      throw this.#p.error(`INVALID_VARIABLE_DECLARATION.${reason}`, { varName }, start);
    };
    if (!this.#allowed) refuse("NOT_ALLOWED_IN_SCOPE");
    if (this.#stage !== "variables") refuse("ONLY_AT_BEGINNING");
    if (orReplace) refuse("REPLACE_LOCAL_VARIABLE");
    if (names.some((name) => Array.isArray(name) && name.length > 1)) refuse("QUALIFIED_LOCAL_VARIABLE");
    return statement;
  }

  condition<C extends { readonly name: string }>(condition: C, start: number): C {
    const conditionName = `\`${condition.name}\``;
    if (!this.#allowed || this.#stage !== "variables") {
      const errorClass = "INVALID_ERROR_CONDITION_DECLARATION.NOT_AT_START_OF_COMPOUND_STATEMENT";
      throw this.#p.error(errorClass, { conditionName }, start);
    }
    if (this.#conditions.has(condition.name))
      throw this.#p.error("DUPLICATE_CONDITION_IN_SCOPE", { condition: conditionName }, start);
    this.#conditions.add(condition.name);
    this.#p.scriptConditions.push(condition.name);
    return condition;
  }

  handler(handler: ConditionHandler, start: number): ConditionHandler {
    const refuse = (errorClass: string, parameters: Record<string, string>): never => {
      throw this.#p.error(errorClass, parameters, start);
    };
    if (!this.#allowed || this.#stage === "statements") refuse("INVALID_HANDLER_DECLARATION.WRONG_PLACE_OF_DECLARATION", {});
    this.#stage = "handlers";
    const own = new Set<string>();
    for (const { kind, value } of handler.conditions) {
      const what = kind === "sqlState" ? "SQLSTATE" : "CONDITION";
      const key = `${kind} ${value}`;
      const parameters = { [kind]: value };
      if (own.has(key)) refuse(`INVALID_HANDLER_DECLARATION.DUPLICATE_${what}_IN_HANDLER_DECLARATION`, parameters);
      if (this.#handled.has(key)) refuse(`DUPLICATE_EXCEPTION_HANDLER.${what}`, parameters);
      own.add(key);
    }
    for (const key of own) this.#handled.add(key);
    if (handler.conditions.some(isGeneral) && !handler.conditions.every(isGeneral))
      refuse("INVALID_HANDLER_DECLARATION.INVALID_CONDITION_COMBINATION", {});
    for (const condition of handler.conditions) {
      if (condition.kind === "sqlState" || isGeneral(condition)) continue;
      if (this.#p.scriptConditions.includes(condition.value) || sqlStateOf(condition.value).sqlState !== undefined) continue;
      refuse("INVALID_HANDLER_DECLARATION.CONDITION_NOT_FOUND", { condition: condition.value });
    }
    return handler;
  }
}

/** Five digits and capitals; 00, 01 and XX are no errors that could be handled. */
export function checkedState(p: Cursor, state: string, start: number): string {
  if (/^[0-9A-Z]{5}$/.test(state) && !/^(?:00|01|XX)/.test(state)) return state;
  throw p.error("INVALID_SQLSTATE", { sqlState: state }, start);
}

/** A label, or the variable of a FOR, around what `inside` parses: no two of a name within each other. */
export function within<T>(
  p: Cursor,
  name: string | null,
  kind: "block" | "loop" | "variable",
  start: number,
  inside: () => T,
): T {
  if (name === null) return inside();
  const label = name.toLowerCase();
  if (/^(?:builtin|session|sys.*)$/.test(label))
    throw p.error("LABEL_OR_FOR_VARIABLE_NAME_FORBIDDEN", { label: `\`${label}\`` }, start);
  if (p.scriptLabels.some((one) => one.name === label))
    throw p.error("LABEL_OR_FOR_VARIABLE_ALREADY_EXISTS", { label: `\`${label}\`` }, start);
  p.scriptLabels.push({ name: label, kind });
  try {
    return inside();
  } finally {
    p.scriptLabels.pop();
  }
}

/** The label that LEAVE or ITERATE names at the cursor. */
export function jumpLabel(p: Cursor, statementType: "LEAVE" | "ITERATE"): string {
  const start = p.token.start;
  const label = p.name().toLowerCase();
  const found = p.scriptLabels.find((one) => one.name === label && one.kind !== "variable");
  const parameters = { labelName: label.toUpperCase(), statementType };
  if (found === undefined) throw p.error("INVALID_LABEL_USAGE.DOES_NOT_EXIST", parameters, start);
  if (statementType === "ITERATE" && found.kind === "block")
    throw p.error("INVALID_LABEL_USAGE.ITERATE_IN_COMPOUND", parameters, start);
  return label;
}
