/**
 * Runs in the browser, last: gives each timeline its filters, its details line and "jump to the first violation". Without
 * it the drawings are complete; only the whole of a large run is then not to be seen.
 */

for (const figure of document.querySelectorAll("figure[data-timeline]")) equip(figure);

function equip(figure) {
  const bar = element("div", { className: "controls" });
  const details = element("output", { className: "details" });
  details.textContent = "Point at something, or reach it with Tab, to read what it is.";
  const say = (words) => details.textContent = words;
  const parts = [...figure.querySelectorAll("svg [data-key]")];
  let drawn = null;

  const jump = element("button", { type: "button", textContent: "Jump to the first violation" });
  const boxes = outcomes.map((outcome, n) => check(`${signs[n]} ${outcome}`, true));
  const ticks = check("messages", true);
  const client = element("select", { ariaLabel: "Client" });
  client.append(element("option", { value: "", textContent: "all clients" }));
  const key = element("input", { type: "search", placeholder: "key contains …", ariaLabel: "Key contains" });
  bar.append(jump, ...boxes.map((box) => box.label), client, key, ticks.label);
  figure.prepend(bar);
  figure.querySelector("figcaption").before(details);

  const clients = (all) => {
    for (const n of [...new Set(all)].sort((a, b) => a - b).slice(0, 500)) {
      client.append(element("option", { value: String(n), textContent: `client ${n}` }));
    }
  };
  const apply = () => {
    const shown = new Set(outcomes.filter((_, n) => boxes[n].box.checked));
    const all = shown.size === outcomes.length && client.value === "" && key.value === "";
    const test = (part) =>
      (part.outcome === undefined || shown.has(part.outcome)) && part.key.includes(key.value) &&
      (client.value === "" || part.process === undefined || part.process === client.value);
    for (const part of parts) part.classList.toggle("faded", !all && !test(part.dataset));
    drawn?.filter(all ? null : test);
  };
  for (const control of [...boxes.map((box) => box.box), client, key]) control.addEventListener("input", apply);
  ticks.box.addEventListener("input", () => {
    figure.querySelector("svg").classList.toggle("no-ticks", !ticks.box.checked);
    drawn?.toggleTicks(ticks.box.checked);
  });
  jump.addEventListener("click", () => {
    if (drawn) return drawn.jump();
    const first = figure.querySelector("svg .evidence");
    if (!first) return say("No entry of this run is marked as evidence.");
    first.focus();
    first.scrollIntoView({ block: "nearest", inline: "center" });
  });
  for (const kind of ["mouseover", "focusin"]) {
    figure.querySelector("svg").addEventListener(kind, (event) => {
      const part = event.target.closest("[aria-label]");
      if (part) say(part.getAttribute("aria-label"));
    });
  }
  if (figure.dataset.timeline === "small") return clients(parts.flatMap((part) => part.dataset.process ?? []));
  const begun = performance.now();
  unpack(figure.querySelector("[data-columns]").textContent).then((run) => {
    drawn = new RunCanvas(run, say);
    details.before(drawn.canvas);
    drawn.draw();
    figure.dataset.drawnMs = String(Math.round(performance.now() - begun));
    clients(run.lanes.flatMap(([label, kind]) => kind === "client" ? label.slice("client ".length) : []));
  }, (error) => say(`The whole run cannot be drawn by this browser (${error.message}); the part above is complete.`));
}

function element(name, properties) {
  return Object.assign(document.createElement(name), properties);
}

function check(words, checked) {
  const label = element("label", {});
  const box = element("input", { type: "checkbox", checked });
  label.append(box, ` ${words}`);
  return { label, box };
}
