/**
 * Draws the report: one HTML file that needs no server, no network and no script to be read. The panels say what is in it,
 * from top to bottom; this gives them a page, a style, and a policy that lets no other script run.
 */

import { createHash } from "node:crypto";
import type { VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import type { Panel, Session } from "../core/panel.ts";
import filterScript from "./report/filter.js" with { type: "text" };
import folds from "./report/folds.css" with { type: "text" };
import page from "./report/page.css" with { type: "text" };
import tables from "./report/tables.css" with { type: "text" };
import verdict from "./report/verdict.css" with { type: "text" };

/** A panel may bring a script and a style of its own: fixed text, in which nothing of a session may stand. */
type Equipped = Panel & { readonly script?: string; readonly style?: string };

interface Part {
  readonly id: string;
  readonly title: string;
  readonly content: VNode;
}

/** The whole report as HTML. Throws, with the panel's title, if a panel does. */
export function render(session: Session, panels: readonly Panel[]): string {
  const parts = panels.flatMap((panel) => partOf(panel, session));
  const equipped: readonly Equipped[] = panels;
  const styles = [page, verdict, tables, folds, ...equipped.flatMap((panel) => panel.style ?? [])].join("\n");
  const scripts = [filterScript, ...equipped.flatMap((panel) => panel.script ?? [])];
  for (const script of scripts) {
    if (/<\/script|<!--/i.test(script)) {
      throw new Error("Cannot draw the report: a panel's script would end its own element");
    }
  }
  return `<!doctype html>\n${renderToString(<Page {...{ session, parts, styles, scripts }} />)}\n`;
}

function partOf(panel: Panel, session: Session): Part[] {
  try {
    const content = panel.render(session);
    if (content === null) return [];
    // Components run only when drawn, so that is done here, where the panel's name is still known.
    const html = renderToString(content);
    const id = panel.title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, "");
    return [{ id, title: panel.title, content: <div class="panel" dangerouslySetInnerHTML={{ __html: html }} /> }];
  } catch (error) {
    throw new Error(`Cannot draw the panel "${panel.title}"`, { cause: error });
  }
}

interface PageProps {
  readonly session: Session;
  readonly parts: readonly Part[];
  readonly styles: string;
  readonly scripts: readonly string[];
}

function Page({ session: { results }, parts, styles, scripts }: PageProps): VNode {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={policy(styles, scripts)} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>{`nevertwice: ${results.outcome} (seed ${results.seed})`}</title>
        <style dangerouslySetInnerHTML={{ __html: styles }} />
      </head>
      <body>
        <header>
          <h1>nevertwice</h1>
          <p class="quiet">
            Session of{" "}
            <time dateTime={results.startedAt}>{results.startedAt.replace("T", " ").replace(/\..*$/, " UTC")}</time>
            , seed {results.seed}
            {results.shard === undefined ? "" : `, shard ${results.shard}`}
          </p>
        </header>
        <nav aria-label="Parts of this report">
          <ul>
            {parts.map(({ id, title }) => (
              <li key={id}>
                <a href={`#${id}`}>{title.replace(/:.*$/, "")}</a>
              </li>
            ))}
          </ul>
        </nav>
        <main>
          {parts.map(({ id, title, content }) => (
            <section key={id} id={id} aria-labelledby={`${id}-title`}>
              <h2 id={`${id}-title`}>{title}</h2>
              {content}
            </section>
          ))}
        </main>
        <footer class="quiet">
          How to read this: reports/README.md. The same as data: results.json, beside this file.
        </footer>
        {scripts.map((script, index) => <script key={index} dangerouslySetInnerHTML={{ __html: script }} />)}
      </body>
    </html>
  );
}

/** Nothing may be loaded or sent, and only these very scripts and styles may act. */
function policy(styles: string, scripts: readonly string[]): string {
  const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  return [
    "default-src 'none'",
    `script-src ${scripts.map(hash).join(" ")}`,
    `style-src ${hash(styles)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}
