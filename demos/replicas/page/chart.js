// The drawing: time from left to right, latency upwards on a logarithmic axis, a lane for each server below.

/** Milliseconds that are shown. */
export const SPAN = 30_000;

/** Milliseconds between two drawings: the picture moves by less than two pixels. */
const FRAME = 50;
/** Milliseconds over which a percentile is taken, and between two of its places. */
const WINDOW = 3000;
const STEP = 500;
/** Calls that started so long ago have ended, or belong to no percentile any more. */
const SETTLED = 2500;
const LANE = 13;
const EDGE = { left: 62, right: 14, top: 14, bottom: 22 };
const LOWEST = 1;
const HIGHEST = 2000;
const TICKS = [1, 10, 100, 1000];

export class Chart {
  #canvas;
  #state;
  #servers;
  #colours;
  #box;

  #tails = new Map();

  constructor(canvas, state, servers, now) {
    this.#canvas = canvas;
    this.#state = state;
    this.#servers = servers;
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const read = () => {
      const style = getComputedStyle(document.documentElement);
      const names = ['panel', 'ink', 'pale', 'rule', 'plain', 'hedged', 'stop', 'stop-ink'];
      this.#colours = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`)]));
    };
    scheme.addEventListener('change', read);
    read();
    let last = 0;
    const frame = (at) => {
      requestAnimationFrame(frame);
      if (at - last < FRAME) return;
      last = at;
      this.#draw(now());
    };
    requestAnimationFrame(frame);
  }

  /** The call drawn nearest to a place, if one is near. */
  pointAt(x, y) {
    const distance = (point) => Math.hypot(this.#x(point.start) - x, this.#y(point.latency) - y);
    const near = this.#state.points.map((point) => [distance(point), point]).filter(([far]) => far < 14);
    // A call that needed a second attempt is the one a person means.
    const weight = ([far, point]) => far - (point.called.sent.length > 1 ? 6 : 0);
    return near.sort((a, b) => weight(a) - weight(b))[0]?.[1];
  }

  #draw(now) {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const scale = devicePixelRatio;
    if (this.#canvas.width !== Math.round(width * scale) || this.#canvas.height !== Math.round(height * scale)) {
      this.#canvas.width = Math.round(width * scale);
      this.#canvas.height = Math.round(height * scale);
    }
    const lanes = this.#servers.length * LANE + 8;
    this.#box = { now, left: EDGE.left, right: width - EDGE.right, top: EDGE.top, bottom: height - EDGE.bottom - lanes };
    const pen = this.#canvas.getContext('2d');
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.font = '12px system-ui, "DejaVu Sans", sans-serif';
    this.#axes(pen, height);
    this.#lanes(pen);
    pen.save();
    pen.beginPath();
    pen.rect(this.#box.left, 0, this.#box.right - this.#box.left, this.#box.bottom + 1);
    pen.clip();
    for (const point of this.#state.points) this.#point(pen, point);
    this.#tail(pen, 'plain');
    this.#tail(pen, 'hedged');
    pen.restore();
  }

  #x(at) {
    const { now, left, right } = this.#box;
    return right - ((now - at) / SPAN) * (right - left);
  }

  #y(latency) {
    const { top, bottom } = this.#box;
    const part = Math.log(Math.min(Math.max(latency, LOWEST), HIGHEST) / LOWEST) / Math.log(HIGHEST / LOWEST);
    return bottom - part * (bottom - top);
  }

  #axes(pen, height) {
    const { left, right } = this.#box;
    pen.textBaseline = 'middle';
    pen.lineWidth = 1;
    for (const tick of TICKS) {
      const y = Math.round(this.#y(tick)) + 0.5;
      pen.strokeStyle = this.#colours.rule;
      pen.beginPath();
      pen.moveTo(left, y);
      pen.lineTo(right, y);
      pen.stroke();
      pen.fillStyle = this.#colours.pale;
      pen.textAlign = 'right';
      pen.fillText(tick < 1000 ? `${tick} ms` : '1 s', left - 8, y);
    }
    pen.textAlign = 'center';
    for (let ago = 0; ago <= SPAN; ago += 10_000) {
      const x = right - (ago / SPAN) * (right - left);
      pen.fillText(ago === 0 ? 'now' : `−${ago / 1000} s`, Math.min(x, right - 12), height - EDGE.bottom / 2);
    }
  }

