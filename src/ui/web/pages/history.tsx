/** Applications of which there is a log: found by words, of any number. */
import { useMemo, useState } from "preact/hooks";
import type { HistoryEntry } from "../../api-types";
import { useApi } from "../api";
import { Badge, Card, Filter, Page } from "../components/layout";
import { Empty, Shown } from "../components/state";
import { Table } from "../components/table";
import { bytes, count, dateTime, duration, plural } from "../lib/format";
import { durationOf } from "../lib/history";
import { formatRoute } from "../lib/route";
import { filtered } from "../lib/sort";
import { replaceQuery, useRoute } from "../router";

export function History() {
  const entries = useApi<HistoryEntry[]>("api/firesteel/v1/history", ["history"], 2000);
  const { query } = useRoute();
  const filter = query["filter"] ?? "";
  const [state, setState] = useState<"all" | "completed" | "incomplete">("all");
  const rows = useMemo(
    () =>
      filtered(
        (entries.data ?? []).filter((entry) => state === "all" || entry.completed === (state === "completed")),
        filter,
        (entry) => `${entry.id} ${entry.name} ${entry.user} ${dateTime(entry.startTime)}`,
      ),
    [entries.data, filter, state],
  );
  return (
    <Page
      title="Applications"
      aside={
        <>
          <label class="field">
            <span>Show</span>
            <select value={state} onChange={(event) => setState(event.currentTarget.value as typeof state)}>
              <option value="all">all</option>
              <option value="completed">completed</option>
              <option value="incomplete">incomplete</option>
            </select>
          </label>
          <Filter value={filter} onInput={(value) => replaceQuery({ filter: value })} label="Filter applications" />
        </>
      }
    >
      <Card
        title={
          entries.data === undefined
            ? "Event logs"
            : rows.length === entries.data.length
              ? plural(rows.length, "application")
              : `${count(rows.length)} of ${plural(entries.data.length, "application")}`
        }
        flush
      >
        <Shown of={entries} height={560}>
          {(all) =>
            all.length === 0 ? (
              <Empty title="No event log was found">
                Applications write logs when spark.eventLog.enabled is true, into spark.eventLog.dir.
              </Empty>
            ) : (
              <Table
                label="Applications"
                rows={rows}
                rowKey={(row) => `${row.id} ${row.attemptId ?? ""}`}
                order={{ key: "start", descending: true }}
                empty={<Empty title={`No application fits “${filter}”`} />}
                columns={[
                  {
                    key: "id",
                    label: "Application",
                    render: (row) =>
                      row.error !== undefined ? (
                        <span class="mono quiet" title={row.error}>
                          {row.id}
                        </span>
                      ) : (
                        <a class="mono" href={formatRoute(["app", row.id, "status"])}>
                          {row.id}
                        </a>
                      ),
                    sort: (row) => row.id,
                  },
                  {
                    key: "name",
                    label: "Name",
                    grow: true,
                    render: (row) => (
                      <span class="clip" title={row.name}>
                        {row.name}
                        {row.error !== undefined && <span class="bad-text"> {row.error}</span>}
                      </span>
                    ),
                    sort: (row) => row.name,
                  },
                  { key: "user", label: "User", render: (row) => row.user, sort: (row) => row.user },
                  {
                    key: "state",
                    label: "State",
                    render: (row) =>
                      row.error !== undefined ? (
                        <Badge state="ERROR" />
                      ) : row.completed ? (
                        <Badge state="COMPLETED" />
                      ) : (
                        <Badge state="INCOMPLETE" />
                      ),
                    sort: (row) => (row.error !== undefined ? 2 : row.completed ? 0 : 1),
                  },
                  {
                    key: "start",
                    label: "Started",
                    number: true,
                    render: (row) => dateTime(row.startTime),
                    sort: (row) => row.startTime,
                  },
                  {
                    key: "duration",
                    label: "Duration",
                    number: true,
                    hint: "Of an incomplete application: until its log changed last",
                    render: (row) => duration(durationOf(row)),
                    sort: (row) => durationOf(row),
                  },
                  { key: "size", label: "Log", number: true, render: (row) => bytes(row.logSize), sort: (row) => row.logSize },
                  { key: "version", label: "Version", render: (row) => row.sparkVersion, sort: (row) => row.sparkVersion },
                  {
                    key: "download",
                    label: "Download",
                    render: (row) => (
                      <a href={`api/v1/applications/${encodeURIComponent(row.id)}/logs`} download="">
                        zip
                      </a>
                    ),
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
