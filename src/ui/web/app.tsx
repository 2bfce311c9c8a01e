/** The frame around pages: who is shown, where one can go, whether the figures are live. */
import type { ComponentChildren, FunctionComponent } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { ApplicationSummary, Identity } from "../api-types";
import { isReport, useApi } from "./api";
import { Empty, Problem } from "./components/state";
import { ScopeContext, scopeOf, useScope } from "./context";
import { clock } from "./lib/format";
import type { Route } from "./lib/route";
import { live } from "./live";
import { Environment } from "./pages/environment";
import { Executors } from "./pages/executors";
import { ExecutorDetail } from "./pages/executor-detail";
import { History } from "./pages/history";
import { Individual } from "./pages/individual";
import { JobDetail } from "./pages/job-detail";
import { Jobs } from "./pages/jobs";
import { Master } from "./pages/master";
import { ProfilePage } from "./pages/profile";
import { SearchDetail } from "./pages/search-detail";
import { Searches } from "./pages/searches";
import { Sql } from "./pages/sql";
import { SqlDetail } from "./pages/sql-detail";
import { StageDetail } from "./pages/stage-detail";
import { Stages } from "./pages/stages";
import { Status } from "./pages/status";
import { Storage } from "./pages/storage";
import { StorageDetail } from "./pages/storage-detail";
import { Worker, WorkerLog } from "./pages/worker";
import { useRoute } from "./router";
import { chooseTheme, useTheme } from "./theme";
import type { ThemeChoice } from "./theme";

type PageOf = FunctionComponent<{ parts: readonly string[] }>;

/** Pages of an application by the first part of the address: the list, and one of it; some of running applications only. */
const PAGES: Readonly<Record<string, { label: string; list: PageOf; detail?: PageOf; running?: boolean }>> = {
  status: { label: "Status", list: Status },
  jobs: { label: "Jobs", list: Jobs, detail: JobDetail },
  stages: { label: "Stages", list: Stages, detail: StageDetail },
  sql: { label: "SQL", list: Sql, detail: SqlDetail },
  searches: { label: "Searches", list: Searches, detail: SearchDetail },
  storage: { label: "Storage", list: Storage, detail: StorageDetail },
  executors: { label: "Executors", list: Executors, detail: ExecutorDetail },
  profile: { label: "Profile", list: ProfilePage, running: true },
  environment: { label: "Environment", list: Environment },
};

export function App() {
  const route = useRoute();
  const identity = useApi<Identity>("api/firesteel/v1/identity");
  if (identity.data === undefined) {
    return (
      <main class="alone">
        {identity.error !== undefined && (
          <>
            <h1>No answer</h1>
            <Problem text={identity.error} retry={identity.reload} />
          </>
        )}
      </main>
    );
  }
  return <Frame identity={identity.data} route={route} />;
}

function Frame({ identity, route }: { identity: Identity; route: Route }) {
  const inHistory = route.parts[0] === "app";
  const application = inHistory ? route.parts[1] : identity.applicationId;
  const parts = inHistory ? route.parts.slice(2) : route.parts;
  const scope = useMemo(() => scopeOf(identity, application), [identity, application]);
  const main = useRef<HTMLElement>(null);
  const path = route.parts.join("/");
  const first = useRef(true);

  useEffect(() => {
    if (isReport) return;
    live.connect(application);
    return () => live.disconnect();
  }, [application]);
  useEffect(() => {
    const name = PAGES[parts[0] ?? "status"]?.label ?? "";
    document.title = [parts[1], name, identity.title, "firesteel"].filter(Boolean).join(" · ");
    // A new page begins at its top, also for those who hear it.
    if (!first.current) {
      window.scrollTo(0, 0);
      main.current?.focus({ preventScroll: true });
    }
    first.current = false;
  }, [path]);

  const daemon = application === undefined;
  if (!daemon && parts[0] === "individual" && parts[1] !== undefined) {
    return (
      <ScopeContext.Provider value={scope}>
        <main ref={main} tabIndex={-1} key={path} class="individual-window">
          <Individual parts={parts.slice(1)} query={route.query} />
        </main>
      </ScopeContext.Provider>
    );
  }
  return (
    <ScopeContext.Provider value={scope}>
      <a
        class="skip"
        href={`#/${path}`}
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the content
      </a>
      <Header identity={identity} here={parts[0] ?? "status"} daemon={daemon} inHistory={inHistory} />
      <main ref={main} tabIndex={-1} key={path}>
        {daemon ? daemonPage(identity, parts, route.query) : applicationPage(parts)}
      </main>
      <footer class="foot">
        <span>firesteel {identity.version}</span>
        <span>API of Spark {identity.sparkVersion}</span>
        {identity.links.map(({ label, href }) => (
          <a key={href} href={href}>
            {label}
          </a>
        ))}
      </footer>
    </ScopeContext.Provider>
  );
}

