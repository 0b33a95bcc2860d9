/**
 * Runs in the browser, after `canvas.js`: what pointer and keyboard do to a drawn run. Redraws at most once a frame.
 */

RunCanvas.prototype.listen = function () {
  const { canvas } = this;
  let drag = null;
  let asked = false;
  const redraw = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      this.draw();
    });
  };
  const msAt = (event) => this.from + (event.offsetX - gutterPx) / (this.width - gutterPx) * (this.to - this.from);
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.shiftKey && document.activeElement !== canvas) return;
    event.preventDefault();
    this.zoom((event.deltaY || event.deltaX) > 0 ? 1.25 : 0.8, msAt(event));
  }, { passive: false });
  canvas.addEventListener("pointerdown", (event) => {
    drag = event.offsetX;
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointerup", () => drag = null);
  canvas.addEventListener("pointermove", (event) => {
    if (drag !== null) {
      this.move((drag - event.offsetX) / (this.width - gutterPx) * (this.to - this.from));
      drag = event.offsetX;
      return redraw();
    }
    const found = this.under(this.tops.findLastIndex((top) => top <= event.offsetY), msAt(event));
    if (typeof found === "string") this.say(found);
    else if (found >= 0 && found !== this.chosen) this.choose(found);
  });
  canvas.addEventListener("keydown", (event) => {
    const keys = { ArrowRight: 1, ArrowLeft: -1 };
    if (event.key in keys) this.step(keys[event.key]);
    else if (event.key === "+" || event.key === "=") this.zoom(0.6);
    else if (event.key === "-") this.zoom(1.6);
    else if (event.key === "0") [this.from, this.to] = [this.run.fromMs, this.run.toMs];
    else return;
    event.preventDefault();
    redraw();
  });
  // Also when a folded part is opened, in which the canvas had no width until then.
  new ResizeObserver(() => canvas.clientWidth > 0 && canvas.clientWidth !== this.width && redraw()).observe(canvas);
  addEventListener("beforeprint", () => this.draw());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
};

/** The operation of this lane at this time, or else the words of a mark or band that is there. */
RunCanvas.prototype.under = function (lane, ms) {
  const { run } = this;
  if (!run.lanes[lane]) return -1;
  const toleranceMs = 4 / (this.width - gutterPx) * (this.to - this.from);
  const near = run.marks.at.findIndex((at, n) =>
    run.marks.lane[n] === lane && run.marks.words[n] > 0 && Math.abs(at - ms) < toleranceMs
  );
  if (near >= 0) return run.names[run.marks.words[near]];
  const inLane = run.laneBars[lane];
  let [low, high] = [0, inLane.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (run.bars.from[inLane[middle]] <= ms + toleranceMs) low = middle + 1;
    else high = middle;
  }
  const bar = inLane[low - 1];
  if (bar !== undefined && run.bars.to[bar] >= ms - toleranceMs) return bar;
  const band = run.bands.find(([at, from, to]) =>
    (at === lane || (at < 0 && run.lanes[lane][1] === "instance")) && from / 100 <= ms && to / 100 >= ms
  );
  return band ? band[4] : -1;
};

/** The next or the previous operation that passes the filter. */
RunCanvas.prototype.step = function (by) {
  const last = this.run.bars.lane.length - 1;
  let n = this.chosen < 0 ? (by > 0 ? -1 : last + 1) : this.chosen;
  do n += by; while (n >= 0 && n <= last && this.passes && !this.passes[n]);
  if (n >= 0 && n <= last) this.choose(n);
};
