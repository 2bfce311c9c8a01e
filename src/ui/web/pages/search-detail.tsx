/** One search: how far it is, the best so far, scores over two parameters, every candidate. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Search, SearchCandidate } from "../../api-types";
import { useApi } from "../api";
import { Badge, Card, Facts, Page, TaskBar } from "../components/layout";
import { Empty, Shown } from "../components/state";
import { Table } from "../components/table";
import { useScope } from "../context";
import { aligned, dateTime, duration, roughly } from "../lib/format";
import { scoreGrid, timeLeft, varyingParams } from "../lib/search-grid";
import { useNow } from "./use-now";

const NONE: SearchCandidate[] = [];

export function SearchDetail({ parts }: { parts: readonly string[] }) {
  const scope = useScope();
  const id = parts[0] ?? "";
  const search = useApi<Search>(`${scope.mine}/searches/${encodeURIComponent(id)}`, ["search"]);
  const running = search.data?.status === "RUNNING" && scope.live;
  const now = useNow(running ? 1000 : null);
  const candidates = search.data?.candidates ?? NONE;
  return (
    <Page title={search.data?.name ?? "Search"} above={<a href={scope.href(["searches"])}>Searches</a>}>
      {search.data?.estimator !== undefined && <p class="lead">of {search.data.estimator}</p>}
      <Shown of={search}>
        {(data) => {
          const best = candidates.find(({ index }) => index === data.bestIndex);
          const left = timeLeft(data, now);
          const score = aligned(candidates.flatMap(({ mean, scores }) => [mean, ...scores]));
          return (
            <>
              <Facts
                items={[
                  ["State", <Badge state={data.status} />],
                  ["Fits", <TaskBar of={{ done: data.done, running: 0, failed: data.failed, total: data.total }} />],
                  [`Best ${data.metric}`, score(data.bestScore)],
                  ["Started", dateTime(data.startTime)],
                  [data.endTime === null ? "Running for" : "Took", duration((data.endTime ?? now) - data.startTime)],
                  data.endTime === null && ["Time left", left === null ? "not known yet" : roughly(left)],
                  ["Folds", data.folds],
                ]}
              />
              {best !== undefined && (
                <Card title={data.endTime === null ? "Best so far" : "Best"}>
                  <Params params={best.params} />
                  <p class="quiet">
                    {data.metric} {score(best.mean)}
                    {best.std !== null && best.std > 0 && ` ± ${score(best.std)}`} over {scored(best)} of {data.folds}{" "}
                    {data.folds === 1 ? "split" : "folds"}; {data.largerIsBetter ? "larger" : "smaller"} is better.
                  </p>
                </Card>
              )}
              <Heatmap
                candidates={candidates}
                largerIsBetter={data.largerIsBetter}
                best={data.bestIndex}
                metric={data.metric}
                score={score}
              />
              <Card title="Candidates" flush>
                <CandidateTable
                  candidates={candidates}
                  best={data.bestIndex}
                  largerIsBetter={data.largerIsBetter}
                  metric={data.metric}
                  score={score}
                />
              </Card>
            </>
          );
        }}
      </Shown>
    </Page>
  );
}

type Score = (value: number | null | undefined) => string;

function scored({ scores }: SearchCandidate): number {
  return scores.filter((score) => score !== null).length;
}

function Params({ params }: { params: Readonly<Record<string, string>> }) {
  return (
    <ul class="params">
      {Object.entries(params).map(([name, value]) => (
        <li key={name}>
          <span class="quiet">{name}</span> <b class="mono">{value}</b>
        </li>
      ))}
    </ul>
  );
}

function Heatmap(props: {
  candidates: readonly SearchCandidate[];
  largerIsBetter: boolean;
  best: number | null;
  metric: string;
  score: Score;
}) {
  const names = useMemo(() => varyingParams(props.candidates), [props.candidates]);
  const [chosen, setChosen] = useState<readonly [string, string] | null>(null);
  const [x, y] = chosen ?? [names[0], names[1]];
  const scroller = useRef<HTMLDivElement>(null);
  const [cut, setCut] = useState(false);
  const look = () => {
    const box = scroller.current;
    if (box !== null) setCut(box.scrollLeft + box.clientWidth < box.scrollWidth - 1);
  };
  useLayoutEffect(look);
  useEffect(() => {
    window.addEventListener("resize", look);
    return () => window.removeEventListener("resize", look);
  }, []);
  if (names.length < 2 || x === undefined || y === undefined) return null;
  const grid = scoreGrid(props.candidates, x, y, props.largerIsBetter);
  const heat = (mean: number) => {
    const share = grid.high === grid.low ? 1 : (mean - grid.low) / (grid.high - grid.low);
    return `--heat: ${Math.round((props.largerIsBetter ? share : 1 - share) * 100)}%`;
  };
  const pick = (label: string, value: string, other: string, set: (name: string) => void) => (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={(event) => set(event.currentTarget.value)}>
        {names
          .filter((name) => name !== other)
          .map((name) => (
            <option key={name}>{name}</option>
          ))}
      </select>
    </label>
  );
  return (
    <Card
      title={`Mean ${props.metric} over two parameters`}
      note={names.length > 2 ? "Where other parameters vary too, a cell shows the best of them." : undefined}
      aside={
        names.length > 2 && (
          <>
            {pick("Across", x, y, (name) => setChosen([name, y]))}
            {pick("Down", y, x, (name) => setChosen([x, name]))}
          </>
        )
      }
    >
      <div
        class={cut ? "table-scroll cut" : "table-scroll"}
        ref={scroller}
        onScroll={look}
        tabIndex={0}
        role="region"
        aria-label={`Scores over ${x} and ${y}`}
      >
        <table class="heatmap">
          <thead>
            <tr>
              <th scope="col" class="heat-corner number">
                <span>{y} ↓</span> <span>{x} →</span>
              </th>
              {grid.xs.map((value) => (
                <th key={value} scope="col" class="number">
                  {value}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {grid.ys.map((value, row) => (
              <tr key={value}>
                <th scope="row" class="number">
                  {value}
                </th>
                {grid.cells[row]!.map((cell, column) => {
                  if (cell === null) {
                    return (
                      <td key={grid.xs[column]} class="number quiet">
                        –
                      </td>
                    );
                  }
                  const best = cell.index === props.best;
                  return (
                    <td key={grid.xs[column]} class={best ? "number scored best" : "number scored"} style={heat(cell.mean)}>
                      {props.score(cell.mean)}
                      {best && <span class="hidden"> (best)</span>}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

function CandidateTable(props: {
  candidates: readonly SearchCandidate[];
  best: number | null;
  largerIsBetter: boolean;
  metric: string;
  score: Score;
}) {
  const { score } = props;
  const names = useMemo(() => [...new Set(props.candidates.flatMap(({ params }) => Object.keys(params)))], [props.candidates]);
  const folds = props.candidates.reduce((most, { scores }) => Math.max(most, scores.length), 0);
  const failed = props.candidates.some(({ error }) => error !== undefined);
  const number = (text: string | undefined) => (text === undefined || Number.isNaN(Number(text)) ? text : Number(text));
  return (
    <Table
      label="Candidates"
      rows={props.candidates}
      rowKey={(row) => row.index}
      order={{ key: "mean", descending: props.largerIsBetter }}
      rowClass={(row) => (row.index === props.best ? "row-best" : "")}
      empty={<Empty title="No candidates yet" />}
      dense
      columns={[
        { key: "rank", label: "Rank", number: true, render: (row) => row.rank ?? "–", sort: (row) => row.rank },
        {
          key: "mean",
          label: `Mean ${props.metric}`,
          number: true,
          render: (row) => <b>{score(row.mean)}</b>,
          sort: (row) => row.mean,
        },
        {
          key: "std",
          label: "±",
          hint: "Standard deviation over folds",
          number: true,
          render: (row) => score(scored(row) > 1 ? row.std : null),
          sort: (row) => row.std,
        },
        ...names.map((name) => ({
          key: `param ${name}`,
          label: name,
          number: true,
          render: (row: SearchCandidate) => row.params[name] ?? "–",
          sort: (row: SearchCandidate) => number(row.params[name]),
        })),
        ...(folds <= 10
          ? Array.from({ length: folds }, (_, fold) => ({
              key: `fold ${fold}`,
              label: `Fold ${fold + 1}`,
              number: true,
              render: (row: SearchCandidate) => score(row.scores[fold]),
              sort: (row: SearchCandidate) => row.scores[fold],
            }))
          : []),
        {
          key: "time",
          label: "Fit time",
          hint: "From the start of a fit to its score, on average over the folds that are scored; candidates that are fitted together share it, and folds run at the same time",
          number: true,
          render: (row) => duration(row.fitTime),
          sort: (row) => row.fitTime,
        },
        {
          key: "state",
          label: "State",
          render: (row) => <Badge state={row.status} />,
          sort: (row) => row.status,
        },
        {
          key: "error",
          label: failed ? "Error" : "",
          grow: true,
          render: (row) =>
            row.error !== undefined && (
              <span class="clip bad-text" title={row.error}>
                {row.error.split("\n", 1)[0]}
              </span>
            ),
        },
      ]}
    />
  );
}
