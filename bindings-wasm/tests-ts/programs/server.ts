/** A server in a process of its own, so that it answers while the client is blocked. `/after/50` answers after 50 ms. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const server = createServer((request, response) => {
  const delay = Number(request.url?.split('/').at(-1) ?? 0);
  setTimeout(() => response.end('answered'), delay);
});

server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
