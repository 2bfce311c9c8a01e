/**
 * The dashboard in a real browser: `npm run test:browser [-- part of a test's name]`. Needs a chromium ($CHROMIUM, or in
 * $PATH) and says so where there is none; `npm test` does not run it, since that needs only Node.
 */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { findChromium, fixtures, launch, webFolder } from "./browser/harness.mjs";

const chromium = findChromium();
if (chromium === undefined) {
  console.error(
    "The browser tests were not run: no chromium was found. Install one (apt-get install chromium), or name it in CHROMIUM.",
  );
  process.exit(2);
}
if (!existsSync(join(webFolder, "index.html"))) {
  console.error("The browser tests were not run: dist/ui is not built. Run: node tools/build.mjs");
  process.exit(2);
}

const { serve, serveLong, serveNew } = await fixtures();
const browser = await launch(chromium);
const [only = ""] = process.argv.slice(2);
const tests = [];
const test = (name, body) => tests.push({ name, body });

/** A page that fails its test on any error of its own, and on a request to another host. */
async function open(url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  // A busy machine takes its time: what a test waits for comes, or never.
  context.setDefaultTimeout(180_000);
  const page = await context.newPage();
  await page.addInitScript(() => {
    window.firstSeen = {};
    const parts = { facts: ".facts", rows: "#tasks tbody tr a" };
    new MutationObserver(() => {
      for (const [name, selector] of Object.entries(parts))
        if (document.querySelector(selector) !== null) window.firstSeen[name] ??= Math.round(performance.now());
    }).observe(document, { childList: true, subtree: true });
  });
  const problems = [];
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
  page.on("console", (message) => message.type() === "error" && problems.push(`console: ${message.text()}`));
  page.on("request", (request) => {
    const asked = new URL(request.url());
    if (asked.protocol.startsWith("http") && asked.origin !== new URL(url).origin) problems.push(`a request to ${asked.origin}`);
  });
  await page.goto(url);
  await page.waitForSelector("h1");
  page.problems = problems;
  return page;
}

async function close(page) {
  assert.deepEqual(page.problems, []);
  await page.context().close();
}

const settled = (page) => page.waitForFunction(() => document.querySelector("[aria-busy]") === null);
const text = async (page, selector) => (await page.textContent(selector))?.trim();

/** Tables of which columns are out of sight: their names, and by how many px. */
const cutTables = (page) =>
  page.$$eval(".table-scroll", (boxes) =>
    boxes
      .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
      .map((box) => `${box.getAttribute("aria-label")}: ${box.scrollWidth - box.clientWidth} px`),
  );

const DRIVER_PAGES = [
  "status",
  "jobs",
  "jobs/0",
  "jobs/1",
  "stages",
  "stages/1/0",
  "stages/2",
  "stages/4/0",
  "sql",
  "sql/0",
  "storage",
  "storage/2",
  "executors",
  "executors/1",
  "executors/1?tab=threads",
  "executors/1?tab=logs",
  "executors/1?tab=profile",
  "profile",
  "environment",
  "searches",
  "searches/search-1",
  "individual",
  ...["attention", "task-stream", "progress", "workers-memory", "cluster-memory", "cpu", "workers", "graph", "profile"].map(
    (figure) => `individual/${figure}`,
  ),
];

for (const [width, colorScheme] of [
  [1280, "light"],
  [390, "dark"],
]) {
  // prettier-ignore
  test(`every page at ${width} px in ${colorScheme}: no error, no other host, nothing wider than the screen, a name for everything`, async () => {
    for (const kind of ["driver", "history", "master", "worker"]) {
      const server = await serve(kind, webFolder);
      const app = server.store.application.id;
      const paths = { driver: DRIVER_PAGES, history: ["", `app/${app}/status`, `app/${app}/stages/1/0`], master: [""], worker: ["", "logs/app-1%2F1"] };
      for (const path of paths[kind]) {
        const page = await open(`${server.url}/#/${path}`, { colorScheme, viewport: { width, height: 844 } });
        await settled(page);
        const seen = await page.evaluate(() => {
          const name = (element) =>
            element.getAttribute("aria-label") ?? element.textContent?.trim() ?? "";
          const controls = [...document.querySelectorAll("a[href], button, canvas:not([role=img] canvas), [role=img], [role=progressbar], [role=region]")];
          const fields = [...document.querySelectorAll("input, select")];
          return {
            headings: document.querySelectorAll("h1").length,
            overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
            nameless: controls.filter((element) => name(element) === "" && element.title === "").map((element) => element.outerHTML.slice(0, 120)),
            fields: fields.filter((element) => name(element) === "" && element.labels?.length === 0).map((element) => element.outerHTML),
            alerts: [...document.querySelectorAll("[role=alert]")].map((element) => element.textContent),
            cut: [...document.querySelectorAll(".dag-scope, .plan-node, .nav:has([aria-current]), .attention li > a")].flatMap((box) => {
              const { right } = (box.querySelector(":scope > rect") ?? box).getBoundingClientRect();
              return [...box.querySelectorAll("text, [aria-current], b")]
                .filter((part) => part.getBoundingClientRect().right > right)
                .map((part) => part.textContent);
            }),
          };
        });
        assert.deepEqual(seen, { headings: 1, overflow: 0, nameless: [], fields: [], alerts: [], cut: [] }, `${kind}: ${path}`);
        await close(page);
      }
      await server.close();
    }
  });
}

