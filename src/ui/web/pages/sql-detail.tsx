/** One query: its plan with the figures of each operator while it runs, and its plans as text. */
import { useState } from "preact/hooks";
import type { ExecutionData, SqlPlanGraph, SqlPlanTexts } from "../../api-types";
import { useApi } from "../api";
import { Badge, Card, Facts, Page, Tabs } from "../components/layout";
import { PlanView } from "../components/plan-view";
import { Empty, Shown } from "../components/state";
import { useScope } from "../context";
import { clock, dateTime, duration, shortSite, time } from "../lib/format";

export function SqlDetail({ parts }: { parts: readonly string[] }) {
  const scope = useScope();
  const id = parts[0] ?? "";
  const query = useApi<ExecutionData>(`${scope.api}/sql/${id}?details=false&planDescription=false`, ["sql"]);
  const graph = useApi<SqlPlanGraph>(`${scope.mine}/sql/${id}/graph`, ["sql", "tasks"], 700);
  const plans = useApi<SqlPlanTexts>(`${scope.mine}/sql/${id}/plans`, ["sql"], 1000);
  const jobs =
    query.data === undefined
      ? []
      : [...query.data.runningJobIds, ...query.data.successJobIds, ...query.data.failedJobIds].sort((a, b) => a - b);
  return (
    <Page title={<>Query {id}</>} above={<a href={scope.href(["sql"])}>SQL</a>}>
      <Shown of={query} height={110}>
        {(data) => (
          <>
            <p class="lead sql-text">{shortSite(data.description)}</p>
            <Facts
              items={[
                ["State", <Badge state={data.status} />],
                ["Submitted", dateTime(time(data.submissionTime))],
                ["Duration", duration(data.duration)],
                [
                  "Jobs",
                  jobs.length === 0
                    ? "none"
                    : jobs.map((job, at) => [
                        at > 0 && ", ",
                        <a key={job} href={scope.href(["jobs", job])}>
                          {job}
                        </a>,
                      ]),
                ],
              ]}
            />
          </>
        )}
      </Shown>
      {plans.data !== undefined && plans.data.error !== "" && (
        <Card title="Why it failed">
          <pre class="trace">{plans.data.error}</pre>
        </Card>
      )}
      <Card
        title="Plan"
        note={
          graph.data?.nodes.some(({ pipeline }) => pipeline !== null) === true
            ? "From the sources above to the result below. Operators in one frame run as one generated loop. Press an operator for all its figures."
            : "From the sources above to the result below. Press an operator for all its figures."
        }
      >
        <Shown of={graph} height={420}>
          {(data) => <PlanView graph={data} stageHref={(stage) => scope.href(["stages", stage])} />}
        </Shown>
      </Card>
      <Card title="Plans as text">
        <Shown of={plans} height={240}>
          {(data) => <PlanTexts plans={data} />}
        </Shown>
      </Card>
    </Page>
  );
}

function PlanTexts({ plans }: { plans: SqlPlanTexts }) {
  const steps = (
    [
      ["physical", "Physical", plans.physical],
      ["optimized", "Optimised", plans.optimized],
      ["analyzed", "Analysed", plans.analyzed],
      ["parsed", "As written", plans.parsed],
      ["changes", `Changes (${plans.changes.length})`, plans.changes.length === 0 ? "" : "changes"],
    ] as const
  ).filter(([, , text]) => text !== "");
  const [step, setStep] = useState<string>("physical");
  const shown = steps.find(([name]) => name === step) ?? steps[0];
  if (shown === undefined) return <Empty title="No plan was logged for this query" />;
  return (
    <>
      <Tabs
        label="Steps of planning"
        tabs={steps.map(([name, title]) => [name, title] as const)}
        value={shown[0]}
        onChange={setStep}
      />
      <div role="tabpanel" aria-labelledby={`tab-${shown[0]}`}>
        {shown[0] === "changes" ? (
          plans.changes.map(({ time, text }, at) => (
            <section key={at}>
              <h3 class="card-sub">
                Change {at + 1} at {clock(time)}
              </h3>
              <pre class="plan-text-block">{text}</pre>
            </section>
          ))
        ) : (
          <pre class="plan-text-block">{shown[2]}</pre>
        )}
      </div>
    </>
  );
}
