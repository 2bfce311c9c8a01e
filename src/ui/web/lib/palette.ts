/**
 * Colours of drawings. Eight categorical hues that stay apart for the common forms of colour blindness (after Okabe and Ito, and
 * Tol's muted scheme, without their reds, oranges and greys, which mean transfer, disk and (de)serialising here, as on Dask's pages).
 */
export interface Palette {
  readonly background: string;
  readonly band: string;
  readonly grid: string;
  readonly text: string;
  readonly categories: readonly string[];
  readonly transfer: string;
  readonly disk: string;
  readonly serialise: string;
  readonly delay: string;
  readonly error: string;
  readonly errorEdge: string;
  readonly killed: string;
  readonly accent: string;
  readonly good: string;
}

export const LIGHT: Palette = {
  background: "#ffffff",
  band: "#f5f7f9",
  grid: "#e3e7ec",
  text: "#55606e",
  categories: ["#2f6fc4", "#2aa198", "#8e5bbd", "#7aa02c", "#c25aa0", "#5bb5e0", "#5a5fb8", "#c9ad1c"],
  transfer: "#d83a2e",
  disk: "#f08a1d",
  serialise: "#9aa3ae",
  delay: "#d5dae0",
  error: "#000000",
  errorEdge: "#000000",
  killed: "#6b4f4f",
  accent: "#1f5fbf",
  good: "#0f7153",
};

export const DARK: Palette = {
  background: "#171c23",
  band: "#1c222a",
  grid: "#2b333e",
  text: "#9aa7b6",
  categories: ["#4f8fe6", "#35b8ad", "#a981d6", "#93b944", "#d67fb8", "#7cc8ec", "#8388dc", "#d9c043"],
  transfer: "#ee5a4d",
  disk: "#f59f40",
  serialise: "#8a94a1",
  delay: "#3a4450",
  error: "#000000",
  errorEdge: "#e6eaf0",
  killed: "#a08585",
  accent: "#6aa7f8",
  good: "#3fbf92",
};

/** Gives each name a colour and keeps it: the place that its hash names, or the next one that the fewest names have. */
export class ColourKeeper {
  private readonly slots = new Map<string, number>();
  private readonly used: number[];

  constructor(private readonly colours: number) {
    this.used = new Array<number>(colours).fill(0);
  }

  index(name: string): number {
    const known = this.slots.get(name);
    if (known !== undefined) return known;
    const first = hash(name) % this.colours;
    const least = Math.min(...this.used);
    let slot = first;
    while ((this.used[slot] ?? 0) > least) slot = (slot + 1) % this.colours;
    this.used[slot] = (this.used[slot] ?? 0) + 1;
    this.slots.set(name, slot);
    return slot;
  }
}

/** Names by the colour that they share, which is what it means to a reader: the newest colours first, in each the newest names. */
export function sharedColours(
  names: readonly string[],
  index: (name: string) => number,
): { readonly index: number; readonly names: readonly string[] }[] {
  const found = new Map<number, string[]>();
  for (const name of [...names].reverse()) {
    const same = found.get(index(name));
    if (same === undefined) found.set(index(name), [name]);
    else same.push(name);
  }
  return [...found].map(([index, names]) => ({ index, names }));
}

function hash(text: string): number {
  let h = 2166136261;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619);
  return h >>> 0;
}

/** Black or white, whichever reads better on `background` (WCAG's relative luminance). */
export function readable(background: string): "#000000" | "#ffffff" {
  const linear = (at: number) => {
    const value = parseInt(background.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  const luminance = 0.2126 * linear(1) + 0.7152 * linear(3) + 0.0722 * linear(5);
  return luminance > 0.179 ? "#000000" : "#ffffff";
}
