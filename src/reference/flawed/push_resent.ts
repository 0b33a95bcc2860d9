/**
 * RPUSH over a client that resends: npm:ioredis reconnects when a connection breaks, and then sends again what was not
 * answered (`autoResendUnfulfilledCommands`, on by default). What the sender repeats is recognised, for its id is looked up
 * first; what one's own driver repeats comes behind that question, and a command that adds adds twice. Met in every service that
 * pushes with ioredis as it comes: the call resolves, and no error is ever seen.
 *
 * What goes wrong: the push is executed and its reply is lost. The driver sends it once more, and the message stands twice in
 * its batch.
 */

import { Redis as Driver } from "ioredis";
import type { Debouncer, DebouncerOptions } from "../debouncer/mod.ts";
import { settingsOf } from "../debouncer/options.ts";
import { pushScriptOf } from "../debouncer/scripts.ts";
import type { Script, Word } from "../redis.ts";
import { openDebouncerTwin } from "./debouncer_twin.ts";
import { scriptOver } from "./script_over.ts";

/** Opens the twin that pushes by ioredis with its defaults, but for the deadline of a call. */
export async function openPushResent(options: DebouncerOptions): Promise<Debouncer> {
  const settings = settingsOf(options);
  const push = scriptOver("./push_resent.lua", pushScriptOf(settings));
  const driver = new Driver(String(options.url), {
    ...(options.tls ? { tls: options.tls } : {}),
    commandTimeout: settings.deadlineMs,
    lazyConnect: true,
  });
  driver.on("error", () => {}); // each call hears it too; one that nobody hears is printed
  const close = () => closed(driver);
  try {
    await driver.connect();
    return await openDebouncerTwin(options, {
      scripts: [push],
      instead: new Map([["push", (_, keys, args) => pushed(driver, push, keys, [...args, settings.rememberMs])]]),
      close,
    });
  } catch (error) {
    // Any class: it is thrown on, the connection is only given back first.
    await close();
    throw error;
  }
}

async function pushed(driver: Driver, push: Script, keys: readonly string[], args: readonly Word[]): Promise<unknown> {
  if (await driver.exists(keys[0]!) === 1) return 0;
  return await driver.eval(push.lua, keys.length, ...keys, ...args.map(String));
}

async function closed(driver: Driver): Promise<void> {
  const isOpen = ["connecting", "connect", "ready"].includes(driver.status); // else no event tells its end
  const ended = new Promise<void>((resolve) => isOpen ? driver.once("end", () => resolve()) : resolve());
  driver.disconnect();
  await ended;
}
