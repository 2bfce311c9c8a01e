/** Queries: what was asked, how long it took, which jobs it needed. */
import { useMemo, useState } from "preact/hooks";
import type { ExecutionData } from "../../api-types";
import { useApi } from "../api";
import { Badge, Card, Filter, Page } from "../components/layout";
import { Empty, Shown } from "../components/state";
import { Table } from "../components/table";
import { useScope } from "../context";
import { duration, shortSite, time } from "../lib/format";
import { submitted } from "./columns";
import { filtered } from "../lib/sort";

export function Sql() {
  const scope = useScope();
  const queries = useApi<ExecutionData[]>(`${scope.api}/sql?details=false&planDescription=false&length=10000`, ["sql"], 1000);
  const [filter, setFilter] = useState("");
  const rows = useMemo(
    () => filtered(queries.data ?? [], filter, (query) => `${query.id} ${query.description}`),
    [queries.data, filter],
  );
  const jobs = (ids: readonly number[]) =>
    ids.length > 6
      ? `${ids.length} jobs`
      : ids.map((id, at) => [
          at > 0 && ", ",
          <a key={id} href={scope.href(["jobs", id])}>
            {id}
          </a>,
        ]);
  return (
    <Page title="SQL and DataFrames" aside={<Filter value={filter} onInput={setFilter} label="Filter queries" />}>
      <Card title="Queries" flush>
        <Shown of={queries}>
          {(all) =>
            all.length === 0 ? (
              <Empty title="No query has run">Queries of SQL text and of DataFrames appear here with their plans.</Empty>
            ) : (
              <Table
                label="Queries"
                rows={rows}
                rowKey={(query) => query.id}
                order={{ key: "id", descending: true }}
                empty={<Empty title={`No query fits “${filter}”`} />}
                columns={[
                  {
                    key: "id",
                    label: "Query",
                    number: true,
                    render: (query) => <a href={scope.href(["sql", query.id])}>{query.id}</a>,
                    sort: (query) => query.id,
                  },
                  {
                    key: "text",
                    label: "Description",
                    grow: true,
                    render: (query) => (
                      <a class="clip" href={scope.href(["sql", query.id])} title={query.description}>
                        {shortSite(query.description)}
                      </a>
                    ),
                    sort: (query) => query.description,
                  },
                  {
                    key: "state",
                    label: "State",
                    render: (query) => <Badge state={query.status} />,
                    sort: (query) => query.status,
                  },
                  submitted(all, (query) => time(query.submissionTime)),
                  {
                    key: "duration",
                    label: "Duration",
                    number: true,
                    render: (query) => duration(query.duration),
                    sort: (query) => query.duration,
                  },
                  {
                    key: "jobs",
                    label: "Jobs",
                    render: (query) =>
                      jobs([...query.runningJobIds, ...query.successJobIds, ...query.failedJobIds].sort((a, b) => a - b)),
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
