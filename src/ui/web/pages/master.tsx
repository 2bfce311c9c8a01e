/** A standalone master: its workers, and the applications and drivers on them. */
import { useState } from "preact/hooks";
import type { MasterApplication, MasterDriver, MasterState, MasterWorker } from "../../api-types";
import { useApi } from "../api";
import { Badge, Card, Facts, Filter, Page } from "../components/layout";
import { Empty, Shown } from "../components/state";
import { Table } from "../components/table";
import type { Column } from "../components/table";
import { bytes, clock, dateTime, duration } from "../lib/format";
import { filtered } from "../lib/sort";

/** Of a driver that has ended badly; of others the message says why they wait. */
const OVER: readonly string[] = ["FAILED", "ERROR"];

const mib = (size: number) => bytes(size * 1024 * 1024);

export function Master() {
  const master = useApi<MasterState>("api/firesteel/v1/master", ["cluster"]);
  const [filter, setFilter] = useState("");
  const applications = (rows: readonly MasterApplication[]) =>
    filtered(rows, filter, ({ id, name, user, state }) => `${id} ${name} ${user} ${state}`);
  const none = (title: string) => (filter.trim() === "" ? title : `None fits “${filter.trim()}”`);
  return (
    <Page title="Master" aside={<Filter value={filter} onInput={setFilter} label="Filter workers and applications" />}>
      <Shown of={master}>
        {(data) => (
          <>
            <Facts
              items={[
                ["Address", <span class="mono">{data.url}</span>],
                ["State", <Badge state={data.status} />],
                data.status === "STANDBY" && [
                  "Active master",
                  <span class="mono">{data.activeMaster ?? "none at the moment"}</span>,
                ],
                ["Since", dateTime(data.startTime)],
                ["Workers", data.workers.filter(({ state }) => state === "ALIVE").length],
                ["Cores in use", `${data.coresUsed} / ${data.cores}`],
                ["Memory in use", `${mib(data.memoryUsedMb)} / ${mib(data.memoryMb)}`],
                ["Applications", data.activeApplications.length],
                data.refusedConnections > 0 && ["Refused connections", data.refusedConnections],
              ]}
            />
            <Card title={`Workers (${data.workers.length})`} flush>
              <Table
                label="Workers"
                rows={filtered(data.workers, filter, ({ id, host, state }) => `${id} ${host} ${state}`)}
                rowKey={(row) => row.id}
                order={{ key: "host", descending: false }}
                columns={WORKER_COLUMNS.filter(
                  ({ key }) => key !== "resources" || data.workers.some(({ resources }) => Object.keys(resources).length > 0),
                )}
                empty={
                  <Empty title={none("No worker has registered")}>
                    {data.workers.length === 0 && `Start one with: firesteel worker ${data.url}`}
                  </Empty>
                }
              />
            </Card>
            <Card title={`Running applications (${data.activeApplications.length})`} flush>
              <Applications
                rows={applications(data.activeApplications)}
                empty={none("No application is running")}
                {...(data.activeApplications.length === 0
                  ? { hint: `Submit one with: firesteel submit --master ${data.url} app.ts` }
                  : {})}
              />
            </Card>
            {(data.activeDrivers.length > 0 || data.completedDrivers.length > 0) && (
              <Card title={`Drivers (${data.activeDrivers.length} running)`} flush>
                <Drivers
                  rows={filtered(
                    [...data.activeDrivers, ...data.completedDrivers],
                    filter,
                    ({ id, state, mainFile, workerId }) => `${id} ${state} ${mainFile} ${workerId ?? ""}`,
                  )}
                  workers={data.workers}
                  empty={none("No driver has been submitted")}
                />
              </Card>
            )}
            <Card title={`Ended applications (${data.completedApplications.length})`} flush>
              <Applications rows={applications(data.completedApplications)} empty={none("No application has ended yet")} />
            </Card>
          </>
        )}
      </Shown>
    </Page>
  );
}

/** How much of something is taken, as a bar with words. */
export function Used({ used, of, format }: { used: number; of: number; format: (value: number) => string }) {
  return (
    <span class="task-bar">
      <span class="bar" role="img" aria-label={`${format(used)} of ${format(of)} in use`}>
        <span class="bar-run" style={{ width: `${of === 0 ? 0 : Math.min(100, (used / of) * 100)}%` }} />
      </span>
      <span class="bar-text">
        {format(used)} / {format(of)}
      </span>
    </span>
  );
}

/** Addresses in use, of how many: "gpu 1 / 2". */
function Resources({ all, used }: { all: MasterWorker["resources"]; used: MasterWorker["resources"] }) {
  const each = Object.entries(all).map(([name, addresses]) => ({ name, addresses, taken: used[name] ?? [] }));
  const title = each.map(({ name, taken }) => `${name} in use: ${taken.join(", ") || "none"}`).join("\n");
  return (
    <span title={title}>
      {each.map(({ name, addresses, taken }) => `${name} ${taken.length} / ${addresses.length}`).join(", ")}
    </span>
  );
}

