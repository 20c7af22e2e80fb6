// Shows the laptops of the room as they report. Every text is set as text, never as HTML.
"use strict";

const ORDER = ["failed", "doubtful", "stopped", "working", "proved"];
const MARKS = { proved: "✓", working: "…", failed: "✗", doubtful: "?", stopped: "–" };
const WORDS = {
  proved: "proved", working: "working", failed: "failed", doubtful: "without a valid signature", stopped: "stopped",
};
const $ = (id) => document.getElementById(id);
const lines = new Map();
const shown = new Map();
const view = { kind: "", find: "", by: "standing", down: false };
const news = new Map();
let first = true;

function element(name, text = "", className = "") {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function clock(time) {
  return new Date(time).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

// Shows a sentence with commands in backticks.
function sentence(parent, text) {
  text.split("`").forEach((part, index) => {
    if (part) parent.append(index % 2 ? element("code", part) : part);
  });
}

function draw(row, line) {
  row.className = line.standing;
  row.replaceChildren();
  const status = element("td", "", "status");
  const badge = element("span", "", "badge");
  const mark = element("span", MARKS[line.standing], "mark");
  mark.setAttribute("aria-hidden", "true");
  badge.append(mark, ` ${line.status}`);
  status.append(badge);
  if (line.standing === "working" && line.steps) {
    const progress = element("progress");
    progress.max = line.steps;
    progress.value = line.step - 0.5;
    progress.setAttribute("aria-hidden", "true");
    status.append(progress);
  }
  const name = element("th", line.name, "name");
  name.scope = "row";
  const what = element("td", "", "what");
  what.append(element("span", line.detail));
  if (line.remedies.length) {
    const list = element("ul");
    for (const remedy of line.remedies) sentence(list.appendChild(element("li")), remedy);
    what.append(list);
  }
  if (line.signed) what.append(element("span", line.signed, "signed"));
  const time = element("td");
  const stamp = element("time", clock(line.time));
  stamp.dateTime = line.time;
  time.append(stamp);
  const last = element("td", "", "remove");
  const button = element("button", "×");
  button.type = "button";
  button.title = "Remove this row";
  button.setAttribute("aria-label", `Remove ${line.name}`);
  button.addEventListener("click", () => remove(line));
  last.append(button);
  row.append(status, name, what, element("td", line.system, "system"), element("td", line.python), time, last);
}

function compare(one, other) {
  const value = (line) => (view.by === "standing" ? ORDER.indexOf(line.standing) : line[view.by]);
  const [a, b] = [value(one), value(other)];
  const words = { numeric: true, sensitivity: "base" };
  let result = typeof a === "number" ? a - b : a.localeCompare(b, undefined, words);
  if (view.by === "time") result = -result;
  if (view.down) result = -result;
  return result || one.name.localeCompare(other.name, undefined, words) || (one.id < other.id ? -1 : 1);
}

function matches(line) {
  if (view.kind && line.standing !== view.kind) return false;
  const text = [line.name, line.status, line.detail, line.system, line.python, line.cause, line.release].join(" ");
  return text.toLowerCase().includes(view.find.toLowerCase());
}

function arrange() {
  const chosen = [...lines.values()].filter(matches).sort(compare);
  const body = $("rows");
  const wanted = new Set(chosen.map((line) => line.id));
  for (const row of [...body.children]) if (!wanted.has(row.dataset.id)) row.remove();
  chosen.forEach((line, index) => {
    let row = shown.get(line.id);
    if (!row) {
      row = element("tr");
      row.dataset.id = line.id;
      shown.set(line.id, row);
    }
    if (row.line !== line) {
      const focused = row.contains(document.activeElement);
      draw(row, line);
      row.line = line;
      if (focused) row.querySelector("button").focus();
    }
    if (body.children[index] !== row) {
      const focused = row.contains(document.activeElement);
      body.insertBefore(row, body.children[index] || null);
      if (focused) row.querySelector("button").focus();
    }
  });
  $("empty").hidden = chosen.length > 0;
  $("empty").textContent = lines.size ? "No laptop is like that." : "No laptop has joined yet.";
  $("shown").textContent = chosen.length < lines.size ? `${chosen.length} of ${lines.size} laptops are shown.` : "";
  for (const head of document.querySelectorAll("th[data-by]")) {
    const direction = (view.by === "time") === view.down ? "ascending" : "descending";
    if (head.dataset.by === view.by) head.setAttribute("aria-sort", direction);
    else head.removeAttribute("aria-sort");
  }
  $("sort").value = view.by;
}

function count() {
  const counts = { "": lines.size };
  for (const line of lines.values()) counts[line.standing] = (counts[line.standing] || 0) + 1;
  for (const button of $("counts").children) {
    const number = counts[button.dataset.kind] || 0;
    button.firstElementChild.textContent = number;
    button.classList.toggle("none", number === 0);
  }
  const parts = [...ORDER].reverse().filter((kind) => counts[kind]);
  $("bar").replaceChildren(...parts.map((kind) => {
    const part = element("span", "", kind);
    part.style.flexGrow = counts[kind];
    return part;
  }));
}

// Says what changed, not more often than somebody can listen.
function announce() {
  if (!news.size) return;
  const few = [...news.values()].slice(0, 3).map((line) => `${line.name}: ${line.status}.`);
  if (news.size > 3) few.push(`${news.size - 3} more have changed.`);
  news.clear();
  $("said").textContent = few.join(" ");
}

function receive(event) {
  const data = JSON.parse(event.data);
  for (const line of data.lines) {
    const old = lines.get(line.id);
    if (!first && (!old || old.standing !== line.standing)) news.set(line.id, line);
    lines.set(line.id, line);
  }
  const all = new Set(data.laptops);
  for (const id of [...lines.keys()]) {
    if (all.has(id)) continue;
    lines.delete(id);
    shown.get(id)?.remove();
    shown.delete(id);
  }
  $("notes").replaceChildren(...data.notes.map((note) => element("li", note)));
  if (first) $("join").open = lines.size === 0;
  first = false;
  count();
  arrange();
}

async function send(action, values) {
  return fetch(action, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(values),
  });
}

async function remove(line) {
  if (!confirm(`Remove ${line.name} from this page? It comes back with its next message.`)) return;
  try {
    await send("remove", { id: line.id });
  } catch {
    $("said").textContent = "The room does not answer.";
  }
  $("laptops").focus();
}

async function enterCode(event) {
  event.preventDefault();
  $("code-error").textContent = "";
  try {
    const answer = await send("code", { code: $("code").value, name: $("code-name").value });
    if (!answer.ok) {
      $("code-error").textContent = await answer.text();
      $("code").setAttribute("aria-invalid", "true");
      $("code").focus();
      return;
    }
    const line = await answer.json();
    $("said").textContent = `${line.name}: ${line.status}.`;
    $("code-form").reset();
    $("code-dialog").close();
  } catch {
    $("code-error").textContent = "The room does not answer. Is it still open in the terminal?";
  }
}

for (const button of $("counts").children) {
  button.addEventListener("click", () => {
    view.kind = view.kind === button.dataset.kind ? "" : button.dataset.kind;
    for (const other of $("counts").children) {
      other.setAttribute("aria-pressed", String(other.dataset.kind === view.kind));
    }
    arrange();
  });
}
for (const head of document.querySelectorAll("th[data-by]")) {
  head.firstElementChild.addEventListener("click", () => {
    view.down = view.by === head.dataset.by && !view.down;
    view.by = head.dataset.by;
    arrange();
  });
}
$("find").addEventListener("input", () => { view.find = $("find").value; arrange(); });
$("sort").addEventListener("change", () => { view.by = $("sort").value; view.down = false; arrange(); });
$("enter").addEventListener("click", () => { $("code-error").textContent = ""; $("code-dialog").showModal(); $("code").focus(); });
$("code-cancel").addEventListener("click", () => $("code-dialog").close());
$("code").addEventListener("input", () => $("code").removeAttribute("aria-invalid"));
$("code-form").addEventListener("submit", enterCode);
setInterval(announce, 3000);

const source = new EventSource("events");
source.addEventListener("message", receive);
source.addEventListener("open", () => {
  $("connection").textContent = "Live";
  $("connection").className = "connection live";
});
source.addEventListener("error", () => {
  $("connection").textContent = "Not connected: is the room still open in the terminal? Trying again …";
  $("connection").className = "connection lost";
});