test("on a phone scores over two parameters are seen whole, and a page's title has its link beside it", async () => {
  const server = await serve("driver", webFolder);
  const page = await open(`${server.url}/#/searches/search-1`, { viewport: { width: 390, height: 844 } });
  await settled(page);
  // Five columns, all as wide as the one with the best score.
  const beyond = await page.$eval(".heatmap", (table) => {
    for (const row of table.rows) {
      row.cells[4].replaceWith(row.cells[2].cloneNode(true));
      row.append(row.cells[2].cloneNode(true));
    }
    return [table.rows[1].cells.length, table.parentElement.scrollWidth - table.parentElement.clientWidth];
  });
  assert.deepEqual(beyond, [6, 0]);
  await page.goto(`${server.url}/#/executors`);
  await page.waitForSelector(".page-aside .alone-link");
  const [title, link] = await page.$$eval(".page-head h1, .page-head .alone-link", (parts) =>
    parts.map((part) => part.getBoundingClientRect().bottom),
  );
  assert.ok(Math.abs(title - link) < 16, `${title}, ${link}`);
  await close(page);
  await server.close();
});

/** Of the tables on a page that is not scrolled: what is cut in them. */
const cutInTables = (page) =>
  page.evaluate(() => {
    const cut = { states: [], columns: [], edges: [] };
    for (const scroller of document.querySelectorAll("main .table-scroll")) {
      const { left, right } = scroller.getBoundingClientRect();
      for (const badge of scroller.querySelectorAll("td .badge")) {
        const box = badge.getBoundingClientRect();
        const cell = badge.closest("td").getBoundingClientRect();
        if (box.width === 0 || box.left < cell.left || box.right > Math.min(cell.right, right))
          cut.states.push(badge.textContent);
      }
      for (const cell of scroller.querySelectorAll("th, tr:not(.row-note):not(.spacer) > td:not(.grow)"))
        if (cell.scrollWidth > cell.clientWidth + 1) cut.columns.push(cell.textContent);
      for (const header of scroller.querySelectorAll("th")) {
        const box = header.getBoundingClientRect();
        if (box.left < right - 1 && box.right > right + 1 && box.left >= left) cut.edges.push(header.textContent);
      }
    }
    return cut;
  });

for (const width of [1280, 390])
  test(`at ${width} px no state is cut, no figure, and no column by the edge of its table`, async () => {
    for (const [server, paths] of [
      [await serve("driver", webFolder), ["jobs", "jobs/0", "stages", "stages/1/0", "stages/4/0", "sql"]],
      [await serveLong(webFolder), ["jobs", "jobs/36", "stages"]],
    ]) {
      for (const path of paths) {
        const page = await open(`${server.url}/#/${path}`, { viewport: { width, height: 844 } });
        await settled(page);
        await page.locator("main tbody td").first().waitFor();
        assert.deepEqual(await cutInTables(page), { states: [], columns: [], edges: [] }, path);
        await close(page);
      }
      await server.close();
    }
  });

test("lists of stages have their names whole, columns of equal widths, and none for what no stage has; a failed one says why over all of it", async () => {
  const server = await serveLong(webFolder);
  const page = await open(`${server.url}/#/stages`);
  await settled(page);
  const tables = await page.$$eval("main .table-scroll", (scrollers) =>
    scrollers.map((scroller) => ({
      scrolls: scroller.scrollWidth > scroller.clientWidth,
      columns: [...scroller.querySelectorAll("th")].map((header) => header.textContent.replace(/[↓↑]/g, "")),
      edges: [...scroller.querySelectorAll("th")].map((header) => Math.round(header.getBoundingClientRect().left)),
      cut: [...scroller.querySelectorAll("td.grow a")].filter((name) => name.scrollWidth > name.clientWidth).length,
    })),
  );
  assert.equal(tables.length, 3);
  for (const { scrolls, columns, edges, cut } of tables) {
    assert.deepEqual([scrolls, cut], [false, 0]);
    assert.deepEqual(columns, ["Stage", "Name", "State", "Submitted", "Duration", "Tasks", "Input", "Shuffle read", "Shuffle write", ""]); // prettier-ignore
    assert.deepEqual(edges, tables[0].edges);
  }
  const why = page.locator(".row-note p");
  assert.match(await why.textContent(), /^Job aborted due to stage failure: Task 3 .* departure 24:75 is no time of day$/);
  assert.ok((await why.boundingBox()).width > 1200);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.waitForFunction(() => document.querySelector(".row-note p").getBoundingClientRect().right <= 390);
  await close(page);
  await server.close();
});

