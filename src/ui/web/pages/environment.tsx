/** Versions and settings; secrets are masked by the server. */
import { Fragment } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { ApplicationEnvironmentInfo } from "../../api-types";
import { useApi } from "../api";
import { Card, Filter, Page } from "../components/layout";
import { Empty, Shown } from "../components/state";
import { Table } from "../components/table";
import { useScope } from "../context";
import { filtered } from "../lib/sort";

export function Environment() {
  const scope = useScope();
  const environment = useApi<ApplicationEnvironmentInfo>(`${scope.api}/environment`, ["environment"]);
  const [filter, setFilter] = useState("");
  return (
    <Page title="Environment" aside={<Filter value={filter} onInput={setFilter} label="Filter settings" />}>
      <Shown of={environment}>
        {(data) => {
          const groups: [string, readonly (readonly [string, string])[]][] = [
            [
              "Runtime",
              [
                // Of Spark's own logs it is Java and Scala.
                [/^v\d/.test(data.runtime.javaVersion) ? "Node" : "Java", data.runtime.javaVersion],
                ["Home", data.runtime.javaHome],
                [data.runtime.scalaVersion.startsWith("version") ? "Scala" : "V8", data.runtime.scalaVersion],
              ],
            ],
            ["Settings", data.sparkProperties],
            ["System", data.systemProperties],
            ["File systems", data.hadoopProperties],
            ["Metrics", data.metricsProperties],
            ["Packages and code", data.classpathEntries],
          ];
          const shown = groups
            .map(([name, rows]) => [name, filtered(rows, filter, (row) => row.join(" "))] as const)
            .filter(([, rows]) => rows.some(([key, value]) => key !== "" && value !== ""));
          if (shown.length === 0) return <Empty title={`No setting fits “${filter}”`} />;
          return shown.map(([name, rows]) => <Settings key={name} name={name} rows={rows} />);
        }}
      </Shown>
    </Page>
  );
}

/** A name of many parts, which begins a new line between parts where it must. */
function breakable(name: string) {
  return name.split(/(?<=\.)/).map((part, at) => (
    <Fragment key={at}>
      {at > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}

function Settings({ name, rows }: { name: string; rows: readonly (readonly [string, string])[] }) {
  const known = useMemo(() => rows.filter(([key, value]) => key !== "" && value !== ""), [rows]);
  return (
    <Card title={name} flush>
      <Table
        label={name}
        rows={known}
        rowKey={([key]) => key}
        columns={[
          {
            key: "key",
            label: "Name",
            grow: true,
            render: ([key]) => <span class="mono wrap">{breakable(key)}</span>,
            sort: ([key]) => key,
          },
          {
            key: "value",
            label: "Value",
            grow: true,
            render: ([, value]) => (
              <span class={value.includes("(redacted)") ? "mono quiet" : "mono wrap"}>
                {value.includes("(redacted)") ? "masked" : value}
              </span>
            ),
            sort: ([, value]) => value,
          },
        ]}
      />
    </Card>
  );
}
