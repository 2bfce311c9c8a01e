/**
 * R's formulas, as Spark reads them: label ~ terms, with + - : * ^n ( ) . and 0 or 1 for the intercept.
 *
 *   formula := label "~" sum;  sum := cross (("+" | "-") cross)*;  cross := colons ("*" colons)*
 *   colons := power (":" power)*;  power := atom ("^" n)?;  atom := name | "." | "0" | "1" | "(" sum ")"
 */
import { UsageError } from "../../common/errors";

/** A product of columns; "." stands for all but the label. */
type Product = readonly string[];

type Term =
  | { readonly kind: "product"; readonly columns: Product; readonly deleted: boolean }
  | { readonly kind: "intercept"; readonly present: boolean };

export interface Formula {
  readonly label: string;
  readonly terms: readonly Term[];
}

export interface ResolvedFormula {
  readonly label: string;
  readonly terms: readonly Product[];
  readonly hasIntercept: boolean;
}

/** "ResolvedRFormula(label=y, terms=[x,{x,z}], hasIntercept=true)": as Spark writes it. */
export function resolvedFormulaText({ label, terms, hasIntercept }: ResolvedFormula): string {
  const texts = terms.map((columns) => (columns.length > 1 ? `{${columns.join(",")}}` : columns.join("")));
  return `ResolvedRFormula(label=${label}, terms=[${texts.join(",")}], hasIntercept=${hasIntercept})`;
}

const product = (columns: Product): Term => ({ kind: "product", columns: [...new Set(columns)], deleted: false });

/** Throws INVALID_FORMULA. */
export function parseFormula(text: string): Formula {
  return new Parser(text).formula();
}

class Parser {
  readonly #tokens: string[];
  #at = 0;

  constructor(private readonly text: string) {
    this.#tokens = text.match(/`[^`]+`|[A-Za-z_][\w.]*|\.[A-Za-z_][\w.]*|\d+|[~+\-:*^().]|\S/g) ?? [];
  }

  formula(): Formula {
    const label = this.#peek() === "~" ? "" : this.#name();
    this.#expect("~");
    const terms = this.#sum();
    if (this.#at < this.#tokens.length) throw this.#wrong(`"${this.#peek()}" is not expected there`);
    return { label, terms };
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  #takes(token: string): boolean {
    if (this.#peek() !== token) return false;
    this.#at++;
    return true;
  }

  #expect(token: string): void {
    if (!this.#takes(token))
      throw this.#wrong(`"${token}" is expected${this.#peek() === undefined ? " at its end" : `, not "${this.#peek()}"`}`);
  }

  #wrong(why: string): UsageError {
    return new UsageError("INVALID_FORMULA", `RFormula: the formula ${JSON.stringify(this.text)} cannot be read: ${why}.`);
  }

  #name(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined || !/^[`A-Za-z_.]/.test(token) || token === ".") throw this.#wrong(`a column is expected${token === undefined ? " at its end" : `, not "${token}"`}`); // prettier-ignore
    return token.replace(/^`|`$/g, "");
  }

  #sum(): Term[] {
    const terms = this.#cross();
    for (;;) {
      if (this.#takes("+")) terms.push(...this.#cross());
      else if (this.#takes("-")) terms.push(...this.#cross().map(deleted));
      else return terms;
    }
  }

  #cross(): Term[] {
    let left = this.#colons();
    while (this.#takes("*")) {
      const right = this.#colons();
      left = [...left, ...right, ...this.#products(left, right)];
    }
    return left;
  }

  #colons(): Term[] {
    let left = this.#power();
    while (this.#takes(":")) left = this.#products(left, this.#power());
    return left;
  }

  #power(): Term[] {
    const base = this.#atom();
    if (!this.#takes("^")) return base;
    const token = this.#tokens[this.#at++] ?? "";
    if (!/^[1-9]\d*$/.test(token)) throw this.#wrong(`a whole number is expected after "^"`);
    let terms = base;
    for (let i = 1; i < Number(token); i++) terms = distinct([...terms, ...this.#products(terms, base)]);
    return terms.sort((a, b) => sizeOf(a) - sizeOf(b));
  }

  #atom(): Term[] {
    if (this.#takes("(")) {
      const terms = this.#sum();
      this.#expect(")");
      return terms;
    }
    if (this.#takes("0")) return [{ kind: "intercept", present: false }];
    if (this.#takes("1")) return [{ kind: "intercept", present: true }];
    return [product([this.#takes(".") ? "." : this.#name()])];
  }

  #products(left: readonly Term[], right: readonly Term[]): Term[] {
    const products = left.flatMap((a) =>
      right.map((b) => {
        if (a.kind !== "product" || b.kind !== "product" || a.deleted || b.deleted)
          throw this.#wrong("0, 1 and what is taken away cannot be multiplied");
        return product([...a.columns, ...b.columns]);
      }),
    );
    return distinct(products);
  }
}

const sizeOf = (term: Term): number => (term.kind === "product" ? term.columns.length : 0);

const keyOf = (columns: Product): string => JSON.stringify([...columns].sort());

function distinct(terms: readonly Term[]): Term[] {
  const seen = new Set<string>();
  return terms.filter((term) => {
    const key = term.kind === "product" ? keyOf(term.columns) : "";
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function deleted(term: Term): Term {
  return term.kind === "product" ? { ...term, deleted: true } : { kind: "intercept", present: !term.present };
}

/** With the columns that "." stands for. */
export function resolveFormula({ label, terms }: Formula, columns: readonly string[]): ResolvedFormula {
  const others = columns.filter((column) => column !== label);
  let chosen: Product[] = [];
  let hasIntercept = true;
  for (const term of terms) {
    if (term.kind === "intercept") {
      hasIntercept = term.present;
      continue;
    }
    let expanded: Product[] = [[]];
    for (const column of term.columns)
      expanded = expanded.flatMap((before) =>
        (column === "." ? others : [column]).map((each) => [...new Set([...before, each])]),
      );
    const keys = new Set(expanded.map(keyOf));
    if (term.deleted) chosen = chosen.filter((one) => !keys.has(keyOf(one)));
    else {
      const there = new Set(chosen.map(keyOf));
      for (const one of expanded) {
        if (there.has(keyOf(one))) continue;
        there.add(keyOf(one));
        chosen.push(one);
      }
    }
  }
  return { label, terms: chosen, hasIntercept };
}
