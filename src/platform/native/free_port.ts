/**
 * Ports for our services: on loopback, below the ephemeral range (which the system hands out to anybody's connections).
 */
import { StackError } from "./stack_error.ts";

const PORT_MIN = 20_000;
const PORT_MAX = 31_999;
const TRIES_MAX = 200;

/** A port that could be bound a moment ago. Somebody may take it before its user does, so that one has to look again. */
export function freePort(): number {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    // Not part of any plan: which port it is cannot change what a run shows, and two sessions must not draw the same.
    const port = PORT_MIN + Math.floor(Math.random() * (PORT_MAX - PORT_MIN + 1));
    if (isFree(port)) return port;
  }
  throw new StackError({
    what: "Cannot find a free port",
    why: `${TRIES_MAX} ports of 127.0.0.1 between ${PORT_MIN} and ${PORT_MAX}, drawn at random, were all taken`,
    todo: "End what listens there, or let this process listen on 127.0.0.1.",
  });
}

/** True when nobody listens on that port of 127.0.0.1. */
export function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse || error instanceof Deno.errors.PermissionDenied) return false;
    throw error;
  }
}
