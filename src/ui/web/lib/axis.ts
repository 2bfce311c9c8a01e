/** Time axes: which moments get a label, how they read, and how a view moves over the bounds of what there is. */
import { clock, duration } from "./format";

export interface View {
  readonly from: number;
  readonly to: number;
}

/** Round steps of an axis, ms. From a second on none is longer than twice the one before it, so that a narrow axis has two labels at least. */
export const STEPS: readonly number[] = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 3000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 180_000, 300_000, 600_000,
  900_000, 1_800_000, 3_600_000, 7_200_000, 10_800_000, 21_600_000, 43_200_000, 86_400_000,
];

/** Moments on round steps after `origin`, at most one for each `spacing` px, with their labels. */
export function ticks(view: View, width: number, origin: number, spacing = 90): { at: number; label: string }[] {
  const span = view.to - view.from;
  if (!(span > 0) || width < spacing) return [];
  const most = Math.max(1, Math.floor(width / spacing));
  const step = STEPS.find((size) => span / size <= most) ?? Math.ceil(span / most / 86_400_000) * 86_400_000;
  const result: { at: number; label: string }[] = [];
  for (let at = origin + Math.ceil((view.from - origin) / step) * step; at <= view.to; at += step) {
    result.push({ at, label: sinceLabel(at - origin, step) });
  }
  return result;
}

function sinceLabel(ms: number, step: number): string {
  if (ms === 0) return "0 s";
  if (Math.abs(ms) < 1000) return `${Math.round(ms)} ms`;
  if (Math.abs(ms) < 60_000) return `${(ms / 1000).toFixed(step < 10 ? 3 : step < 100 ? 2 : step < 1000 ? 1 : 0)} s`;
  return duration(ms);
}

/** "14:03:05 (12.3 s)": a moment and how long after the start of what is shown. */
export function moment(at: number, origin: number): string {
  return `${clock(at)} (${duration(at - origin)})`;
}

/** The view made `factor` times as long around `at`, never shorter than `least` ms nor outside of `bounds`. */
export function zoomed(view: View, bounds: View, at: number, factor: number, least = 1): View {
  const full = Math.max(bounds.to - bounds.from, least);
  const span = Math.min(full, Math.max(least, (view.to - view.from) * factor));
  const share = (at - view.from) / (view.to - view.from || 1);
  return held({ from: at - share * span, to: at - share * span + span }, bounds);
}

export function panned(view: View, bounds: View, by: number): View {
  return held({ from: view.from + by, to: view.to + by }, bounds);
}

/** The view moved (or cut) so that it lies in the bounds. */
export function held(view: View, bounds: View): View {
  const span = view.to - view.from;
  if (span >= bounds.to - bounds.from) return bounds;
  if (view.from < bounds.from) return { from: bounds.from, to: bounds.from + span };
  if (view.to > bounds.to) return { from: bounds.to - span, to: bounds.to };
  return view;
}
