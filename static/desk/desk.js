"use strict";
// The desk's conveniences. Every page works without them. Nothing is kept on this machine.

(() => {
  const editable = (element) =>
    element instanceof Element &&
    element.matches("input:not([type=checkbox]):not([type=radio]):not([type=submit]):not([type=button]), textarea, select");
  const composing = (event) => event.isComposing || event.keyCode === 229;
  const shown = (element) => element.getClientRects().length > 0;
  const dialogOpen = () => document.querySelector("dialog[open]") !== null;

  // ------------------------------------------------------------------ keys
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || composing(event)) return;
    const plain = !event.ctrlKey && !event.altKey && !event.metaKey;

    if (event.key === "Escape") {
      const menu = document.querySelector("details.menu[open]");
      if (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      } else if (!dialogOpen() && editable(event.target)) {
        event.target.blur();
      }
      return;
    }
    if (!plain || event.repeat || dialogOpen()) return;

    // A Chinese keyboard sends 、 for the same key.
    if ((event.key === "/" || event.key === "、") && !editable(event.target)) {
      const search = document.querySelector(".bar .search input[name=q]");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
      return;
    }
    for (const element of document.querySelectorAll("[data-key]")) {
      if (element.dataset.key === event.key && !element.disabled && shown(element)) {
        event.preventDefault();
        element.click();
        return;
      }
    }
  });

  for (const element of document.querySelectorAll("[data-key]")) {
    element.setAttribute("aria-keyshortcuts", element.dataset.key);
  }

  // One menu is open at a time, and a press beside it closes it.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  // --------------------------------------------------------------- presses
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-print], button[data-back], [data-add-row]");
    if (!button) return;
    if (button.matches("[data-print]")) window.print();
    else if (button.matches("[data-back]")) window.history.back();
    else addRow(button);
  });

  for (const button of document.querySelectorAll("button[data-back]")) {
    button.hidden = window.history.length < 2;
  }

  function addRow(button) {
    const prefix = button.dataset.addRow;
    const empty = document.getElementById(`${prefix}-empty`);
    const total = document.querySelector(`[name="${CSS.escape(prefix)}-TOTAL_FORMS"]`);
    if (!empty || !total) return;
    const number = Number(total.value);
    const most = Number(document.querySelector(`[name="${CSS.escape(prefix)}-MAX_NUM_FORMS"]`)?.value || 1000);
    if (number >= most) return;
    const row = document.createElement("template");
    row.innerHTML = empty.innerHTML.replaceAll("__prefix__", String(number));
    const first = row.content.querySelector("input:not([type=hidden]), select, textarea");
    empty.before(row.content);
    total.value = String(number + 1);
    button.disabled = number + 1 >= most;
    first?.focus();
    if (total.form?.matches("[data-guard]")) total.form.dataset.dirty = "yes";
  }

  // ------------------------------------------------------ identity numbers
  // Only what is nothing but a number is tidied: a reader's whole text stays for the server.
  function tidyNumber(input) {
    const tidy = (text) => text.normalize("NFKC").replace(/\s+/g, "").replace(/x$/, "X");
    if (!/^\d*[xX]?$/.test(tidy(input.value)) || tidy(input.value) === input.value) return;
    const caret = tidy(input.value.slice(0, input.selectionStart ?? input.value.length)).length;
    input.value = tidy(input.value);
    input.setSelectionRange(caret, caret);
  }

  function typed(event) {
    if (event.isComposing) return;
    const input = event.target;
    if (input.matches?.("input[data-idnumber]")) tidyNumber(input);
    const form = input.form;
    if (!form) return;
    if (form.matches("[data-guard]")) form.dataset.dirty = "yes";
    if (form.matches("[data-live-url]")) later(form);
  }
  for (const kind of ["input", "change", "compositionend"]) document.addEventListener(kind, typed);

  // ------------------------------------------------------------ live check
  const checks = new WeakMap(); // form → {timer, request}

  function later(form) {
    const check = checks.get(form) || {};
    clearTimeout(check.timer);
    check.timer = setTimeout(() => refresh(form, check), 350);
    checks.set(form, check);
  }

  function statusOf(target) {
    let status = document.getElementById(`${target.id}-status`);
    if (!status) {
      status = document.createElement("p");
      status.id = `${target.id}-status`;
      status.className = "live-status";
      status.setAttribute("role", "status");
      status.setAttribute("aria-live", "polite");
      target.before(status);
    }
    return status;
  }

  function say(target, text, failed = false) {
    const status = statusOf(target);
    status.textContent = text;
    status.classList.toggle("is-failed", failed);
  }

  async function refresh(form, check) {
    const target = document.getElementById((form.dataset.liveTarget || "").replace(/^#/, ""));
    if (!target) return;
    check.request?.abort();
    const request = (check.request = new AbortController());
    const data = new FormData(form);
    for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
    say(target, "正在更新…");
    target.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(form.dataset.liveUrl, {
        method: "POST",
        body: data,
        signal: request.signal,
        credentials: "same-origin",
        cache: "no-store",
        headers: {
          "X-Requested-With": "XMLHttpRequest",
          "X-CSRFToken": data.get("csrfmiddlewaretoken") || "",
        },
      });
      if (response.status === 401) throw new Error("ended");
      if (!response.ok || response.redirected) throw new Error(String(response.status));
      const html = await response.text();
      if (check.request !== request) return;
      place(target, html);
      say(target, "已按所填更新");
    } catch (error) {
      if (error.name === "AbortError" || check.request !== request) return;
      const ended = error.message === "ended";
      say(
        target,
        ended
          ? "登录已结束。请直接提交:填写的内容会保留,重新登录后继续"
          : "暂时不能更新,已填写的内容不受影响",
        true,
      );
    }
    target.removeAttribute("aria-busy");
  }

  // Several places at once: elements with data-replace="#selector"; else all goes to the target.
  function place(target, html) {
    const answer = document.createElement("template");
    answer.innerHTML = html;
    const parts = answer.content.querySelectorAll("[data-replace]");
    if (!parts.length) fill(target, answer.content.childNodes);
    for (const part of parts) {
      const place = document.querySelector(part.dataset.replace);
      if (place) fill(place, part.childNodes);
    }
  }

  function fill(place, nodes) {
    const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
    const open = [...place.querySelectorAll("details[open][id]")].map((details) => details.id);
    place.replaceChildren(...nodes);
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    for (const element of place.querySelectorAll("[data-key]")) {
      element.setAttribute("aria-keyshortcuts", element.dataset.key);
    }
    if (focused) document.getElementById(focused)?.focus();
  }

  // --------------------------------------- a piece of the page that comes later
  async function bring(place) {
    try {
      const answer = await fetch(place.dataset.load, {
        credentials: "same-origin",
        cache: "no-store",
        headers: { "X-Requested-With": "XMLHttpRequest" },
      });
      if (!answer.ok || answer.redirected) return;
      const piece = document.createElement("template");
      piece.innerHTML = await answer.text();
      place.replaceChildren(piece.content);
    } catch {
      // The link in its place stays.
    }
  }
  for (const place of document.querySelectorAll("[data-load]")) bring(place);

  // ------------------------------------------------- names of divisions
  let asked = "";
  document.addEventListener("input", async (event) => {
    const input = event.target;
    if (!input.matches?.("input[data-suggest]")) return;
    const list = document.getElementById(input.dataset.suggest);
    const text = input.value.trim();
    if (!list?.dataset.url || text.length < 2 || text === asked) return;
    asked = text;
    try {
      const answer = await fetch(`${list.dataset.url}?q=${encodeURIComponent(text)}`);
      if (!answer.ok || asked !== text) return;
      const { items } = await answer.json();
      list.replaceChildren(...items.map((item) => new Option(item.code, item.name)));
    } catch {
      // Without suggestions the field still takes a name or a code.
    }
  });

  // --------------------------------------------- unsaved changes, one press
  window.addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-guard][data-dirty]")) {
      event.preventDefault();
      event.returnValue = ""; // what Chromium before 119 asks for
    }
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return;
    if (form.matches("[data-once]")) {
      if (form.dataset.sent) {
        event.preventDefault();
        return;
      }
      form.dataset.sent = "yes";
      // The browser has read the pressed button's name and value before this timer runs.
      setTimeout(() => rest(form, true));
      // A press that gets no answer (a download, a lost line) must not lock the page for ever.
      setTimeout(() => rest(form, false), 15000);
    }
    delete form.dataset.dirty;
    checks.get(form)?.request?.abort();
    clearTimeout(checks.get(form)?.timer);
  });

  function rest(form, stop) {
    if (!stop) delete form.dataset.sent;
    for (const button of form.elements) {
      if (!button.matches("button:not([type=button]), input[type=submit]")) continue;
      if (stop && !button.disabled) {
        button.disabled = true;
        button.dataset.resting = "yes";
      } else if (!stop && button.dataset.resting) {
        button.disabled = false;
        delete button.dataset.resting;
      }
    }
  }

  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-once]")) rest(form, false);
  });
})();
