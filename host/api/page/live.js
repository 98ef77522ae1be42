// What the miner sends: its state once a second, and the lines of its log.

/** How long to wait before asking a miner again that cut us off for good, in milliseconds. */
const PAUSE = 2000;

/** Calls `heard.state`, `heard.log` with all lines that are known, and `heard.fault` with a sentence, or null when all is well. */
export function listen(heard) {
  let lines = [];
  let last = 0;
  const open = () => {
    const events = new EventSource("/api/v0/events");
    events.addEventListener("state", (event) => {
      heard.fault(null);
      heard.state(JSON.parse(event.data));
    });
    events.addEventListener("log", (event) => {
      const sent = JSON.parse(event.data);
      // After a restart of the miner the numbers begin anew.
      if (sent[0].number <= last) lines = [];
      last = sent.at(-1).number;
      lines = [...lines, ...sent].slice(-200);
      heard.log(lines);
    });
    events.addEventListener("error", () => {
      heard.fault("The miner does not answer. This page asks again until it does.");
      if (events.readyState === EventSource.CLOSED) setTimeout(open, PAUSE);
    });
  };
  open();
}

/** The history of so many seconds, of one device or of all; an Error that says what is wrong. */
export async function history(seconds, device) {
  const query = new URLSearchParams({ seconds });
  if (device !== undefined) query.set("device", device);
  const response = await fetch(`/api/v0/history?${query}`);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}
