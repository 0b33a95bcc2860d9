/**
 * The claim about the orders: whichever message is cut, and however simultaneous the deliveries, each is taken once.
 */

import { claim } from "../../../src/core/scenario.ts";
import { atMostOnce } from "../../../src/properties/at_most_once.ts";
import { convergesAfterHealing } from "../../../src/properties/converges_after_healing.ts";
import { noneLost } from "../../../src/properties/none_lost.ts";
import { wasDisturbed } from "../../../src/properties/was_disturbed.ts";
import { orders } from "../orders.ts";

export default claim({
  title: "An order is taken once, whichever message is cut or simultaneous",
  subject: orders,
  plans: { strategy: "cuts", operation: { key: "o1", amount: 42 }, disturb: ["cut", "barrier"] },
  disturbedBy: "faults",
  properties: [atMostOnce, noneLost, convergesAfterHealing, wasDisturbed],
});
