/**
 * Rows of marks over a time axis, on a canvas: zoomed by the wheel (with Ctrl or ⌘), two fingers, buttons or + and −; moved by
 * dragging or the arrow keys; 0 shows all. Those who draw get one row at a time. Only the canvas knows about pixels.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { held, panned, ticks, zoomed } from "../lib/axis";
import type { View } from "../lib/axis";
import { duration } from "../lib/format";
import type { Palette } from "../lib/palette";
import { useTheme } from "../theme";

export interface RowSurface {
  readonly context: CanvasRenderingContext2D;
  readonly palette: Palette;
  readonly view: View;
  /** px of the row's area. */
  readonly y: number;
  readonly height: number;
  readonly width: number;
  readonly msPerPx: number;
}

/** What a pointer is on: its words, and what a press does: something else, or to show a stretch of time. */
export interface Hit {
  readonly tip: ComponentChildren;
  readonly go?: () => void;
  readonly show?: View;
}

interface TimeCanvasProps {
  /** What is drawn, in a sentence, for those who do not see it. */
  readonly label: string;
  readonly bounds: View;
  /** Where the axis counts from. */
  readonly origin: number;
  /** How many there are at a scale. */
  readonly rows: (msPerPx: number) => number;
  readonly rowHeight: number;
  /** `narrow` on a phone: a word or a number. */
  readonly rowLabel: (row: number, narrow: boolean) => string;
  /** Rows that begin a group get a line above. */
  readonly groupStart?: (row: number) => boolean;
  readonly drawRow: (row: number, surface: RowSurface) => void;
  readonly at?: (row: number, time: number, msPerPx: number) => Hit | undefined;
  /** The newest `follow` ms are kept in view while nobody has moved the view. */
  readonly follow?: number;
  /** px of the rows and the axis; more rows than these hold are scrolled to, the axis stays. */
  readonly maxHeight?: number;
  /** Changes when there is something new to draw. */
  readonly version: unknown;
}

const AXIS = 26;
const NARROW = 560;
/** px from an end of the axis within which a label would reach over it. */
const LABEL_EDGE = 24;

