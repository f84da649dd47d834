// What visitors tell besides questions: whether an answer helped, and how to reach them. window.park keeps the talk.
"use strict";

(() => {
  const DRAFT = "park.lead"; // what is typed into the form survives an error, a lost connection and a reload
  const at = (id) => document.getElementById(id);
  const words = () => at("park-contact-words").dataset;
  const part = (id) => at(id).content.firstElementChild.cloneNode(true);
  const dialog = () => document.querySelector(".lead-dialog");

  let judging = Promise.resolve(); // verdicts go out one after the other: the last one given is the one that stays
  let opener = null; // what opened the form, and gets the focus back

  async function send(path, value) {
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(value) });
    const body = await answer.json().catch(() => ({}));
    return { ok: answer.ok, status: answer.status, body };
  }

  // Verdicts

  function press(turn, verdict) {
    for (const button of turn.querySelectorAll("[data-verdict]"))
      button.setAttribute("aria-pressed", String(button.dataset.verdict === verdict));
  }

  const pressed = (turn) => turn.querySelector("[data-verdict][aria-pressed=true]")?.dataset.verdict ?? "";

  function say(turn, text, failed) {
    turn.querySelector(".judged")?.remove();
    const line = document.createElement("p");
    line.className = failed ? "judged failed" : "judged";
    line.setAttribute("role", failed ? "alert" : "status");
    turn.querySelector(".tools").after(line);
    line.textContent = text;
  }

  function judge(turn, verdict, reasons = [], comment = "") {
    const before = pressed(turn);
    press(turn, verdict);
    const value = { turn: turn.dataset.kept, verdict, reasons, comment };
    judging = judging.then(() => send("/api/feedback", value)).catch(() => ({ ok: false }));
    return judging.then(({ ok }) => {
      if (!ok) {
        press(turn, before === verdict ? verdict : before);
        say(turn, words().judgingFailed, true);
      }
      window.park.keep();
      return ok;
    });
  }

  async function helpful(turn) {
    turn.querySelector(".reasons")?.remove();
    turn.querySelector(".judged")?.remove();
    if (await judge(turn, "helpful")) say(turn, words().thanks);
    window.park.keep();
  }

  // The verdict counts at once, whether reasons are given or not.
  function unhelpful(turn) {
    turn.querySelector(".judged")?.remove();
    if (!turn.querySelector(".reasons")) turn.querySelector(".tools").after(part("park-reasons-part"));
    turn.querySelector(".reasons input").focus({ preventScroll: true });
    turn.querySelector(".reasons").scrollIntoView({ block: "nearest" });
    judge(turn, "unhelpful");
  }

  async function explain(form) {
    const turn = form.closest(".turn");
    const reasons = [...form.querySelectorAll("[name=reason]:checked")].map((box) => box.value);
    const sent = await judge(turn, "unhelpful", reasons, form.querySelector("[name=comment]").value);
    if (!sent) return;
    closeReasons(form);
    say(turn, words().thanks);
    window.park.keep();
  }

  function closeReasons(form) {
    const turn = form.closest(".turn");
    form.remove();
    turn.querySelector("[data-verdict=unhelpful]").focus({ preventScroll: true });
  }

  // The form

  const FIELDS = "[name]:not([type=checkbox])";
  const fields = (form) => Object.fromEntries([...form.querySelectorAll(FIELDS)].map((field) => [field.name, field.value]));

  function draft() {
    try {
      return JSON.parse(sessionStorage.getItem(DRAFT)) ?? {};
    } catch {
      return {};
    }
  }

  function saveDraft(isOpen) {
    try {
      const form = dialog().querySelector("form");
      if (form.hidden) sessionStorage.removeItem(DRAFT);
      else sessionStorage.setItem(DRAFT, JSON.stringify({ ...fields(form), isOpen }));
    } catch {
      // Storage is full or forbidden: what is typed lasts as long as the page.
    }
  }

  function made() {
    const made = part("park-form-part");
    document.body.append(made);
    const kept = draft();
    for (const field of made.querySelectorAll(FIELDS)) field.value = kept[field.name] ?? "";
    made.addEventListener("input", (event) => {
      wrong(event.target, "");
      if (!made.querySelector("[aria-invalid=true]")) fail(made.querySelector("form"), "");
      saveDraft(true);
    });
    made.addEventListener("click", (event) => event.target === made && made.close());
    made.addEventListener("keydown", goRound);
    made.addEventListener("close", closed);
    return made;
  }

  function open(from) {
    opener = from;
    if (dialog()?.querySelector("form").hidden) dialog().remove(); // sent: the next one is a new one
    const shown = dialog() ?? made();
    shown.showModal();
    shown.querySelector("input").focus();
    saveDraft(true);
  }

  function closed() {
    saveDraft(false);
    if (opener?.isConnected) opener.focus();
    else at("park-contact")?.focus();
  }

  // Tab stays within the form; the browser's own bar would otherwise come in between.
  function goRound(event) {
    if (event.key !== "Tab") return;
    const stops = [...dialog().querySelectorAll("button, input, textarea")].filter((stop) => stop.checkVisibility());
    const [end, start] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
    if (document.activeElement === end || document.activeElement === dialog()) {
      event.preventDefault();
      start.focus();
    }
  }

  function wrong(field, text) {
    const place = at(`lead-${field.name}-error`);
    if (!place) return;
    place.textContent = text;
    if (text) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }

  function fail(form, text) {
    const line = form.querySelector(".failure");
    line.textContent = text;
    line.hidden = !text;
    if (text) line.scrollIntoView({ block: "nearest" });
  }

  // The conversation in sight goes along: its last answer names it.
  const lastTurn = () => [...document.querySelectorAll("#park-log > .turn[data-kept]")].at(-1)?.dataset.kept ?? "";

  async function leave(form) {
    const button = form.querySelector("[type=submit]");
    if (button.getAttribute("aria-disabled") === "true") return;
    const label = button.textContent;
    button.setAttribute("aria-disabled", "true");
    button.textContent = words().sending;
    fail(form, "");
    const consent = { consent: form.elements.consent.checked, consent_text: at("lead-consent-text").textContent };
    try {
      const { ok, status, body } = await send("/api/leads", { ...fields(form), ...consent, turn: lastTurn() });
      if (ok) acknowledge(form, body.reference);
      else refused(form, status, body.error?.fields ?? {});
    } catch {
      fail(form, words().offline);
    } finally {
      button.removeAttribute("aria-disabled");
      button.textContent = label;
    }
  }

  function refused(form, status, why) {
    for (const field of form.elements) if (field.name) wrong(field, why[field.name] ?? "");
    const first = form.querySelector("[aria-invalid=true]");
    fail(form, first ? words().correct : status === 429 ? words().tooMany : words().notKept);
    first?.focus();
    first?.scrollIntoView({ block: "center" });
  }

  function acknowledge(form, reference) {
    const sent = dialog().querySelector(".sent");
    sent.querySelector(".who").textContent = words().sent.replace("{name}", () => form.elements.name.value.trim());
    sent.querySelector(".reference b").textContent = reference;
    form.hidden = true;
    sent.hidden = false;
    saveDraft(false);
    sent.focus();
    dialog().scrollTop = 0;
  }

  // Events

  function clicked(event) {
    if (!(event.target instanceof Element)) return;
    const act = event.target.closest("[data-act]")?.dataset.act;
    const verdict = event.target.closest("#park-log [data-verdict]");
    if (event.target.closest("#park-contact") || act === "contact") open(event.target.closest("button"));
    else if (act === "close-lead") dialog().close();
    else if (act === "close-reasons") closeReasons(event.target.closest("form"));
    else if (verdict) (verdict.dataset.verdict === "helpful" ? helpful : unhelpful)(verdict.closest(".turn"));
  }

  function submitted(event) {
    const form = event.target;
    if (!form.matches(".reasons, .lead")) return;
    event.preventDefault();
    (form.matches(".lead") ? leave : explain)(form);
  }

  document.addEventListener("click", clicked);
  document.addEventListener("submit", submitted);
  document.addEventListener("DOMContentLoaded", () => {
    const watch = new MutationObserver(() => {
      if (!at("park-form-part") || !at("park-contact")) return;
      watch.disconnect();
      if (draft().isOpen) open(at("park-contact"));
    });
    watch.observe(document.body, { childList: true, subtree: true });
  });
})();
