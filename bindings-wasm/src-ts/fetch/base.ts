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
  if (url.startsWith('/')) return url;
  if (!/^[a-z][a-z0-9+.-]*:/i.test(url)) return `/${url}`;
  const bases = client.endpoints.map((name) => client.urlOf(name)).filter((base) => base !== undefined);
  const below = bases.map((base) => behind(url, base)).filter((rest) => rest !== undefined);
  // The longest base is the most specific one.
  return below.sort((one, other) => one.length - other.length)[0];
}

/** The URL of a resource at an endpoint, `undefined` when the endpoint has no base. */
export function urlAt(resource: string, endpoint: string, client: Client): string | undefined {
  const base = client.urlOf(endpoint);
  return base === undefined ? undefined : trimmed(base) + resource;
}

function behind(url: string, base: string): string | undefined {
  const [whole, start] = [new URL(url).href, trimmed(new URL(base).href)];
  const rest = whole.slice(start.length);
  return whole.startsWith(start) && /^([/?#]|$)/.test(rest) ? withSlash(rest) : undefined;
}

function trimmed(base: string): string {
  return base.replace(/\/+$/, '');
}

function withSlash(rest: string): string {
  return rest.startsWith('/') ? rest : `/${rest}`;
}