test("at 1280 px the tables of masters, workers and executors are seen whole", async () => {
  for (const kind of ["master", "worker", "driver"]) {
    const server = await serve(kind, webFolder);
    const page = await open(`${server.url}/#/${kind === "driver" ? "executors" : ""}`);
    await settled(page);
    assert.deepEqual(await cutTables(page), [], kind);
    await close(page);
    await server.close();
  }
});

test("on a phone a worker's id stands below its title, above the field that filters", async () => {
  const server = await serve("worker", webFolder);
  const page = await open(`${server.url}/`, { viewport: { width: 390, height: 844 } });
  await settled(page);
  const [title, id, field] = await page.$$eval("h1, .lead, .page-aside .input", (parts) =>
    parts.map((part) => part.getBoundingClientRect().top),
  );
  assert.ok(title < id && id < field, `${title}, ${id}, ${field}`);
  await close(page);
  await server.close();
});

test("on a phone the memory of executors is seen, as bars and in figures", async () => {
  const server = await serve("driver", webFolder);
  const page = await open(`${server.url}/#/executors`, { viewport: { width: 390, height: 844 } });
  await settled(page);
  const rights = await page.$$eval(".memory-cell", (cells) =>
    cells.map((cell) => {
      const edge = cell.closest(".table-scroll").getBoundingClientRect().right;
      return [...cell.children].every((part) => part.getBoundingClientRect().right <= edge);
    }),
  );
  assert.deepEqual(rights, [true, true, true, true]);
  await close(page);
  await server.close();
});

test("an executor that has only just registered is not measured; its mark on the time line is whole, a stage's failure on a phone told in lines", async () => {
  const server = await serveLong(webFolder);
  const id = "new";
  const blockManager = { executorId: id, host: "10.0.0.9", port: 41000 };
  server.apply([
    { type: "ExecutorAdded", time: Date.now(), executorId: id, host: "10.0.0.9", totalCores: 4, logUrls: {} },
    { type: "BlockManagerAdded", time: Date.now(), blockManager, maxMem: 1e9, maxOnHeapMem: 0, maxOffHeapMem: 1e9 },
  ]);
  const page = await open(`${server.url}/#/executors`);
  await settled(page);
  const row = page.locator("tbody tr", { hasText: "10.0.0.9" });
  assert.match(await row.textContent(), /not measured/);
  await page.goto(`${server.url}/#/jobs`);
  // Green on the lowest line of the marks, where they are 10 px wide: of those that came first, and of the one that came last.
  const widths = await page.waitForFunction(() => {
    const canvas = document.querySelector(".time-canvas canvas");
    if (canvas === null || canvas.width === 0) return undefined;
    const ratio = canvas.width / canvas.clientWidth;
    const { data } = canvas.getContext("2d").getImageData(0, Math.round(17 * ratio), canvas.width, 1);
    const greens = [...Array(canvas.width).keys()].filter((x) => data[4 * x + 1] - data[4 * x] > 60);
    const middle = canvas.width / 2;
    const [first, last] = [greens.filter((x) => x < middle), greens.filter((x) => x > middle)];
    return first.length === 0 || last.length === 0 ? undefined : [first.length / ratio, last.length / ratio];
  });
  for (const width of await widths.jsonValue()) assert.ok(width >= 8, `a mark of ${width} px`);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${server.url}/#/stages`);
  const why = page.locator(".row-note p");
  await why.waitFor();
  const { lines, rest } = await why.evaluate((note) => ({
    lines: note.clientHeight / parseFloat(getComputedStyle(note).lineHeight),
    rest: note.scrollHeight - note.clientHeight,
  }));
  assert.ok(lines > 2, `${lines} lines, ${rest} px are hidden`);
  await close(page);
  await server.close();
});

test("a worker says why executors ended; of logs that were removed it says so, and does not lead to them", async () => {
  const server = await serve("worker", webFolder);
  const page = await open(`${server.url}/`);
  await settled(page);
  const ended = page.locator("section", { hasText: "Ended executors" }).locator("tbody tr");
  assert.deepEqual(await ended.locator(".badge").allTextContents(), ["exited", "exited"]);
  assert.match(await ended.first().textContent(), /its application has ended; exited with code 0/);
  assert.deepEqual([await ended.first().locator("a").count(), await ended.last().locator("a").count()], [1, 0]);
  assert.match(await ended.last().getByText("removed", { exact: true }).getAttribute("title"), /^removed at 20/);
  await page.route("**/logs/**", (route) => route.fulfill({ status: 404, json: { error: "The logs were removed." } }));
  await page.goto(`${server.url}/#/logs/app-1%2F0`);
  await page.getByText("The logs were removed.").waitFor();
  assert.equal(await page.getByText("Nothing has been written").count(), 0);
  page.problems.length = 0; // the browser notes the status as an error
  await close(page);
  await server.close();
});

