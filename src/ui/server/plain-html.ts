/** What plain pages are made of: markup in which all that is put in is escaped, tables, the page around them. */
import type { Reply } from "./routes";

/** Rows of a page. */
export const MOST = 200;

/** Text that is markup already. */
export class Html {
  constructor(readonly text: string) {}
}

/** Takes text as it is: styles, and data for scripts. */
export function markup(text: string): Html {
  return new Html(text);
}

export type Part = Html | string | number | null | undefined;

export function html(strings: TemplateStringsArray, ...parts: readonly (Part | readonly Part[])[]): Html {
  const shown = (part: Part | readonly Part[]): string => {
    if (part === null || part === undefined) return "";
    if (part instanceof Html) return part.text;
    if (typeof part === "object") return part.map(shown).join("");
    return escaped(String(part));
  };
  return new Html(strings.reduce((text, string, at) => text + string + (at < parts.length ? shown(parts[at]) : ""), ""));
}

function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}

export function table(heads: readonly string[], rows: readonly (readonly Part[])[], none: string): Html {
  if (rows.length === 0) return html`<p>${none}</p>`;
  const body = rows.slice(0, MOST).map(
    (row) =>
      html`<tr>
        ${row.map((cell) => html`<td>${cell}</td>`)}
      </tr>`,
  );
  const more = rows.length > MOST ? html`<p>${rows.length - MOST} more are not listed.</p>` : null;
  return html`<div class="table-scroll">
      <table>
        <thead>
          <tr>
            ${heads.map((head) => html`<th scope="col">${head}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${body}
        </tbody>
      </table>
    </div>
    ${more}`;
}

/** Begins links to pages of the same server, which may itself be below a path of another one. */
export const ROOT = "\0/";

/** @param path where the page is. @param nav links above the title. */
export function page(path: string, title: string, body: Html, nav: Html | null = null): Reply {
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title} · firesteel</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="${ROOT}style.css" />
      </head>
      <body class="plain">
        <main>
          ${nav}
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html>`;
  return {
    status: 200,
    type: "text/html; charset=utf-8",
    body: document.text.replaceAll(ROOT, "../".repeat(path.split("/").length - 2)),
  };
}
