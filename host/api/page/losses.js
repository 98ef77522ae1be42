// Where the time went, as a bar and a list.

import { drawn, element } from "./dom.js";
import { percent, word } from "./format.js";

/** A section that shows losses. */
export class Losses {
  constructor() {
    this.bar = drawn("svg", { class: "parts", viewBox: "0 0 1000 10", preserveAspectRatio: "none", width: "100%", "aria-hidden": "true" });
    this.list = element("ul", { class: "shares" });
    this.element = element("section", { "aria-labelledby": "losses" }, element("h2", { id: "losses" }, "Where the time went"), this.bar, this.list);
  }

  update(losses) {
    // A device that is faster than it promises has a part below 0.
    const parts = Object.entries(losses).filter(([, part]) => Math.abs(part) >= 0.0005);
    const text = JSON.stringify(parts.map(([name, part]) => [name, part.toFixed(3)]));
    if (text === this.shown) return;
    this.shown = text;
    let from = 0;
    const rects = parts.filter(([, part]) => part > 0).map(([name, part]) => {
      const rect = drawn("rect", { class: `part-${name}`, x: from * 1000, y: 0, width: part * 1000, height: 10 });
      from += part;
      return rect;
    });
    this.bar.replaceChildren(...rects);
    const items = parts.map(([name, part]) => {
      const key = drawn("svg", { class: "key", viewBox: "0 0 1 1", "aria-hidden": "true" }, drawn("rect", { class: `part-${name}`, width: 1, height: 1 }));
      return element("li", {}, key, `${word(name)} ${percent(part)}`);
    });
    this.list.replaceChildren(...(items.length ? items : [element("li", { class: "faint" }, "Nothing was measured yet.")]));
  }
}