test("many short jobs before a long one are one mark, which opens; the axis is in sight, however many jobs run at once", async () => {
  const server = await serveLong(webFolder);
  const page = await open(`${server.url}/#/jobs`);
  await settled(page);
  const drawn = () =>
    page.$eval(".time-canvas", (frame) => {
      const [card, rows, axis] = [frame.closest(".card"), frame.querySelector(".time-scroll"), frame.querySelector(".time-axis")];
      const bottom = axis.getBoundingClientRect().bottom;
      return {
        rows: rows.scrollHeight / 24,
        shown: rows.clientHeight / 24,
        axis: bottom <= card.getBoundingClientRect().bottom && axis.querySelector("span") !== null,
      };
    });
  assert.deepEqual(await drawn(), { rows: 3, shown: 3, axis: true });
  const canvas = page.locator(".time-canvas canvas");
  const box = await canvas.boundingBox();
  await page.mouse.move(box.x + 105, box.y + 36);
  await page.locator(".tip").waitFor();
  assert.match(await text(page, ".tip"), /^37 jobs1 failed, 36 succeededin 12\.\d s from/);
  await page.mouse.click(box.x + 105, box.y + 36);
  await page.waitForFunction(() => /^1\d(\.\d)? s shown$/.test(document.querySelector(".time-tools .quiet").textContent));
  assert.equal(await page.locator(".tip").count(), 0);
  // In the middle of a question.
  await page.mouse.move(box.x + 146, box.y + 36);
  await page.waitForFunction(() => document.querySelector(".tip")?.textContent.startsWith("question"));
  server.apply(
    Array.from({ length: 30 }, (_, at) => ({
      type: "JobStart",
      jobId: 100 + at,
      time: Date.now() - 60_000,
      stageInfos: [],
      properties: {},
    })),
  );
  await page.getByRole("button", { name: "All" }).click();
  await page.waitForFunction(() => document.querySelector(".time-scroll").scrollHeight > 30 * 24);
  const many = await drawn();
  assert.deepEqual([many.axis, Number.isInteger(many.shown), many.shown < many.rows], [true, true, true]);
  assert.equal(await page.locator(".time-more").count(), 1);
  await page.$eval(".time-scroll", (element) => (element.scrollTop = element.scrollHeight));
  await page.locator(".time-more").waitFor({ state: "detached" });
  assert.ok((await drawn()).axis);
  await close(page);
  await server.close();
});

test("a figure alone fills its window, in a frame of the same host too; the status page leads to it", async () => {
  const server = await serve("driver", webFolder);
  const page = await open(`${server.url}/#/status`);
  await settled(page);
  await page.click('[aria-label="CPU alone"]');
  await page.waitForSelector(".individual canvas");
  assert.equal(await page.locator("nav, header, footer").count(), 0);
  assert.ok((await page.locator(".individual canvas").first().boundingBox()).height > 700);
  await page.route("**/notebook", (route) =>
    route.fulfill({ contentType: "text/html", body: '<h1>A notebook</h1><iframe src="/#/individual/progress"></iframe>' }),
  );
  await page.goto(`${server.url}/notebook`);
  await page.frameLocator("iframe").locator(".progress-list li").first().waitFor();
  await close(page);
  await server.close();
});

test("jobs are found by words and state", async () => {
  const server = await serve("driver", webFolder);
  const page = await open(`${server.url}/#/jobs`);
  await settled(page);
  const rows = page.locator("tbody tr", { has: page.locator("a") });
  const all = await rows.count();
  const running = await page.locator("tbody .badge", { hasText: "running" }).count();
  assert.ok(running > 0 && running < all);
  await page.fill('input[aria-label="Filter jobs"]', "running");
  await page.waitForFunction((most) => document.querySelectorAll("tbody tr a").length < most, all);
  assert.equal(await page.locator("tbody .badge").count(), running);
  await close(page);
  await server.close();
});

test("a master's applications and workers, and a worker's executors, are found by words", async () => {
  for (const [kind, label, words] of [
    ["master", "Filter workers and applications", "churn"],
    ["worker", "Filter executors and drivers", "churn"],
  ]) {
    const server = await serve(kind, webFolder);
    const page = await open(`${server.url}/`);
    await settled(page);
    const rows = () => page.locator("tbody tr").allTextContents();
    const all = await rows();
    const wanted = all.filter((row) => row.toLowerCase().includes(words));
    assert.ok(wanted.length > 0 && wanted.length < all.length, `${kind}: ${all.join("; ")}`);
    await page.fill(`input[aria-label="${label}"]`, words);
    await page.waitForFunction((most) => document.querySelectorAll("tbody tr").length < most, all.length);
    assert.deepEqual(await rows(), wanted);
    await page.getByText(`None fits “${words}”`).first().waitFor();
    await close(page);
    await server.close();
  }
});

test("what is on its way is said in words when it takes a while", async () => {
  const server = await serve("driver", webFolder);
  const page = await open(`${server.url}/#/environment`);
  await settled(page);
  let go;
  const held = new Promise((resolve) => (go = resolve));
  await page.route("**/executors/memory*", async (route) => {
    await held;
    await route.continue();
  });
  await page.evaluate(() => (location.hash = "#/status"));
  await page.locator(".card .loading").getByText("Loading…").first().waitFor();
  assert.equal(await page.locator(".grid.status .chart").count(), 0);
  go();
  await page.locator(".grid.status .chart canvas").first().waitFor();
  await close(page);
  await server.close();
});

