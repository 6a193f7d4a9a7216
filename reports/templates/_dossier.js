"use strict";
const film = document.querySelector("video");
const all = (what) => Array.from(document.querySelectorAll(what));

function show(seconds) {
  if (film.error) {
    film.addEventListener("loadedmetadata", () => (film.currentTime = seconds), { once: true });
    film.load(); // a player that met damage goes nowhere until it begins anew
  } else {
    film.currentTime = seconds;
  }
  document.getElementById("stopped").hidden = true;
  film.scrollIntoView({ block: "nearest" });
}

if (film) {
  const places = [...new Set(all("#film .jump").map((mark) => Number(mark.dataset.at)))].sort((a, b) => a - b);
  document.addEventListener("click", (event) => {
    const mark = event.target.closest("[data-at]");
    if (mark) {
      event.preventDefault();
      show(Number(mark.dataset.at));
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || (event.key !== "[" && event.key !== "]")) return;
    const now = film.currentTime;
    const next = event.key === "]" ? places.find((at) => at > now + 0.3) : places.findLast((at) => at < now - 0.3);
    if (next !== undefined) show(next);
  });
  const line = document.querySelector(".line");
  if (line) {
    const length = () => (Number.isFinite(film.duration) ? film.duration : Number(line.dataset.length));
    line.addEventListener("click", (event) => {
      const box = line.getBoundingClientRect();
      show(((event.clientX - box.left) / box.width) * length());
    });
    film.addEventListener("timeupdate", () => {
      line.querySelector(".now").setAttribute("x", (1000 * film.currentTime) / length());
    });
  }
  let opened = false;
  film.addEventListener("loadedmetadata", () => (opened = true));
  film.addEventListener("error", () => {
    document.getElementById(opened ? "stopped" : "cannot").hidden = false;
  });
}

const filter = document.querySelector(".filter");
if (filter) {
  filter.hidden = false;
  filter.addEventListener("click", (event) => {
    const chosen = event.target.closest("button");
    if (!chosen) return;
    for (const button of filter.children) button.setAttribute("aria-pressed", String(button === chosen));
    const only = chosen.dataset.only;
    for (const finding of all(".finding")) finding.hidden = only !== "" && finding.dataset.outcome !== only;
    const settled = document.getElementById("settled");
    if (settled) {
      const any = settled.querySelector(".finding:not([hidden])") !== null;
      settled.open = only !== "" && any;
      settled.hidden = !any;
    }
  });
}

const checks = all(".checks input");
if (checks.length) {
  const key = "kepu:" + document.body.dataset.work;
  let ticked = [];
  try {
    ticked = JSON.parse(localStorage.getItem(key) || "[]");
  } catch {
    ticked = []; // a browser that keeps nothing of pages from files: the ticks then last as long as the page
  }
  for (const check of checks) {
    check.checked = Array.isArray(ticked) && ticked.includes(check.value);
    check.addEventListener("change", () => {
      try {
        localStorage.setItem(key, JSON.stringify(checks.filter((one) => one.checked).map((one) => one.value)));
      } catch {
        check.title = "这台电脑的浏览器不保存勾选";
      }
    });
  }
}

for (const place of all("a[href='#settled']")) {
  place.addEventListener("click", () => {
    document.getElementById("settled").open = true;
  });
}
