/**
 * One full turn of the event loop, so that what has arrived is delivered.
 *
 * After a stall an event loop runs expired timers before it reads the answers that lie in its sockets. Node's
 * `setImmediate` runs behind the poll phase, a message of a browser behind the tasks that wait; neither is a timer.
 */

declare const setImmediate: ((callback: () => void) => unknown) | undefined;

/** Runs a callback behind the IO that is ready. */
export function afterIo(callback: () => void): void {
  if (typeof setImmediate === 'function') {
    setImmediate(callback);
    return;
  }
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    callback();
  };
  port2.postMessage(0);
}
