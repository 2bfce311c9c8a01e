/** Where time goes, from V8's sampling profiler: a flame graph (icicle) and the hottest functions. */
import { useMemo, useState } from "preact/hooks";
import type { Profile } from "../../api-types";
import { hotFunctions, flameFrames } from "../lib/flame";
import { count, percent, shortSite } from "../lib/format";
import { Empty } from "./state";
import { Table } from "./table";

const ROW = 20;

export function FlameGraph({ profile }: { profile: Profile }) {
  const [root, setRoot] = useState(0);
  const whole = profile.total[0] ?? 0;
  const frames = useMemo(() => flameFrames(profile, root < profile.parent.length ? root : 0, 0.0015), [profile, root]);
  if (whole === 0) {
    return (
      <Empty title={profile.running ? "Sampling: nothing has been seen yet" : "Nothing has been sampled"}>
        {profile.running ? "Samples come with the executors' next reports." : "Start sampling while tasks run."}
      </Empty>
    );
  }
  const depth = frames.reduce((most, frame) => Math.max(most, frame.depth), 0) + 1;
  return (
    <>
      <div
        class="flame"
        style={{ height: `${depth * ROW}px` }}
        role="group"
        aria-label={`Flame graph of ${profile.samples} samples`}
      >
        {frames.map(({ node, x, width, depth }) => {
          const fn = profile.function[node]!;
          const name = profile.functions[fn] || "(anonymous)";
          const share = (profile.total[node] ?? 0) / whole;
          return (
            <button
              key={node}
              type="button"
              class={profile.user[fn] === true ? "flame-frame user" : "flame-frame"}
              style={{ left: `${x * 100}%`, width: `${width * 100}%`, top: `${depth * ROW}px` }}
              title={`${name}\n${profile.locations[fn] || "native"}\n${count(profile.total[node])} samples, ${percent(share)}; in itself ${count(profile.self[node])}`}
              tabIndex={width > 0.02 ? 0 : -1}
              onClick={() => setRoot(node === root ? Math.max(0, profile.parent[node] ?? 0) : node)}
            >
              {width > 0.015 ? name : ""}
            </button>
          );
        })}
      </div>
      <ul class="legend" aria-label="Colours">
        <li>
          <span class="swatch flame-key user" /> your code
        </li>
        <li>
          <span class="swatch flame-key" /> the engine, Node and V8
        </li>
        <li class="quiet">
          {count(profile.samples)} samples, one each {profile.intervalMicros / 1000} ms, of {profile.executors.length} executors.
          A frame zooms; the one zoomed to steps back.
        </li>
      </ul>
      <h3 class="card-sub">Hottest functions</h3>
      <Table
        label="Functions by samples"
        rows={useMemo(() => hotFunctions(profile).slice(0, 50), [profile])}
        rowKey={(row) => `${row.name} ${row.location}`}
        order={{ key: "self", descending: true }}
        columns={[
          {
            key: "name",
            label: "Function",
            grow: true,
            render: (row) => <span class="mono">{row.name || "(anonymous)"}</span>,
            sort: (row) => row.name,
          },
          {
            key: "where",
            label: "Where",
            render: (row) => (
              <span class="mono quiet" title={row.location}>
                {shortSite(row.location) || "native"}
              </span>
            ),
            sort: (row) => row.location,
          },
          { key: "whose", label: "Whose", render: (row) => (row.user ? "yours" : "engine"), sort: (row) => (row.user ? 0 : 1) },
          { key: "self", label: "Self", number: true, render: (row) => percent(row.self / whole), sort: (row) => row.self },
          {
            key: "total",
            label: "With calls",
            number: true,
            render: (row) => percent(row.total / whole),
            sort: (row) => row.total,
          },
        ]}
      />
    </>
  );
}
