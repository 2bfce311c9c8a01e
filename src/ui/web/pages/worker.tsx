/** A standalone worker: the executors and drivers on it, and their logs. */
import { useState } from "preact/hooks";
import type { WorkerDriver, WorkerExecutor, WorkerState } from "../../api-types";
import { useApi } from "../api";
import { Badge, Card, Facts, Filter, Page, Tabs } from "../components/layout";
import { LogView } from "../components/log-view";
import { Empty, Shown } from "../components/state";
import { Table } from "../components/table";
import { bytes, dateTime } from "../lib/format";
import { formatRoute } from "../lib/route";
import { filtered } from "../lib/sort";

const mib = (size: number) => bytes(size * 1024 * 1024);

export function Worker() {
  const worker = useApi<WorkerState>("api/firesteel/v1/worker", ["cluster"]);
  const [filter, setFilter] = useState("");
  const executors = (rows: readonly WorkerExecutor[]) =>
    filtered(rows, filter, ({ id, applicationId, applicationName, state, exit }) =>
      [id, applicationId, applicationName, state, exit ?? ""].join(" "),
    );
  const drivers = (rows: readonly WorkerDriver[]) =>
    filtered(rows, filter, ({ id, state, mainFile, exit }) => [id, state, mainFile, exit ?? ""].join(" "));
  const none = (title: string) => (filter.trim() === "" ? title : `None fits “${filter.trim()}”`);
  return (
    <Page
      title="Worker"
      lead={worker.data?.id}
      aside={<Filter value={filter} onInput={setFilter} label="Filter executors and drivers" />}
    >
      <Shown of={worker}>
        {(data) => (
          <>
            <Facts
              items={[
                ["Master", data.masterUiUrl === null ? data.masterUrl : <a href={data.masterUiUrl}>{data.masterUrl}</a>],
                ["Connection", data.connected ? "connected" : "lost: it tries again", data.connected ? undefined : "bad"] as [
                  string,
                  string,
                  string?,
                ],
                ["Since", dateTime(data.startTime)],
                ["Cores in use", `${data.coresUsed} / ${data.cores}`],
                ["Memory in use", `${mib(data.memoryUsedMb)} / ${mib(data.memoryMb)}`],
                ...Object.entries(data.resources).map(([name, addresses]): [string, string] => [
                  `${name} in use`,
                  `${data.executors.flatMap(({ resources }) => resources[name] ?? []).length} / ${addresses.length}`,
                ]),
              ]}
            />
            <Card title={`Executors (${data.executors.length})`} flush>
              <ExecutorTable rows={executors(data.executors)} empty={none("No executor is running here")} />
            </Card>
            {(data.drivers.length > 0 || data.finishedDrivers.length > 0) && (
              <Card title="Drivers" flush>
                <DriverTable
                  rows={drivers([...data.drivers, ...data.finishedDrivers])}
                  empty={none("No driver is running here")}
                />
              </Card>
            )}
            <Card title={`Ended executors (${data.finishedExecutors.length})`} flush>
              <ExecutorTable rows={executors(data.finishedExecutors)} empty={none("No executor has ended yet")} ended />
            </Card>
          </>
        )}
      </Shown>
    </Page>
  );
}

/** "gpu 0, 1". */
const addressesText = (resources: WorkerExecutor["resources"]) =>
  Object.entries(resources)
    .map(([name, addresses]) => `${name} ${addresses.join(", ")}`)
    .join("; ");

const logHref = (logs: string) => formatRoute(["logs", logs]);

function LogLink({ of: { logs, logsRemoved } }: { of: Pick<WorkerExecutor, "logs" | "logsRemoved"> }) {
  if (logsRemoved === null) return <a href={logHref(logs)}>logs</a>;
  return (
    <span class="quiet" title={`removed at ${dateTime(logsRemoved)}`}>
      removed
    </span>
  );
}

function ExecutorTable({ rows, empty, ended = false }: { rows: readonly WorkerExecutor[]; empty: string; ended?: boolean }) {
  return (
    <Table
      label="Executors"
      rows={rows}
      rowKey={(row) => `${row.applicationId}/${row.id}`}
      order={{ key: "start", descending: true }}
      empty={<Empty title={empty} />}
      columns={[
        { key: "id", label: "Executor", render: (row) => row.id, sort: (row) => row.id },
        {
          key: "app",
          label: "Application",
          grow: true,
          render: (row) => <span title={row.applicationId}>{row.applicationName}</span>,
          sort: (row) => row.applicationName,
        },
        { key: "state", label: "State", render: (row) => <Badge state={row.state} />, sort: (row) => row.state },
        ...(ended
          ? [
              {
                key: "exit",
                label: "Exit",
                grow: true,
                render: (row: WorkerExecutor) => row.exit ?? "",
                sort: (row: WorkerExecutor) => row.exit,
              },
            ]
          : []),
        { key: "cores", label: "Cores", number: true, render: (row) => row.cores, sort: (row) => row.cores },
        { key: "memory", label: "Memory", number: true, render: (row) => mib(row.memoryMb), sort: (row) => row.memoryMb },
        ...(rows.some(({ resources }) => Object.keys(resources).length > 0)
          ? [{ key: "resources", label: "Resources", render: (row: WorkerExecutor) => addressesText(row.resources) }]
          : []),
        { key: "start", label: "Started", number: true, render: (row) => dateTime(row.startTime), sort: (row) => row.startTime },
        { key: "logs", label: "Logs", render: (row) => <LogLink of={row} /> },
      ]}
    />
  );
}

function DriverTable({ rows, empty }: { rows: readonly WorkerDriver[]; empty: string }) {
  return (
    <Table
      label="Drivers"
      rows={rows}
      empty={<Empty title={empty} />}
      rowKey={(row) => row.id}
      columns={[
        { key: "id", label: "Driver", render: (row) => <span class="mono">{row.id}</span>, sort: (row) => row.id },
        { key: "state", label: "State", render: (row) => <Badge state={row.state} />, sort: (row) => row.state },
        { key: "file", label: "Program", grow: true, render: (row) => row.mainFile, sort: (row) => row.mainFile },
        { key: "cores", label: "Cores", number: true, render: (row) => row.cores, sort: (row) => row.cores },
        { key: "memory", label: "Memory", number: true, render: (row) => mib(row.memoryMb), sort: (row) => row.memoryMb },
        { key: "logs", label: "Logs", render: (row) => <LogLink of={row} /> },
        { key: "exit", label: "Exit", render: (row) => row.exit ?? "", sort: (row) => row.exit },
      ]}
    />
  );
}

export function WorkerLog({ parts, query }: { parts: readonly string[]; query: Readonly<Record<string, string>> }) {
  const [stream, setStream] = useState<"stdout" | "stderr">(query["stream"] === "stdout" ? "stdout" : "stderr");
  const logs = parts[0] ?? "";
  const path = logs.split("/").map(encodeURIComponent).join("/");
  return (
    <Page title="Logs" above={<a href="#/">Worker</a>}>
      <Card
        title={logs}
        aside={
          <Tabs
            label="Stream"
            tabs={[
              ["stderr", "stderr"],
              ["stdout", "stdout"],
            ]}
            value={stream}
            onChange={setStream}
          />
        }
      >
        <LogView path={`api/firesteel/v1/logs/${path}?stream=${stream}`} live />
      </Card>
    </Page>
  );
}
