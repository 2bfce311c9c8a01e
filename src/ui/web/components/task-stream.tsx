/** Dask's task stream: a row for each slot, what ran there and when. */
import { ColourKeeper, sharedColours } from "../lib/palette";
import type { Palette } from "../lib/palette";
import { duration, elapsed, plural, shortSite } from "../lib/format";
import { moment } from "../lib/axis";
import { paintRow, partsOf, taskAt } from "../lib/task-rows";
import type { SpanKind, Task, TaskRows } from "../lib/task-rows";
import { useTheme } from "../theme";
import { TimeCanvas } from "./time-canvas";
import type { RowSurface } from "./time-canvas";

/** One for the page: a function keeps its colour on all of them. */
const keeper = new ColourKeeper(8);

/** So many names that share a colour are told by its side. */
const NAMES = 2;

const MEANINGS: readonly (readonly [Exclude<SpanKind, "compute">, string])[] = [
  ["transfer", "transfer"],
  ["disk", "disk"],
  ["serialise", "(de)serialise"],
  ["delay", "scheduler delay"],
  ["error", "failed"],
];

function colourOf(kind: SpanKind, name: string, palette: Palette): string {
  return kind === "compute" ? palette.categories[keeper.index(name)]! : palette[kind];
}

export function TaskStreamView(props: {
  tasks: TaskRows;
  /** Grows with each change of `tasks`. */
  version: number;
  /** Where running tasks end for now. */
  now: number;
  follow?: number;
  maxHeight?: number;
  onTask: (task: Task) => void;
}) {
  const { tasks } = props;
  const { palette } = useTheme();
  const to = Math.max(tasks.to, props.now, tasks.from + 1);
  const rowHeight = tasks.rows.length <= 8 ? 24 : tasks.rows.length <= 24 ? 16 : 10;
  return (
    <>
      <TimeCanvas
        label={`Task stream: ${plural(tasks.size, "task")} in ${plural(tasks.rows.length, "slot")} over ${duration(to - tasks.from)}.`}
        bounds={{ from: tasks.from, to }}
        origin={tasks.from}
        rows={() => tasks.rows.length}
        rowHeight={rowHeight}
        rowLabel={(at, narrow) => {
          const row = tasks.rows[at]!;
          return tasks.rows[at - 1]?.executor === row.executor ? "" : `${narrow ? "ex." : "executor"} ${row.executor}`;
        }}
        groupStart={(at) => tasks.rows[at]!.executor !== tasks.rows[at - 1]?.executor}
        drawRow={(at, surface) => drawTasks(tasks, at, surface, to)}
        at={(at, time, msPerPx) => {
          const task = taskAt(tasks.rows[at]!, time, 2 * msPerPx, to);
          return task && { tip: <TaskTip task={task} origin={tasks.from} now={to} />, go: () => props.onTask(task) };
        }}
        {...(props.follow === undefined ? {} : { follow: props.follow })}
        {...(props.maxHeight === undefined ? {} : { maxHeight: props.maxHeight })}
        version={props.version}
      />
      <ul class="legend" aria-label="Colours">
        {sharedColours([...tasks.names], (name) => keeper.index(name)).map(({ index, names }) => (
          <li key={index} title={names.map(shortSite).join("\n")}>
            <Swatch colour={palette.categories[index]!} />
            {names.slice(0, NAMES).map(shortSite).join(", ")}
            {names.length > NAMES && ` and ${names.length - NAMES} more`}
          </li>
        ))}
        {MEANINGS.map(([kind, text]) => (
          <li key={kind}>
            <Swatch colour={palette[kind]} edge={kind === "error" ? palette.errorEdge : undefined} />
            {text}
          </li>
        ))}
      </ul>
    </>
  );
}

function Swatch({ colour, edge }: { colour: string; edge?: string | undefined }) {
  return (
    <span
      class="swatch"
      style={{ background: colour, ...(edge === undefined ? {} : { boxShadow: `inset 0 0 0 1px ${edge}` }) }}
    />
  );
}

function drawTasks(tasks: TaskRows, at: number, { context, palette, view, y, height, width }: RowSurface, now: number): void {
  const gap = height >= 14 ? 2 : 1;
  paintRow(tasks.rows[at]!, view.from, view.to, width, now, (x, w, kind, name, share) => {
    context.globalAlpha = 0.35 + 0.65 * share;
    context.fillStyle = colourOf(kind, name, palette);
    // A hair between neighbours, so that tasks of one colour can be counted.
    const inner = w > 4 ? w - 0.75 : w;
    context.fillRect(x, y + gap, inner, height - 2 * gap);
    if (kind === "error" && palette.errorEdge !== palette.error && w > 2) {
      context.strokeStyle = palette.errorEdge;
      context.strokeRect(x + 0.5, y + gap + 0.5, inner - 1, height - 2 * gap - 1);
    }
  });
  context.globalAlpha = 1;
}

const PART_WORDS: Readonly<Record<SpanKind, string>> = {
  compute: "compute",
  transfer: "fetch wait",
  disk: "shuffle write",
  serialise: "(de)serialise",
  delay: "scheduler delay",
  error: "failed after",
  killed: "killed after",
};

function TaskTip({ task, origin, now }: { task: Task; origin: number; now: number }) {
  const end = task.end === 0 ? now : task.end;
  const parts = partsOf(task, end).filter(([, ms]) => ms >= 0.5);
  return (
    <>
      <p class="tip-title">{shortSite(task.name)}</p>
      <p>
        stage {task.stageId}, task {task.index} ({task.status.toLowerCase()}
        {task.speculative ? ", speculative" : ""})
      </p>
      <p>
        {elapsed(end - task.start)} from {moment(task.start, origin)}
      </p>
      <ul class="tip-parts">
        {parts.map(([kind, ms], at) => (
          <li key={at}>
            {PART_WORDS[kind]} <b>{duration(ms)}</b>
          </li>
        ))}
        {task.gc > 0 && (
          <li>
            of it collecting garbage <b>{duration(task.gc)}</b>
          </li>
        )}
      </ul>
    </>
  );
}
