/** All stages, by state. */
import { useMemo, useState } from "preact/hooks";
import type { StageData, StageStatus } from "../../api-types";
import { useApi } from "../api";
import { ColumnFit, SharedFit } from "../components/column-fit";
import { Card, Filter, Page } from "../components/layout";
import { Empty, Shown } from "../components/state";
import { useScope } from "../context";
import { filtered } from "../lib/sort";
import { StageTable } from "./columns";

const GROUPS: readonly (readonly [StageStatus, string])[] = [
  ["ACTIVE", "Running"],
  ["PENDING", "Waiting"],
  ["FAILED", "Failed"],
  ["COMPLETE", "Completed"],
  ["SKIPPED", "Skipped"],
];

export function Stages() {
  const scope = useScope();
  const stages = useApi<StageData[]>(`${scope.api}/stages`, ["stages", "tasks"], 1000);
  const [filter, setFilter] = useState("");
  const fit = useMemo(() => new ColumnFit(), []);
  const rows = useMemo(
    () => filtered(stages.data ?? [], filter, (stage) => `${stage.stageId} ${stage.name} ${stage.description ?? ""}`),
    [stages.data, filter],
  );
  return (
    <Page title="Stages" aside={<Filter value={filter} onInput={setFilter} label="Filter stages" />}>
      <Shown of={stages}>
        {(all) =>
          all.length === 0 ? (
            <Empty title="No stage yet">A job is cut into stages where data has to move between executors.</Empty>
          ) : rows.length === 0 ? (
            <Empty title={`No stage fits “${filter}”`} />
          ) : (
            <SharedFit.Provider value={fit}>
              {GROUPS.map(([status, title]) => {
                const group = rows.filter((stage) => stage.status === status);
                return (
                  group.length > 0 && (
                    <Card key={status} title={`${title} (${group.length})`} flush>
                      <StageTable stages={group} among={all} scope={scope} label={`${title} stages`} />
                    </Card>
                  )
                );
              })}
            </SharedFit.Provider>
          )
        }
      </Shown>
    </Page>
  );
}
