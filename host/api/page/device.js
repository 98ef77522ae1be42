// One device: how it is and why, what it did, its history, and what can be done about it.

import { send } from "./commands.js";
import { Facts, element, say } from "./dom.js";
import { condition, count, duration, interval, percent, rate, temperature, word } from "./format.js";
import { Losses } from "./losses.js";
import { showDecisions } from "./overview.js";
import { Plot } from "./plot.js";

const FACTS = [
  ["Rate, 1 min", ({ rates }) => [rate(rates.device.over_1m), "by its own account"]],
  ["Rate, 15 min", ({ rates }) => [interval(rates.verified.over_15m), "H/s by verified results"]],
  ["Expected", ({ expected_rate }) => rate(expected_rate)],
  ["Valid results", ({ nonces }) => count(nonces.valid)],
  ["Hardware errors", ({ nonces }) => count(nonces.hardware_errors)],
  ["Duplicates, stale", ({ nonces }) => `${count(nonces.duplicates)}, ${count(nonces.stale)}`],
  ["Shares accepted", ({ shares_accepted }) => count(shares_accepted)],
  ["Shares rejected", ({ shares_rejected }) => count(shares_rejected)],
  ["Known answers right", ({ canaries_right, canaries_wrong }) => `${canaries_right} of ${canaries_right + canaries_wrong}`],
  ["Last valid result", ({ last_valid_seconds }) => (last_valid_seconds === null ? "none" : `${duration(last_valid_seconds)} ago`)],
  ["Temperature", ({ temperature_c }) => temperature(temperature_c)],
  ["New seed takes", ({ seed_switch_seconds }) => duration(seed_switch_seconds)],
  ["Lost or restarted", ({ restarts }) => `${count(restarts)} times`],
  ["Kind", ({ kind, lanes }) => `${word(kind)}, ${lanes} ${kind === "processor" ? "threads" : "lanes"}`],
  ["Port", ({ port }) => port ?? "none"],
  ["Identity", ({ id }) => id],
  ["Good work", ({ losses }) => percent(losses.good)],
  ["Last error", ({ last_error }) => last_error ?? "none"],
];

/** The page at `#/device/NAME`. */
export class DevicePage {
  constructor(name, fault) {
    this.name = name;
    this.title = `${name} - tensority`;
    this.condition = element("strong");
    this.reason = element("p", { role: "status" });
    this.facts = new Facts(FACTS);
    this.plot = new Plot(name);
    this.losses = new Losses();
    this.decisions = element("ol", { class: "lines" });
    const button = (text, command) =>
      element("button", { type: "button", onclick: async () => fault(await send({ command, device: name })) }, text);
    this.toggle = [button("Enable", "enable"), button("Disable", "disable")];
    const buttons = element("p", { class: "buttons" }, ...this.toggle, button("Reset", "reset"));
    const head = element("div", { class: "head" }, element("h2", {}, name), this.condition);
    this.elements = [
      element("section", { class: "wide" }, head, this.reason, buttons),
      element("section", { class: "wide", "aria-label": "Now" }, this.facts.element),
      this.plot.element,
      this.losses.element,
      element("section", { "aria-labelledby": "decisions" }, element("h2", { id: "decisions" }, "Decided about it"), this.decisions),
    ];
  }

  update({ devices, decisions }) {
    const device = devices.find(({ name }) => name === this.name);
    if (!device) {
      say(this.reason, "The miner has no device of this name in this run.");
      return;
    }
    const { look, text } = condition(device.condition);
    this.condition.className = look;
    say(this.condition, text);
    say(this.reason, `${device.reason}, for ${duration(device.condition_seconds)}`);
    const isOff = ["disabled", "dead"].includes(device.condition);
    this.toggle[0].hidden = !isOff;
    this.toggle[1].hidden = device.condition === "disabled";
    this.facts.update(device);
    this.losses.update(device.losses);
    showDecisions(this, decisions.filter(({ about }) => about === this.name));
  }

  log() {}

  end() {
    this.plot.end();
  }
}