test("a keyboard reaches everything: skip link, visible focus, sorting, tabs", async () => {
  const server = await serve("driver", webFolder);
  const page = await open(`${server.url}/#/jobs`);
  await settled(page);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  assert.ok((await page.locator(".skip").boundingBox()).y >= 0);
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "MAIN");
  const header = page.locator("thead th", { hasText: "Duration" });
  await header.locator("button").focus();
  assert.notEqual(await header.locator("button").evaluate((element) => getComputedStyle(element).outlineStyle), "none");
  await page.keyboard.press("Enter");
  assert.equal(await header.getAttribute("aria-sort"), "descending");
  await page.keyboard.press("Space");
  assert.equal(await header.getAttribute("aria-sort"), "ascending");
  assert.match(await text(page, "tbody tr:first-child td:nth-child(2)"), /collect the labels|check the dates/);
  await page.goto(`${server.url}/#/executors/1`);
  await page.locator("[role=tab]", { hasText: "Overview" }).focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.locator("[role=tab][aria-selected=true]").textContent(), "Threads");
  await page.waitForSelector(".threads");
  assert.match(await text(page, ".threads"), /score \(file:\/\/\/home\/ada\/churn\/train\.ts:81/);
  await close(page);
  await server.close();
});

test("the page follows the events, and nothing jumps", async () => {
  const server = await serve("driver", webFolder);
  const page = await open(`${server.url}/#/status`);
  await settled(page);
  const done = () => page.locator(".facts div", { hasText: "Tasks done" }).locator("dd").textContent();
  const before = Number(await done());
  await page.waitForTimeout(300);
  await page.evaluate(() => {
    window.shifts = [];
    new PerformanceObserver((list) => {
      for (const { sources } of list.getEntries())
        for (const { node, previousRect, currentRect } of sources)
          window.shifts.push(`${node?.outerHTML ?? node?.textContent} ${JSON.stringify([previousRect, currentRect])}`);
    }).observe({ type: "layout-shift" });
  });
  const running = server.running();
  for (const [at, started] of running.entries()) {
    const taskInfo = { ...started.taskInfo, finishTime: Date.now() };
    server.apply([{ ...started, type: "TaskEnd", taskType: "ResultTask", reason: { reason: "Success" }, taskInfo }]);
    if (at % 4 === 3) await page.waitForTimeout(200);
  }
  await page.waitForFunction(
    (wanted) => [...document.querySelectorAll(".facts div")].some((one) => one.textContent === `Tasks done${wanted}`),
    before + running.length,
  );
  assert.deepEqual(await page.evaluate(() => window.shifts), []);
  await close(page);
  await server.close();
});

test("a job is ended after a second press, with the token", async () => {
  const server = await serve("driver", webFolder);
  const page = await open(`${server.url}/#/jobs`);
  await page.getByRole("button", { name: "End job 4" }).click();
  assert.deepEqual(server.killed, []);
  await page.getByRole("button", { name: "Keep it" }).click();
  await page.getByRole("button", { name: "End job 4" }).click();
  await page.getByRole("button", { name: "End job 4" }).click();
  await page.getByText("Ending it").waitFor();
  assert.deepEqual(server.killed, ["jobs/4"]);
  await close(page);
  await server.close();
});

test("100,000 tasks: few elements, every row can be reached, the slowest comes first when sorted by duration", async () => {
  const server = await serve("driver", webFolder, 99_500, 99_000);
  const page = await open(`${server.url}/#/stages/7/0`);
  await page.waitForSelector("#tasks tbody tr");
  await page.waitForSelector(".time-canvas canvas");
  // Seen from inside of the page: this process is the server, and busy.
  const { facts, rows } = await page.evaluate(() => window.firstSeen);
  console.log(`    figures of the stage after ${facts} ms, rows of tasks after ${rows} ms`);
  const scroller = page.locator("#tasks .table-scroll");
  assert.equal(await scroller.locator("table").getAttribute("aria-rowcount"), "99017");
  assert.ok((await page.evaluate(() => document.querySelectorAll("*").length)) < 4000);
  await scroller.evaluate((element) => (element.scrollTop = element.scrollHeight));
  await page.waitForFunction(() => document.querySelector("#tasks tbody tr[aria-rowindex='99017'] td")?.textContent === "99015");
  await scroller.locator("th", { hasText: "Duration" }).locator("button").click();
  await page.waitForFunction(() => {
    const rows = [...document.querySelectorAll("#tasks tbody tr:not(.spacer)")].slice(0, 5);
    return (
      rows.length === 5 &&
      rows.every((row) => row.querySelector(".ghost") === null) &&
      document.querySelector("#tasks [aria-sort=descending]") !== null
    );
  });
  await page.locator("#tasks select").selectOption("FAILED");
  await page.getByText("No task is failed").waitFor();
  await close(page);
  await server.close();
});

