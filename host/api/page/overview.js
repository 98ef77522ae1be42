// The miner as a whole: rates, time, devices, sources, decisions, log.

import { Facts, Table, element, lines } from "./dom.js";
import { clock, condition, count, difficulty, duration, interval, moment, number, percent, rate, temperature } from "./format.js";
import { Losses } from "./losses.js";
import { Plot } from "./plot.js";

const FACTS = [
  ["Rate, 1 min", ({ total }) => [rate(total.rates.device.over_1m), "by the devices' account"]],
  ["Rate, 15 min", ({ total }) => [interval(total.rates.verified.over_15m), "H/s by verified results"]],
  ["At sources, 15 min", ({ total }) => [interval(total.rates.pool.over_15m), "H/s by accepted shares"]],
  ["Accepted", ({ total }) => count(total.shares.accepted)],
  ["Rejected", ({ total }) => count(Object.values(total.shares.rejected).reduce((sum, part) => sum + part, 0))],
  ["Stale", ({ total }) => count(total.shares.stale)],
  ["Good work", ({ total }) => percent(total.losses.good)],
  ["Hardware errors", ({ total }) => count(total.nonces.hardware_errors)],
  ["Job", ({ job }) => (job ? [`height ${job.height}`, `${job.source}, ${duration(job.age_seconds)} ago`] : "none")],
  ["Share difficulty", ({ job }) => (job ? `${difficulty(job.share_difficulty)}` : "none")],
  ["Running for", ({ uptime_seconds }) => duration(uptime_seconds)],
  ["Blocks, all runs", ({ lifetime }) => count(lifetime.blocks)],
];

const DEVICES = [
  { name: "Device", of: ({ name }) => element("a", { href: `#/device/${encodeURIComponent(name)}` }, name) },
  { name: "Condition", of: (device) => condition(device.condition).text, look: (device) => condition(device.condition).look },
  { name: "Why", of: ({ reason }) => reason, kind: "long" },
  { name: "H/s, 1 min", of: ({ rates }) => number(rates.device.over_1m), kind: "number" },
  { name: "By results, 15 min", of: ({ rates }) => interval(rates.verified.over_15m), kind: "number" },
  { name: "Expected", of: ({ expected_rate }) => number(expected_rate), kind: "number" },
  { name: "Valid", of: ({ nonces }) => count(nonces.valid), kind: "number" },
  { name: "Wrong", of: ({ nonces }) => count(nonces.hardware_errors), kind: "number" },
  { name: "Warm", of: ({ temperature_c }) => temperature(temperature_c), kind: "number" },
];

const SOURCES = [
  { name: "Source", of: ({ name }) => name },
  { name: "Condition", of: (source) => condition(source.condition).text, look: (source) => condition(source.condition).look },
  { name: "Why", of: ({ reason }) => reason, kind: "long" },
  { name: "Jobs", of: ({ jobs }) => count(jobs), kind: "number" },
  { name: "Accepted", of: ({ shares }) => count(shares.accepted), kind: "number" },
  { name: "Rejected", of: ({ shares }) => reasons(shares.rejected), kind: "number" },
  { name: "Stale", of: ({ shares }) => count(shares.stale), kind: "number" },
  { name: "Unanswered", of: ({ shares }) => count(shares.unanswered), kind: "number" },
  { name: "Answers in", of: ({ answer_seconds }) => duration(answer_seconds), kind: "number" },
];

function reasons(rejected) {
  const parts = Object.entries(rejected).map(([reason, times]) => `${times} ${reason}`);
  return parts.length ? parts.join(", ") : "0";
}

/** The page at `#/`. */
export class Overview {
  constructor() {
    this.title = "tensority";
    this.facts = new Facts(FACTS);
    this.plot = new Plot();
    this.losses = new Losses();
    this.devices = new Table("Devices", DEVICES, "No device is there yet.");
    this.sources = new Table("Sources", SOURCES, "No source is configured.");
    this.decisions = element("ol", { class: "lines" });
    this.lines = element("ol", { class: "lines" });
    this.elements = [
      element("section", { class: "wide", "aria-label": "Now" }, this.facts.element),
      this.plot.element,
      element("section", { class: "wide" }, this.devices.element),
      element("section", { class: "wide" }, this.sources.element),
      this.losses.element,
      element("section", { "aria-labelledby": "decisions" }, element("h2", { id: "decisions" }, "Decided by itself"), this.decisions),
      element("section", { class: "wide", "aria-labelledby": "log" }, element("h2", { id: "log" }, "Log"), this.lines),
    ];
  }

  update(state) {
    this.facts.update(state);
    this.losses.update(state.total.losses);
    this.devices.update(state.devices, ({ name }) => name);
    this.sources.update(state.sources, ({ name }) => name);
    showDecisions(this, state.decisions);
  }

  log(all) {
    this.lines.replaceChildren(...lines(all, clock));
  }

  end() {
    this.plot.end();
  }
}

/** Shows decisions in `page.decisions` where they are others than before. */
export function showDecisions(page, decisions) {
  const text = JSON.stringify(decisions);
  if (text === page.decided) return;
  page.decided = text;
  const all = decisions.map(({ at_unix, about, action, reason }) => ({ at_unix, text: `${about}: ${action}: ${reason}` }));
  const nothing = element("li", { class: "faint" }, "Nothing: it had no reason to.");
  page.decisions.replaceChildren(...(all.length ? lines(all, moment) : [nothing]));
}
