/** Moved to `fixtures/stage.ts`; kept for tests that still import it from here. */
export * from "./fixtures/stage.ts";
