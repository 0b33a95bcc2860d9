/**
 * The timeline's script, as it stands in the report: four files in one scope of their own.
 */

import canvas from "./canvas.js" with { type: "text" };
import input from "./canvas_input.js" with { type: "text" };
import figure from "./figure.js" with { type: "text" };
import unpack from "./unpack.js" with { type: "text" };

/** The same text in every report: nothing of a session is in it, so it can be allowed by its hash. */
export const timelineScript: string = `(() => {\n"use strict";\n${unpack}\n${canvas}\n${input}\n${figure}\n})();`;
