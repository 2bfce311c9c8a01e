/** The flame graph of the application: V8's sampling profiler over all executors, or one. */
import { useEffect, useState } from "preact/hooks";
import type { Profile } from "../../api-types";
import { act, useApi } from "../api";
import { Alone } from "../components/alone";
import { FlameGraph } from "../components/flame-graph";
import { Card, Page } from "../components/layout";
import { Shown } from "../components/state";
import { useScope } from "../context";
import { duration } from "../lib/format";

export function ProfilePage() {
  return (
    <Page title="Profile" aside={<Alone figure="profile" title="Flame graph" />}>
      <ProfileCard />
    </Page>
  );
}

export function ProfileCard({ executor }: { executor?: string }) {
  const scope = useScope();
  const query = executor === undefined ? "" : `?executor=${encodeURIComponent(executor)}`;
  const profile = useApi<Profile>(`${scope.mine}/profile${query}`, ["profile"], 1500);
  const [said, setSaid] = useState("");
  const { token } = scope.identity;
  const running = profile.data?.running === true;
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(profile.reload, 2000);
    return () => clearInterval(timer);
  }, [running]);
  const set = async (on: boolean) => {
    try {
      await act(`${scope.mine}/profile/${on ? "start" : "stop"}`, token!);
      setSaid("");
    } catch (error) {
      setSaid((error as Error).message);
    }
    profile.reload();
  };
  return (
    <Card
      title={executor === undefined ? "All executors" : executor === "driver" ? "Driver" : `Executor ${executor}`}
      aside={
        <>
          {profile.data !== undefined && profile.data.to > 0 && (
            <span class="quiet">over {duration(profile.data.to - profile.data.from)}</span>
          )}
          {scope.live && token !== undefined && (
            <button type="button" class="button small" onClick={() => void set(!running)}>
              {running ? "Stop sampling" : "Start sampling"}
            </button>
          )}
        </>
      }
      {...(said === "" ? {} : { note: <span class="bad-text">{said}</span> })}
    >
      <Shown of={profile} height={300}>
        {(data) => <FlameGraph profile={data} />}
      </Shown>
    </Card>
  );
}
