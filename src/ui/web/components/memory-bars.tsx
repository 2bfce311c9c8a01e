/** Memory of executors in Dask's colours. Lengths share one scale, so that bars can be compared. */
import type { ExecutorMemory } from "../../api-types";
import { bytes, percent } from "../lib/format";
import { MEMORY_WORDS, memoryBar } from "../lib/memory";
import type { MemoryBar } from "../lib/memory";
import { compareValues } from "../lib/sort";

export function MemoryBars({ samples, href }: { samples: readonly ExecutorMemory[]; href: (executor: string) => string }) {
  const bars = samples
    .filter(({ isActive }) => isActive)
    .map(memoryBar)
    .sort((a, b) => compareValues(a.executorId, b.executorId, false));
  const scale = Math.max(1, ...bars.map((bar) => Math.max(bar.limit, bar.pausesAt, bar.rss + bar.spilled)));
  return (
    <>
      <ul class="memory-bars">
        {bars.map((bar) => (
          <li key={bar.executorId}>
            <a class="memory-name" href={href(bar.executorId)}>
              {bar.executorId}
            </a>
            {bar.measured ? <MemoryTrack bar={bar} scale={scale} /> : <span class="memory-track" />}
            <span class="memory-text">
              {bar.measured ? (
                <>
                  {bytes(bar.rss)} <span class="quiet">of {bytes(bar.limit)}</span>
                </>
              ) : (
                <span class="quiet">not measured yet</span>
              )}
              {bar.state === "paused" && <strong class="memory-paused"> paused</strong>}
            </span>
          </li>
        ))}
      </ul>
      <MemoryLegend />
    </>
  );
}

export function MemoryTrack({ bar, scale }: { bar: MemoryBar; scale: number }) {
  const width = (value: number) => ({ width: `${(Math.max(0, value) / scale) * 100}%` });
  const left = (value: number) => ({ left: `${Math.min(100, (value / scale) * 100)}%` });
  const words =
    `${bytes(bar.rss)} of ${bytes(bar.limit)} (${percent(bar.limit === 0 ? NaN : bar.rss / bar.limit)}), ${MEMORY_WORDS[bar.state]}. ` +
    `Cached ${bytes(bar.storage)}, execution ${bytes(bar.execution)}, heaps ${bytes(bar.heap)}, other ${bytes(bar.other)}, ` +
    `spilled ${bytes(bar.spilled)}.` +
    (bar.pausesAt > 0 ? ` Pauses at ${bytes(bar.pausesAt)}.` : "");
  return (
    <span class={`memory-track memory-${bar.state}`} role="img" aria-label={words} title={words}>
      <span class="memory-storage" style={width(bar.storage)} />
      <span class="memory-execution" style={width(bar.execution)} />
      <span class="memory-heap" style={width(bar.heap)} />
      <span class="memory-other" style={width(bar.other)} />
      <span class="memory-spilled" style={width(Math.min(bar.spilled, scale - bar.rss))} />
      {bar.targetAt > 0 && <span class="memory-mark" style={left(bar.targetAt)} />}
      {bar.pausesAt > 0 && <span class="memory-mark strong" style={left(bar.pausesAt)} />}
    </span>
  );
}

function MemoryLegend() {
  return (
    <ul class="legend" aria-label="Colours">
      <li>
        <span class="swatch memory-key below" /> below target
      </li>
      <li>
        <span class="swatch memory-key near" /> above target
      </li>
      <li>
        <span class="swatch memory-key paused" /> paused
      </li>
      <li>
        <span class="swatch memory-key spilled" /> spilled to disk
      </li>
      <li class="quiet">dark to light: cached, execution, heaps, other</li>
    </ul>
  );
}
