/**
 * Runs in the browser: draws a run too large for SVG, from the columns that `columns.ts` packed. Zoom with the wheel or
 * + and -, move by dragging, walk through operations with the arrow keys. Nothing is fetched.
 */

// deno-lint-ignore-file no-unused-vars -- one script with `unpack.js`, `canvas_input.js` and `figure.js`

const outcomes = ["ok", "info", "fail", "open"];
const signs = ["✓", "?", "✕", "?"];
const markKinds = ["effect", "sink", "cut", "note", "instance"];
const gutterPx = 92;
const topPx = 22;

/** A drawn run: the figure's controls call `filter`, `toggleTicks` and `jump`; `say` gets the words of what is chosen. */
class RunCanvas {
  constructor(run, say) {
    Object.assign(this, { run, say, from: run.fromMs, to: run.toMs, chosen: -1, ticks: false, passes: null });
    const clients = run.lanes.filter(([, kind]) => kind === "client").length;
    this.rowPx = Math.max(3, Math.min(20, Math.floor(540 / clients)));
    this.tops = [topPx];
    run.lanes.forEach(([, kind], lane) => this.tops.push(this.tops[lane] + (kind === "client" ? this.rowPx : 18)));
    this.canvas = document.createElement("canvas");
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "application");
    this.canvas.setAttribute(
      "aria-label",
      "The whole run: arrow keys walk through operations, + and - zoom, 0 shows all",
    );
    this.listen();
  }

  draw() {
    const { canvas, run } = this;
    const scale = devicePixelRatio || 1;
    this.width = canvas.clientWidth || canvas.parentElement.clientWidth || 1000;
    this.height = this.y(run.lanes.length) + 4;
    canvas.style.height = `${this.height}px`;
    canvas.width = this.width * scale;
    canvas.height = this.height * scale;
    this.ink = canvas.getContext("2d");
    this.ink.scale(scale, scale);
    const css = getComputedStyle(canvas);
    this.color = (name) => css.getPropertyValue(`--${name}`).trim();
    this.ink.font = `11px ${css.fontFamily}`;
    this.drawLanes();
    this.ink.save();
    this.ink.beginPath();
    this.ink.rect(gutterPx, 0, this.width - gutterPx, this.height);
    this.ink.clip();
    this.drawBands();
    if (this.ticks) this.drawTicks();
    for (const outcome of [0, 1, 2, 3]) this.drawBars(outcome);
    this.drawMarks();
    this.drawChosen();
    this.ink.restore();
  }

  x(ms) {
    return gutterPx + (ms - this.from) / (this.to - this.from) * (this.width - gutterPx);
  }

  y(lane) {
    return this.tops[lane];
  }

  high(lane) {
    return this.tops[lane + 1] - this.tops[lane];
  }

  drawLanes() {
    const { ink, run } = this;
    const each = Math.ceil(13 / this.rowPx);
    run.lanes.forEach(([label, kind], lane) => {
      ink.fillStyle = this.color(kind === "instance" ? "lane-instance" : "lane-client");
      if (lane % 2 === 0 || kind === "instance") ink.fillRect(0, this.y(lane), this.width, this.high(lane));
      ink.fillStyle = this.color("quiet");
      if (kind === "instance" || lane % each === 0) ink.fillText(label, 8, this.y(lane) + this.high(lane) / 2 + 4);
    });
    const step = niceStep((this.to - this.from) / 8);
    for (let ms = Math.ceil(this.from / step) * step; ms <= this.to; ms += step) {
      ink.fillRect(this.x(ms), topPx - 5, 1, 5);
      ink.fillText(`${Number(ms.toFixed(2)).toLocaleString("en-US")} ms`, this.x(ms) + 3, 12);
    }
  }

  drawBands() {
    const { ink, run } = this;
    const first = run.lanes.findIndex(([, kind]) => kind === "instance");
    for (const [lane, from, to, label] of run.bands) {
      const [x, wide] = [this.x(from / 100), Math.max(2, this.x(to / 100) - this.x(from / 100))];
      const top = this.y(lane < 0 ? first : lane);
      const high = this.y(lane < 0 ? run.lanes.length : lane + 1) - top;
      ink.fillStyle = this.color("band");
      ink.fillRect(x, topPx, wide, this.height - topPx);
      ink.fillStyle = this.color("band-strong");
      ink.fillRect(x, top, wide, high);
      ink.fillStyle = this.color("ink");
      ink.fillText(label, x + 3, top + 13);
    }
  }

  drawBars(outcome) {
    const { ink, run: { bars }, rowPx } = this;
    const high = outcome === 2 ? rowPx * 0.5 : rowPx * 0.8;
    const lastPx = new Float64Array(this.run.lanes.length).fill(-1);
    ink.fillStyle = this.color(outcomes[outcome] === "open" ? "info" : outcomes[outcome]);
    const code = String(outcome);
    for (let n = 0; n < bars.lane.length; n++) {
      if (bars.outcome[n] !== code || bars.to[n] < this.from || bars.from[n] > this.to) continue;
      const [x, end] = [this.x(bars.from[n]), this.x(bars.to[n])];
      const lane = bars.lane[n];
      const faded = this.passes && !this.passes[n];
      if (end - lastPx[lane] < 0.4 && !this.passes) continue;
      lastPx[lane] = Math.max(end, x + 1);
      if (faded) ink.globalAlpha = 0.1;
      ink.fillRect(x, this.y(lane) + rowPx * 0.1, Math.max(1, end - x - 0.3), high);
      if (faded) ink.globalAlpha = 1;
      if (end - x > 40 && rowPx > 11) this.label(`${signs[outcome]} ${this.id(n)}`, x + 3, end, lane);
    }
  }

  label(text, x, end, lane) {
    const { ink } = this;
    const before = ink.fillStyle;
    ink.fillStyle = "#111";
    ink.fillText(text, x, this.y(lane) + this.rowPx * 0.5 + 4, end - x);
    ink.fillStyle = before;
  }

  drawTicks() {
    const { ink, run: { ticks } } = this;
    ink.fillStyle = this.color("quiet");
    ticks.lane.forEach((lane, n) => {
      if (ticks.at[n] < this.from || ticks.at[n] > this.to) return;
      ink.fillRect(this.x(ticks.at[n]), this.y(lane) + (ticks.up[n] === "1" ? 1 : 10), 1, 7);
    });
  }

  drawMarks() {
    const { ink, run: { marks, bars }, rowPx } = this;
    const proof = new Set(marks.evidence);
    const share = (this.to - this.from) / (this.run.toMs - this.run.fromMs || 1);
    const roomy = (marks.at.length + bars.lane.length) * share < 3000;
    const diamond = (x, y, size) => {
      ink.beginPath();
      for (const [dx, dy] of [[0, -size], [size, 0], [0, size], [-size, 0]]) ink.lineTo(x + dx, y + dy);
      ink.fill();
    };
    ink.fillStyle = this.color("ink");
    for (let n = 0; roomy && n < bars.lane.length; n++) {
      const shown = bars.effects[n] !== "0" && bars.to[n] >= this.from && bars.to[n] <= this.to;
      if (shown) diamond(this.x(bars.to[n]), this.y(bars.lane[n]) + rowPx / 2, Math.min(4, rowPx / 2));
    }
    marks.lane.forEach((lane, n) => {
      const kind = markKinds[Number(marks.kind[n])];
      if (marks.at[n] < this.from || marks.at[n] > this.to || (!roomy && kind !== "cut" && !proof.has(n))) return;
      const high = this.high(lane);
      const [x, y, size] = [this.x(marks.at[n]), this.y(lane) + high / 2, proof.has(n) ? 7 : Math.min(5, high / 2)];
      ink.fillStyle = this.color(kind === "cut" ? "fail-ink" : "ink");
      if (kind === "cut") ink.fillRect(x - 1, y - high / 2, 2, high);
      else diamond(x, y, size);
    });
  }

  drawChosen() {
    const { ink, run: { bars }, rowPx } = this;
    for (const n of [...bars.evidence, this.chosen]) {
      if (n < 0) continue;
      ink.strokeStyle = this.color(n === this.chosen ? "focus" : "ink");
      ink.lineWidth = 2;
      const x = this.x(bars.from[n]);
      ink.strokeRect(x - 1, this.y(bars.lane[n]), Math.max(4, this.x(bars.to[n]) - x + 2), rowPx);
    }
  }

  filter(test) {
    const { bars, names } = this.run;
    this.passes = test && Uint8Array.from(bars.lane, (_, n) => {
      const outcome = outcomes[Number(bars.outcome[n])];
      return test({
          process: this.run.lanes[bars.lane[n]][0].slice("client ".length),
          key: names[bars.key[n]],
          outcome,
        })
        ? 1
        : 0;
    });
    this.draw();
  }

  toggleTicks(on) {
    this.ticks = on;
    this.draw();
  }

  /** Goes to the first operation of the evidence, or to the one whose effect is evidence. */
  jump() {
    const { bars, marks } = this.run;
    const of = marks.evidence.map((n) => bars.key.indexOf(marks.key[n])).filter((n) => n >= 0);
    const first = bars.evidence[0] ?? of[0];
    if (first === undefined) return;
    const aroundMs = Math.max(5, (bars.to[first] - bars.from[first]) * 8);
    this.from = Math.max(this.run.fromMs, bars.from[first] - aroundMs);
    this.to = Math.max(this.from + 1, Math.min(this.run.toMs, bars.to[first] + aroundMs));
    this.choose(first);
  }

  choose(n) {
    const { bars, names } = this.run;
    this.chosen = n;
    const said = names[bars.said[n]];
    const outcome = outcomes[Number(bars.outcome[n])];
    const at = `${bars.from[n].toFixed(2)} ms to ${bars.to[n].toFixed(2)} ms`;
    const who = `${this.run.lanes[bars.lane[n]][0]} asks instance ${bars.instance[n]}`;
    this.say(
      `${this.id(n)} of ${names[bars.key[n]]}, ${who}, ${at}: ${outcome}${said ? `: ${said}` : ""}${this.effects(n)}`,
    );
    const shown = bars.to[n] >= this.from && bars.from[n] <= this.to;
    if (!shown) this.move((bars.from[n] - this.from) - (this.to - this.from) / 2);
    this.draw();
  }

  id(n) {
    const { bars, names } = this.run;
    return names[bars.prefix[n]] + (bars.send[n] ? `${bars.number[n]}.${bars.send[n]}` : "");
  }

  effects(n) {
    const many = Number(this.run.bars.effects[n]);
    return many === 0 ? "" : `; ${many === 1 ? "1 durable effect" : `${many} durable effects`}`;
  }

  move(byMs) {
    this.from += byMs;
    this.to += byMs;
  }

  zoom(factor, atMs = (this.from + this.to) / 2) {
    const { fromMs, toMs } = this.run;
    this.from = Math.max(fromMs, atMs - (atMs - this.from) * factor);
    this.to = Math.min(toMs, atMs + (this.to - atMs) * factor);
    if (this.to - this.from < 0.05) this.to = this.from + 0.05;
    this.draw();
  }
}

function niceStep(about) {
  const power = 10 ** Math.floor(Math.log10(about || 1));
  return power * ([1, 2, 5, 10].find((n) => n * power >= about) ?? 10);
}
