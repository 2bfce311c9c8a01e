/** When executors came and went and jobs (or stages) ran: one line of executors' moments, then bars in as few rows as they need. */
import { useMemo } from "preact/hooks";
import type { TimelineEvent } from "../../api-types";
import { TimeCanvas } from "../components/time-canvas";
import { moment } from "../lib/axis";
import { duration, plural, shortSite } from "../lib/format";
import { pack } from "../lib/lanes";
import { readable } from "../lib/palette";

/** Bars beyond these would be lines without a name; the newest are shown. */
const MOST = 500;
/** A label is worth drawing in so many px, at least. */
const LEAST_LABEL = 44;

export function EventTimeline(props: { events: readonly TimelineEvent[]; now: number; onEvent: (event: TimelineEvent) => void }) {
  const { bars, moments, lanes, from, to } = useMemo(() => arrange(props.events, props.now), [props.events, props.now]);
  const byLane = useMemo(() => {
    const rows: TimelineEvent[][] = Array.from({ length: lanes.lanes }, () => []);
    bars.forEach((bar, at) => rows[lanes.lane[at]!]!.push(bar));
    return rows;
  }, [bars, lanes]);
  const head = moments.length > 0 ? 1 : 0;
  const endOf = (event: TimelineEvent) => event.end ?? to;
  return (
    <TimeCanvas
      label={`Timeline: ${plural(bars.length, "run")}, ${plural(moments.length, "change")} of executors over ${duration(to - from)}.`}
      bounds={{ from, to }}
      origin={from}
      rows={head + lanes.lanes}
      rowHeight={24}
      rowLabel={(row, narrow) =>
        row < head ? (narrow ? "exec." : "executors") : row === head ? (bars[0]?.kind === "stage" ? "stages" : "jobs") : ""
      }
      groupStart={(row) => row === head}
      drawRow={(row, { context, palette, view, y, height, width }) => {
        const scale = width / (view.to - view.from);
        if (row < head) {
          for (const event of moments) {
            const x = (event.start - view.from) * scale;
            context.fillStyle = event.kind === "executorAdded" ? palette.good : palette.transfer;
            context.beginPath();
            const [top, bottom] = event.kind === "executorAdded" ? [y + 6, y + height - 6] : [y + height - 6, y + 6];
            context.moveTo(x, top);
            context.lineTo(x + 5, bottom);
            context.lineTo(x - 5, bottom);
            context.fill();
          }
          return;
        }
        for (const event of byLane[row - head]!) {
          const x = Math.max(-2, (event.start - view.from) * scale);
          const right = Math.min(width + 2, (endOf(event) - view.from) * scale);
          if (right < 0 || x > width) continue;
          const colour =
            event.status === "failed" ? palette.transfer : event.status === "running" ? palette.accent : palette.good;
          context.fillStyle = colour;
          context.beginPath();
          context.roundRect(x, y + 3, Math.max(2, right - x), height - 6, 3);
          context.fill();
          const label = clipped(context, shortSite(event.label), right - Math.max(x, 0) - 10);
          if (label !== "") {
            context.fillStyle = readable(colour);
            context.textAlign = "left";
            context.textBaseline = "middle";
            context.fillText(label, Math.max(x, 0) + 6, y + height / 2 + 0.5);
          }
        }
      }}
      at={(row, at, reach) => {
        const slack = reach * 4;
        const event =
          row < head
            ? moments.find((one) => Math.abs(one.start - at) <= slack)
            : byLane[row - head]?.find((one) => one.start <= at + reach && endOf(one) >= at - reach);
        if (event === undefined) return undefined;
        return {
          tip: (
            <>
              <p class="tip-title">{shortSite(event.label)}</p>
              <p>
                {event.kind === "executorAdded"
                  ? "added"
                  : event.kind === "executorRemoved"
                    ? "removed"
                    : `${event.status}, ${duration(endOf(event) - event.start)}`}
              </p>
              <p>at {moment(event.start, from)}</p>
            </>
          ),
          go: () => props.onEvent(event),
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

function arrange(events: readonly TimelineEvent[], now: number) {
  const bars = events.filter(({ kind }) => kind === "job" || kind === "stage").slice(-MOST);
  const all = events.filter(({ kind }) => kind === "executorAdded" || kind === "executorRemoved");
  const starts = [...bars, ...all].map(({ start }) => start);
  const from = starts.reduce((least, at) => Math.min(least, at), Infinity);
  const last = [...bars, ...all].reduce(
    (most, event) => Math.max(most, event.end ?? (event.status === "running" ? now : event.start)),
    -Infinity,
  );
  const to = Math.max(last, from + 1);
  const lanes = pack(
    bars.map((bar) => ({ start: bar.start, end: bar.end ?? to })),
    (to - from) / 400,
  );
  return { bars, moments: all, lanes, from: Number.isFinite(from) ? from : 0, to: Number.isFinite(to) ? to : 1 };
}
