/** Gives tables on the page their columns' widths (`lib/column-widths.ts`), after each change of what is in them. */
import { createContext } from "preact";
import { columnWidths, LEAST_GROWING } from "../lib/column-widths";

interface Fitted {
  /** Rows come and go while it scrolls: widths are those of the first ones, and cells are cut. */
  readonly virtual: boolean;
  /** px by column, as it was measured. */
  natural?: ReadonlyMap<string, number>;
  /** Of a dense table: its columns have no room with their names on one line. */
  tight?: boolean;
}

/**
 * Tables that share one have columns of equal widths below each other. A column never gets narrower (but with the page), so that
 * live figures do not push each other about.
 */
export class ColumnFit {
  readonly #tables = new Map<HTMLElement, Fitted>();
  readonly #widest = new Map<string, number>();

  /** `scroller` has a table, of which something may have changed. */
  set(scroller: HTMLElement, virtual: boolean): void {
    const before = this.#tables.get(scroller);
    const measured = virtual && before?.virtual === true && headersOf(scroller).every(({ key }) => before.natural?.has(key));
    if (!measured) this.#tables.set(scroller, { virtual, ...(before?.tight === true ? { tight: true } : {}) });
    this.fit();
  }

  delete(scroller: HTMLElement): void {
    this.#tables.delete(scroller);
  }

  /** The page has another width: all is measured anew. */
  reset(): void {
    this.#widest.clear();
    for (const table of this.#tables.values()) {
      delete table.natural;
      delete table.tight;
    }
    this.fit();
  }

  fit(): void {
    const fresh = [...this.#tables].filter(([, { virtual, natural }]) => !virtual || natural === undefined);
    const lefts = fresh.map(([scroller]) => scroller.scrollLeft);
    for (const [scroller] of fresh) release(scroller);
    for (const [scroller, table] of fresh) {
      if (!scroller.classList.contains("dense") || table.tight === true) continue;
      scroller.classList.add("one-line");
      if (scroller.scrollWidth <= scroller.clientWidth) continue;
      scroller.classList.remove("one-line");
      table.tight = true;
      // Widths that were measured with names on one line.
      this.#widest.clear();
    }
    for (const [scroller, table] of fresh) {
      const headers = headersOf(scroller);
      table.natural = new Map(headers.map(({ key, cell }) => [key, cell.getBoundingClientRect().width]));
      if (!table.virtual && stretched(scroller, headers)) continue;
      for (const { key, grows } of headers)
        if (!grows) this.#widest.set(key, Math.max(this.#widest.get(key) ?? 0, table.natural.get(key)!));
    }
    for (const [scroller, { virtual, natural }] of this.#tables) {
      const headers = headersOf(scroller);
      if (!virtual && stretched(scroller, headers)) continue;
      const widths = columnWidths(
        headers.map(({ key, grows }) => (grows ? LEAST_GROWING : (this.#widest.get(key) ?? natural?.get(key) ?? 0))),
        headers.map(({ grows }) => grows),
        scroller.clientWidth,
      );
      apply(scroller, headers, virtual, widths);
    }
    fresh.forEach(([scroller], at) => (scroller.scrollLeft = lefts[at]!));
  }
}

/** Of tables below it that have the same columns. */
export const SharedFit = createContext<ColumnFit | null>(null);

interface Header {
  readonly cell: HTMLElement;
  readonly key: string;
  readonly grows: boolean;
}

function headersOf(scroller: HTMLElement): Header[] {
  return [...scroller.querySelectorAll<HTMLElement>("thead th")].map((cell) => ({
    cell,
    key: cell.dataset["column"]!,
    grows: cell.classList.contains("grow"),
  }));
}

/** No column takes what is left, so all do: their widths do not tell what they need. */
function stretched(scroller: HTMLElement, headers: readonly Header[]): boolean {
  return !headers.some(({ grows }) => grows) && scroller.scrollWidth <= scroller.clientWidth;
}

/** The table is as the browser lays it out by itself. */
function release(scroller: HTMLElement): void {
  const table = scroller.querySelector("table")!;
  table.classList.remove("settled");
  table.style.width = "";
  for (const { cell } of headersOf(scroller)) cell.style.width = cell.style.minWidth = "";
}

function apply(scroller: HTMLElement, headers: readonly Header[], virtual: boolean, widths: readonly number[]): void {
  const sum = widths.reduce((total, width) => total + width, 0);
  if (virtual) {
    const table = scroller.querySelector("table")!;
    table.classList.add("settled");
    table.style.width = `${sum}px`;
    headers.forEach(({ cell }, at) => (cell.style.width = `${widths[at]}px`));
    return;
  }
  const scrolls = sum > scroller.clientWidth + 0.5;
  headers.forEach(({ cell, grows }, at) => {
    if (scrolls || !grows) cell.style.minWidth = `${widths[at]}px`;
  });
}
