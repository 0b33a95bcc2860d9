/** Moved to `fixtures/relay.ts`; kept for tests that still import it from here. */
export * from "./fixtures/relay.ts";
