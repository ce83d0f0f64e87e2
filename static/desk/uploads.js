"use strict";
// A file dropped instead of chosen; and the progress of its work, without pressing anything.
// Without this script the file is chosen, and a link brings the progress up to date.

(() => {
  for (const zone of document.querySelectorAll("[data-drop]")) {
    const input = zone.querySelector("input[type=file]");
    const label = zone.querySelector("label");
    const name = zone.querySelector("[data-drop-name]");
    zone.querySelector("[data-drop-hint]").hidden = false;

    input.addEventListener("change", tell);
    for (const kind of ["dragenter", "dragover"]) {
      zone.addEventListener(kind, (event) => {
        event.preventDefault();
        label.classList.add("is-over");
      });
    }
    for (const kind of ["dragleave", "drop"]) {
      zone.addEventListener(kind, () => label.classList.remove("is-over"));
    }
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      if (event.dataTransfer.files.length > 1) {
        say("一次只能上传一个文件,请分别上传。", true);
      } else if (event.dataTransfer.files.length) {
        input.files = event.dataTransfer.files;
        tell();
      }
    });

    function tell() {
      const file = input.files[0];
      const most = Number(zone.dataset.most);
      const size = file ? file.size / 1048576 : 0;
      label.classList.toggle("is-chosen", Boolean(file));
      zone.querySelector("[data-drop-hint]").hidden = Boolean(file);
      if (!file) say("", false);
      else if (size > most) say(`${file.name} 有 ${size.toFixed(1)} MB,上限是 ${most} MB`, true);
      else if (!file.size) say(`${file.name} 是空的`, true);
      else say(`已选 ${file.name}(${size < 0.1 ? `${Math.ceil(file.size / 1024)} KB` : `${size.toFixed(1)} MB`})`, false);
    }

    function say(text, wrong) {
      name.textContent = text;
      name.classList.toggle("is-wrong", wrong);
    }
  }
  // Beside the zone a dropped file would replace the page.
  if (document.querySelector("[data-drop]")) {
    for (const kind of ["dragover", "drop"]) document.addEventListener(kind, (event) => event.preventDefault());
  }

  const card = document.querySelector("[data-progress]");
  if (!card) return;
  const words = card.querySelector("[data-progress-words]");
  const bar = card.querySelector("progress");
  let pause = 1000;

  async function look() {
    try {
      const answer = await fetch(card.dataset.progress, {
        credentials: "same-origin",
        cache: "no-store",
        headers: { "X-Requested-With": "XMLHttpRequest" },
      });
      if (answer.redirected || answer.status === 403 || answer.status === 404) {
        window.location.reload();
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      show(await answer.json());
      pause = document.hidden ? 5000 : 1000;
    } catch {
      // The line is down: the work goes on without us, so look again a little later.
      words.textContent = "暂时连不上,处理不受影响,稍后自动再看";
      pause = Math.min(pause * 2, 15000);
    }
    setTimeout(look, pause);
  }

  function show(told) {
    const shown = card.dataset;
    const same = told.state === shown.state && told.understood === ("understood" in shown);
    if (!same || Boolean(told.fault) !== ("fault" in shown)) {
      window.location.reload();
      return;
    }
    words.textContent = told.sentence;
    if (told.expected) {
      bar.max = told.expected;
      bar.value = Math.min(told.done, told.expected);
    }
    for (const [name, count] of Object.entries(told.counts)) {
      const place = document.querySelector(`[data-count="${CSS.escape(name)}"]`);
      if (place) place.textContent = count.toLocaleString("en");
    }
  }

  setTimeout(look, pause);
})();
