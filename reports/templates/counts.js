"use strict";
(() => {
  const settings = { displayModeBar: false, responsive: true, showTips: false, doubleClick: false, scrollZoom: false, showLink: false };
  const paperWidth = 690;
  const held = (id) => document.getElementById(id).textContent;

  async function unpacked(text) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text();
  }

  // An inline script runs if its text has the hash that the policy names: nothing is evaluated.
  function run(code) {
    const script = document.createElement("script");
    script.textContent = code;
    document.head.append(script);
  }

  async function draw(plots) {
    const places = plots.map((plot) => document.getElementById(plot.at));
    places.forEach((place) => { place.hidden = false; }); // before any is drawn, since they share the width
    try {
      for (const [number, plot] of plots.entries()) {
        await Plotly.newPlot(places[number], plot.data, plot.layout, settings);
        await new Promise((next) => { setTimeout(next); }); // what is drawn is shown
      }
    } catch (error) {
      places.forEach((place) => { place.hidden = !place.firstChild; });
      throw error;
    }
    return places;
  }

  function onPaper(places) {
    const folded = [...document.querySelectorAll("details:not([open])")];
    folded.forEach((one) => { one.open = true; });
    places.forEach((place) => Plotly.relayout(place, { width: paperWidth, autosize: false }));
    addEventListener("afterprint", () => {
      folded.forEach((one) => { one.open = false; });
      places.forEach((place) => Plotly.relayout(place, { width: null, autosize: true }));
    }, { once: true });
  }

  async function start() {
    const plots = JSON.parse(held("plots"));
    run(await unpacked(held("plotly")));
    const places = await draw(plots);
    addEventListener("beforeprint", () => onPaper(places));
    document.documentElement.dataset.drawn = plots.length;
  }

  start().catch(() => { document.getElementById("undrawn").hidden = false; });
})();
