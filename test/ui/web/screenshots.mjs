/**
 * Pictures of every page, light and dark, wide and narrow, into a folder: to be looked at.
 *
 *   node test/ui/web/screenshots.mjs FOLDER [URL of a running application]
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { findChromium, fixtures, launch, webFolder } from "./browser/harness.mjs";

const [folder = "screenshots", address, only] = process.argv.slice(2);
const chromium = findChromium();
if (chromium === undefined) {
  console.error("No chromium was found: install one (apt-get install chromium), or name it in CHROMIUM.");
  process.exit(1);
}
mkdirSync(folder, { recursive: true });

const driverPages = {
  status: "status",
  jobs: "jobs",
  job: "jobs/0",
  "job-skipped": "jobs/1",
  stages: "stages",
  stage: "stages/1/0",
  "stage-failed": "stages/4/0",
  sql: "sql",
  "sql-plan": "sql/0",
  storage: "storage",
  "storage-rdd": "storage/2",
  executors: "executors",
  "executor-overview": "executors/1",
  "executor-threads": "executors/1?tab=threads",
  "executor-logs": "executors/1?tab=logs",
  profile: "profile",
  environment: "environment",
  searches: "searches",
  search: "searches/search-1",
};
const browser = await launch(chromium);
const servers = [];
const shots = [];
if (address !== undefined && address !== "-") {
  const found = {
    ...driverPages,
    ...(await firstOf({ "storage-rdd": "storage", "executor-overview": "executors", search: "searches" })),
  };
  for (const tab of ["threads", "logs"]) found[`executor-${tab}`] = `${found["executor-overview"]}?tab=${tab}`;
  shots.push(...Object.entries(found).map(([name, path]) => [name, `${address}/#/${path}`]));
} else {
  const { serve } = await fixtures();
  for (const kind of ["driver", "history", "master", "worker"]) {
    const server = await serve(kind, webFolder);
    servers.push(server);
    if (kind === "driver") shots.push(...Object.entries(driverPages).map(([name, path]) => [name, `${server.url}/#/${path}`]));
    else shots.push([kind, `${server.url}/`]);
  }
}
for (const colorScheme of ["light", "dark"]) {
  for (const width of [1280, 390]) {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: width === 390 ? 844 : 900 } });
    for (const [name, url] of shots) {
      if (only !== undefined && !only.split(",").includes(name)) continue;
      const page = await context.newPage();
      page.on("pageerror", (error) => console.error(`${name}: ${error.message}`));
      page.on("console", (message) => message.type() === "error" && console.error(`${name}: ${message.text()}`));
      await page.goto(url);
      await settled(page);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (overflow > 0) console.error(`${name} at ${width}: ${overflow} px wider than the screen`);
      await page.screenshot({ path: join(folder, `${name}-${colorScheme}-${width}.png`), fullPage: true });
      await page.close();
    }
    await context.close();
  }
}
await browser.close();
await Promise.all(servers.map((server) => server.close()));

/** Of a running application: what the first row of a list leads to. */
async function firstOf(lists) {
  const page = await browser.newPage();
  const found = {};
  for (const [name, list] of Object.entries(lists)) {
    await page.goto(`${address}/#/${list}`);
    await settled(page);
    const href = await page.evaluate((start) => document.querySelector(`main a[href^="${start}"]`)?.getAttribute("href"), `#/${list}/`); // prettier-ignore
    if (href) found[name] = href.slice(2);
  }
  await page.close();
  return found;
}

/** The page has what it asked for, and its charts are drawn. */
async function settled(page) {
  const loaded = () => !document.body.innerText.includes("Loading") && document.querySelector("main") !== null;
  await page.waitForTimeout(900);
  await page.waitForFunction(loaded, undefined, { timeout: 15_000 }).catch(() => console.error(`${page.url()} is still loading`));
  await page.waitForTimeout(300);
}
