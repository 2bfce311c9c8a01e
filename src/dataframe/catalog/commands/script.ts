/**
 * BEGIN … END: statements one after the other, with variables of their own, conditions, loops and handlers of errors. What
 * the script gives is what its last query gave.
 */
import type { Boxed } from "../../../columnar/types";
import { CancelledError, FiresteelError } from "../../../common/errors";
import { exprText, idText } from "../../analysis/messages";
import { AnalysisError, QueryError } from "../../errors";
import { outputOf } from "../../logical/output";
import type { CompoundBody, ConditionHandler, ScriptStatement, Statement } from "../../syntax/command";
import type { UnresolvedExpression } from "../../syntax/expression";
import { analyzeAlone, analyzePlan } from "../analysis-context";
import { NOTHING, sessionWith } from "../ports";
import type { CommandResult, CommandSession, LocalVariables, ScriptOperation } from "../ports";
import { lower } from "../session-catalog";
import type { VariableDefinition } from "../session-catalog";
import { initialValue, evaluated } from "./variables";

type Run = (statement: Statement, session: CommandSession) => Promise<CommandResult>;
type Of<K extends ScriptStatement["kind"]> = Extract<ScriptStatement, { kind: K }>;

export async function runScript(body: CompoundBody, session: CommandSession, run: Run): Promise<CommandResult> {
  if (session.conf.get("spark.sql.scripting.continueHandlerEnabled") !== "true" && hasContinueHandler(body))
    throw new AnalysisError("UNSUPPORTED_FEATURE.CONTINUE_EXCEPTION_HANDLER", {});
  if (session.parameters !== undefined && session.parameters.positional.length > 0)
    throw new AnalysisError("UNSUPPORTED_FEATURE.SQL_SCRIPTING_WITH_POSITIONAL_PARAMETERS", {});
  const operation = session.operations.script();
  try {
    const script = new Script(session, run, operation);
    await script.block(body);
    return script.result;
  } finally {
    operation.end();
  }
}

function hasContinueHandler(node: unknown): boolean {
  if (typeof node !== "object" || node === null) return false;
  const { kind, conditions } = node as { readonly kind?: unknown; readonly conditions?: unknown };
  return (kind === "continue" && conditions !== undefined) || Object.values(node).some(hasContinueHandler);
}

/** A block's or loop's own names. */
interface Frame {
  readonly label: string | null;
  readonly variables: Map<string, VariableDefinition>;
  readonly handlers: readonly ConditionHandler[];
  readonly conditions: ReadonlyMap<string, string | null>;
}

/** LEAVE, ITERATE and the end of a block whose EXIT handler ran: unwinding to the place that they name. */
class Jump extends Error {
  constructor(
    readonly to: string | Frame,
    readonly again: boolean,
  ) {
    super("A jump out of its script.");
  }
}

/** How long statements that wait for nothing may keep the process's event loop. */
const LONGEST_TURN_MS = 20;

class Script {
  result: CommandResult = NOTHING;
  readonly #session: CommandSession;
  readonly #frames: Frame[] = [];
  #handled: FiresteelError | null = null;
  #turnBegan = performance.now();

  constructor(
    session: CommandSession,
    private readonly run: Run,
    private readonly operation: ScriptOperation,
  ) {
    const locals: LocalVariables = {
      find: (parts) => this.#find(parts),
      set: (variable) => this.#assign(variable),
    };
    this.#session = sessionWith(session, { locals });
  }

  async block(body: CompoundBody): Promise<void> {
    const frame: Frame = {
      label: body.label,
      variables: new Map(),
      handlers: body.handlers,
      conditions: new Map(body.conditions.map((one) => [one.name.toUpperCase(), one.sqlState])),
    };
    this.#frames.push(frame);
    const depth = this.#frames.length;
    try {
      for (const statement of body.statements) await this.#guarded(statement, depth);
    } catch (jump) {
      if (!(jump instanceof Jump) || jump.again || (jump.to !== frame && (jump.to !== frame.label || frame.label === null)))
        throw jump;
    } finally {
      this.#frames.length = depth - 1;
    }
  }

