/** Series over time, by uPlot. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { STEPS } from "../lib/axis";
import { clock } from "../lib/format";
import { useTheme } from "../theme";

export interface Series {
  readonly label: string;
  /** Index into the palette's categories, or a colour. */
  readonly colour: number | "accent";
  readonly fill?: boolean;
}

const BINARY = Array.from({ length: 50 }, (_, power) => 2 ** power);
/** Labels are whole seconds. */
const TIMES = STEPS.filter((step) => step >= 1000);
/** px from one label of the time axis to the next: "14:03:05" and a gap. */
const TIME_SPACE = 64;

/** A single value stands in the middle of a minute. */
const around = (at: number): [number, number] => [at - 30_000, at + 30_000];

export function Chart(props: {
  label: string;
  /** Milliseconds, then one list a series. */
  data: readonly (readonly (number | null)[])[];
  series: readonly Series[];
  height: number;
  format: (value: number) => string;
  /** The axis reaches at least so far. */
  top?: number;
  /** Bytes: steps of the axis are powers of two. */
  binary?: boolean;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const [width, setWidth] = useState(0);
  const { palette } = useTheme();
  useLayoutEffect(() => {
    const element = frame.current!;
    const measure = () => setWidth(element.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const { top, format } = props;
  const names = props.series.map(({ label }) => label).join();
  useEffect(() => {
    if (width === 0) return;
    const axis = {
      stroke: palette.text,
      font: "12px system-ui",
      grid: { stroke: palette.grid, width: 1 },
      ticks: { show: false },
    };
    const made = new uPlot(
      {
        width,
        height: props.height,
        ms: 1,
        legend: { show: false },
        cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
        scales: {
          x: { range: (plot, min, max) => (plot.data[0].length === 1 ? around(plot.data[0][0]!) : [min, max]) },
          y: { range: (_plot, _min, max) => [0, Math.max(max * 1.05, top ?? 0, 1e-9)] },
        },
        axes: [
          {
            ...axis,
            grid: { show: false },
            size: 24,
            incrs: TIMES,
            space: TIME_SPACE,
            values: (_plot, at) => at.map((ms) => clock(ms)),
          },
          {
            ...axis,
            size: 58,
            ...(props.binary === true ? { incrs: BINARY } : {}),
            space: 36,
            values: (_plot, at) => at.map((value) => format(value)),
          },
        ],
        series: [
          {},
          ...props.series.map(({ label, colour, fill }) => {
            const stroke = colour === "accent" ? palette.accent : palette.categories[colour]!;
            return {
              label,
              stroke,
              width: 1.5,
              // No line goes through one value.
              points: { show: (plot: uPlot) => plot.data[0].length === 1, size: 6, fill: stroke },
              ...(fill === true ? { fill: `${stroke}2e` } : {}),
            };
          }),
        ],
      },
      props.data as uPlot.AlignedData,
      frame.current!,
    );
    plot.current = made;
    return () => made.destroy();
  }, [width, palette, props.height, names, top]);
  useEffect(() => plot.current?.setData(props.data as uPlot.AlignedData), [props.data]);
  const last = (values: readonly (number | null)[] | undefined) => values?.[values.length - 1] ?? 0;
  return (
    <div
      class="chart"
      ref={frame}
      style={{ height: `${props.height}px` }}
      role="img"
      aria-label={`${props.label}: ${props.series.map(({ label }, at) => `${label} now ${format(last(props.data[at + 1]))}`).join(", ")}`}
    />
  );
}
