/**
 * Runs in the browser: a field beside the parts' names that hides every scenario whose path and title lack its words.
 */

const field = Object.assign(document.createElement("input"), {
  type: "search",
  placeholder: "Filter scenarios",
  ariaLabel: "Filter scenarios by words of their path or title",
});
document.querySelector("nav").append(field);
field.addEventListener("input", () => {
  const words = field.value.toLowerCase().split(/\s+/);
  for (const part of document.querySelectorAll("[data-scenario]")) {
    part.hidden = !words.every((word) => part.dataset.scenario.toLowerCase().includes(word));
  }
});
