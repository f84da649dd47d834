// The conversation lives here, in the browser: the server keeps none of it. Gradio's events call window.park.
"use strict";

(() => {
  const MAX_TURNS = 20;
  const KEPT = "park.conversation";
  const LISTEN_MS = 3000; // how often a running question makes sure that the service is still there
  const NEAR_PX = 40; // so near to its end the page counts as scrolled to it
  const at = (id) => document.getElementById(id);
  const words = () => at("park-words").dataset;
  const live = () => [...document.querySelectorAll("#park-live .turn")].find((turn) => turn.dataset.turn !== ended);
  const box = () => document.querySelector("#park-question textarea");
  const wide = matchMedia("(min-width: 900px)");

  let pending = null; // a question from a chip or "answer again", which takes the place of the text box's
  let asked = "";
  let running = false;
  let listening = 0; // the timer that does so
  let ended = ""; // the key of the turn in #park-live that is already copied out of it
  let unfolded = false; // whether its evidence is open below it: Gradio draws the turn anew with each word, folded
  let following = true; // whether new words are scrolled to: not while the visitor is reading elsewhere
  let blank = null; // the evidence panel before the first question

  const turns = () => [...document.querySelectorAll("#park-log > .turn")];
  const history = () =>
    turns().filter((turn) => turn.dataset.answer).slice(-MAX_TURNS)
      .map((turn) => [turn.dataset.question, turn.dataset.answer]);

  function element(name, className, text) {
    const made = document.createElement(name);
    made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  // Shown from the key press until the server's first word; text only, never markup.
  function waiting(question) {
    const turn = element("article", "turn waiting");
    turn.setAttribute("aria-busy", "true");
    const bubble = element("div", "question");
    bubble.append(element("p", "", question));
    const answer = element("div", "answer");
    answer.append(element("p", "thinking", words().thinking));
    turn.append(bubble, answer);
    return turn;
  }

  function againButton() {
    const again = element("button", "tool", words().again);
    again.type = "button";
    again.dataset.act = "again";
    return again;
  }

  // An answer that ended early says so where its tools would be, above its evidence.
  function closeWith(answer, note) {
    const tools = element("div", "tools");
    tools.append(againButton());
    answer.insertBefore(tools, answer.querySelector(".folded"));
    tools.before(element("p", "note", note));
  }

  // Gradio owns what is inside #park-live and fills it anew for each question: a turn that has ended is copied out of
  // it, with a note when it ended before its answer did.
  function archive(note) {
    const waited = document.querySelector("#park-log > .waiting");
    const turn = waited ?? live()?.cloneNode(true);
    if (!turn) return;
    if (turn.getAttribute("aria-busy") === "true") {
      turn.querySelector(".thinking")?.remove();
      closeWith(turn.querySelector(".answer"), note);
      turn.dataset.question = asked;
    }
    ended = turn.dataset.turn ?? ended;
    turn.classList.remove("waiting");
    turn.removeAttribute("aria-busy");
    at("park-log").append(turn);
    document.body.classList.add("park-swap");
  }

  function setRunning(now) {
    running = now;
    clearInterval(listening);
    if (now) listening = setInterval(listen, LISTEN_MS);
    document.body.classList.toggle("park-running", now);
    document.body.classList.toggle("park-started", now || turns().length > 0);
  }

  // Gradio waits for ever for a service that is gone.
  async function listen() {
    try {
      await fetch("/healthz", { cache: "no-store" });
    } catch {
      end(words().lost);
    }
  }

  function toEnd() {
    const behaviour = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
    scrollTo({ top: document.documentElement.scrollHeight, behavior: behaviour });
  }

  function follow() {
    if (following) toEnd();
  }

  function scrolled() {
    if (scrollY + innerHeight >= document.documentElement.scrollHeight - NEAR_PX) following = true;
  }

  function readElsewhere(event) {
    if (!event.target.closest?.("#park-panel")) following = false;
  }

  function fold(open) {
    unfolded = open;
    if (open) following = false;
  }

  function keep() {
    try {
      sessionStorage.setItem(KEPT, at("park-log").innerHTML);
    } catch {
      // Storage is full or forbidden: the conversation is simply not there after a reload.
    }
  }

  function begin(typed) {
    const question = (pending ?? typed ?? "").trim();
    const draft = pending === null ? "" : typed;
    pending = null;
    asked = question;
    unfolded = false;
    following = true;
    document.body.classList.add("park-swap");
    at("park-log").append(waiting(question));
    setRunning(true);
    toEnd();
    return draft;
  }

  const payload = () => [asked, history()];

  function arrived() {
    if (!running || !live()) return;
    document.querySelector("#park-log > .waiting")?.remove();
    document.body.classList.remove("park-swap");
    const folded = live().querySelector(".folded");
    if (folded && folded.open !== unfolded) folded.open = unfolded; // set again, it would be seen as a change again
    follow();
  }

  function end(note) {
    if (!running) return;
    archive(note);
    setRunning(false);
    keep();
  }

  function done() {
    end(words().lost);
    follow();
  }

  function stop() {
    end(words().stopped);
    box()?.focus();
  }

  function clear() {
    at("park-log").replaceChildren();
    document.body.classList.add("park-swap");
    setRunning(false);
    if (blank) document.querySelector("#park-panel .evidence")?.replaceWith(blank.cloneNode(true));
    keep();
    box()?.focus();
  }

  function ask(question) {
    if (running) return;
    pending = question;
    document.querySelector("#park-send").click();
  }

  function again(turn) {
    const question = turn.dataset.question;
    if (running || !question) return;
    turn.remove();
    ask(question);
  }

  // A mark shows its card: in the panel where there is room for one, else in the folded list below the answer.
  function show(mark) {
    const turn = mark.closest(".turn");
    const source = turn.querySelector(".folded .evidence");
    let place = source;
    if (wide.matches) {
      place = document.querySelector("#park-panel .evidence");
      place.replaceWith((place = source.cloneNode(true)));
    } else {
      turn.querySelector(".folded").open = true;
      if (turn === live()) fold(true);
    }
    document.querySelectorAll(".mark.on").forEach((other) => other.classList.remove("on"));
    mark.classList.add("on");
    const card = place.querySelector(`.card[data-number="${mark.dataset.number}"]`);
    place.querySelectorAll(".card.on").forEach((other) => other.classList.remove("on"));
    card.classList.add("on");
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest" });
  }

  // The report page is rendered by the server, escaped and without scripts; here it opens over the chat.
  async function open(link) {
    const answer = await fetch(link.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const dialog = element("dialog", "report-dialog");
    dialog.setAttribute("aria-label", words().report);
    const close = element("button", "close", words().close);
    close.type = "button";
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      link.focus();
    });
    dialog.append(close, document.adoptNode(page.querySelector("main")));
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector("#mark")?.scrollIntoView({ block: "center" });
  }

  async function copy(button) {
    const label = button.textContent;
    try {
      await navigator.clipboard.writeText(button.dataset.text);
      button.textContent = words().copied;
    } catch {
      button.textContent = copyBySelection(button.dataset.text) ? words().copied : words().failed;
    }
    setTimeout(() => (button.textContent = label), 1600);
  }

  // Without https a browser withholds its clipboard, and a park's own network often has none.
  function copyBySelection(text) {
    const area = element("textarea", "sr", text);
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    return copied;
  }

  function clicked(event) {
    if (!(event.target instanceof Element)) return;
    const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button);
    const folding = event.target.closest("#park-live summary");
    const [mark, link, chip, tool] = [".mark", ".card .open", ".chip", ".tool"].map((kind) => event.target.closest(kind));
    if (mark && plain) {
      event.preventDefault();
      show(mark);
    } else if (link && plain) {
      event.preventDefault();
      open(link);
    } else if (chip) {
      ask(chip.textContent);
    } else if (tool?.dataset.act === "copy") {
      copy(tool);
    } else if (tool?.dataset.act === "again") {
      again(tool.closest(".turn"));
    } else if (folding) {
      fold(!folding.parentElement.open);
    }
  }

  const nothingToSend = () => running || (pending === null && !box()?.value.trim());

  // The Enter that picks a candidate of an input method is not the Enter that sends. Safari reports it after the
  // composition has ended, as key code 229. Nor does Enter send while an answer is being written, or nothing.
  function pressed(event) {
    if (event.key !== "Enter" || event.target !== box()) return;
    if (event.isComposing || event.keyCode === 229) {
      event.stopImmediatePropagation();
    } else if (!event.shiftKey && nothingToSend()) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }

  function sending(event) {
    if (event.target instanceof Element && event.target.closest("#park-send") && nothingToSend()) {
      event.stopImmediatePropagation();
      box()?.focus();
    }
  }

  function restore() {
    const kept = sessionStorage.getItem(KEPT);
    if (!kept || turns().length) return;
    at("park-log").innerHTML = kept;
    document.querySelectorAll("#park-log > .waiting").forEach((turn) => turn.remove());
    setRunning(false);
  }

  function started() {
    const place = at("park-live");
    if (!place || !at("park-log")) return false;
    new MutationObserver(arrived).observe(place, { childList: true, characterData: true, attributeFilter: ["open"], subtree: true });
    blank = document.querySelector("#park-panel .evidence")?.cloneNode(true);
    restore();
    return true;
  }

  document.addEventListener("click", clicked);
  document.addEventListener("scroll", scrolled, { passive: true });
  for (const kind of ["wheel", "touchmove"]) document.addEventListener(kind, readElsewhere, { passive: true });
  for (const kind of ["keydown", "keypress"]) document.addEventListener(kind, pressed, true);
  document.addEventListener("click", sending, true);
  document.addEventListener("DOMContentLoaded", () => {
    const watch = new MutationObserver(() => started() && watch.disconnect());
    watch.observe(document.body, { childList: true, subtree: true });
  });

  window.park = { begin, payload, done, stop, clear, keep };
})();