export function TimeCanvas(props: TimeCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const [scrolled, setScrolled] = useState(0);
  const [width, setWidth] = useState(0);
  const [moved, setMoved] = useState<View | null>(null);
  const [tip, setTip] = useState<{ x: number; y: number; content: ComponentChildren; link: boolean } | null>(null);
  const { palette } = useTheme();
  const gutter = width < NARROW ? 52 : 92;
  const inner = Math.max(0, width - gutter);
  const following = moved === null && props.follow !== undefined && props.bounds.to - props.bounds.from > props.follow;
  const view =
    moved !== null
      ? held(moved, props.bounds)
      : following
        ? { from: props.bounds.to - props.follow, to: props.bounds.to }
        : props.bounds;
  const msPerPx = (view.to - view.from) / Math.max(inner, 1);
  const rows = props.rows(msPerPx);
  const height = rows * props.rowHeight;
  // Whole rows: none is cut.
  const limit = Math.max(1, Math.floor(((props.maxHeight ?? 480) - AXIS) / props.rowHeight)) * props.rowHeight;

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const measure = () => setWidth(element.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    const element = canvas.current;
    if (element === null || inner === 0) return;
    const request = requestAnimationFrame(() => draw(element, props, palette, view, msPerPx, rows, width, gutter));
    return () => cancelAnimationFrame(request);
  });

  const timeAt = (x: number) => view.from + ((x - gutter) / Math.max(inner, 1)) * (view.to - view.from);
  const zoom = (factor: number, at = (view.from + view.to) / 2) => setMoved(zoomed(view, props.bounds, at, factor));
  const pan = (share: number) => setMoved(panned(view, props.bounds, (view.to - view.from) * share));
  const hit = (x: number, y: number) => {
    const row = Math.floor(y / props.rowHeight);
    if (x < gutter || row < 0 || row >= rows || inner === 0) return undefined;
    return props.at?.(row, timeAt(x), msPerPx);
  };

  // The wheel must be able to keep the page from scrolling: a listener that is not passive.
  const wheel = useRef((_event: WheelEvent) => {});
  wheel.current = (event) => {
    const x = event.clientX - (canvas.current?.getBoundingClientRect().left ?? 0);
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      zoom(Math.exp(event.deltaY * 0.004), timeAt(x));
    } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      pan(event.deltaX / Math.max(inner, 1));
    }
  };
  useEffect(() => {
    const element = canvas.current;
    const listener = (event: WheelEvent) => wheel.current(event);
    element?.addEventListener("wheel", listener, { passive: false });
    return () => element?.removeEventListener("wheel", listener);
  }, []);

  const pointers = useRef(new Map<number, { x: number; start: number }>());
  const onPointerMove = (event: PointerEvent & { currentTarget: HTMLCanvasElement }) => {
    const box = event.currentTarget.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const held = pointers.current.get(event.pointerId);
    if (held === undefined) {
      const found = hit(x, y);
      const below = event.clientY - frame.current!.getBoundingClientRect().top;
      const link = found?.go !== undefined || found?.show !== undefined;
      setTip(found === undefined ? null : { x, y: below, content: found.tip, link });
      return;
    }
    setTip(null);
    const others = [...pointers.current].filter(([id]) => id !== event.pointerId);
    const other = others[0]?.[1];
    if (other === undefined) {
      if (Math.abs(x - held.start) > 3 || moved !== null) setMoved(panned(view, props.bounds, timeAt(held.x) - timeAt(x)));
    } else {
      const factor = Math.abs(held.x - other.x) / Math.max(1, Math.abs(x - other.x));
      setMoved(zoomed(view, props.bounds, timeAt(other.x), factor));
    }
    held.x = x;
  };

  const press = (found: Hit | undefined) => {
    found?.go?.();
    if (found?.show === undefined) return;
    setTip(null);
    setMoved(held(found.show, props.bounds));
  };
  const all = () => setMoved(props.follow === undefined ? null : props.bounds);
  return (
    <div class="time-canvas" ref={frame}>
      <div class="time-tools">
        <span class="quiet">{`${duration(view.to - view.from)} shown`}</span>
        <button type="button" class="button icon" aria-label="Zoom in" onClick={() => zoom(0.5)}>
          +
        </button>
        <button type="button" class="button icon" aria-label="Zoom out" onClick={() => zoom(2)}>
          −
        </button>
        <button type="button" class="button small" onClick={all}>
          All
        </button>
        {props.follow !== undefined && (
          <button type="button" class="button small" aria-pressed={moved === null} onClick={() => setMoved(null)}>
            Follow
          </button>
        )}
      </div>
      <div class="time-rows">
        <div
          class="time-scroll"
          ref={scroller}
          style={{ maxHeight: `${limit}px` }}
          onScroll={(event) => setScrolled(event.currentTarget.scrollTop)}
        >
          <canvas
            ref={canvas}
            role="img"
            aria-label={`${props.label} Arrow keys move, + and − zoom, 0 shows all.`}
            tabIndex={0}
            style={{ width: `${width}px`, height: `${height}px`, cursor: tip?.link === true ? "pointer" : "grab" }}
            onPointerDown={(event) => {
              const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
              pointers.current.set(event.pointerId, { x, start: x });
              event.currentTarget.setPointerCapture(event.pointerId);
            }}
            onPointerMove={onPointerMove}
            onPointerUp={(event) => {
              const held = pointers.current.get(event.pointerId);
              pointers.current.delete(event.pointerId);
              const box = event.currentTarget.getBoundingClientRect();
              const x = event.clientX - box.left;
              if (held !== undefined && Math.abs(x - held.start) <= 3) press(hit(x, event.clientY - box.top));
            }}
            onPointerCancel={(event) => pointers.current.delete(event.pointerId)}
            onPointerLeave={() => setTip(null)}
            onDblClick={(event) => zoom(0.4, timeAt(event.clientX - event.currentTarget.getBoundingClientRect().left))}
            onKeyDown={(event) => {
              const action = {
                ArrowLeft: () => pan(-0.15),
                ArrowRight: () => pan(0.15),
                "+": () => zoom(0.6),
                "=": () => zoom(0.6),
                "-": () => zoom(1.7),
                "0": all,
              }[event.key];
              if (action === undefined) return;
              event.preventDefault();
              action();
            }}
          />
        </div>
        {height - limit - scrolled > 1 && <span class="time-more" />}
      </div>
      <Axis view={view} origin={props.origin} gutter={gutter} inner={inner} />
      {tip !== null && (
        <div class="tip" style={{ left: `${Math.max(8, Math.min(tip.x + 14, width - 268))}px`, top: `${tip.y + 18}px` }}>
          {tip.content}
        </div>
      )}
    </div>
  );
}