test("the task stream is drawn, told in words, zoomed by keys, and leads to the stage", async () => {
  const server = await serve("driver", webFolder);
  const page = await open(`${server.url}/#/stages/1/0`);
  await settled(page);
  const canvas = page.locator(".time-canvas canvas").first();
  await canvas.scrollIntoViewIfNeeded();
  const colours = () =>
    canvas.evaluate((element) => {
      const { data } = element.getContext("2d").getImageData(0, 0, element.width, element.height);
      const found = new Set();
      for (let i = 0; i < data.length; i += 4) found.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
      return found.size;
    });
  await page.waitForTimeout(200);
  assert.ok((await colours()) > 6);
  assert.match(await canvas.getAttribute("aria-label"), /^Task stream: 32 tasks in 16 slots over 3\.\d+ s\. Arrow keys move/);
  await canvas.focus();
  const shown = () => text(page, ".time-tools .quiet");
  const whole = await shown();
  await page.keyboard.press("+");
  await page.waitForFunction((was) => document.querySelector(".time-tools .quiet").textContent !== was, whole);
  await page.keyboard.press("0");
  await page.waitForFunction((was) => document.querySelector(".time-tools .quiet").textContent === was, whole);
  const box = await canvas.boundingBox();
  await page.mouse.move(box.x + 110, box.y + 8);
  await page.locator(".tip").waitFor();
  assert.match(await text(page, ".tip"), /reduceByKey at features\.ts:25:6.*stage 1, task/);
  await page.mouse.click(box.x + 110, box.y + 8);
  await page.getByRole("heading", { name: /^Task \d+$/ }).waitFor();
  await close(page);
  await server.close();
});

test("the plan shows figures, and all of an operator's when it is chosen by a key", async () => {
  const server = await serve("driver", webFolder);
  const page = await open(`${server.url}/#/sql/0`);
  await settled(page);
  const join = page.getByRole("button", { name: /^BroadcastHashJoin: number of output rows 9,811,911/ });
  await join.focus();
  await page.keyboard.press("Enter");
  assert.match(await text(page, ".plan-detail"), /BroadcastHashJoin.*number of output rows9,811,911/);
  await page.getByRole("tab", { name: "Analysed" }).click();
  assert.match(await text(page, ".plan-text-block"), /^GlobalLimit 10/);
  await close(page);
  await server.close();
});

test("scores are written in one ink on all shades; where columns of them are out of sight the edge fades", async () => {
  const server = await serve("driver", webFolder);
  const page = await open(`${server.url}/#/searches/search-1`);
  await settled(page);
  const cells = await page.$$eval(".heatmap td.scored", (all) => all.map((cell) => getComputedStyle(cell)).map(({ color, backgroundColor }) => [color, backgroundColor])); // prettier-ignore
  assert.equal(new Set(cells.map(([ink]) => ink)).size, 1);
  assert.ok(new Set(cells.map(([, shade]) => shade)).size > 3);
  assert.equal(await page.locator(".table-scroll.cut").count(), 0);
  await page.setViewportSize({ width: 250, height: 800 });
  await page.waitForSelector(".table-scroll.cut .heatmap");
  await page.$eval(".table-scroll.cut", (box) => (box.scrollLeft = box.scrollWidth));
  await page.waitForFunction(() => document.querySelector(".table-scroll.cut") === null);
  await close(page);
  await server.close();
});

test("of a long list whole rows are in sight", async () => {
  const server = await serve("history", webFolder);
  const page = await open(`${server.url}/`);
  await page.getByText("10,000 applications").waitFor();
  const cut = await page.$eval(".virtual", (box) => {
    const edge = box.getBoundingClientRect().top + box.clientHeight;
    return [...box.querySelectorAll("tbody tr:not(.spacer)")]
      .map((row) => row.getBoundingClientRect())
      .filter(({ top, bottom }) => top < edge - 2 && bottom > edge + 2).length;
  });
  assert.equal(cut, 0);
  await close(page);
  await server.close();
});

test("no frame of the flame graph is wider than its share, at any width of the page", async () => {
  const server = await serve("driver", webFolder);
  const page = await open(`${server.url}/#/profile`);
  await settled(page);
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 844 });
    const wide = await page.$$eval(".flame-frame", (frames) => {
      const whole = frames[0].parentElement.clientWidth;
      return frames
        .map((frame) => [frame.title, frame.offsetWidth - (Number.parseFloat(frame.style.width) / 100) * whole])
        .filter(([, more]) => more > 1);
    });
    assert.deepEqual(wide, []);
  }
  await close(page);
  await server.close();
});

test("columns of candidates have their names on one line where there is room, on two on a phone", async () => {
  const server = await serve("driver", webFolder);
  const page = await open(`${server.url}/#/searches/search-1`);
  await settled(page);
  const lines = () =>
    page.$$eval('[aria-label="Candidates"] th .sort', (names) =>
      names.map((name) => Math.round(name.getBoundingClientRect().height / parseFloat(getComputedStyle(name).lineHeight) - 0.4)),
    );
  assert.deepEqual(new Set(await lines()), new Set([1]));
  await page.setViewportSize({ width: 390, height: 844 });
  await page.waitForFunction(() => document.querySelector('[aria-label="Candidates"].one-line') === null);
  assert.ok((await lines()).includes(2));
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.locator('[aria-label="Candidates"].one-line').waitFor();
  await close(page);
  await server.close();
});

