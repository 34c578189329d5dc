// Resolves `hedgerow/testing` to the one with the addon behind it.

import { register } from "node:module";

const here = new URL("testing.js", import.meta.url).href;
const source = `
  export function resolve(name, context, next) {
    const own = context.parentURL === ${JSON.stringify(here)};
    return name === "hedgerow/testing" && !own ? { url: ${JSON.stringify(here)}, shortCircuit: true } : next(name, context);
  }
`;
register(`data:text/javascript,${encodeURIComponent(source)}`);
