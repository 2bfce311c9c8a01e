/** The order of tables. */
export type SortValue = string | number | null | undefined;

/** Numbers by value, texts with their numbers by value ("stage 9" before "stage 10"); what is absent comes last in both directions. */
export function compareValues(a: SortValue, b: SortValue, descending: boolean): number {
  const noA = a === null || a === undefined || a === "";
  const noB = b === null || b === undefined || b === "";
  if (noA || noB) return noA === noB ? 0 : noA ? 1 : -1;
  const order = typeof a === "number" && typeof b === "number" ? a - b : COLLATOR.compare(String(a), String(b));
  return descending ? -order : order;
}

const COLLATOR = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** A sorted copy; equal rows keep their order. */
export function sorted<T>(rows: readonly T[], value: (row: T) => SortValue, descending: boolean): T[] {
  return [...rows].sort((a, b) => compareValues(value(a), value(b), descending));
}

/** Rows of which one of `texts` has all words of `filter`, in any case. */
export function filtered<T>(rows: readonly T[], filter: string, texts: (row: T) => string): readonly T[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const text = texts(row).toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
