/** How a captured value was reached, kept cheaply while encoding and rendered only when a refusal needs it. */

/** A property key, or words for what is no property. */
export type Step = string | number | symbol | Words | EntryStep;

export class Words {
  /** `joined` words follow the path directly (`lookup.get("k")`), others stand after an arrow (`helper → socket`). */
  constructor(
    readonly text: string,
    readonly joined: boolean,
  ) {}
}

/** A key or a value of a Map, put into words only when they are needed. */
export class EntryStep {
  constructor(
    readonly key: unknown,
    readonly part: "key" | "value",
  ) {}

  get words(): Words {
    return new Words(this.part === "key" ? ` (key ${shownKey(this.key)})` : `.get(${shownKey(this.key)})`, true);
  }
}

export class Trail {
  private readonly parents: number[] = [];
  private readonly steps: Step[] = [];

  note(node: number, parent: number, step: Step): void {
    this.parents[node] = parent;
    this.steps[node] = step;
  }

  /** `holder.deep.promise`; with a last step that has no node yet. */
  render(node: number, last?: Step): string {
    const steps: Step[] = last === undefined ? [] : [last];
    for (let at = node; at > 0; at = this.parents[at] as number) steps.push(this.steps[at] as Step);
    let path = "";
    for (const step of steps.reverse()) path = extend(path, step);
    return path;
  }
}

function extend(path: string, step: Step): string {
  if (step instanceof EntryStep) return extend(path, step.words);
  if (step instanceof Words) return step.joined ? path + step.text : path === "" ? step.text : `${path} → ${step.text}`;
  if (typeof step === "number") return `${path}[${step}]`;
  if (typeof step === "symbol") return `${path}[${String(step)}]`;
  if (path === "") return step;
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(step) ? `${path}.${step}` : `${path}[${JSON.stringify(step)}]`;
}

/** How a Map's key is shown in a path. */
function shownKey(key: unknown): string {
  switch (typeof key) {
    case "string":
      return JSON.stringify(key.length > 40 ? `${key.slice(0, 40)}…` : key);
    case "object":
    case "function":
      return key === null ? "null" : "…";
    default:
      return String(key);
  }
}
