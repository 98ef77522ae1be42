// Commands to the miner, with the token that the user gave.

const KEPT = "token";

const dialog = document.getElementById("ask");
const field = document.getElementById("ask-token");

/** Asks the user for the token; nothing if there is none in the end. */
export function askToken() {
  field.value = "";
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      if (dialog.returnValue === "keep" && field.value) sessionStorage.setItem(KEPT, field.value);
      field.value = "";
      resolve(sessionStorage.getItem(KEPT));
    }, { once: true });
  });
}

/** Has the miner carry a command out; null, or why it does not. */
export async function send(command) {
  const token = sessionStorage.getItem(KEPT) ?? (await askToken());
  if (!token) return "Nothing was sent: the miner wants its token.";
  let response;
  try {
    response = await fetch("/api/v0/commands", {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: JSON.stringify(command),
    });
  } catch {
    return "Nothing was sent: the miner does not answer.";
  }
  if (response.ok) return null;
  if (response.status === 401) sessionStorage.removeItem(KEPT);
  const { error } = await response.json();
  return `The miner refused: ${error}`;
}
