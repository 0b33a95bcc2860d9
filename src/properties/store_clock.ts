/**
 * The store's clock against ours: what a time that the store measures comes to for certain when the harness measures it. A sibling
 * would be about the clock of an instance.
 */

/** What the store's clock may have run faster than ours, as a part of the time. */
const driftMax = 0.02;

/** A script that counts whole milliseconds may see a time as so much longer, in ms, than it was. */
const roundingMs = 1;

/** The least, in ms of our clock, that a time of the store's can have lasted. */
export function certainMs(storeMs: number): number {
  return storeMs * (1 - driftMax) - roundingMs;
}
