// Elements of the document. Texts are set as texts, never as markup: names and reasons come from devices and sources.

/** An element with attributes and children; a child that is a string is a text. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** The same for a drawing. */
export function drawn(tag, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Sets a text where it is another one, so that a screen reader is not told of what stayed. */
export function say(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/** Facts with names, each a function of what is shown: [name, value => text or [text, small text]]. */
export class Facts {
  constructor(facts) {
    this.facts = facts;
    this.values = facts.map(() => element("dd"));
    const rows = facts.map(([name], number) => element("div", {}, element("dt", {}, name), this.values[number]));
    this.element = element("dl", { class: "facts" }, ...rows);
  }

  update(shown) {
    this.facts.forEach(([, value], number) => {
      const [text, small = ""] = [value(shown)].flat();
      const place = this.values[number];
      if (place.dataset.text === text && place.dataset.small === small) return;
      place.dataset.text = text;
      place.dataset.small = small;
      place.replaceChildren(text, ...(small ? [element("small", {}, small)] : []));
    });
  }
}

/**
 * A table of things, each with a key. A column is {name, of: thing => text or element, kind: "number" | "long",
 * look: thing => class}; the first one heads the row. Rows stay as they are where nothing changed, so that the focus
 * stays, too.
 */
export class Table {
  constructor(caption, columns, empty) {
    this.columns = columns;
    this.rows = new Map();
    const heads = columns.map(({ name, kind }) => element("th", { scope: "col", class: kind ?? "" }, name));
    this.body = element("tbody");
    this.empty = element("p", { class: "empty" }, empty);
    const table = element("table", {}, element("caption", {}, caption), element("thead", {}, element("tr", {}, ...heads)), this.body);
    const scroll = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption }, table);
    this.element = element("div", {}, scroll, this.empty);
  }

  update(things, key) {
    const rows = things.map((thing) => {
      const row = this.rows.get(key(thing)) ?? this.#row(thing);
      this.columns.forEach((column, number) => fill(row.children[number], column, thing));
      return [key(thing), row];
    });
    const stayed = rows.length === this.body.children.length && rows.every(([, row], number) => row === this.body.children[number]);
    if (!stayed) this.body.replaceChildren(...rows.map(([, row]) => row));
    this.rows = new Map(rows);
    this.empty.hidden = things.length > 0;
  }

  #row() {
    const cells = this.columns.map(({ name, kind }, number) =>
      number === 0
        ? element("th", { scope: "row" })
        : element("td", { class: kind ?? "", "data-label": name }),
    );
    return element("tr", {}, ...cells);
  }
}

function fill(cell, { of, look, kind = "" }, thing) {
  const content = of(thing);
  if (typeof content === "string") say(cell, content);
  else if (!cell.firstElementChild?.isEqualNode(content)) cell.replaceChildren(content);
  if (look) cell.className = `${kind} ${look(thing)}`.trim();
}

/** A list of lines with times, the latest first: {at_unix, text}. */
export function lines(all, time) {
  const items = all.map(({ at_unix, text }) =>
    element("li", {}, element("time", { datetime: new Date(at_unix * 1000).toISOString() }, time(at_unix)), text),
  );
  return items.reverse();
}
