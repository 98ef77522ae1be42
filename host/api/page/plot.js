// Rates over time: a line by the devices' account, and a band that holds the true rate in 95 of 100 cases, by results.

import { drawn, element } from "./dom.js";
import { day, hour, interval, moment, number, percent, rate, temperature } from "./format.js";
import { history } from "./live.js";

const DAY = 86400;
const TIMES = [["an hour", 3600], ["6 hours", 6 * 3600], ["a day", DAY], ["a week", 7 * DAY], ["a month", 30 * DAY], ["a year", 365 * DAY]];
/** How often the history is asked for, in milliseconds. */
const PAUSE = 30_000;
const [WIDTH, HEIGHT, LEFT, TOP, BOTTOM] = [800, 220, 46, 8, 22];

/** A section that shows the history of all devices, or of one. */
export class Plot {
  constructor(device) {
    this.device = device;
    const options = TIMES.map(([name, seconds]) => element("option", { value: seconds, selected: seconds === 6 * 3600 }, name));
    this.time = element("select", { "aria-label": "Time", onchange: () => this.load() }, ...options);
    this.figure = element("div", { class: "figure" });
    const head = element("div", { class: "head" }, element("h2", { id: "rates" }, "Hash rate"), this.time);
    this.element = element("section", { class: "wide", "aria-labelledby": "rates" }, head, this.figure);
    this.load();
    this.timer = setInterval(() => this.load(), PAUSE);
  }

  /** No more is asked for. */
  end() {
    clearInterval(this.timer);
    this.ended = true;
  }

  async load() {
    const seconds = Number(this.time.value);
    try {
      const report = await history(seconds, this.device);
      if (this.ended || seconds !== Number(this.time.value)) return;
      const isOpen = this.figure.querySelector("details")?.open ?? false;
      this.figure.replaceChildren(...show(report, isOpen));
    } catch (error) {
      if (!this.ended) this.figure.replaceChildren(element("p", { class: "empty" }, error.message));
    }
  }
}

function show(report, isOpen) {
  const spans = report.spans.filter((span) => span.seconds > 0);
  if (spans.length === 0) return [element("p", { class: "empty" }, "Nothing is known of this time yet: the first minute has to be over.")];
  const rows = spans.map((span) => element("tr", {},
    element("th", { scope: "row" }, moment(span.start_unix)),
    ...[rate(span.rate), interval(span.verified), percent(span.healthy_seconds / span.seconds), String(span.shares_accepted), temperature(span.temperature_c)]
      .map((text) => element("td", { class: "number" }, text))));
  const heads = ["from", "rate", "by results", "healthy", "accepted", "warmest"].map((name) => element("th", { scope: "col" }, name));
  const table = element("table", {}, element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...rows.reverse()));
  return [
    drawing(report, spans),
    element("details", { open: isOpen }, element("summary", {}, "As a table"), element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Hash rate as a table" }, table)),
  ];
}

function drawing({ since_unix, until_unix, span_seconds }, spans) {
  const high = Math.max(...spans.map((span) => Math.max(span.rate ?? 0, Math.min(span.verified?.high ?? 0, 2 * (span.rate ?? 0)))));
  const top = round(high || 1);
  const x = (unix) => LEFT + ((unix - since_unix) / (until_unix - since_unix)) * (WIDTH - LEFT);
  const y = (value) => TOP + (1 - Math.min(value / top, 1)) * (HEIGHT - TOP - BOTTOM);
  const middle = (span) => Math.min(span.start_unix + span_seconds / 2, until_unix);
  const svg = drawn("svg", { class: "plot", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": summary(spans) });
  for (const part of [0, 0.25, 0.5, 0.75, 1]) {
    const at = y(top * part);
    svg.append(drawn("path", { class: "axis", d: `M${LEFT} ${at}H${WIDTH}` }));
    svg.append(drawn("text", { x: LEFT - 6, y: at + 4, "text-anchor": "end" }, number(top * part)));
  }
  const time = until_unix - since_unix > 2 * DAY ? day : hour;
  for (let part = 0; part <= 4; part += 1) {
    const unix = since_unix + ((until_unix - since_unix) * part) / 4;
    const anchor = ["start", "middle", "middle", "middle", "end"][part];
    svg.append(drawn("text", { x: x(unix), y: HEIGHT - 6, "text-anchor": anchor }, time(unix)));
  }
  for (const run of runs(spans, span_seconds)) {
    const known = run.filter((span) => span.verified);
    const corner = (bound) => (span) => `${x(middle(span)).toFixed(1)} ${y(span.verified[bound]).toFixed(1)}`;
    if (known.length > 1) {
      const band = [...known.map(corner("high")), ...known.map(corner("low")).reverse()];
      svg.append(drawn("path", { class: "band", d: `M${band.join("L")}Z` }));
    }
    const points = run.filter((span) => span.rate !== null).map((span) => `${x(middle(span)).toFixed(1)} ${y(span.rate).toFixed(1)}`);
    if (points.length > 1) svg.append(drawn("path", { class: "line", d: `M${points.join("L")}` }));
    else if (points.length === 1) {
      const [cx, cy] = points[0].split(" ");
      svg.append(drawn("circle", { class: "dot", cx, cy, r: 3 }));
    }
  }
  return svg;
}

/** Spans that follow each other: while no miner ran there is no line. */
function runs(spans, seconds) {
  const all = [];
  for (const span of spans) {
    const last = all.at(-1)?.at(-1);
    if (last && span.start_unix - last.start_unix <= seconds) all.at(-1).push(span);
    else all.push([span]);
  }
  return all;
}

/** The next number with one digit that counts, or that and a half. */
function round(value) {
  const unit = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((step) => step * unit).find((step) => step >= value) ?? value;
}

function summary(spans) {
  const rates = spans.map((span) => span.rate ?? 0);
  return `Hash rate from ${moment(spans[0].start_unix)} to ${moment(spans.at(-1).start_unix)}: ` +
    `${rate(Math.min(...rates))} to ${rate(Math.max(...rates))}, at last ${rate(rates.at(-1))}`;
}
