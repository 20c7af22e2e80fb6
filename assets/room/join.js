// Puts the name into the lines, and copies a line.
"use strict";

const PLACEHOLDER = "Your name";
const NAME = document.getElementById("name");
const SAID = document.getElementById("said");

function quoted(name, shell) {
  const text = name.replace(/\s+/g, " ").trim();
  if (shell === "powershell") return `'${text.replace(/['\u2018\u2019\u201a\u201b]/g, "$&$&").replaceAll('"', "")}'`;
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}

function update() {
  const name = NAME.value.trim() || PLACEHOLDER;
  for (const code of document.querySelectorAll("code[data-line]")) {
    const shell = code.dataset.quote;
    const start = code.dataset.line.slice(0, code.dataset.line.lastIndexOf("--name ") + 7);
    code.textContent = start + quoted(name, shell);
  }
}

async function copy(code) {
  try {
    await navigator.clipboard.writeText(code.textContent);
    SAID.textContent = "Copied. Paste it into a terminal, and press Enter.";
  } catch {
    // Without https, a browser may refuse: then the line is selected.
    const range = document.createRange();
    range.selectNodeContents(code);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    SAID.textContent = "The line is selected: copy it with Ctrl+C, or ⌘C on a Mac.";
  }
}

for (const code of document.querySelectorAll("code[data-line]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.addEventListener("click", () => copy(code));
  code.after(button);
}
NAME.addEventListener("input", update);
update();