test("on a phone a candidate's mean score is seen beside its rank", async () => {
  const server = await serve("driver", webFolder);
  const page = await open(`${server.url}/#/searches/search-1`, { viewport: { width: 390, height: 844 } });
  await settled(page);
  const [rank, mean] = await page.$$eval("tr.row-best td", (cells) => cells.slice(0, 2).map((cell) => [cell.textContent, cell.getBoundingClientRect().right])); // prettier-ignore
  assert.equal(rank[0], "1");
  assert.match(mean[0], /^0\.\d+$/);
  assert.ok(mean[1] < 390);
  await close(page);
  await server.close();
});

test("a search shows its scores over two parameters, and the best", async () => {
  const server = await serve("driver", webFolder);
  const page = await open(`${server.url}/#/searches/search-1`);
  await settled(page);
  assert.match(await text(page, ".heatmap td.best"), /^0\.\d+ \(best\)$/);
  await page.getByLabel("Across").selectOption("elasticNetParam");
  assert.deepEqual(await page.locator(".heatmap thead th").allTextContents(), ["maxIter ↓ elasticNetParam →", "0", "0.5"]);
  assert.match(await text(page, "tr.row-best td"), /^1$/);
  await close(page);
  await server.close();
});

test("the theme follows the system until it is chosen, and the choice stays", async () => {
  const server = await serve("driver", webFolder);
  const page = await open(`${server.url}/#/environment`, { colorScheme: "dark" });
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(await background(), "rgb(15, 19, 24)");
  await page.getByRole("button", { name: /^Theme: system/ }).click();
  assert.equal(await background(), "rgb(244, 246, 248)");
  await page.reload();
  await page.waitForSelector("h1");
  await settled(page);
  assert.equal(await background(), "rgb(244, 246, 248)");
  assert.match(await page.locator("main").textContent(), /spark\.warehouse\.passwordmasked/);
  await close(page);
  await server.close();
});

test("10,000 applications are filtered, and one opens", async () => {
  const server = await serve("history", webFolder);
  const page = await open(`${server.url}/`);
  await page.getByText("10,000 applications").waitFor();
  assert.ok((await page.evaluate(() => document.querySelectorAll("tbody tr").length)) < 60);
  await page.getByLabel("Filter applications").fill("churn ada");
  await page.getByText("667 of 10,000 applications").waitFor();
  assert.match(page.url(), /filter=churn/);
  await page.getByRole("link", { name: server.store.application.id }).click();
  await page.getByRole("heading", { name: "Status" }).waitFor();
  await page.getByRole("link", { name: "Jobs", exact: false }).first().click();
  await page.getByText("count features per customer").first().waitFor();
  await close(page);
  await server.close();
});

test("what is not there is said in words, and so is a server that has gone", async () => {
  const server = await serve("driver", webFolder);
  const page = await open(`${server.url}/#/jobs/77`);
  await page.getByRole("alert").first().waitFor();
  assert.match(await page.getByRole("alert").first().textContent(), /unknown job: 77/);
  page.problems.length = 0;
  await page.goto(`${server.url}/#/nowhere`);
  await page.getByText("There is no such page").waitFor();
  await server.close();
  await page.getByText("no connection").waitFor();
  await page.context().close();
});

test("without JavaScript a page leads to plain ones, and these to the error of a task", async () => {
  const server = await serve("driver", webFolder);
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
  context.setDefaultTimeout(180_000);
  const page = await context.newPage();
  await page.goto(server.url);
  for (const link of ["plain pages", server.store.application.id, "stages", "4.0"])
    await page.getByRole("link", { name: link, exact: true }).click();
  await page.locator("h2:has-text('Failed tasks') ~ .table-scroll a").first().click();
  assert.match(await text(page, "pre"), /RangeError: Row 5000 has no date/);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0);
  await context.close();
  await server.close();
});

test("a report is one file that shows the pages without a server", async () => {
  const server = await serve("driver", webFolder);
  const folder = mkdtempSync(join(tmpdir(), "firesteel-report-"));
  const file = join(folder, "report.html");
  writeFileSync(file, await server.report());
  await server.close();
  const page = await open(pathToFileURL(file).href);
  await settled(page);
  assert.equal(await text(page, ".connection"), "report");
  await page.waitForSelector(".time-canvas canvas");
  for (const path of ["jobs/0", "stages/1/0", "sql/0", "executors", "searches/search-1"]) {
    await page.evaluate((to) => (location.hash = `#/${to}`), path);
    await page.waitForFunction((to) => document.querySelector("h1") !== null && location.hash === `#/${to}`, path);
    await settled(page);
    assert.equal(await page.getByRole("alert").count(), 0, `${path}: ${await page.getByRole("alert").allTextContents()}`);
  }
  await close(page);
  rmSync(folder, { recursive: true });
});

