/**
 * How many lanes a stack bears whose ports an engine publishes.
 *
 * Every connection passes the engine's relay, which costs processors on the way. More lanes than this make connects wait for
 * each other until they are given up and tried again, which makes them wait longer: on 2 processors that had other work too, a
 * session of three claims took 70 to 250 s on six lanes and accused a correct subject of not converging; on three it took 43
 * to 59 s, and nothing failed.
 */

const lanesPerProcessor = 1.5;

/**
 * At least one, and no more than find ports for their proxies. `seldom` are lanes that are there beside the others and seldom at
 * work: those with a server of their own.
 */
export function relayedLanes(of: { ports: number; portsOfLane: number; seldom?: number }): number {
  const borne = Math.max(2, Math.ceil(lanesPerProcessor * navigator.hardwareConcurrency)) + (of.seldom ?? 0);
  return Math.max(1, Math.min(borne, Math.floor(of.ports / of.portsOfLane)));
}
