// Names that the theme does not give, for screen readers.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  document.querySelector("[data-md-component=search]")?.setAttribute("aria-label", "Search");
  for (const part of document.querySelectorAll(".md-nav .md-nav[aria-labelledby]")) {
    const label = document.getElementById(part.getAttribute("aria-labelledby"));
    const name = label?.textContent.trim() || label?.parentElement.textContent.trim();
    part.removeAttribute("aria-labelledby");
    part.setAttribute("aria-label", `Pages: ${name}`);
  }
  // The theme adds the buttons that copy later.
  const named = () =>
    document.querySelectorAll(".md-code__nav").forEach((part, number) => {
      if (!part.hasAttribute("aria-label")) part.setAttribute("aria-label", `Block ${number + 1}`);
    });
  named();
  new MutationObserver(named).observe(document.body, { childList: true, subtree: true });
});
