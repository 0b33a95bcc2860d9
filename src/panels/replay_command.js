/**
 * Runs in the browser: a report opened as a file knows its own folder, so the commands that replay a run can name it.
 */

if (location.protocol === "file:") {
  const folder = decodeURIComponent(location.pathname).replace(/\/[^/]*$/, "").replace(/^\/([A-Za-z]:)/, "$1");
  for (const part of document.querySelectorAll("[data-run]")) {
    const path = `${folder}/${part.dataset.run}`;
    part.textContent = /^[\w./:@%+-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
  }
}
