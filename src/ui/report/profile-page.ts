/**
 * The picture of what profilers recorded (`driver/diagnostics`): tasks as bars, memory and CPU, and what is cached, one below the other over
 * the same time, in one file without scripts. The records themselves are in its element `#firesteel-profile`, as JSON.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CacheData, ProfilerRecord, ResourceData, TaskData } from "../../events/diagnostics";
import { html, type Html, markup, type Part, table } from "../server/plain-html";
import { countText } from "../views/format";
import { DARK, LIGHT } from "../web/lib/palette";

// Of the drawing, in its own units.
const WIDTH = 1000;
const LEFT = 70;
const RIGHT = 70;
const TOP = 8;
const BOTTOM = 26;
const PLOT = WIDTH - LEFT - RIGHT;
const CURVES_HEIGHT = 220;
const BAR_HEIGHT = 14;
const TICKS = 8;
/** More cannot be told apart: the longest are drawn. */
const MOST_BARS = 20_000;
/** Points of a curve that say their values to whoever points at them. */
const MOST_POINTS = 1000;
/** Values of axes: "25M". */
const SHORT = new Intl.NumberFormat("en-GB", { notation: "compact" });
const BAD = lightDark(LIGHT.error, DARK.transfer);

/** @param styles the style sheet of the dashboard */
export function profilePage(records: readonly ProfilerRecord[], styles: string): string {
  const from = Math.min(...records.map(({ startTime }) => startTime));
  const to = Math.max(...records.map(({ endTime }) => endTime));
  const time = new Time(from, Math.max(to, from + 0.001));
  // In a script element nothing but "</script" and "<!--" has a meaning.
  const data = JSON.stringify(records).replace(/</g, "\\u003c");
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Profile · firesteel</title>
        <style>
          ${markup(styles)} .plain svg {
            width: 100%;
            height: auto;
            font-size: 11px;
            fill: var(--ink-2);
          }
        </style>
        <script type="application/json" id="firesteel-profile">
          ${markup(data)}
        </script>
      </head>
      <body class="plain">
        <main>
          <h1>Profile</h1>
          <p>${new Date(from * 1000).toISOString()}, ${seconds(to - from)}</p>
          ${records.map((record) => section(record, time))}
        </main>
      </body>
    </html>`.text;
}

export function pageStyles(webFolder: string): string {
  return readFileSync(join(webFolder, "style.css"), "utf8");
}

function section(record: ProfilerRecord, time: Time): Html {
  switch (record.kind) {
    case "tasks":
      return html`<h2>Tasks</h2>
        ${tasks(record.results, time)}`;
    case "resources":
      return html`<h2>Memory and CPU</h2>
        ${resources(record.results, time)}`;
    case "cache":
      return html`<h2>Cache: ${record.metricName}</h2>
        ${cache(record.results, record.metricName, time)}`;
  }
}

/** Seconds since the epoch, to the drawing's units across. */
class Time {
  constructor(
    readonly from: number,
    readonly to: number,
  ) {}

  at(time: number): number {
    return LEFT + (PLOT * (Math.min(this.to, Math.max(this.from, time)) - this.from)) / (this.to - this.from);
  }

  axis(height: number): Html {
    const step = roundStep((this.to - this.from) / TICKS);
    const ticks = Array.from({ length: Math.floor((this.to - this.from) / step) + 1 }, (_, i) => i * step);
    const y = TOP + height;
    return html`<g>
      <line x1="${LEFT}" x2="${LEFT + PLOT}" y1="${y}" y2="${y}" stroke="var(--line-strong)" />
      ${ticks.map((tick) => {
        const x = fixed(this.at(this.from + tick));
        return html`<line x1="${x}" x2="${x}" y1="${TOP}" y2="${y}" stroke="var(--line)" />
          <text x="${x}" y="${y + 16}" text-anchor="middle">${seconds(tick)}</text>`;
      })}
    </g>`;
  }
}

function tasks(results: readonly TaskData[], time: Time): Html {
  const drawn = [...results].sort((a, b) => b.endTime - b.startTime - (a.endTime - a.startTime)).slice(0, MOST_BARS);
  drawn.sort((a, b) => a.startTime - b.startTime);
  const lanes = new Lanes();
  const placed = drawn.map((task) => ({ task, lane: lanes.of(task) }));
  const rows = lanes.inOrder();
  const names = [...new Set(results.map(({ task }) => task))];
  const height = Math.max(1, rows.length) * BAR_HEIGHT;
  const bars = placed.map(({ task, lane }) => {
    const x = time.at(task.startTime);
    const width = Math.max(0.5, time.at(task.endTime) - x);
    const y = TOP + rows.indexOf(lane) * BAR_HEIGHT + 1;
    const colour = task.status === "Success" ? colourOf(names.indexOf(task.task)) : BAD;
    return html`<rect x="${fixed(x)}" y="${y}" width="${fixed(width)}" height="${BAR_HEIGHT - 2}" style="fill: ${colour}">
      <title>
        ${task.key} ${task.task}: ${seconds(task.endTime - task.startTime)} on executor ${task.workerId}, ${task.status}
      </title>
    </rect>`;
  });
  const labels = rows.map(
    (lane, i) =>
      html`<text x="${LEFT - 6}" y="${TOP + (i + 0.75) * BAR_HEIGHT}" text-anchor="end"
        >${lane.slot === 0 ? lane.workerId : ""}</text
      >`,
  );
  const summary = names.map((name) => {
    const all = results.filter(({ task }) => task === name);
    const taken = all.reduce((sum, { startTime, endTime }) => sum + endTime - startTime, 0);
    const failed = all.filter(({ status }) => status !== "Success").length;
    return [
      sample(names.indexOf(name)),
      name,
      countText(all.length),
      countText(failed),
      seconds(taken),
      seconds(taken / all.length),
    ];
  });
  return html`${svg("Tasks over time, one row for each slot of an executor", height, [time.axis(height), ...labels, ...bars])}
  ${results.length > MOST_BARS ? html`<p>Of ${countText(results.length)} tasks the ${countText(MOST_BARS)} longest are drawn.</p>` : null}
  ${table(["", "operation", "tasks", "not successful", "time", "mean"], summary, "No task has ended.")}`;
}

interface Lane {
  readonly workerId: string;
  readonly slot: number;
  busyUntil: number;
}

/** Rows of executors: a task takes the first one that is free when it starts. */
class Lanes {
  readonly #lanes = new Map<string, Lane[]>();

  of({ workerId, startTime, endTime }: TaskData): Lane {
    let lanes = this.#lanes.get(workerId);
    if (lanes === undefined) this.#lanes.set(workerId, (lanes = []));
    let lane = lanes.find(({ busyUntil }) => busyUntil <= startTime);
    if (lane === undefined) lanes.push((lane = { workerId, slot: lanes.length, busyUntil: 0 }));
    lane.busyUntil = endTime;
    return lane;
  }

  inOrder(): Lane[] {
    return [...this.#lanes].sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true })).flatMap(([, lanes]) => lanes);
  }
}

function resources(results: readonly ResourceData[], time: Time): Html {
  const mem = curve(
    results,
    ({ mem: value }) => value,
    time,
    colourOf(0),
    (row) => `${countText(row.mem)} MB`,
  );
  const cpu = curve(
    results,
    ({ cpu: value }) => value,
    time,
    colourOf(3),
    (row) => `${countText(row.cpu)} % of a core`,
  );
  const ids = [...new Set(results.flatMap(({ processes }) => Object.keys(processes)))];
  const row = (who: string, of: (result: ResourceData) => { readonly mem: number; readonly cpu: number } | undefined): Part[] => {
    const told = results.map(of).filter((one) => one !== undefined);
    const most = (what: "mem" | "cpu"): string => largest(told.map((one) => one[what])).toFixed(1);
    const mean = (what: "mem" | "cpu"): string => (told.reduce((sum, one) => sum + one[what], 0) / told.length).toFixed(1);
    return [who, mean("mem"), most("mem"), mean("cpu"), most("cpu")];
  };
  const rows =
    results.length === 0 ? [] : [row("all", (one) => one), ...ids.map((id) => row(id, ({ processes }) => processes[id]))];
  return html`${svg("Resident memory and CPU over time", CURVES_HEIGHT, [
      time.axis(CURVES_HEIGHT),
      valueAxis(mem.most, "MB", "left"),
      valueAxis(cpu.most, "%", "right"),
      mem.drawing,
      cpu.drawing,
    ])}
    <p>${swatch(colourOf(0))} memory, MB (left) ${swatch(colourOf(3))} CPU, percent of a core (right)</p>
    ${table(["process", "memory, mean", "most", "CPU, mean", "most"], rows, "Nothing was sampled.")}`;
}

function cache(results: readonly CacheData[], metricName: string, time: Time): Html {
  const names = [...new Set(results.map(({ task }) => task))];
  const series = names.map((name) => ({ name, steps: stepsOf(results.filter(({ task }) => task === name)) }));
  const most = roundUp(largest(series.flatMap(({ steps }) => steps.map(({ value }) => value))));
  const lines = series.map(({ name, steps }, i) => {
    // A step holds until the next one.
    let path = `M ${fixed(LEFT)} ${fixed(yOf(0, most))}`;
    for (const { at, value } of steps) path += ` H ${fixed(time.at(at))} V ${fixed(yOf(value, most))}`;
    return html`<path d="${path} H ${LEFT + PLOT}" fill="none" style="stroke: ${colourOf(i)}" stroke-width="1.5"
      ><title>${name}</title></path
    >`;
  });
  const summary = series.map(({ name, steps }, i) => [
    sample(i),
    name,
    countText(results.filter(({ task }) => task === name).length),
    countText(largest(steps.map(({ value }) => value))),
  ]);
  return html`${svg(`Cached blocks over time: ${metricName}`, CURVES_HEIGHT, [
    time.axis(CURVES_HEIGHT),
    valueAxis(most, "", "left"),
    ...lines,
  ])}
  ${table(["", "dataset", "blocks", `most at once, ${metricName}`], summary, "Nothing was cached.")}`;
}

/** How the sum changes as blocks come and go. */
function stepsOf(blocks: readonly CacheData[]): { readonly at: number; readonly value: number }[] {
  const changes = blocks.flatMap(({ metric, cacheTime, freeTime }) => [
    { at: cacheTime, by: metric },
    { at: freeTime, by: -metric },
  ]);
  changes.sort((a, b) => a.at - b.at || b.by - a.by);
  let value = 0;
  return changes.map(({ at, by }) => ({ at, value: (value += by) }));
}

function curve(
  results: readonly ResourceData[],
  of: (row: ResourceData) => number,
  time: Time,
  colour: string,
  words: (row: ResourceData) => string,
): { readonly most: number; readonly drawing: Html } {
  const most = roundUp(largest(results.map(of)));
  const points = results.map((row) => ({ row, x: fixed(time.at(row.time)), y: fixed(yOf(of(row), most)) }));
  const dots = points
    .slice(-MOST_POINTS)
    .map(
      ({ row, x, y }) =>
        html`<circle cx="${x}" cy="${y}" r="2.5" style="fill: ${colour}"
          ><title>${seconds(row.time - time.from)}: ${words(row)}</title></circle
        >`,
    );
  const line = points.map(({ x, y }) => `${x},${y}`).join(" ");
  return { most, drawing: html`<polyline points="${line}" fill="none" style="stroke: ${colour}" stroke-width="1.5" />${dots}` };
}

function yOf(value: number, most: number): number {
  return TOP + CURVES_HEIGHT * (1 - value / most);
}

function valueAxis(most: number, unit: string, side: "left" | "right"): Html {
  const [x, anchor] = side === "left" ? [LEFT - 6, "end"] : [LEFT + PLOT + 6, "start"];
  return html`<g>
    ${[0, 0.25, 0.5, 0.75, 1].map(
      (share) =>
        html`<text x="${x}" y="${fixed(yOf(share * most, most) + 4)}" text-anchor="${anchor}"
          >${SHORT.format(share * most)} ${unit}</text
        >`,
    )}
  </g>`;
}

function svg(label: string, height: number, parts: readonly Html[]): Html {
  return html`<svg viewBox="0 0 ${WIDTH} ${TOP + height + BOTTOM}" role="img" aria-label="${label}">${parts}</svg>`;
}

function sample(index: number): Html {
  return swatch(colourOf(index));
}

function swatch(colour: string): Html {
  return html`<span style="display: inline-block; width: 1em; height: 1em; background: ${colour}"></span>`;
}

function colourOf(index: number): string {
  const at = index % LIGHT.categories.length;
  return lightDark(LIGHT.categories[at]!, DARK.categories[at]!);
}

function lightDark(light: string, dark: string): string {
  return `light-dark(${light}, ${dark})`;
}

function largest(values: Iterable<number>): number {
  let most = 0;
  for (const value of values) most = Math.max(most, value);
  return most;
}

/** 1, 2 or 5 times a power of ten, no less than `least`. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5].map((factor) => factor * power).find((step) => step >= least) ?? 10 * power;
}

/** The end of an axis: above the largest value, and not 0. */
function roundUp(value: number): number {
  return value <= 0 ? 1 : roundStep(value / 4) * 4;
}

function fixed(value: number): string {
  return value.toFixed(2);
}

function seconds(value: number): string {
  return value < 1 ? `${countText(value * 1000)} ms` : `${countText(value)} s`;
}
