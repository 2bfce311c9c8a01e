/** Lists of who may look at pages and who may change something there. */
import type { IncomingMessage } from "node:http";
import { request } from "node:http";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { checkSettings } from "../../src/common/check-settings";
import { SparkConf } from "../../src/common/conf";
import { historyAccess, type PageAccess, pageAccess } from "../../src/common/page-access";
import { EventLogWriter } from "../../src/events/event-log-writer";
import type { ListenerEvent } from "../../src/events/listener-events";
import { HistoryUi } from "../../src/ui/history/history-ui";
import { Access } from "../../src/ui/server/access";
import { addIdentity } from "../../src/ui/server/api-firesteel";
import { HttpServer, type ServerOptions } from "../../src/ui/server/http-server";
import { json, Routes } from "../../src/ui/server/routes";
import { StaticFiles } from "../../src/ui/server/static-files";
import { SAMPLES } from "../events/samples";

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "access-"))));
afterAll(() => rmSync(folder, { recursive: true }));

const HEADER = "x-forwarded-user";
const LISTS: PageAccess = {
  userHeader: HEADER,
  groupsHeader: "x-forwarded-groups",
  proxies: ["127.0.0.1", "10.1.0.0/16", "fd00::/8"],
  secret: null,
  view: { users: ["ann", "bob"], groups: ["team"] },
  modify: { users: ["ann"], groups: [] },
};

interface Answer {
  readonly status: number;
  readonly text: string;
}

function ask(url: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (response) => {
      response
        .toArray()
        .then(
          (parts) => resolve({ status: response.statusCode!, text: Buffer.concat(parts as Buffer[]).toString("latin1") }),
          reject,
        );
    });
    sent.on("error", reject);
    sent.end();
  });
}

async function withServer(
  more: Partial<ServerOptions>,
  body: (base: string, server: HttpServer) => Promise<void>,
): Promise<void> {
  const routes = new Routes();
  addIdentity(routes, () => ({
    kind: "driver",
    title: "t",
    version: "0",
    sparkVersion: "0",
    token: server.gate.token,
    killEnabled: true,
    links: [],
  }));
  routes.get("/health", () => json({}));
  routes.get("/who", ({ visitor }) => json(visitor.user));
  routes.post("/kill", () => json("done"));
  const files = new StaticFiles(folder);
  const versions = () => Promise.resolve(null);
  const common = { host: "127.0.0.1", port: 0, portRetries: 0, allowedHosts: [], background: false };
  const server = new HttpServer({ ...common, files, versions, access: LISTS, ...more }, routes);
  const port = await server.listen();
  try {
    await body(`http://127.0.0.1:${port}`, server);
  } finally {
    await server.close();
  }
}

test("who is not listed gets 403, who may only look gets no token and can kill nothing", async () => {
  await withServer({}, async (base, { gate }) => {
    const answers = async (user: string) => (await ask(`${base}/who`, { [HEADER]: user })).status;
    expect(await Promise.all(["ann", "bob", "eve", "", "ann, eve"].map(answers))).toEqual([200, 200, 403, 403, 403]);
    expect((await ask(`${base}/who`, { [HEADER]: "eve" })).text).toBe(
      '{"error":"User eve is not authorized to access this page."}',
    );
    expect((await ask(`${base}/api/firesteel/v1/events`, { [HEADER]: "eve" })).status).toBe(403);
    expect((await ask(`${base}/who`)).status).toBe(403);
    expect((await ask(`${base}/health`)).status).toBe(200);
    const identity = async (user: string) =>
      JSON.parse((await ask(`${base}/api/firesteel/v1/identity`, { [HEADER]: user })).text) as object;
    expect(await identity("ann")).toMatchObject({ token: gate.token, killEnabled: true });
    expect(await identity("bob")).toMatchObject({ killEnabled: false });
    expect(await identity("bob")).not.toHaveProperty("token");
    const kill = (user: string) => ask(`${base}/kill`, { [HEADER]: user, "x-firesteel-token": gate.token }, "POST");
    expect([(await kill("ann")).status, (await kill("bob")).status]).toEqual([200, 403]);
  });
});

test("pages below a master's are asked for in the name of who asks the master", async () => {
  await withServer({}, (back) =>
    withServer({ proxied: () => back, access: { ...LISTS, view: { users: ["*"], groups: [] } } }, async (front) => {
      expect(await ask(`${front}/proxy/app-1/who`, { [HEADER]: "bob" })).toEqual({ status: 200, text: '"bob"' });
      expect((await ask(`${front}/proxy/app-1/who`, { [HEADER]: "eve" })).status).toBe(403);
    }),
  );
});

function admitted(remoteAddress: string, headers: Record<string, string>, more: Partial<PageAccess> = {}) {
  return new Access({ ...LISTS, ...more }).admit({ socket: { remoteAddress }, headers } as unknown as IncomingMessage);
}

