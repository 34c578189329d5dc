// The load from Node: `node node.js DESK`, where DESK is the base URL of the demo that asks for it.

import { work } from './load.js';

await work(process.argv[2], 'node');