function applicationPage(parts: readonly string[]): ComponentChildren {
  const [name = "status", ...rest] = parts;
  if (name === "individual") return <Individual parts={rest} query={{}} />;
  const page = PAGES[name];
  if (page === undefined) return <NotFound />;
  const Shown = rest.length > 0 && page.detail !== undefined ? page.detail : page.list;
  return <Shown parts={rest} />;
}

function daemonPage(identity: Identity, parts: readonly string[], query: Readonly<Record<string, string>>): ComponentChildren {
  if (identity.kind === "master") return <Master />;
  if (identity.kind === "worker") return parts[0] === "logs" ? <WorkerLog parts={parts.slice(1)} query={query} /> : <Worker />;
  return <History />;
}

function NotFound() {
  const { href } = useScope();
  return (
    <Empty title="There is no such page">
      <a href={href(["status"])}>To the status page</a>
    </Empty>
  );
}

function Header(props: { identity: Identity; here: string; daemon: boolean; inHistory: boolean }) {
  const scope = useScope();
  const summary = useApi<ApplicationSummary>(
    props.daemon ? null : `${scope.mine}/summary`,
    ["jobs", "stages", "search", "sql"],
    1000,
  );
  const { data } = summary;
  const badge: Readonly<Record<string, number>> = {
    jobs: data?.jobs.active ?? 0,
    stages: data?.stages.active ?? 0,
    sql: data?.sql.running ?? 0,
    searches: data?.searches.running ?? 0,
  };
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a phone the pages' names are wider than the screen.
    const current = nav.current?.querySelector<HTMLElement>("[aria-current]");
    if (nav.current && current) nav.current.scrollLeft = current.offsetLeft - (nav.current.clientWidth - current.offsetWidth) / 2;
    // A number that comes beside a name moves those after it.
  }, [props.here, Object.values(badge).join()]);
  return (
    <header class="top">
      <div class="top-line">
        <a class="brand" href={props.daemon || props.inHistory ? "#/" : scope.href(["status"])}>
          <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
            <path class="brand-spark" d="M13 1 4 14h6l-2 9 11-14h-7z" />
          </svg>
          <span>firesteel</span>
        </a>
        <span class="top-title" title={data?.name ?? props.identity.title}>
          {props.daemon ? props.identity.title : (data?.name ?? props.identity.title)}
        </span>
        <Connection completed={data?.completed === true} hasData={!props.daemon} />
        <ThemeSwitch />
      </div>
      {!props.daemon && (
        <nav class="nav" aria-label="Pages" ref={nav}>
          {props.inHistory && (
            <a href="#/" class="nav-back">
              ← Applications
            </a>
          )}
          {Object.entries(PAGES)
            .filter(([, { running }]) => running !== true || scope.live)
            .map(([name, { label }]) => (
              <a key={name} href={scope.href([name])} aria-current={name === props.here ? "page" : undefined}>
                {label}
                {(badge[name] ?? 0) > 0 && (
                  <span class="nav-badge" aria-label={`${badge[name]} running`}>
                    {badge[name]}
                  </span>
                )}
              </a>
            ))}
        </nav>
      )}
    </header>
  );
}

function Connection({ completed, hasData }: { completed: boolean; hasData: boolean }) {
  const [state, setState] = useState(live.connection);
  const [since, setSince] = useState(Date.now());
  useEffect(
    () =>
      live.watch(() => {
        setState(live.connection);
        setSince(Date.now());
      }),
    [],
  );
  const { identity } = useScope();
  if (isReport) return <span class="connection quiet">report</span>;
  if (completed && identity.kind === "history") return <span class="connection quiet">ended</span>;
  if (state === "lost") {
    return (
      <span class="connection tone-bad" role="status" title="The page keeps what it has, and tries again.">
        {completed ? "ended" : "no connection"} <span class="wide-only">since {clock(since)}</span>
      </span>
    );
  }
  return (
    <span class={`connection ${state === "open" ? "tone-good" : "quiet"}`} role="status">
      {state === "open" ? (completed && hasData ? "ended" : "live") : "connecting"}
    </span>
  );
}

const NEXT: Readonly<Record<ThemeChoice, ThemeChoice>> = { system: "light", light: "dark", dark: "system" };
const SIGNS: Readonly<Record<ThemeChoice, string>> = { system: "◐", light: "☀", dark: "☾" };

function ThemeSwitch() {
  const { choice } = useTheme();
  return (
    <button
      type="button"
      class="button small theme"
      onClick={() => chooseTheme(NEXT[choice])}
      aria-label={`Theme: ${choice}. Change to ${NEXT[choice]}`}
      title={`Theme: ${choice}`}
    >
      <span aria-hidden="true">{SIGNS[choice]}</span>
      <span class="wide-only">{choice === "system" ? "Auto" : choice === "light" ? "Light" : "Dark"}</span>
    </button>
  );
}
