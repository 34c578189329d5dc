// Microseconds of the cases, milliseconds of the classes.

/** The least number of milliseconds that reads back as these microseconds. */
export function ms(micros) {
  const told = micros / 1000;
  return Math.floor(told * 1000) < micros ? told * (1 + Number.EPSILON) : told;
}

/** Whole microseconds of a length of time; −1 is none. */
export function micros(told) {
  return told < 0 ? null : Math.round(told * 1000);
}

/** Whole microseconds of a time, as the core reads it. */
export function instant(told) {
  return Math.floor(told * 1000);
}
