/** Searches for hyper-parameters, running and done. */
import type { Search } from "../../api-types";
import { timeNow, useApi } from "../api";
import { Badge, Card, Page, TaskBar } from "../components/layout";
import { Empty, Shown } from "../components/state";
import { Table } from "../components/table";
import { useScope } from "../context";
import { aligned, dateTime, duration, roughly } from "../lib/format";
import { timeLeft } from "../lib/search-grid";

export function Searches() {
  const scope = useScope();
  const searches = useApi<Search[]>(`${scope.mine}/searches`, ["search"]);
  const now = timeNow();
  const score = aligned((searches.data ?? []).map(({ bestScore }) => bestScore));
  return (
    <Page title="Searches">
      <Card title="Searches for hyper-parameters" flush>
        <Shown of={searches}>
          {(rows) =>
            rows.length === 0 ? (
              <Empty title="No search has run">
                Cross validation, train-validation splits and grid searches appear here with their scores.
              </Empty>
            ) : (
              <Table
                label="Searches"
                rows={rows}
                rowKey={(row) => row.id}
                order={{ key: "start", descending: true }}
                columns={[
                  {
                    key: "name",
                    label: "Search",
                    grow: true,
                    render: (row) => (
                      <>
                        <a href={scope.href(["searches", row.id])}>{row.name}</a>
                        {row.estimator !== undefined && <span class="quiet"> of {row.estimator}</span>}
                      </>
                    ),
                    sort: (row) => `${row.name} ${row.estimator ?? ""}`,
                  },
                  { key: "state", label: "State", render: (row) => <Badge state={row.status} />, sort: (row) => row.status },
                  {
                    key: "fits",
                    label: "Fits",
                    render: (row) => <TaskBar of={{ done: row.done, running: 0, failed: row.failed, total: row.total }} />,
                    sort: (row) => row.done,
                  },
                  { key: "metric", label: "Metric", render: (row) => row.metric, sort: (row) => row.metric },
                  {
                    key: "best",
                    label: "Best score",
                    number: true,
                    render: (row) => score(row.bestScore),
                    sort: (row) => row.bestScore,
                  },
                  {
                    key: "start",
                    label: "Started",
                    number: true,
                    render: (row) => dateTime(row.startTime),
                    sort: (row) => row.startTime,
                  },
                  {
                    key: "time",
                    label: "Time",
                    number: true,
                    render: (row) => {
                      const left = timeLeft(row, now);
                      return row.endTime !== null
                        ? duration(row.endTime - row.startTime)
                        : left === null
                          ? duration(now - row.startTime)
                          : `${roughly(left)} left`;
                    },
                    sort: (row) => (row.endTime ?? now) - row.startTime,
                  },
                ]}
              />
            )
          }
        </Shown>
      </Card>
    </Page>
  );
}
