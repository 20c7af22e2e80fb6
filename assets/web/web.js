// Gives the keyboard to the terminal, as soon as it is there.
"use strict";

function focus() {
  const field = document.querySelector(".xterm-helper-textarea");
  if (field) field.focus();
  else setTimeout(focus, 100);
}

addEventListener("load", focus);
