/**
 * The text that makes a function again: its own source between a prologue that declares what it captured and an
 * epilogue that lets the values be filled in afterwards (so that cycles work). Evaluates to
 * `(eagerValues, parent, pick) => [fn, bind]`; revival.ts is the other side.
 */
import type { FunctionAnalysis } from "./free-variables";
import { RecentlyUsed } from "./recently-used";
import { type Edit, applyEdits } from "./syntax";

export interface CodePlan {
  readonly strict: boolean;
  /** Variables whose values the text needs while it is evaluated. */
  readonly eager: readonly string[];
  /** Variables bound afterwards. */
  readonly late: readonly string[];
  /** Variables that several functions share and assign: they hold `{v: value}`. */
  readonly cells: ReadonlySet<string>;
  /** The own name of a declaration whose variable was assigned something else. */
  readonly dropOwnName: boolean;
  readonly bindThis: boolean;
}

export interface CodeText {
  readonly text: string;
  /** Characters before the function's own text on its first line. */
  readonly prologue: number;
}

const cache = new RecentlyUsed<Map<string, CodeText>>(5000);

export function codeText(source: string, analysis: FunctionAnalysis, plan: CodePlan): CodeText {
  const { strict, eager, late, cells, dropOwnName, bindThis } = plan;
  const key = [strict, eager, late, [...cells], dropOwnName, bindThis].join("|");
  let variants = cache.get(source);
  if (!variants) cache.set(source, (variants = new Map<string, CodeText>()));
  let made = variants.get(key);
  if (!made) variants.set(key, (made = build(source, analysis, plan)));
  return made;
}

function build(source: string, analysis: FunctionAnalysis, plan: CodePlan): CodeText {
  const edits: Edit[] = [...analysis.edits];
  if (plan.bindThis) edits.push(...analysis.thisEdits);
  if (plan.dropOwnName && analysis.ownName) {
    const { start, end } = analysis.ownName;
    edits.push({ start, end, text: " ".repeat(end - start) });
  }
  for (const name of plan.cells) edits.push(...cellEdits(name, analysis));
  const own = applyEdits(source, edits);
  const declared = [...plan.eager.map((name, i) => `${name}=__fs_eager[${i}]`), ...plan.late];
  const prologue =
    `(function(__fs_eager,__fs_parent,__fs_pick){${plan.strict ? '"use strict";' : ""}` +
    `${declared.length > 0 ? `let ${declared.join(",")};` : ""}return[` +
    (analysis.parsed.form === "member" ? "__fs_pick({" : "(");
  const close = analysis.parsed.form === "member" ? "\n},__fs_parent)" : "\n)";
  const bind = `,function(__fs_late){${plan.late.map((name, i) => `${name}=__fs_late[${i}];`).join("")}}`;
  return { text: `${prologue}${own}${close}${bind}];})`, prologue: prologue.length };
}

function cellEdits(name: string, analysis: FunctionAnalysis): Edit[] {
  return (analysis.references.get(name) ?? []).map(({ start, end, shorthand, callee }) => {
    if (shorthand) return { start, end, text: `${name}:${name}.v` };
    return { start, end, text: callee ? `(0,${name}.v)` : `${name}.v` };
  });
}
