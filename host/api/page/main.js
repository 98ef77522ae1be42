// The frame of the page: which part is shown, how the miner is, and what is wrong.

import { askToken, send } from "./commands.js";
import { DevicePage } from "./device.js";
import { say } from "./dom.js";
import { duration, word } from "./format.js";
import { listen } from "./live.js";
import { Overview } from "./overview.js";

const [content, mode, pause, program, faultLine] =
  ["content", "mode", "pause", "program", "fault"].map((id) => document.getElementById(id));

let shown;
let state;
let log = [];
/** What is wrong: with the connection, and with the last command. */
const faults = { live: null, command: null };

function fault(of, text) {
  faults[of] = text;
  const all = Object.values(faults).filter((text) => text !== null).join(" ");
  say(faultLine, all);
  faultLine.hidden = all === "";
}

function show() {
  const device = location.hash.match(/^#\/device\/(.+)$/);
  shown?.end();
  shown = device ? new DevicePage(decodeURIComponent(device[1]), (text) => fault("command", text)) : new Overview();
  content.replaceChildren(...shown.elements);
  document.title = shown.title;
  fault("command", null);
  if (state) shown.update(state);
  shown.log(log);
}

function frame({ mode: now, uptime_seconds, program: { name, version, backend } }) {
  say(mode, word(now));
  pause.hidden = false;
  say(pause, now === "paused" ? "Resume" : "Pause");
  say(program, `${name} ${version}, ${backend}, running for ${duration(uptime_seconds)}`);
}

pause.addEventListener("click", async () => fault("command", await send({ command: state.mode === "paused" ? "resume" : "pause" })));
document.getElementById("token").addEventListener("click", askToken);
document.querySelector(".skip").addEventListener("click", (event) => {
  // Not by its address, which says what is shown.
  event.preventDefault();
  content.focus();
});
window.addEventListener("hashchange", () => {
  show();
  content.focus();
});

show();
listen({
  state(heard) {
    state = heard;
    frame(state);
    shown.update(state);
  },
  log(lines) {
    log = lines;
    shown.log(log);
  },
  fault: (text) => fault("live", text),
});
