/**
 * Bodies: what can be sent more than once.
 *
 * Text, bytes, forms and blobs are encoded anew by every `fetch`; a function makes a body for each attempt. A stream can
 * be read once, so a request with one is sent once. A `Request` object carries its body as a stream.
 */

/** What a request may carry. */
export type Body = BodyInit | null | (() => BodyInit | null);

/** Whether a body can be sent once only. */
export function isOnce(body: Body | undefined): boolean {
  if (typeof body !== 'object' || body === null) return false;
  return body instanceof ReadableStream || Symbol.asyncIterator in body;
}

/** The body of one attempt. */
export function bodyOf(body: Body | undefined): BodyInit | null | undefined {
  return typeof body === 'function' ? body() : body;
}
