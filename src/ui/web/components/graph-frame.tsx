/** A drawing that may be larger than its place: scrolled, dragged, zoomed. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

export function GraphFrame(props: {
  label: string;
  width: number;
  height: number;
  children: ComponentChildren;
  maxHeight?: number;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(0);
  const [zoom, setZoom] = useState<number | null>(null);
  const drag = useRef<{ x: number; y: number } | null>(null);
  useLayoutEffect(() => {
    const element = frame.current!;
    const measure = () => setRoom(element.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const fit = room === 0 ? 1 : Math.min(1, Math.max(0.55, (room - 2) / Math.max(1, props.width)));
  const scale = zoom ?? fit;
  const set = (value: number) => setZoom(Math.max(0.1, Math.min(3, value)));
  return (
    <div class="graph">
      <div class="time-tools">
        <button type="button" class="button icon" aria-label="Zoom in" onClick={() => set(scale * 1.25)}>
          +
        </button>
        <button type="button" class="button icon" aria-label="Zoom out" onClick={() => set(scale / 1.25)}>
          −
        </button>
        <button type="button" class="button small" onClick={() => set((room - 2) / Math.max(1, props.width))}>
          Fit
        </button>
        <button type="button" class="button small" onClick={() => set(1)}>
          100 %
        </button>
      </div>
      <div
        class="graph-scroll"
        ref={frame}
        tabIndex={0}
        role="region"
        aria-label={props.label}
        style={{
          maxHeight: `${props.maxHeight ?? 720}px`,
          minHeight: `${Math.min(props.maxHeight ?? 720, Math.ceil(props.height * scale) + 2)}px`,
        }}
        onPointerDown={(event) => {
          if (event.pointerType === "mouse" && event.button === 0) drag.current = { x: event.clientX, y: event.clientY };
        }}
        onPointerMove={(event) => {
          const from = drag.current;
          if (from === null || event.buttons === 0) return;
          event.currentTarget.scrollLeft -= event.clientX - from.x;
          event.currentTarget.scrollTop -= event.clientY - from.y;
          drag.current = { x: event.clientX, y: event.clientY };
        }}
        onPointerUp={() => (drag.current = null)}
      >
        <svg
          width={Math.ceil(props.width * scale)}
          height={Math.ceil(props.height * scale)}
          viewBox={`0 0 ${props.width} ${props.height}`}
          class="graph-svg"
        >
          <defs>
            <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">
              <path d="M0,0 L8,4 L0,8 Z" class="arrow" />
            </marker>
          </defs>
          {props.children}
        </svg>
      </div>
    </div>
  );
}
