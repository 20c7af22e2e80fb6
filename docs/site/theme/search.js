// People paste whole lines of errors into the search. Characters such as ":" in "error: command" are
// operators there, and a wrong one finds nothing. So the search gets the words without them.
"use strict";

(() => {
  const QUERY = 2; // the kind of message with which the page asks the search
  const send = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (message, ...more) {
    if (message && message.type === QUERY && typeof message.data === "string") {
      const words = message.data
        .replace(/[-:^~*+,;!=[\]()"'`/\\<>|{}]+|\.(?!\d|h\b)/g, " ")
        .split(/\s+/)
        .filter(Boolean);
      message = { ...message, data: [...new Set(words)].slice(0, 40).join(" ") };
    }
    return send.call(this, message, ...more);
  };
})();
