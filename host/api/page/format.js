// Numbers as people read them, with the digits that the terminal shows (host/telemetry/src/format.rs).

export const UNKNOWN = "n/a";

const known = (value, text) => (value === null || value === undefined || !Number.isFinite(value) ? UNKNOWN : text(value));

/** The decimals that make three digits. */
function decimals(value) {
  const size = Math.abs(value);
  if (size === 0 || size >= 99.95) return 0;
  if (size >= 9.995) return 1;
  if (size >= 0.9995) return 2;
  return Math.min(2 - Math.floor(Math.log10(size)), 9);
}

export const number = (value) => known(value, (value) => value.toFixed(decimals(value)));
export const count = (value) => known(value, (value) => value.toLocaleString("en"));
export const rate = (value) => known(value, (value) => `${number(value)} H/s`);
export const percent = (part) => known(part, (part) => `${(part * 100).toFixed(1)} %`);
export const temperature = (celsius) => known(celsius, (celsius) => `${celsius.toFixed(0)} °C`);

/** A value and where the true one lies: `11.2 (9.9-12.7)`. */
export function interval(interval) {
  if (!interval) return UNKNOWN;
  const { value, low, high } = interval;
  const text = (value) => value.toFixed(decimals(high));
  return `${text(value)} (${text(low)}-${text(high)})`;
}

/** Hashes that something takes: `150000`, `1.23 M`. */
export function difficulty(hashes) {
  const units = [[1e18, "E"], [1e15, "P"], [1e12, "T"], [1e9, "G"], [1e6, "M"]];
  const unit = units.find(([size]) => hashes >= size);
  return unit ? `${number(hashes / unit[0])} ${unit[1]}` : number(hashes);
}

/** A time in the two units that matter: `12 s`, `1 min 05 s`, `2 h 03 min`, `3 d 04 h`. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined || !(seconds >= 0)) return UNKNOWN;
  const milliseconds = Math.round(seconds * 1000);
  if (0 < milliseconds && milliseconds < 1000) return `${milliseconds} ms`;
  const whole = Math.round(seconds);
  const two = (value) => String(value).padStart(2, "0");
  const [minutes, hours, days] = [60, 3600, 86400].map((unit) => Math.floor(whole / unit));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${minutes} min ${two(whole % 60)} s`;
  if (whole < 86400) return `${hours} h ${two(minutes % 60)} min`;
  return `${days} d ${two(hours % 24)} h`;
}

const local = (options) => {
  const format = new Intl.DateTimeFormat(undefined, options);
  return (unix) => format.format(new Date(unix * 1000));
};

export const clock = local({ hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
export const hour = local({ hour: "2-digit", minute: "2-digit", hour12: false });
export const day = local({ month: "short", day: "numeric" });
export const moment = local({ month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });

/** A word of the API for people: `hardware_errors` is `hardware errors`. */
export const word = (name) => name.replaceAll("_", " ");

/** How a condition of a device or source looks, and a sign for those who see no colours. */
export function condition(name) {
  const looks = {
    healthy: ["good", "●"], active: ["good", "●"], standby: ["good", "○"], waiting: ["faint", "○"], idle: ["faint", "○"],
    starting: ["warn", "◌"], connecting: ["warn", "◌"], sick: ["warn", "▲"], away: ["bad", "✕"], down: ["bad", "✕"],
    dead: ["bad", "✕"], disabled: ["faint", "▪"],
  };
  const [look, sign] = looks[name] ?? ["", "·"];
  return { look, text: `${sign} ${word(name)}` };
}
