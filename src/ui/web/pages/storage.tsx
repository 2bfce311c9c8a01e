/** What is cached. */
import type { RDDStorageInfo } from "../../api-types";
import { useApi } from "../api";
import { Card, Page } from "../components/layout";
import { Empty, Shown } from "../components/state";
import { Table } from "../components/table";
import { useScope } from "../context";
import { bytes, count, percent } from "../lib/format";

export function Storage() {
  const scope = useScope();
  const datasets = useApi<RDDStorageInfo[]>(`${scope.api}/storage/rdd`, ["storage", "jobs"], 1000);
  return (
    <Page title="Storage">
      <Card title="Cached datasets" flush>
        <Shown of={datasets}>
          {(rows) =>
            rows.length === 0 ? (
              <Empty title="Nothing is cached">
                {scope.live
                  ? "Datasets with cache() or persist() appear here once an action has computed them."
                  : "Event logs tell of cached blocks only with spark.eventLog.logBlockUpdates.enabled=true."}
              </Empty>
            ) : (
              <Table
                label="Cached datasets"
                rows={rows}
                rowKey={(row) => row.id}
                order={{ key: "id", descending: false }}
                columns={[
                  {
                    key: "id",
                    label: "Id",
                    number: true,
                    render: (row) => <a href={scope.href(["storage", row.id])}>{row.id}</a>,
                    sort: (row) => row.id,
                  },
                  {
                    key: "name",
                    label: "Name",
                    grow: true,
                    render: (row) => (
                      <a class="clip" href={scope.href(["storage", row.id])} title={row.name}>
                        {row.name}
                      </a>
                    ),
                    sort: (row) => row.name,
                  },
                  { key: "level", label: "Level", render: (row) => row.storageLevel, sort: (row) => row.storageLevel },
                  {
                    key: "share",
                    label: "Cached",
                    render: (row) => <CachedBar done={row.numCachedPartitions} total={row.numPartitions} />,
                    sort: (row) => row.numCachedPartitions / row.numPartitions,
                  },
                  {
                    key: "memory",
                    label: "In memory",
                    number: true,
                    render: (row) => bytes(row.memoryUsed),
                    sort: (row) => row.memoryUsed,
                  },
                  {
                    key: "disk",
                    label: "On disk",
                    number: true,
                    render: (row) => bytes(row.diskUsed),
                    sort: (row) => row.diskUsed,
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

export function CachedBar({ done, total }: { done: number; total: number }) {
  const share = total === 0 ? 0 : Math.min(1, done / total);
  return (
    <span class="task-bar">
      <span
        class="bar"
        role="progressbar"
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={done}
        aria-label={`${done} of ${total} partitions`}
      >
        <span class="bar-done" style={{ width: `${share * 100}%` }} />
      </span>
      <span class="bar-text">
        {percent(share)}{" "}
        <span class="quiet">
          ({count(done)} / {count(total)})
        </span>
      </span>
    </span>
  );
}