  #lanes(pen) {
    const { left, right, bottom, now } = this.#box;
    pen.textAlign = 'right';
    for (const [number, server] of this.#servers.entries()) {
      const y = bottom + 8 + number * LANE;
      pen.fillStyle = this.#colours.pale;
      pen.fillText(server, left - 8, y + LANE / 2);
      pen.fillStyle = this.#colours.rule;
      pen.fillRect(left, y + LANE / 2, right - left, 1);
      for (const pause of this.#state.pauses.filter((one) => one.server === server)) {
        const from = Math.max(this.#x(pause.start), left);
        const to = Math.max(this.#x(Math.min(pause.end, now)), from + 2);
        pen.fillStyle = this.#colours['stop-ink'];
        pen.fillRect(from, y + 2, to - from, LANE - 4);
        if (pause.end - pause.start < 100) continue;
        pen.fillStyle = this.#colours.stop;
        pen.fillRect(from, EDGE.top, to - from, bottom - EDGE.top);
      }
    }
  }

  #point(pen, point) {
    const [x, y] = [this.#x(point.start), this.#y(point.latency)];
    const { hedges, retries, error } = point.called;
    pen.fillStyle = this.#colours[point.arm];
    pen.strokeStyle = this.#colours[point.arm];
    pen.globalAlpha = hedges + retries > 0 || error !== undefined || point.latency > 100 ? 1 : 0.5;
    pen.beginPath();
    if (error !== undefined) {
      pen.lineWidth = 2;
      for (const [dx, dy] of [[5, 5], [5, -5]]) {
        pen.moveTo(x - dx, y - dy);
        pen.lineTo(x + dx, y + dy);
      }
      pen.stroke();
    } else {
      if (hedges > 0) corners(pen, [[x, y - 6], [x + 6, y], [x, y + 6], [x - 6, y]]);
      else if (retries > 0) corners(pen, [[x, y - 6], [x + 6, y + 5], [x - 6, y + 5]]);
      else pen.arc(x, y, 2.4, 0, 7);
      pen.fill();
    }
    pen.globalAlpha = 1;
    if (point !== this.#state.chosen) return;
    pen.strokeStyle = this.#colours.ink;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(x, y, 10, 0, 7);
    pen.stroke();
  }

  /** The line of p99 over the last seconds before each half second. */
  #tail(pen, arm) {
    const last = Math.floor((this.#box.now - STEP) / STEP) * STEP;
    pen.strokeStyle = this.#colours[arm];
    pen.lineWidth = 2.5;
    pen.lineJoin = 'round';
    pen.beginPath();
    for (let at = last - SPAN - STEP; at <= last; at += STEP) {
      const tail = this.#tailAt(arm, at);
      if (tail !== undefined) pen.lineTo(this.#x(at), this.#y(tail));
    }
    pen.stroke();
    for (const name of this.#tails.keys()) if (Number(name.split('/')[1]) < last - 2 * SPAN) this.#tails.delete(name);
  }

  /** One percentile, kept when it cannot change any more. */
  #tailAt(arm, at) {
    const name = `${arm}/${at}`;
    if (this.#tails.has(name)) return this.#tails.get(name);
    const within = (point) => point.arm === arm && point.start > at - WINDOW && point.start <= at;
    const latencies = this.#state.points.filter(within).map((point) => point.latency);
    const tail = latencies.length < 20 ? undefined : quantile(latencies, 0.99);
    if (at < this.#box.now - SETTLED) this.#tails.set(name, tail);
    return tail;
  }
}

/** Nearest rank. */
export function quantile(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(Math.ceil(sorted.length * part), 1) - 1];
}

function corners(pen, places) {
  for (const [number, [x, y]] of places.entries()) {
    if (number === 0) pen.moveTo(x, y);
    else pen.lineTo(x, y);
  }
  pen.closePath();
}
