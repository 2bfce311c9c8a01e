/**
 * When executors came and went and jobs (or stages) ran: one line of executors' moments, then bars in as few rows as they need. Short
 * ones that cannot be told apart at a scale are one mark with their number.
 */
import { useMemo } from "preact/hooks";
import type { TimelineEvent } from "../../api-types";
import { TimeCanvas } from "../components/time-canvas";
import type { Hit } from "../components/time-canvas";
import { moment } from "../lib/axis";
import { duration, plural, shortSite } from "../lib/format";
import { readable } from "../lib/palette";
import type { Palette } from "../lib/palette";
import { timelineRows } from "../lib/timeline";
import type { Mark } from "../lib/timeline";

/** Bars beyond these would be lines without a name; the newest are shown. */
const MOST = 500;
/** A label is worth drawing in so many px, at least. */
const LEAST_LABEL = 44;
/** Half the width of an executor's mark, px. */
const MARK = 5;

export function EventTimeline(props: { events: readonly TimelineEvent[]; now: number; onEvent: (event: TimelineEvent) => void }) {
  const { runs, moments, from, to, rowsAt } = useMemo(() => arrange(props.events, props.now), [props.events, props.now]);
  const head = moments.length > 0 ? 1 : 0;
  const kind = runs[0]?.event.kind === "stage" ? "stage" : "job";
  return (
    <TimeCanvas
      label={`Timeline: ${plural(runs.length, "run")}, ${plural(moments.length, "change")} of executors over ${duration(to - from)}.`}
      bounds={{ from, to }}
      origin={from}
      rows={(msPerPx) => head + rowsAt(msPerPx).length}
      rowHeight={24}
      rowLabel={(row, narrow) => (row < head ? (narrow ? "exec." : "executors") : row === head ? `${kind}s` : "")}
      groupStart={(row) => row === head}
      drawRow={(row, { context, palette, view, y, height, width, msPerPx }) => {
        const scale = width / (view.to - view.from);
        if (row < head) {
          for (const event of moments) {
            const at = (event.start - view.from) * scale;
            if (at < 0 || at > width) continue;
            // Whole at the edges, too: the first executors are there when the axis begins.
            const x = Math.min(Math.max(at, MARK), width - MARK);
            context.fillStyle = event.kind === "executorAdded" ? palette.good : palette.transfer;
            context.beginPath();
            const [top, bottom] = event.kind === "executorAdded" ? [y + 6, y + height - 6] : [y + height - 6, y + 6];
            context.moveTo(x, top);
            context.lineTo(x + MARK, bottom);
            context.lineTo(x - MARK, bottom);
            context.fill();
          }
          return;
        }
        for (const mark of rowsAt(msPerPx)[row - head] ?? []) {
          const x = Math.max(-2, (mark.start - view.from) * scale);
          const right = Math.min(width + 2, (mark.drawnEnd - view.from) * scale);
          if (right < 0 || x > width) continue;
          context.save();
          context.beginPath();
          // A hair between neighbours.
          context.roundRect(x, y + 3, right - x - (right - x > 4 ? 0.75 : 0), height - 6, 3);
          context.clip();
          const colour = fillByStatus(context, palette, mark.runs, x, y + 3, right - x, height - 6);
          context.restore();
          const room = right - Math.max(x, 0) - 10;
          const only = mark.runs.length === 1 ? mark.runs[0]! : undefined;
          const label = only === undefined ? "" : clipped(context, shortSite(only.event.label), room);
          context.fillStyle = readable(colour);
          context.textBaseline = "middle";
          if (label !== "") {
            context.textAlign = "left";
            context.fillText(label, Math.max(x, 0) + 6, y + height / 2 + 0.5);
          } else if (only === undefined) {
            context.textAlign = "center";
            context.fillText(String(mark.runs.length), (x + right) / 2, y + height / 2 + 0.5);
          }
        }
      }}
      at={(row, at, msPerPx) => {
        const reach = 2 * msPerPx;
        if (row < head) {
          const event = moments.find((one) => Math.abs(one.start - at) <= 4 * reach);
          return event && hitOf(event, event.kind === "executorAdded" ? "added" : "removed", from, props.onEvent);
        }
        const mark = rowsAt(msPerPx)[row - head]?.find(({ start, drawnEnd }) => start <= at + reach && drawnEnd >= at - reach);
        if (mark === undefined) return undefined;
        const [{ event, start, end }] = mark.runs as [TimelineRun];
        if (mark.runs.length === 1) return hitOf(event, `${event.status}, ${duration(end - start)}`, from, props.onEvent);
        const around = Math.max((mark.end - mark.start) * 0.1, 1);
        return {
          tip: (
            <>
              <p class="tip-title">{plural(mark.runs.length, kind)}</p>
              <p>
                {statusesOf(mark.runs)
                  .map(([status, count]) => `${count} ${status}`)
                  .join(", ")}
              </p>
              <p>
                in {duration(mark.end - mark.start)} from {moment(mark.start, from)}
              </p>
              <p class="quiet">Press to see each.</p>
            </>
          ),
          show: { from: mark.start - around, to: mark.end + around },
        };
      }}
      maxHeight={300}
      version={props.events}
    />
  );
}

