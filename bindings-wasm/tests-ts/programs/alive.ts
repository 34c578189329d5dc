/** Waits for a call that nothing but the client's own timer can end. */

import { createClient } from 'hedgerow';

const client = createClient({ config: { objective: { max_us: 300_000 } }, endpoints: ['a'] });
client
  .call(() => new Promise(() => undefined))
  .catch((error: unknown) => console.log(JSON.stringify({ ended: (error as { code: string }).code })));