/** Below the rows, whether these are scrolled or not. */
function Axis({ view, origin, gutter, inner }: { view: View; origin: number; gutter: number; inner: number }) {
  const scale = inner / (view.to - view.from);
  return (
    <div class="time-axis" aria-hidden="true" style={{ height: `${AXIS}px`, marginLeft: `${gutter}px`, width: `${inner}px` }}>
      {ticks(view, inner, origin).map(({ at, label }) => {
        const x = (at - view.from) * scale;
        const side = x < LABEL_EDGE ? "first" : x > inner - LABEL_EDGE ? "last" : "";
        return (
          <span key={at} class={side} style={side === "last" ? { right: 0 } : { left: side === "first" ? 0 : `${x}px` }}>
            {label}
          </span>
        );
      })}
    </div>
  );
}

function draw(
  canvas: HTMLCanvasElement,
  props: TimeCanvasProps,
  palette: Palette,
  view: View,
  msPerPx: number,
  rows: number,
  width: number,
  gutter: number,
): void {
  const height = rows * props.rowHeight;
  const ratio = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = palette.background;
  context.fillRect(0, 0, width, height);
  const inner = width - gutter;
  const style = getComputedStyle(canvas);
  context.font = `12px ${style.fontFamily}`;
  for (let row = 0; row < rows; row++) {
    const y = row * props.rowHeight;
    context.fillStyle = row % 2 === 0 ? palette.background : palette.band;
    context.fillRect(gutter, y, inner, props.rowHeight);
  }
  const marks = ticks(view, inner, props.origin);
  const scale = 1 / msPerPx;
  context.fillStyle = palette.grid;
  for (const { at } of marks) context.fillRect(Math.round(gutter + (at - view.from) * scale), 0, 1, height);
  context.save();
  context.beginPath();
  context.rect(gutter, 0, inner, height);
  context.clip();
  context.translate(gutter, 0);
  for (let row = 0; row < rows; row++) {
    const y = row * props.rowHeight;
    props.drawRow(row, { context, palette, view, y, height: props.rowHeight, width: inner, msPerPx });
  }
  context.restore();
  context.fillStyle = palette.text;
  context.textBaseline = "middle";
  context.textAlign = "left";
  let lastLabel = -Infinity;
  for (let row = 0; row < rows; row++) {
    const y = row * props.rowHeight;
    if (row > 0 && props.groupStart?.(row)) {
      context.fillStyle = palette.grid;
      context.fillRect(0, y, width, 1);
      context.fillStyle = palette.text;
    }
    const label = props.rowLabel(row, width < NARROW);
    if (label === "" || y - lastLabel < 13) continue;
    lastLabel = y;
    context.fillText(label, 0, y + Math.max(props.rowHeight, 12) / 2, gutter - 8);
  }
}
