/** All jobs of the application, and when they ran. */
import { useState } from "preact/hooks";
import type { ApplicationSummary, JobData, TimelineEvent } from "../../api-types";
import { useApi } from "../api";
import { Card, Facts, Filter, Page } from "../components/layout";
import { Empty, Shown } from "../components/state";
import { useScope } from "../context";
import { dateTime, duration } from "../lib/format";
import { JobTable } from "./columns";
import { EventTimeline } from "./event-timeline";
import { useNow } from "./use-now";

export function Jobs() {
  const scope = useScope();
  const jobs = useApi<JobData[]>(`${scope.api}/jobs`, ["jobs", "tasks"]);
  const summary = useApi<ApplicationSummary>(`${scope.mine}/summary`, ["jobs"]);
  const timeline = useApi<TimelineEvent[]>(`${scope.mine}/timeline`, ["jobs", "executors"], 1000);
  const { data } = summary;
  const running = jobs.data?.some((job) => job.status === "RUNNING") === true && scope.live;
  const now = useNow(running ? 1000 : null);
  const [filter, setFilter] = useState("");
  return (
    <Page title="Jobs" aside={<Filter value={filter} onInput={setFilter} label="Filter jobs" />}>
      <Shown of={summary} height={64}>
        {() =>
          data && (
            <Facts
              items={[
                ["User", data.user],
                ["Started", dateTime(data.startTime)],
                [
                  data.completed ? "Ran for" : "Running for",
                  duration((data.endTime ?? (scope.live ? now : data.lastUpdated)) - data.startTime),
                ],
                ["Scheduling", data.schedulingMode],
                ["Active", data.jobs.active],
                ["Succeeded", data.jobs.succeeded],
                ["Failed", data.jobs.failed, data.jobs.failed > 0 ? "bad" : undefined] as [string, number, string?],
              ]}
            />
          )
        }
      </Shown>
      <Card title="Timeline">
        <Shown of={timeline} height={120}>
          {(events) => {
            const shown = events.filter(({ kind }) => kind !== "stage");
            return shown.length === 0 ? (
              <Empty title="Nothing has happened yet" />
            ) : (
              <EventTimeline
                events={shown}
                now={running ? now : (data?.lastUpdated ?? now)}
                onEvent={(event) =>
                  (location.hash = event.kind === "job" ? scope.href(["jobs", event.id]) : scope.href(["executors", event.id]))
                }
              />
            );
          }}
        </Shown>
      </Card>
      <Card title="All jobs" flush>
        <Shown of={jobs}>
          {(rows) =>
            rows.length === 0 ? (
              <Empty title="No job has been submitted">
                Actions such as count, collect and save start jobs; transformations alone do not.
              </Empty>
            ) : (
              <JobTable jobs={rows.filter((job) => matches(job, filter))} scope={scope} label="Jobs" />
            )
          }
        </Shown>
      </Card>
    </Page>
  );
}

/** By number, words, group, tags and state. */
function matches({ jobId, name, description, jobGroup, jobTags, status }: JobData, filter: string): boolean {
  const wanted = filter.trim().toLowerCase();
  return [String(jobId), name, description, jobGroup, ...jobTags, status].some((text) => text?.toLowerCase().includes(wanted));
}