/** What of the text fits into so many px, with an ellipsis where it is cut off; nothing where too little would be left to read. */
function clipped(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (width < LEAST_LABEL) return "";
  const whole = context.measureText(text).width;
  if (whole <= width) return text;
  const kept = Math.floor((text.length * width) / whole) - 2;
  return kept < 5 ? "" : `${text.slice(0, kept).trimEnd()}…`;
}

function hitOf(event: TimelineEvent, words: string, from: number, onEvent: (event: TimelineEvent) => void): Hit {
  return {
    tip: (
      <>
        <p class="tip-title">{shortSite(event.label)}</p>
        <p>{words}</p>
        <p>at {moment(event.start, from)}</p>
      </>
    ),
    go: () => onEvent(event),
  };
}

interface TimelineRun {
  readonly start: number;
  readonly end: number;
  readonly event: TimelineEvent;
}

type RunStatus = Exclude<TimelineEvent["status"], "">;

/** How many have each status, the worst ones first. */
function statusesOf(runs: readonly TimelineRun[]): [status: RunStatus, count: number][] {
  return (["failed", "running", "succeeded"] as const).flatMap((status): [RunStatus, number][] => {
    const count = runs.filter(({ event }) => event.status === status).length;
    return count === 0 ? [] : [[status, count]];
  });
}

/** The colour of what most of them did, which is returned; below it others have their shares, which can always be seen. */
function fillByStatus(
  context: CanvasRenderingContext2D,
  palette: Palette,
  runs: readonly TimelineRun[],
  x: number,
  y: number,
  width: number,
  height: number,
): string {
  const colours = { failed: palette.transfer, running: palette.accent, succeeded: palette.good };
  const [most, ...others] = statusesOf(runs)
    .sort(([, a], [, b]) => b - a)
    .map(([status, count]) => ({ colour: colours[status], share: count / runs.length }));
  context.fillStyle = most!.colour;
  context.fillRect(x, y, width, height);
  let bottom = y + height;
  for (const { colour, share } of others) {
    const part = Math.max(4, share * height);
    context.fillStyle = colour;
    context.fillRect(x, bottom - part, width, part);
    bottom -= part;
  }
  return most!.colour;
}

function arrange(events: readonly TimelineEvent[], now: number) {
  const bars = events.filter(({ kind }) => kind === "job" || kind === "stage").slice(-MOST);
  const moments = events.filter(({ kind }) => kind === "executorAdded" || kind === "executorRemoved");
  const all = [...bars, ...moments];
  const from = all.reduce((least, { start }) => Math.min(least, start), Infinity);
  const last = all.reduce(
    (most, event) => Math.max(most, event.end ?? (event.status === "running" ? now : event.start)),
    -Infinity,
  );
  const to = Math.max(last, from + 1);
  const runs = bars.map((event): TimelineRun => ({ start: event.start, end: event.end ?? to, event }));
  let scale = NaN;
  let rows: Mark<TimelineRun>[][] = [];
  return {
    runs,
    moments,
    from: Number.isFinite(from) ? from : 0,
    to: Number.isFinite(to) ? to : 1,
    rowsAt: (msPerPx: number) => {
      if (msPerPx !== scale) [scale, rows] = [msPerPx, timelineRows(runs, msPerPx)];
      return rows;
    },
  };
}
