/**
 * Runs in the browser, first: reads the columns that `columns.ts` packed; both change together.
 */

// deno-lint-ignore-file no-unused-vars -- one script with `canvas.js`, `canvas_input.js` and `figure.js`

/** Inflates the columns of a figure. */
async function unpack(text) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let n = 0; n < bytes.length; n++) bytes[n] = letters.charCodeAt(n);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const run = await new Response(stream).json();
  const sums = (column) => {
    const values = new Float64Array(column.length);
    for (let n = 0, sum = 0; n < values.length; n++) values[n] = sum += column[n];
    return values;
  };
  const ms = (column) => sums(column).map((units) => units / 100);
  run.bars.from = ms(run.bars.from);
  run.bars.to = run.bars.from.map((from, n) => from + run.bars.length[n] / 100);
  run.bars.number = sums(run.bars.number);
  run.bars.key = sums(run.bars.key);
  run.bars.send = run.bars.send.split(" ");
  run.marks.at = ms(run.marks.at);
  run.ticks.at = ms(run.ticks.at);
  run.laneBars = run.lanes.map(() => []);
  run.bars.lane.forEach((lane, n) => run.laneBars[lane].push(n));
  return run;
}
