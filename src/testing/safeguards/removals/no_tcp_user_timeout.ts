/** The server keeps the session of a client whose machine is gone. */

import { removal } from "../removal.ts";

export default removal({
  without: "tcp_user_timeout",
  promise: "no-stuck-locks",
  edits: [
    { file: "src/reference/dedupe/options.ts", before: "    tcp_user_timeout: String(2 * deadlineMs),\n", after: "" },
  ],
  expects: {
    scenario: "dedupe/nobody_holds_an_event_for_ever",
    unnoticedBecause:
      "A proxy on the same machine acknowledges every byte, so the server never has a client whose machine is gone; that takes a cable to be pulled.",
  },
});