test("in a report of a running program time stands still at its writing", async () => {
  const server = await serve("driver", webFolder);
  const folder = mkdtempSync(join(tmpdir(), "firesteel-report-"));
  const file = join(folder, "report.html");
  const before = Date.now();
  const html = await server.report();
  const written = Number(/data-written="(\d+)"/.exec(html)?.[1]);
  assert.ok(written >= before && written <= Date.now());
  const start = server.store.application.startTime;
  writeFileSync(file, html.replace(`data-written="${written}"`, `data-written="${start + 42_000}"`));
  await server.close();
  const page = await open(pathToFileURL(file).href);
  await settled(page);
  assert.equal(await page.locator(".facts div", { hasText: "Running for" }).locator("dd").textContent(), "42 s");
  await close(page);
  rmSync(folder, { recursive: true });
});

test("in a report of a program that was measured once, what was measured is seen in the middle of its chart", async () => {
  const server = await serveLong(webFolder);
  const folder = mkdtempSync(join(tmpdir(), "firesteel-report-"));
  const file = join(folder, "report.html");
  writeFileSync(file, await server.report());
  await server.close();
  const page = await open(`${pathToFileURL(file).href}#/status`);
  await settled(page);
  for (const [at, colour] of [
    [0, [0x1f, 0x5f, 0xbf]],
    [1, [0x2a, 0xa1, 0x98]],
  ]) {
    const canvas = page.locator(".grid.status .chart canvas").nth(at);
    await canvas.waitFor();
    // All of a chart is drawn at once.
    await page.waitForFunction((which) => {
      const element = document.querySelectorAll(".grid.status .chart canvas")[which];
      return element
        .getContext("2d")
        .getImageData(0, 0, element.width, element.height)
        .data.some((value) => value > 0);
    }, at);
    const { pixels, middle } = await canvas.evaluate((element, [red, green, blue]) => {
      const { data } = element.getContext("2d").getImageData(0, 0, element.width, element.height);
      const places = [];
      for (let i = 0; i < data.length; i += 4)
        if (data[i] === red && data[i + 1] === green && data[i + 2] === blue)
          places.push(((i / 4) % element.width) / element.width);
      return { pixels: places.length, middle: places.reduce((sum, place) => sum + place, 0) / places.length };
    }, colour);
    // The axis takes the left of it.
    assert.ok(pixels > 8 && middle > 0.45 && middle < 0.7, `${pixels} pixels, in the middle ${middle}`);
  }
  await close(page);
  rmSync(folder, { recursive: true });
});

test("without executors the status page says in words that nothing was measured, in as much room as a curve takes", async () => {
  const server = await serveNew(webFolder);
  const page = await open(`${server.url}/#/status`);
  await settled(page);
  assert.deepEqual(await page.locator(".grid.status .in-middle .empty-title").allTextContents(), Array(2).fill("Nothing has been measured yet")); // prettier-ignore
  assert.equal(await page.locator(".grid.status .chart").count(), 0);
  const height = async () => (await page.locator(".grid.status .card").nth(2).boundingBox()).height;
  const before = await height();
  const sample = {
    type: "FiresteelExecutorSample",
    rss: 2e8,
    limit: 1e9,
    heap: 1e8,
    storage: 0,
    execution: 0,
    cpu: 1,
    activeTasks: 1,
  };
  server.apply([{ type: "ExecutorAdded", time: Date.now(), executorId: "1", host: "10.0.0.5", totalCores: 4, logUrls: {} }]);
  await page.locator(".memory-text", { hasText: "not measured yet" }).waitFor();
  server.apply([{ ...sample, time: Date.now(), executorId: "1" }]);
  await page.locator(".grid.status .chart canvas").nth(1).waitFor();
  assert.equal(await height(), before);
  await close(page);
  await server.close();
});

test("with more functions than colours, each colour is told once, with all that it stands for", async () => {
  const server = await serveLong(webFolder);
  const page = await open(`${server.url}/#/status`);
  await settled(page);
  const legend = await page.$$eval(".time-canvas + .legend li", (entries) =>
    entries.map((entry) => ({ colour: entry.querySelector(".swatch").style.background, names: entry.title.split("\n") })),
  );
  assert.equal(new Set(legend.map(({ colour }) => colour)).size, legend.length);
  const names = legend.flatMap((entry) => entry.names).filter((name) => name !== "");
  assert.equal(names.length, 14);
  assert.ok(names.includes("count at delays-of-carriers.ts:12:5") && names.includes("treeAggregate at train.ts:73:18"));
  await close(page);
  await server.close();
});

let failed = 0;
for (const { name, body } of tests.filter((one) => one.name.includes(only))) {
  try {
    await body();
    console.log(`ok      ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAILED  ${name}\n${error.stack}\n`);
    // A test that failed has left its pages open.
    for (const context of browser.contexts()) await context.close();
  }
}
await browser.close();
console.log(failed === 0 ? "All browser tests passed." : `${failed} browser tests failed.`);
process.exit(failed === 0 ? 0 : 1);
