// A gate that is pointed at, focused or tapped lights up in picture, program and table, with what it is linked to.
// Every explorer on the page is found by its class and set up once; nothing has an id, nothing is fetched.
(() => {
  const STEPS = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 };

  function linksOf(root) {
    const links = new Map();
    const link = (from, to) => links.set(from, (links.get(from) ?? new Set()).add(to));
    for (const line of root.querySelectorAll("[data-links]")) {
      for (const other of line.dataset.links.split(" ")) {
        link(line.dataset.node, other);
        link(other, line.dataset.node);
      }
    }
    return links;
  }

  // One stop of the tabulator for a pane; arrows, Home and End move in it.
  function walk(items) {
    items.forEach((item, place) => {
      item.setAttribute("tabindex", place ? "-1" : "0");
      item.addEventListener("focus", () => items.forEach((each) => each.setAttribute("tabindex", each === item ? "0" : "-1")));
      item.addEventListener("keydown", (event) => {
        const step = STEPS[event.key];
        const next = step ? place + step : { Home: 0, End: items.length - 1 }[event.key];
        if (items[next]) {
          event.preventDefault();
          items[next].focus();
        }
      });
    });
  }

  function setUp(root) {
    const detail = root.querySelector(".detail");
    const told = new Map([...root.querySelectorAll("template")].map((each) => [each.dataset.of, each]));
    const links = linksOf(root);
    const marked = [...root.querySelectorAll("[data-node]")];
    let kept = null;
    let shown = null;

    function light(node) {
      if (node === shown) return;
      shown = node;
      const linked = links.get(node) ?? new Set();
      for (const each of marked) {
        each.classList.toggle("lit", each.dataset.node === node);
        each.classList.toggle("linked", linked.has(each.dataset.node) && !each.matches(".edge"));
      }
      detail.replaceChildren(...(told.has(node) ? [told.get(node).content.cloneNode(true)] : []));
    }

    const nodeAt = (target) => target.closest("[data-node]")?.dataset.node ?? null;
    const keep = (node) => light((kept = node));
    root.addEventListener("pointerover", (event) => light(nodeAt(event.target) ?? kept));
    root.addEventListener("pointerleave", () => light(kept));
    root.addEventListener("click", (event) => detail.contains(event.target) || keep(nodeAt(event.target)));
    root.addEventListener("focusin", (event) => nodeAt(event.target) && keep(nodeAt(event.target)));
    root.addEventListener("keydown", (event) => event.key === "Escape" && keep(null));

    for (const pane of [".picture g", ".line", "tr"]) walk([...root.querySelectorAll(`${pane}[data-node]`)]);
    for (const svg of root.querySelectorAll(".picture svg")) svg.setAttribute("role", "group");
    for (const shape of root.querySelectorAll(".picture g[data-node]")) {
      shape.setAttribute("role", "img");
      shape.setAttribute("aria-label", shape.querySelector("title").textContent);
    }
  }

  for (const root of document.querySelectorAll(".baur-explorer:not([data-ready])")) {
    root.dataset.ready = "";
    setUp(root);
  }
})();
