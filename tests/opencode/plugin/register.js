// node --import: OpenCode hands @opentui/solid to its plugins; here it is ours.

import { register } from "node:module"

const solid = new URL("./solid.js", import.meta.url).href
register(
  `data:text/javascript,${encodeURIComponent(
    `export const resolve = (name, context, next) =>
      name === "@opentui/solid" ? { url: ${JSON.stringify(solid)}, shortCircuit: true } : next(name, context)`,
  )}`,
)
