/**
 * The `this` of an arrow function, from the call that has just made it. V8 keeps it where no scope shows it, but while the
 * method that made the arrow function is still running, its stack frame has it: a `debugger` statement stops for the half
 * millisecond that it takes to look (on the same thread nobody else gets to see the stop).
 *
 * A frame of the right function might still be another call than the one that made the arrow function. It is believed only
 * when the arrow function is written in the very call expression that the frame is executing, or is the value of the
 * frame's own variable that was declared with it.
 */
import { type RemoteObject, listening, post } from "./inspector";
import { mainGlobal } from "./scopes";
import { offsetOf } from "./positions";
import { type Script, functionIn } from "./scripts";
import { type SyntaxNode, childNodes, parseScript } from "./syntax";

interface CallFrame {
  readonly callFrameId: string;
  readonly functionLocation?: { readonly scriptId: string; readonly lineNumber: number; readonly columnNumber: number };
  readonly location: { readonly scriptId: string; readonly lineNumber: number; readonly columnNumber: number };
  readonly this: RemoteObject;
}

/** Where an arrow function is written. */
interface Birthplace {
  /** The function around it, an arrow function or not. */
  readonly creator: SyntaxNode;
  /** The calls whose arguments it is in, innermost first. */
  readonly calls: readonly SyntaxNode[];
  /** The variable that it initialises. */
  readonly variable: string | undefined;
}

const HOLDER = "__firesteelThis";

/** The `this` that an arrow function sees; undefined when no running call tells for certain. */
export function thisOfRunningCall(fn: Function, script: Script, offset: number): object | undefined {
  const birthplace = findBirthplace(script, offset);
  if (!birthplace) return undefined;
  const held: { fn: Function; value: unknown } = { fn, value: undefined };
  // What the debugger evaluates sees the global object of the frame's realm.
  const globals = new Set<object>([mainGlobal, globalThis]);
  for (const one of globals) Object.defineProperty(one, HOLDER, { value: held, configurable: true, enumerable: false });
  const look = (paused: { readonly callFrames: readonly CallFrame[] }): void => {
    try {
      const frame = paused.callFrames.find((candidate) => isFrameOf(birthplace.creator, candidate, script));
      if (!frame?.this.objectId || !(isExecuting(frame, birthplace, script) || holdsVariable(frame, birthplace))) return;
      post("Runtime.callFunctionOn", {
        objectId: frame.this.objectId,
        functionDeclaration: `function () { globalThis.${HOLDER}.value = this; }`,
        silent: true,
      });
    } finally {
      post("Debugger.resume");
    }
  };
  try {
    listening("Debugger.paused", look, () => {
      post("Debugger.enable", { maxScriptsCacheSize: 0 });
      try {
        debugger;
      } finally {
        post("Debugger.disable");
      }
    });
  } finally {
    for (const one of globals) delete (one as Record<string, unknown>)[HOLDER];
  }
  return typeof held.value === "object" && held.value !== null ? held.value : undefined;
}

/** V8 places a function at its parameters. */
function isFrameOf(creator: SyntaxNode, { functionLocation }: CallFrame, script: Script): boolean {
  if (functionLocation?.scriptId !== script.id) return false;
  const at = offsetIn(script, functionLocation);
  const body = creator["body"] as SyntaxNode;
  return at >= creator.start && at <= body.start;
}

function isExecuting(frame: CallFrame, { calls }: Birthplace, script: Script): boolean {
  const at = offsetIn(script, frame.location);
  return calls.some((call) => {
    const callee = call["callee"] as SyntaxNode;
    return at >= callee.start && at <= callee.end;
  });
}

function holdsVariable(frame: CallFrame, { variable }: Birthplace): boolean {
  if (variable === undefined) return false;
  const { result } = post<{ result: RemoteObject }>("Debugger.evaluateOnCallFrame", {
    callFrameId: frame.callFrameId,
    expression: `${variable} === globalThis.${HOLDER}?.fn`,
    silent: true,
    returnByValue: true,
    throwOnSideEffect: true,
  });
  return result.value === true;
}

function offsetIn(
  script: Script,
  { lineNumber, columnNumber }: { readonly lineNumber: number; readonly columnNumber: number },
): number {
  return offsetOf(script.source, lineNumber, columnNumber);
}

function findBirthplace(script: Script, offset: number): Birthplace | undefined {
  const program = parseScript(script.source, script.isModule ? "module" : "script");
  if (!program) return undefined;
  const path: SyntaxNode[] = [];
  for (let at: SyntaxNode | undefined = program; at;) {
    path.push(at);
    if (at.type === "ArrowFunctionExpression" && at.start === offset) break;
    at = childAround(at, offset);
  }
  const arrow = path.pop();
  if (arrow?.type !== "ArrowFunctionExpression" || arrow.start !== offset) return undefined;
  const calls: SyntaxNode[] = [];
  let variable: string | undefined;
  for (const node of path.reverse()) {
    // The initial value of a field has the instance as its this, which no frame of a method is.
    if (node.type === "PropertyDefinition" || node.type === "StaticBlock") return undefined;
    if (/^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type))
      return { creator: node, calls, variable };
    if (node.type === "CallExpression" && offset > (node["callee"] as SyntaxNode).end && functionIn(node) !== arrow)
      calls.push(node);
    if (node.type === "VariableDeclarator" && calls.length === 0) {
      const id = node["id"] as SyntaxNode;
      if (id.type === "Identifier" && functionIn(node["init"] as SyntaxNode | null) === arrow) variable = id["name"] as string;
    }
  }
  return undefined;
}

function childAround(node: SyntaxNode, offset: number): SyntaxNode | undefined {
  for (const child of childNodes(node)) if (child.start <= offset && offset < child.end) return child;
  return undefined;
}