const WORKER_COLUMNS: readonly Column<MasterWorker>[] = [
  {
    key: "id",
    label: "Worker",
    grow: true,
    render: (row) => (row.webUiAddress === "" ? row.id : <a href={row.webUiAddress}>{row.id}</a>),
    sort: (row) => row.id,
  },
  {
    key: "host",
    label: "Host",
    render: (row) => <span class="mono">{row.host}</span>,
    sort: (row) => row.host,
  },
  { key: "state", label: "State", render: (row) => <Badge state={row.state} />, sort: (row) => row.state },
  {
    key: "cores",
    label: "Cores",
    render: (row) => <Used used={row.coresUsed} of={row.cores} format={String} />,
    sort: (row) => row.coresUsed,
  },
  {
    key: "memory",
    label: "Memory",
    render: (row) => <Used used={row.memoryUsedMb} of={row.memoryMb} format={mib} />,
    sort: (row) => row.memoryUsedMb,
  },
  {
    key: "resources",
    label: "Resources",
    render: (row) => <Resources all={row.resources} used={row.resourcesUsed} />,
  },
  {
    key: "beat",
    label: "Last heard of",
    number: true,
    render: (row) => clock(row.lastHeartbeat),
    sort: (row) => row.lastHeartbeat,
  },
];

function Applications({ rows, empty, hint }: { rows: readonly MasterApplication[]; empty: string; hint?: string }) {
  return (
    <Table
      label="Applications"
      rows={rows}
      rowKey={(row) => row.id}
      order={{ key: "start", descending: true }}
      empty={<Empty title={empty}>{hint}</Empty>}
      columns={[
        { key: "id", label: "Application", render: (row) => <span class="mono">{row.id}</span>, sort: (row) => row.id },
        {
          key: "name",
          label: "Name",
          grow: true,
          render: (row) => (
            <>
              {row.uiUrl === null ? row.name : <a href={row.uiUrl}>{row.name}</a>}
              {row.waitingFor !== null && <div class="quiet">Waits: {row.waitingFor}</div>}
            </>
          ),
          sort: (row) => row.name,
        },
        { key: "user", label: "User", render: (row) => row.user, sort: (row) => row.user },
        { key: "state", label: "State", render: (row) => <Badge state={row.state} />, sort: (row) => row.state },
        {
          key: "cores",
          label: "Cores",
          number: true,
          render: (row) => (row.state === "WAITING" ? `${row.coresGranted} of ${row.cores}` : row.coresGranted),
          sort: (row) => row.coresGranted,
        },
        { key: "executors", label: "Executors", number: true, render: (row) => row.executors, sort: (row) => row.executors },
        {
          key: "memory",
          label: "Memory each",
          number: true,
          render: (row) => mib(row.memoryPerExecutorMb),
          sort: (row) => row.memoryPerExecutorMb,
        },
        {
          key: "start",
          label: "Submitted",
          number: true,
          render: (row) => dateTime(row.startTime),
          sort: (row) => row.startTime,
        },
        {
          key: "duration",
          label: "Duration",
          number: true,
          render: (row) => duration(row.duration),
          sort: (row) => row.duration,
        },
      ]}
    />
  );
}

function Drivers(props: { rows: readonly MasterDriver[]; workers: readonly MasterWorker[]; empty: string }) {
  const { rows, empty } = props;
  const hosts = new Map(props.workers.map(({ id, host }) => [id, host]));
  // An id is made of a time and the host, and long; of one that the master has forgotten it is all there is.
  const hostOf = ({ workerId }: MasterDriver) => (workerId === null ? null : (hosts.get(workerId) ?? workerId));
  return (
    <Table
      label="Drivers"
      rows={rows}
      empty={<Empty title={empty} />}
      rowKey={(row) => row.id}
      order={{ key: "time", descending: true }}
      columns={[
        { key: "id", label: "Driver", render: (row) => <span class="mono">{row.id}</span>, sort: (row) => row.id },
        { key: "state", label: "State", render: (row) => <Badge state={row.state} />, sort: (row) => row.state },
        {
          key: "file",
          label: "Program",
          grow: true,
          render: (row) => (
            <>
              {row.mainFile}
              {row.error !== undefined && <div class={OVER.includes(row.state) ? "bad-text" : "quiet"}>{row.error}</div>}
            </>
          ),
          sort: (row) => row.mainFile,
        },
        {
          key: "worker",
          label: "Worker",
          render: (row) => (
            <span class="mono clip narrow" title={row.workerId ?? ""}>
              {hostOf(row) ?? "none"}
            </span>
          ),
          sort: hostOf,
        },
        { key: "cores", label: "Cores", number: true, render: (row) => row.cores, sort: (row) => row.cores },
        { key: "memory", label: "Memory", number: true, render: (row) => mib(row.memoryMb), sort: (row) => row.memoryMb },
        { key: "restarts", label: "Restarts", number: true, render: (row) => row.restarts, sort: (row) => row.restarts },
        {
          key: "time",
          label: "Submitted",
          number: true,
          render: (row) => dateTime(row.submitTime),
          sort: (row) => row.submitTime,
        },
      ]}
    />
  );
}
