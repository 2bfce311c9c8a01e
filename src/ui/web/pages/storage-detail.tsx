/** One cached dataset: where its partitions are. */
import type { RDDStorageInfo } from "../../api-types";
import { useApi } from "../api";
import { Card, Facts, Page } from "../components/layout";
import { Empty, Shown } from "../components/state";
import { Table } from "../components/table";
import { useScope } from "../context";
import { bytes } from "../lib/format";
import { CachedBar } from "./storage";

export function StorageDetail({ parts }: { parts: readonly string[] }) {
  const scope = useScope();
  const id = parts[0] ?? "";
  const dataset = useApi<RDDStorageInfo>(`${scope.api}/storage/rdd/${id}`, ["storage"], 1000);
  return (
    <Page title={<>Dataset {id}</>} above={<a href={scope.href(["storage"])}>Storage</a>}>
      <Shown of={dataset}>
        {(data) => (
          <>
            <p class="lead">{data.name}</p>
            <Facts
              items={[
                ["Level", data.storageLevel],
                ["Cached", <CachedBar done={data.numCachedPartitions} total={data.numPartitions} />],
                ["In memory", bytes(data.memoryUsed)],
                ["On disk", bytes(data.diskUsed)],
              ]}
            />
            <Card title="Executors that hold it" flush>
              <Table
                label="Executors"
                rows={data.dataDistribution ?? []}
                rowKey={(row) => row.address}
                order={{ key: "memory", descending: true }}
                columns={[
                  { key: "address", label: "Address", grow: true, render: (row) => row.address, sort: (row) => row.address },
                  {
                    key: "memory",
                    label: "In memory",
                    number: true,
                    render: (row) => bytes(row.memoryUsed),
                    sort: (row) => row.memoryUsed,
                  },
                  {
                    key: "left",
                    label: "Memory left",
                    number: true,
                    render: (row) => bytes(row.memoryRemaining),
                    sort: (row) => row.memoryRemaining,
                  },
                  {
                    key: "disk",
                    label: "On disk",
                    number: true,
                    render: (row) => bytes(row.diskUsed),
                    sort: (row) => row.diskUsed,
                  },
                ]}
                empty={<Empty title="No executor holds a part of it" />}
              />
            </Card>
            <Card title="Partitions" flush>
              <Table
                label="Partitions"
                rows={data.partitions ?? []}
                rowKey={(row) => row.blockName}
                order={{ key: "block", descending: false }}
                columns={[
                  {
                    key: "block",
                    label: "Block",
                    render: (row) => <span class="mono">{row.blockName}</span>,
                    sort: (row) => row.blockName,
                  },
                  { key: "level", label: "Level", render: (row) => row.storageLevel, sort: (row) => row.storageLevel },
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
                  {
                    key: "where",
                    label: "Executors",
                    grow: true,
                    render: (row) => row.executors.join(", "),
                    sort: (row) => row.executors.join(),
                  },
                ]}
                empty={<Empty title="No partition is cached" />}
              />
            </Card>
          </>
        )}
      </Shown>
    </Page>
  );
}