  /** A statement whose error a handler of a block around may take. */
  async #guarded(statement: ScriptStatement, depth: number): Promise<void> {
    await this.#breathe();
    try {
      await this.#execute(statement);
    } catch (error) {
      if (!(error instanceof FiresteelError) || this.operation.signal.aborted) throw error;
      this.#frames.length = depth;
      const found = this.#handlerOf(error);
      if (found === null) throw error;
      const inner = this.#frames.splice(this.#frames.indexOf(found.frame) + 1);
      const before = this.#handled;
      this.#handled = error;
      // While a handler runs, its own block's handlers are not asked.
      const place = this.#frames.length - 1;
      this.#frames[place] = { ...found.frame, handlers: [] };
      try {
        await this.block(found.handler.body);
      } finally {
        this.#frames[place] = found.frame;
        this.#handled = before;
      }
      if (found.handler.kind === "exit") throw new Jump(found.frame, false);
      this.#frames.push(...inner);
    }
  }

  /** Between statements: lets the process do what waits, and ends a script that was interrupted. */
  async #breathe(): Promise<void> {
    if (performance.now() - this.#turnBegan > LONGEST_TURN_MS) {
      await new Promise((resolve) => setImmediate(resolve));
      this.#turnBegan = performance.now();
    }
    if (this.operation.signal.aborted)
      throw new CancelledError("OPERATION_CANCELED", "The script was interrupted.", { sqlState: "HY008" });
  }

  #handlerOf(error: FiresteelError): { readonly frame: Frame; readonly handler: ConditionHandler } | null {
    for (const frame of [...this.#frames].reverse()) {
      for (const rank of [0, 1, 2]) {
        const handler = frame.handlers.find((one) => one.conditions.some((condition) => this.#rank(condition, error) === rank));
        if (handler !== undefined) return { frame, handler };
      }
    }
    return null;
  }

  /** 0: the condition itself; 1: its SQLSTATE; 2: all of its kind; null: another. */
  #rank(condition: ConditionHandler["conditions"][number], error: FiresteelError): 0 | 1 | 2 | null {
    const state = error.sqlState ?? "";
    if (condition.kind === "sqlState") return condition.value === state ? 1 : null;
    const name = condition.value.toUpperCase();
    const kind = state.slice(0, 2);
    if (name === "SQLEXCEPTION") return kind === "00" || kind === "01" || kind === "02" ? null : 2;
    if (name === "NOT FOUND") return kind === "02" ? 2 : null;
    if (name === error.errorClass || name === error.errorClass.split(".")[0]) return 0;
    return null;
  }

  async #execute(statement: ScriptStatement): Promise<void> {
    switch (statement.kind) {
      case "statement":
        return this.#plain(statement.statement);
      case "block":
        return this.block(statement.body);
      case "if":
        for (const branch of statement.branches) {
          if (await this.#holds(branch.condition)) return this.block(branch.body);
        }
        return statement.otherwise === null ? undefined : this.block(statement.otherwise);
      case "case":
        return this.#case(statement);
      case "while":
        return this.#loop(statement.label, statement.body, () => this.#holds(statement.condition), null);
      case "repeat":
        return this.#loop(statement.label, statement.body, null, () => this.#holds(statement.until));
      case "loop":
        return this.#loop(statement.label, statement.body, null, null);
      case "for":
        return this.#for(statement);
      case "leave":
        throw new Jump(lower(statement.label), false);
      case "iterate":
        throw new Jump(lower(statement.label), true);
      case "signal":
        throw await this.#raised(statement);
      case "resignal":
        if (this.#handled !== null) throw this.#handled;
        throw new AnalysisError("RESIGNAL_WHEN_HANDLER_NOT_ACTIVE", {}, statement.at);
      default:
        return statement satisfies never;
    }
  }

  async #plain(statement: Statement): Promise<void> {
    if (statement.kind === "declareVariable") {
      for (const variable of await initialValue(statement, this.#session)) {
        const { variables } = this.#frames.at(-1) as Frame;
        if (variables.has(variable.name))
          throw new AnalysisError("VARIABLE_ALREADY_EXISTS", { variableName: idText([variable.name]) }, statement.at);
        variables.set(variable.name, variable);
      }
      return;
    }
    if (statement.kind === "dropVariable")
      throw new AnalysisError("UNSUPPORTED_FEATURE.SQL_SCRIPTING_DROP_TEMPORARY_VARIABLE", {}, statement.at);
    const result = await this.run(statement, this.#session);
    // What commands tell is no result of a script.
    const isQuery = statement.kind === "query" || statement.kind === "executeImmediate";
    if (isQuery && result.schema.fields.length > 0) this.result = result;
  }

  async #value(expression: UnresolvedExpression): Promise<Boxed> {
    return evaluated(await analyzeAlone(expression, this.#session), this.#session);
  }

  async #holds(condition: UnresolvedExpression): Promise<boolean> {
    const bound = await analyzeAlone(condition, this.#session);
    if (bound.type.kind !== "boolean")
      throw new AnalysisError("INVALID_BOOLEAN_STATEMENT", { invalidStatement: exprText(bound) }, condition.at);
    return (await evaluated(bound, this.#session)) === true;
  }

  async #case(statement: Of<"case">): Promise<void> {
    for (const branch of statement.branches) {
      const condition: UnresolvedExpression =
        statement.value === null
          ? branch.condition
          : { kind: "call", name: ["="], args: [statement.value, branch.condition], operator: true };
      if (await this.#holds(condition)) return this.block(branch.body);
    }
    if (statement.otherwise !== null) return this.block(statement.otherwise);
  }

  async #loop(
    label: string | null,
    body: CompoundBody,
    before: (() => Promise<boolean>) | null,
    until: (() => Promise<boolean>) | null,
  ): Promise<void> {
    while (before === null || (await before())) {
      if ((await this.#round(label, body)) === "leave") return;
      if (until !== null && (await until())) return;
    }
  }

  async #round(label: string | null, body: CompoundBody): Promise<"next" | "leave"> {
    await this.#breathe();
    try {
      await this.block(body);
    } catch (jump) {
      if (!(jump instanceof Jump) || label === null || jump.to !== lower(label)) throw jump;
      return jump.again ? "next" : "leave";
    }
    return "next";
  }

  /** Columns of the row are variables, by themselves and after the loop's name. */
  async #for(statement: Of<"for">): Promise<void> {
    const plan = await analyzePlan(statement.query, this.#session);
    const columns = outputOf(plan);
    for (const row of await this.#session.data.collect(plan)) {
      const variables = columns.map((column, i): [string, VariableDefinition] => {
        const name = lower(column.name);
        return [name, { name, type: column.type, value: row[i] ?? null, defaultText: "NULL" }];
      });
      const depth = this.#frames.length;
      this.#frames.push({
        label: statement.variable === null ? null : lower(statement.variable),
        variables: new Map(variables),
        handlers: [],
        conditions: new Map(),
      });
      try {
        if ((await this.#round(statement.label, statement.body)) === "leave") return;
      } finally {
        this.#frames.length = depth;
      }
    }
  }

  async #raised(statement: Of<"signal">): Promise<QueryError> {
    const message = statement.message === null ? null : await this.#value(statement.message);
    const text = typeof message === "string" ? message : "";
    const errorClass = statement.condition?.toUpperCase() ?? "USER_RAISED_EXCEPTION";
    return new QueryError(errorClass, { errorMessage: text, sqlState: statement.sqlState ?? "" }, statement.at);
  }

  /** x, or label.x, from the innermost block outwards. */
  #find(parts: readonly string[]): ReturnType<LocalVariables["find"]> {
    const frame = this.#place(parts);
    const found = frame?.variables.get(lower(parts.at(-1) as string));
    return frame === null || found === undefined ? null : { ...found, label: frame.label };
  }

  #place(parts: readonly string[]): Frame | null {
    const name = lower(parts.at(-1) as string);
    const label = parts.length === 2 ? lower(parts[0] as string) : null;
    if (parts.length > 2) return null;
    for (const frame of [...this.#frames].reverse()) {
      if (label !== null && frame.label !== label) continue;
      if (frame.variables.has(name)) return frame;
    }
    return null;
  }

  /** Whether there is such a variable here. */
  #assign(variable: VariableDefinition): boolean {
    const frame = this.#place([variable.name]);
    if (frame === null) return false;
    frame.variables.set(variable.name, variable);
    return true;
  }
}
