/**
 * What the report must be whatever was found: safe, self-contained, navigable. What each panel says is in `panels_test.tsx`.
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Panel } from "../core/panel.ts";
import { crowdedRun } from "../testing/made_run.ts";
import { emptySession, hostileText, sessionOf, typicalSession, violatedSession } from "../testing/made_session.ts";
import { discoverPanels } from "./discover_panels.ts";
import { render } from "./render.tsx";

const panels = await discoverPanels();

/** The elements of a name in the report, with their attributes and content. */
function elements(html: string, name: string): { attributes: string; content: string }[] {
  const found = html.matchAll(new RegExp(`<${name}([^>]*)>([\\s\\S]*?)</${name}>`, "g"));
  return [...found].map(([, attributes, content]) => ({ attributes: attributes!, content: content! }));
}

Deno.test("render() lets no text of a subject become markup", () => {
  const html = render(violatedSession(), panels);
  assert.ok(!html.includes("<img"));
  assert.ok(!html.includes("<script>alert"));
  assert.ok(html.includes("&lt;img src=x onerror=alert(1)&gt;") || html.includes("&lt;img src=x onerror=alert(1)>"));
  for (const [, attribute] of html.matchAll(/\son\w+="([^"]*)"/g)) assert.fail(`an event handler: ${attribute}`);
});

Deno.test("render() allows its own scripts and styles by hash, and nothing else", () => {
  const html = render(sessionOf(crowdedRun(500), []), panels);
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)![1]!.replaceAll("&#39;", "'");
  const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const scripts = elements(html, "script").filter(({ attributes }) => !attributes.includes("type="));
  assert.equal(scripts.length, 2);
  for (const { content } of [...scripts, ...elements(html, "style")]) assert.ok(policy.includes(hash(content)));
  assert.ok(policy.startsWith("default-src 'none'; script-src 'sha256-"));
  assert.ok(!policy.includes("unsafe"));
  assert.ok(!/\sstyle="/.test(html), "an inline style would be refused by the policy");
});

Deno.test("render() needs nothing from elsewhere: no address, no import, no source", () => {
  const html = render(violatedSession(), panels);
  const addresses = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address!);
  assert.deepEqual(addresses.filter((address) => !address.startsWith("#") && !address.startsWith("./runs/")), []);
  assert.ok(!/@import|url\(|https?:\/\//.test(html));
});

Deno.test("render() hands names to the script in a form that cannot end its element", () => {
  const run = crowdedRun(400);
  const history = run.history.map((entry) => "key" in entry ? { ...entry, key: hostileText } : entry);
  const html = render(sessionOf({ ...run, history } as typeof run, []), panels);
  const [columns] = elements(html, "script").filter(({ attributes }) => attributes.includes("data-columns"));
  assert.match(columns!.content, /^[A-Za-z0-9+/=]+$/);
});

Deno.test("render() gives each part a heading and the navigation a link to it", () => {
  const html = render(typicalSession(), panels);
  const links = [...html.matchAll(/<li><a href="#([^"]*)"/g)].map(([, id]) => id!).slice(0, 10);
  assert.equal(links.length, 10);
  for (const id of links) assert.ok(html.includes(`<section id="${id}" aria-labelledby="${id}-title">`), id);
  const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id!);
  assert.deepEqual(ids.filter((id, index) => ids.indexOf(id) !== index), [], "an id stands twice");
  for (const [, anchor] of html.matchAll(/href="#([^"]*)"/g)) {
    assert.ok(ids.includes(anchor!), `nothing is at #${anchor}`);
  }
});

Deno.test("render() draws a session without scenarios", () => {
  assert.match(render(emptySession(), panels), /^<!doctype html>\n<html lang="en">[\s\S]*<\/html>\n$/);
});

Deno.test("render() names the panel that throws", () => {
  const broken: Panel = {
    title: "Broken",
    render() {
      throw new TypeError("no");
    },
  };
  assert.throws(() => render(emptySession(), [broken]), /Cannot draw the panel "Broken"/);
});

Deno.test("render() refuses a panel whose script would end its own element", () => {
  const panel: Panel & { script: string } = { title: "Loud", script: "'</script>'", render: () => null };
  assert.throws(() => render(emptySession(), [panel]), /would end its own element/);
});

Deno.test("discoverPanels() finds every panel by its rank, from the verdict to what ran", () => {
  assert.equal(panels.length, 10);
  assert.equal(panels[0]!.title, "Verdict");
  assert.equal(panels.at(-1)!.title, "What ran");
});
