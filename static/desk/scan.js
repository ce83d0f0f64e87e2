"use strict";
// One number after another: each press is sent by itself, in its order, and its line is put on top
// of the list. Without this script the same form is sent as a page.

(() => {
  const list = document.getElementById("results");
  if (!list) return;
  let last = Promise.resolve();

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (!form.matches("form[data-scan]")) return;
      event.preventDefault();
      const data = new FormData(form);
      const field = form.matches("[data-scan-field]") ? form.elements.namedItem("number") : null;
      if (field) {
        field.value = "";
        field.focus();
      } else {
        for (const button of form.elements) button.disabled = true;
      }
      const line = waiting();
      last = last.then(() => send(form, data, line));
    },
    true,
  );

  function waiting() {
    list.querySelector("[data-empty]")?.remove();
    const line = document.createElement("tr");
    const cell = line.insertCell();
    cell.colSpan = 5;
    cell.className = "muted";
    cell.textContent = "正在办理…";
    list.prepend(line);
    return line;
  }

  async function send(form, data, line) {
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: data,
        credentials: "same-origin",
        cache: "no-store",
        headers: { "X-Requested-With": "XMLHttpRequest", "X-CSRFToken": data.get("csrfmiddlewaretoken") || "" },
      });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const place = document.createElement("template");
      place.innerHTML = await answer.text();
      line.replaceWith(place.content);
      if (!form.matches("[data-scan-field]")) form.closest("tr")?.remove();
    } catch {
      line.cells[0].className = "";
      line.cells[0].textContent =
        "没有得到答复,不知道是否已办成。请刷新页面,看下面有没有这个人,再决定是否重办。";
      for (const button of form.elements) button.disabled = false;
    }
  }
})();
