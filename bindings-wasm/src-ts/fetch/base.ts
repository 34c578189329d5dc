/**
 * From the URL of a request to the URL at an endpoint.
 *
 * Every endpoint has a base URL: its `url`, or its name where that is an absolute URL. A request names a resource of the
 * service by a path (`/items/7`), or by an absolute URL below any endpoint's base; what follows the base is appended to
 * the base of the endpoint that each attempt goes to. Any other absolute URL is not the service's.
 */

import type { Client } from '../client.js';

/** The part of a URL behind the base, `undefined` for a URL that is not the service's. */
export function resourceOf(url: string, client: Client): string | undefined {
  if (url.startsWith('//')) return undefined;
  if (!/^[a-z][a-z0-9+.-]*:/i.test(url)) return withSlash(url);
  const whole = new URL(url).href;
  // The longest base is the most specific one.
  let longest = '';
  for (const name of client.endpoints) {
    const url = client.urlOf(name);
    const base = url === undefined ? '' : trimmed(new URL(url).href);
    if (base.length > longest.length && whole.startsWith(base) && /[/?#]/.test(whole[base.length] ?? '/')) longest = base;
  }
  return longest === '' ? undefined : withSlash(whole.slice(longest.length));
}

/** A base without the slashes at its end. */
export function trimmed(base: string): string {
  return base.replace(/\/+$/, '');
}

function withSlash(rest: string): string {
  return rest.replace(/^\/?/, '/');
}
