// The wheel, the clock, and the timers that tolerate pauses.

import { instant, micros, ms } from "../support/times.js";
import { unknown } from "./run.js";

export const timers = {
  file: "01-timers.json",
  begin: ({ policies }, { config }) => {
    const wheel = new policies.Wheel();
    const clock = new policies.Monotone(0);
    const names = [];
    const ids = new Map();
    const insert = (name, deadline) => {
      const id = wheel.insert(ms(deadline), names.length);
      names.push(name);
      ids.set(name, id);
      return { effective: instant(wheel.deadline(id)) };
    };
    const advance = (at) => {
      const fired = [];
      for (let payload = wheel.advance(at); payload >= 0; payload = wheel.advance(at)) {
        fired.push([names[payload], instant(wheel.firedDeadline())]);
        for (const [name, deadline] of config.on_fire?.[names[payload]] ?? []) insert(name, deadline);
      }
      return { fired };
    };
    const next = () => (wheel.nextDeadline() === Infinity ? null : instant(wheel.nextDeadline()));
    return {
      answer: (step) => {
        switch (step.do) {
          case "insert": return insert(step.id, step.deadline);
          case "cancel": return { removed: wheel.cancel(ids.get(step.id)) };
          case "next": return { next: next() };
          case "advance": return advance(ms(step.at_us));
          case "clock": return {
            now: instant(clock.observe(ms(step.at_us))),
            steps_back: clock.stepsBack(),
            largest_back: micros(clock.largestBack()),
            clock_bad: clock.bad(),
          };
          default: return unknown(step);
        }
      },
    };
  },
};

const variants = {
  naive: { stages: 1, grace: false },
  chain: { slack_us: 0, grace: false },
  slack: { grace: false },
  grace: {},
};

/** The `timer` settings of a case, and the maximum that its ceiling counts from. */
function settings({ duration, variant = "grace", pauses, wake_period, ceiling_us, ...given }) {
  const timer = { ...(variants[variant] ?? unknown(variant)), ...given };
  if (ceiling_us === undefined || ceiling_us === null) return { timer, max: duration };
  // A ceiling given in real time is a factor of the duration, or once a longer maximum of the call.
  const factor = ceiling_us / duration;
  const whole = Number.isInteger(factor) && factor >= 1 && factor <= 100;
  return { timer: { ...timer, ceiling_factor: whole ? factor : 1 }, max: whole ? duration : ceiling_us };
}

/** When a host runs that stands still during pauses and wakes at multiples of its period. */
function runsAt(time, pauses, period) {
  const up = (value) => Math.ceil(value / period) * period;
  let at = up(time);
  for (let held = covering(pauses, at); held !== undefined; held = covering(pauses, at)) at = up(held[1]);
  return at;
}

function covering(pauses, at) {
  return pauses.find(([start, end]) => start <= at && at < end);
}

export const pauses = {
  file: "01-pauses.json",
  begin: ({ policies }, { config }) => ({
    answer: (step) => (step.do === "arm" ? arm(policies, config, step.at_us) : unknown(step)),
  }),
};

/** Plays one timer to its end, with a host that sleeps until the wheel's next deadline. */
function arm({ PauseTimer, Wheel }, config, armed) {
  const { timer: document, max } = settings(config);
  const wheel = new Wheel();
  wheel.advance(ms(armed));
  const timer = new PauseTimer({ timer: document }, ms(config.duration), ms(max), ms(armed));
  wheel.insert(timer.due(), 0);
  const observed = [];
  for (;;) {
    const at = runsAt(instant(wheel.nextDeadline()), config.pauses ?? [], config.wake_period ?? 1);
    while (wheel.advance(ms(at)) >= 0) {
      observed.push([instant(timer.due()), at]);
      const state = timer.observe(ms(at));
      if (state === 0) throw new Error("observed before it was due");
      if (state === 2) return report(timer, at, observed);
      wheel.insert(timer.due(), 0);
    }
  }
}

function report(timer, at, observed) {
  const [wall, live] = [micros(timer.wall()), micros(timer.live())];
  return {
    fires_at: at, wall, live, lost: wall - live, late: timer.lateCount(), ext: timer.extensions(),
    cause: [null, "server", "client_pause"][timer.cause()], by: timer.byCeiling() ? "ceiling" : "due", observed,
  };
}
