// Makes the console's pages live. Everything here is an addition: without it the pages work by links and forms.
(() => {
  "use strict";
  const page = document.body.dataset;
  document.documentElement.classList.add("scripted");
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Signing in: show the password.
  for (const button of all("[data-show]")) {
    const field = document.getElementById(button.dataset.show);
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = field.type === "text";
      field.type = shown ? "password" : "text";
      button.setAttribute("aria-pressed", String(!shown));
    });
  }

  // A form goes once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => { delete form.dataset.sent; }, 5000);
  });
  window.addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => delete form.dataset.sent));

  // On a phone the properties start closed.
  if (matchMedia("(max-width: 767px)").matches) all("[data-fold]").forEach((fold) => { fold.open = false; });

  // Menus and pencils: one at a time, closed by Esc or a touch elsewhere. Doors stay: they hold drafts.
  const lids = ".drop, .pencil";
  document.addEventListener("toggle", (event) => {
    if (!event.target.matches?.(lids) || !event.target.open) return;
    all(lids).forEach((other) => { if (other !== event.target) other.open = false; });
    one("select, input:not([type=hidden]), button", event.target)?.focus();
  }, true);
  document.addEventListener("click", (event) => {
    all(".drop[open]").forEach((lid) => { if (!lid.contains(event.target)) lid.open = false; });
    const cancel = event.target.closest(".cancel");
    if (!cancel) return;
    const lid = cancel.closest("details");
    event.preventDefault();
    one("form", lid).reset();
    lid.open = false;
    one("summary", lid).focus();
  });

  // Drafts, by ticket and door, in this browser only: kept after each second of rest.
  const draftKey = (door) => `walkin draft ${page.code} ${door}`;
  const timeOfDay = (date) => date.toTimeString().slice(0, 5);
  const store = {
    get(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
    set(key, value) { try { value ? localStorage.setItem(key, JSON.stringify(value)) : localStorage.removeItem(key); } catch { /* full or forbidden: no drafts */ } },
  };
  // The desk says which door's text it has taken; only then is its draft let go.
  const taken = new URLSearchParams(location.search).get("sent");
  if (page.page === "ticket" && taken) {
    store.set(draftKey(taken), null);
    history.replaceState(null, "", location.pathname + location.hash);
  }
  for (const field of all("[data-keep]")) {
    const door = field.dataset.keep, lid = field.closest("details"), sign = one("[data-draft]", lid);
    const say = (at) => { sign.textContent = at ? `Draft kept ${timeOfDay(new Date(at))}` : ""; sign.hidden = !at; };
    const kept = store.get(draftKey(door));
    if (kept && kept.text && !field.value) { field.value = kept.text; say(kept.at); }
    if (field.value) lid.open = true;
    let rest;
    const keep = () => { clearTimeout(rest); const at = Date.now(); store.set(draftKey(door), field.value ? { text: field.value, at } : null); say(field.value ? at : 0); };
    field.addEventListener("input", () => { clearTimeout(rest); rest = setTimeout(keep, 1000); });
    addEventListener("pagehide", keep);
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); field.form.requestSubmit(); }
      if (event.key === "Escape") { lid.open = false; one("summary", lid).focus(); }
    });
    field.form.addEventListener("submit", keep);
    lid.addEventListener("toggle", () => { if (lid.open && lid.contains(document.activeElement)) field.focus(); });
  }

  // Keys: single letters outside fields.
  const openDoor = (name) => { const lid = one(`[data-door=${name}]`); if (!lid) return; lid.open = true; one("textarea", lid).focus(); };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") all(`${lids}[open]`).forEach((lid) => { lid.open = false; one("summary", lid).focus(); });
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) return;
    const rows = all(".ticket-link"), here = rows.indexOf(document.activeElement);
    const step = (by) => rows[Math.min(rows.length - 1, Math.max(0, here + by))]?.focus();
    const act = { "/": () => one("#search")?.focus(), r: () => openDoor("reply"), i: () => openDoor("note"), s: () => openDoor("solve"),
      j: () => step(1), k: () => step(-1), "[": () => one("a[rel=prev]")?.click(), "]": () => one("a[rel=next]")?.click() }[event.key];
    if (act) { event.preventDefault(); act(); }
  });

  // "New since you looked", by what this browser saw last of the ticket.
  if (page.page === "ticket") {
    const key = `walkin seen ${page.code}`, entries = all("[data-entry]"), last = store.get(key);
    const at = entries.findIndex((entry) => entry.dataset.entry === last);
    if (at >= 0 && at < entries.length - 1) {
      const line = document.createElement("li");
      line.className = "since";
      line.textContent = "New since you looked";
      entries[at].after(line);
    }
    if (entries.length) store.set(key, entries.at(-1).dataset.entry);
  }

  // Live pages.
  const live = one("#live");
  if (!live || !window.EventSource || page.page === "stations" || page.page === "people") return;
  const words = one(".live-words", live);
  let source, retryAt = 0, countdown, busy = false, again = false, pending = null, position = page.position;
  const sayLive = (on) => {
    live.hidden = false;
    live.classList.toggle("is-off", !on);
    one(".i", live).className = on ? "i i-live" : "i i-alert-circle";
    if (on) words.textContent = words.dataset.on;
  };
  const concernsUs = (codes) => page.page === "list" || codes === "*" || codes.split(",").includes(page.code);
  const part = (name, root = document) => one(`[data-live=${name}]`, root);
  // Whether replacing this part would move something under the pointer or the focus, or close what is open.
  const inUse = (element) => element && (element.contains(document.activeElement) || element.matches(":hover") || one("details[open].drop, details[open].pencil", element));

  const swap = (name, fresh) => { const old = part(name), now = part(name, fresh); if (old && now && old.innerHTML !== now.innerHTML) old.replaceChildren(...now.childNodes); };
  const show = (fresh) => {
    for (const name of page.page === "list" ? ["list"] : ["head", "timeline", "panel"]) swap(name, fresh);
    if (matchMedia("(max-width: 767px)").matches) all("[data-fold]").forEach((fold) => { fold.open = false; });
    one("#newer").hidden = true;
    pending = null;
  };
  const changedRows = (fresh) => {
    const before = new Map(all("tr[data-code]").map((row) => [row.dataset.code, row.textContent]));
    return all("tr[data-code]", fresh).filter((row) => before.get(row.dataset.code) !== row.textContent).length || 1;
  };
  const renew = async () => {
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(location.href, { headers: { "X-Requested-With": "walkin" }, redirect: "follow" });
      if (answer.redirected && answer.url.includes("/sign-in")) { location.reload(); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (fresh.body.dataset.page !== page.page) return;
      const failed = one("#failed");
      if (failed) failed.hidden = true;
      part("list")?.classList.remove("is-stale");
      swap("tabs", fresh);
      all("[data-live=open-count]").forEach((count) => { count.textContent = part("open-count", fresh)?.textContent ?? count.textContent; });
      const parts = page.page === "list" ? [part("list")] : [part("head"), part("timeline"), part("panel")];
      const names = page.page === "list" ? ["list"] : ["head", "timeline", "panel"];
      const differs = names.some((name) => part(name) && part(name, fresh) && plain(part(name)) !== plain(part(name, fresh)));
      if (!differs) return;
      if (!parts.some(inUse)) { show(fresh); return; }
      pending = fresh;
      const button = one("#newer button");
      button.textContent = button.dataset.words.replace("{n}", String(changedRows(fresh)));
      one("#newer").hidden = false;
    } catch {
      const failed = one("#failed");
      if (failed) { failed.hidden = false; const asOf = one("#failed-as-of"); if (asOf) asOf.hidden = false; part("list").classList.add("is-stale"); }
    } finally {
      setTimeout(() => { busy = false; if (again) { again = false; renew(); } }, 2000);
    }
  };
  // Form tokens differ on each page made; they are no change.
  const plain = (element) => { const copy = element.cloneNode(true); all("input[type=hidden], .since", copy).forEach((field) => field.remove()); return copy.textContent.replace(/\s+/g, " "); };
  one("#newer button")?.addEventListener("click", () => { if (pending) show(pending); });

  const close = () => { source?.close(); source = null; clearInterval(countdown); };
  const retry = () => {
    close();
    retryAt = Date.now() + 8000;
    const tick = () => {
      const left = Math.ceil((retryAt - Date.now()) / 1000);
      if (left <= 0) { clearInterval(countdown); connect(true); return; }
      sayLive(false);
      words.textContent = words.dataset.off.replace("{s}", String(left));
    };
    countdown = setInterval(tick, 1000);
    tick();
  };
  const connect = (isReturn) => {
    close();
    source = new EventSource(`/console/events?after=${position}`);
    source.addEventListener("live", () => { sayLive(true); if (isReturn) renew(); });
    source.addEventListener("change", (event) => { position = event.lastEventId || position; if (concernsUs(event.data)) renew(); });
    source.onerror = retry;
  };
  // A hidden tab lets its line go: browsers allow only six to one desk.
  document.addEventListener("visibilitychange", () => { if (document.hidden) close(); else if (!source) connect(true); });
  addEventListener("pagehide", close);
  if (!document.hidden) connect(false);
})();