test("only proxies that are trusted are believed", () => {
  const refused = (from: string) => typeof admitted(from, { [HEADER]: "ann" }) === "string";
  expect(["127.0.0.1", "::ffff:127.0.0.1", "10.1.7.8", "fd00::5"].filter(refused)).toEqual([]);
  expect(["127.0.0.2", "10.2.0.1", "::1", "::ffff:10.2.0.1", ""].filter((from) => !refused(from))).toEqual([]);
  expect(admitted("10.2.0.1", { [HEADER]: "ann" })).toContain("10.2.0.1 is none of firesteel.ui.trustedProxies");
  const secret = "0123456789abcdef";
  const sent = (given: string) => admitted("127.0.0.1", { [HEADER]: "ann", "x-firesteel-proxy-secret": given }, { secret });
  expect(sent(secret)).toEqual({ user: "ann", groups: [], mayModify: true });
  expect([sent("0123456789abcdeF"), sent("0")]).toEqual(Array(2).fill("The secret of the proxy is missing or wrong."));
  expect(admitted("127.0.0.1", { [HEADER]: "ann" }, { secret })).toBe("The secret of the proxy is missing or wrong.");
});

test("groups are the proxy's word, too", () => {
  const asked = (groups: string) => admitted("127.0.0.1", { [HEADER]: "kim", "x-forwarded-groups": groups });
  expect(asked("staff, team")).toEqual({ user: "kim", groups: ["staff", "team"], mayModify: false });
  expect(asked("staff,teams")).toBe("User kim is not authorized to access this page.");
  expect(admitted("127.0.0.1", { [HEADER]: "kim", "x-forwarded-groups": "team" }, { groupsHeader: "" })).toEqual(
    "User kim is not authorized to access this page.",
  );
});

test("the settings are Spark's: the process's own user, admins, and the lists", () => {
  const conf = new SparkConf(false);
  expect(pageAccess((entry) => conf.read(entry))).toBeNull();
  expect(historyAccess((entry) => conf.read(entry))).toBeNull();
  conf.set("spark.acls.enable", "true").set("spark.ui.view.acls", "ann, bob").set("spark.modify.acls.groups", "ops");
  conf.set("spark.admin.acls", "root2").set("firesteel.ui.userHeader", "X-User");
  const me = userInfo().username;
  expect(pageAccess((entry) => conf.read(entry))).toEqual({
    userHeader: "x-user",
    groupsHeader: "",
    proxies: ["127.0.0.1", "::1"],
    secret: null,
    view: { users: [me, "root2", "ann", "bob"], groups: [] },
    modify: { users: [me, "root2"], groups: ["ops"] },
  });
  const file = join(folder, "secret");
  conf.set("firesteel.ui.proxySecret.file", file);
  expect(() => pageAccess((entry) => conf.read(entry))).toThrow("cannot be read");
  writeFileSync(file, "short");
  expect(() => pageAccess((entry) => conf.read(entry))).toThrow("at least 16 are needed");
  for (const wrong of ["proxy.example.org", "10.0.0.0/33", "10.0.0.0/8/9", "10.0.0.0/"])
    expect(() => checkSettings([["firesteel.ui.trustedProxies", wrong]])).toThrow("must be addresses or networks");
});

test("the history server shows an application to its user, to those whom its lists named, and to its own admins", async () => {
  const directory = mkdtempSync(join(folder, "logs-"));
  const log = new EventLogWriter({ directory, applicationId: "app-1", compress: false, rollAt: 10 * 2 ** 20 });
  const environment = { ...SAMPLES.EnvironmentUpdate, sparkProperties: { "spark.ui.view.acls": "bob" } };
  const start = { ...SAMPLES.ApplicationStart, appId: "app-1", user: "ann" };
  for (const event of [start, environment, SAMPLES.JobStart, SAMPLES.ApplicationEnd] as ListenerEvent[]) log.onOther(event);
  log.close();
  const conf = new SparkConf(false).set("spark.history.ui.acls.enable", "true").set("spark.history.ui.admin.acls", "boss");
  conf.set("firesteel.ui.userHeader", HEADER);
  const ui = new HistoryUi({
    version: "0",
    webFolder: directory,
    directory,
    cacheFolder: null,
    host: "127.0.0.1",
    port: 0,
    allowedHosts: [],
    access: historyAccess((entry) => conf.read(entry)),
    framedBy: [],
    updateInterval: 60_000,
    retained: 2,
    cleaner: null,
  });
  const base = `${await ui.listen()}/api/v1/applications`;
  try {
    const statuses = async (user: string) => {
      const paths = ["", "/app-1/jobs", "/app-1/environment", "/app-1/logs"];
      return Promise.all(paths.map(async (path) => (await ask(base + path, { [HEADER]: user })).status));
    };
    for (const user of ["ann", "bob", "boss"]) expect(await statuses(user)).toEqual([200, 200, 200, 200]);
    expect(await statuses("eve")).toEqual([200, 403, 403, 403]);
    expect((await ask(base)).status).toBe(403);
  } finally {
    await ui.close();
  }
});
