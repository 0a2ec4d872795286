// The page of a node: what it and its peers are and measure, told by /live and drawn as it comes.
// All that nodes are called or say of themselves becomes text, and nothing else.

import { Chart } from "./chart.js";

const SPANS = { hour: 3600, day: 86400, week: 7 * 86400 };

/** Series that are shown at the most. */
const CHARTS_MAX = 1000;

/** Peers in the picture of links at the most; below it are all. */
const PICTURE_PEERS_MAX = 12;

/** Charts that are loaded at the same time. */
const LOADS_MAX = 2;

/** When to try again where the node refused, milliseconds. */
const AGAIN_MS = 10_000;

const SVG = "http://www.w3.org/2000/svg";
const byId = id => document.getElementById(id);

const state = {
  /** What the node's clock is ahead of this one, seconds. */
  ahead: 0,
  span: Object.hasOwn(SPANS, location.hash.slice(1)) ? location.hash.slice(1) : "hour",
  health: null,
  peers: null,
  sensors: null,
  connected: false,
  refusal: "",
  /** Cards and charts, by node ID and by `ID/sensor/quantity`. */
  cards: new Map(),
  charts: new Map(),
  loads: 0,
};

const now = () => Date.now() / 1000 + state.ahead;

function put(parent, name, className = "", text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  parent.append(made);
  return made;
}

/** A pack of SenML (RFC 8428) as readings with full names and absolute times. */
function resolve(pack) {
  let base = "";
  let baseTime = 0;
  let baseUnit = "";
  const readings = [];
  for (const record of pack) {
    base = record.bn ?? base;
    baseTime = record.bt ?? baseTime;
    baseUnit = record.bu ?? baseUnit;
    if (typeof record.v !== "number") continue;
    const [node, sensor, quantity] = (base + (record.n ?? "")).split("/");
    readings.push({ node, name: `${sensor}/${quantity}`, unit: record.u ?? baseUnit, time: baseTime + (record.t ?? 0), value: record.v });
  }
  return readings;
}

async function ask(node, name, from, points) {
  const series = encodeURIComponent(`${node.toLowerCase()}/${name}`);
  const answer = await fetch(`history?series=${series}&from=${from.toFixed(3)}&points=${points}`);
  if (!answer.ok) throw new Error((await answer.text()).trim());
  return resolve(await answer.json());
}

const seen = new IntersectionObserver(entries => {
  for (const entry of entries) entry.target.chart.visible = entry.isIntersecting;
  draw();
}, { rootMargin: "200px" });

/** The card of a node; those of peers after that of the node itself, by name. */
function card(id) {
  let found = state.cards.get(id);
  if (!found) {
    const element = document.createElement("section");
    const head = put(element, "div", "head");
    found = { element, id, name: put(head, "h2"), standing: put(head, "p") };
    put(head, "p", "id", id);
    found.facts = put(element, "ul", "facts");
    found.notes = put(element, "div");
    found.charts = put(element, "div", "charts");
    state.cards.set(id, found);
    arrange();
  }
  return found;
}

function arrange() {
  const own = state.peers?.id;
  const cards = [...state.cards.values()];
  for (const one of cards) {
    one.title = nameOf(one.id);
    one.name.textContent = one.title;
  }
  cards.sort((a, b) => (b.id === own) - (a.id === own) || a.title.localeCompare(b.title));
  byId("nodes").replaceChildren(...cards.map(one => one.element));
}

function nameOf(id) {
  if (id === state.peers?.id) return state.peers.name;
  if (!state.peers) return "";
  return state.peers.peers.find(peer => peer.id === id)?.name ?? "a node that is no peer any more";
}

function chart(reading) {
  const key = `${reading.node}/${reading.name}`;
  let found = state.charts.get(key);
  if (!found && state.charts.size < CHARTS_MAX) {
    found = new Chart(reading.name, (from, points) => ask(reading.node, reading.name, from, points));
    found.show(SPANS[state.span]);
    found.element.chart = found;
    found.name = reading.name;
    state.charts.set(key, found);
    const charts = card(reading.node).charts;
    const after = [...charts.children].find(other => other.chart.name > reading.name);
    charts.insertBefore(found.element, after ?? null);
    seen.observe(found.element);
  }
  return found;
}

function status(element, value, text) {
  element.dataset.status = value;
  element.textContent = text;
}

function tellState() {
  const element = byId("state");
  if (!state.connected) {
    status(element, state.refusal ? "failed" : "waiting", state.refusal || "not connected to the node, trying again …");
  } else if (state.health) {
    status(element, state.health.status, state.health.status);
  }
  const list = byId("health");
  list.replaceChildren();
  for (const [part, condition] of Object.entries(state.health?.parts ?? {})) {
    if (condition.status === "degraded" || condition.status === "failed") {
      status(put(list, "li"), condition.status, `${part} ${condition.status}: ${condition.reason ?? ""}`);
    }
  }
  list.hidden = list.childElementCount === 0;
}

function fact(list, name, value) {
  const item = put(list, "li");
  put(item, "b", "", `${name} `);
  item.append(value);
}

const ms = value => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
const count = (number, one) => `${number.toLocaleString()} ${one}${number === 1 ? "" : "s"}`;

function tellPeers() {
  const own = card(state.peers.id);
  document.title = `${state.peers.name} · Pipit`;
  byId("name").textContent = state.peers.name;
  status(own.standing, "ok", "this node");
  own.facts.replaceChildren();
  fact(own.facts, "last in its log", state.peers.last.toLocaleString());
  fact(own.facts, "peers", String(state.peers.peers.length));
  for (const peer of state.peers.peers) tellPeer(card(peer.id), peer);
  for (const one of state.cards.values()) {
    if (one !== own && !state.peers.peers.some(peer => peer.id === one.id)) {
      status(one.standing, "off", "no peer");
      one.facts.replaceChildren();
      one.notes.replaceChildren();
    }
  }
  arrange();
  picture();
}

function tellPeer(one, peer) {
  status(one.standing, peer.reachable ? "ok" : "failed", peer.reachable ? "reachable" : "not reachable");
  one.facts.replaceChildren();
  if (peer.transport) fact(one.facts, "over", peer.transport.toUpperCase());
  if (peer["rtt-p50-ms"]) fact(one.facts, "round trip", `${ms(peer["rtt-p50-ms"])}, p99 ${ms(peer["rtt-p99-ms"])}`);
  if (peer.loss > 0) fact(one.facts, "lost", `${(peer.loss * 100).toFixed(1)} %`);
  if (peer.subscriptions) {
    // While all comes as it is taken, what isn't on the disk here yet isn't behind.
    const behind = peer.behind > 0 ? `${count(peer.behind, "reading")} behind` : "up to date";
    fact(one.facts, "here", peer.repairing ? `${behind}, fetching` : peer.live ? "live" : behind);
    fact(one.facts, "received", peer.received.toLocaleString());
    if (peer.gone > 0) fact(one.facts, "no longer kept there", peer.gone.toLocaleString());
  }
  for (const wanting of peer.subscribers ?? []) {
    fact(one.facts, "there", wanting.behind > 0 ? `all but ${count(wanting.behind, "reading")} confirmed` : "all confirmed");
  }
  if (peer.address) fact(one.facts, "at", peer.address);
  one.notes.replaceChildren();
  for (const note of [peer.reason, peer["last-error"], peer.cloned]) {
    if (note) put(one.notes, "p", "note", note);
  }
}

function tellSensors() {
  if (!state.peers || !state.sensors) return;
  const own = card(state.peers.id);
  own.notes.replaceChildren();
  for (const sensor of state.sensors.sensors) {
    if (sensor.state === "failed") {
      const note = put(own.notes, "p", "note");
      status(note, "failed", `${sensor.name}: ${sensor.reason}`);
    }
  }
}

/** The node, its peers around it, and by which way each is reached. */
function picture() {
  const svg = byId("links");
  const peers = state.peers.peers.slice(0, PICTURE_PEERS_MAX);
  svg.toggleAttribute("hidden", peers.length === 0);
  if (peers.length === 0) return;
  const width = Math.max(280, svg.clientWidth || svg.parentElement.clientWidth);
  const height = peers.length > 2 ? 300 : 110;
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const middle = { x: width / 2, y: height / 2 };
  const around = { x: Math.min(width / 2 - 56, 360), y: height / 2 - 40 };
  svg.replaceChildren();
  const made = (name, attributes, text) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text) element.textContent = text;
    svg.append(element);
  };
  const places = peers.map((peer, i) => {
    const angle = Math.PI * (1 + 2 * i / peers.length);
    return { peer, x: middle.x + around.x * Math.cos(angle), y: middle.y + around.y * Math.sin(angle) };
  });
  for (const { peer, x, y } of places) {
    made("line", { x1: middle.x, y1: middle.y, x2: x, y2: y, "data-status": peer.reachable ? "ok" : "failed" });
  }
  for (const { peer, x, y } of places) {
    const way = !peer.reachable ? "not reachable"
      : [peer.transport?.toUpperCase(), peer["rtt-p50-ms"] && ms(peer["rtt-p50-ms"])].filter(Boolean).join(" ");
    made("text", { class: "way", x: (middle.x + x) / 2, y: (middle.y + y) / 2 + 4 }, way);
    made("circle", { cx: x, cy: y, r: 9, "data-status": peer.reachable ? "ok" : "failed" });
    made("text", { x, y: y + 27 }, peer.name);
  }
  made("circle", { cx: middle.x, cy: middle.y, r: 11, "data-status": "self" });
  made("text", { x: middle.x, y: middle.y + 29 }, state.peers.name);
}

function tellReadings(pack) {
  for (const reading of resolve(pack)) chart(reading)?.add(reading.time, reading.value, reading.unit);
  draw();
}

let drawing = false;

/** Draws what can be seen, once for all that came since. */
function draw() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    for (const one of state.charts.values()) {
      if (!one.visible) continue;
      if (!one.loaded && !one.loading && state.loads < LOADS_MAX) {
        state.loads++;
        one.load(now()).finally(() => {
          state.loads--;
          draw();
        });
      }
      one.draw(now());
    }
  });
}

function connect() {
  const source = new EventSource("live");
  const on = (name, act) => source.addEventListener(name, event => act(JSON.parse(event.data)));
  on("clock", clock => {
    state.ahead = clock.now - Date.now() / 1000;
    // What came while there was no connection is in the history.
    for (const one of state.charts.values()) one.reload();
    state.connected = true;
    state.refusal = "";
    tellState();
  });
  on("health", health => { state.health = health; tellState(); });
  on("peers", peers => { state.peers = peers; tellPeers(); tellSensors(); });
  on("sensors", sensors => { state.sensors = sensors; tellSensors(); });
  on("readings", tellReadings);
  source.onerror = () => {
    state.connected = false;
    // Where the connection broke the browser tries again by itself, where it was refused it doesn't.
    if (source.readyState === EventSource.CLOSED) {
      state.refusal = "the node takes no more viewers, trying again …";
      setTimeout(connect, AGAIN_MS);
    }
    tellState();
  };
}

for (const span of Object.keys(SPANS)) {
  const button = put(byId("spans"), "button", "", span);
  button.type = "button";
  button.setAttribute("aria-pressed", span === state.span);
  button.addEventListener("click", () => {
    state.span = span;
    history.replaceState(null, "", `#${span}`);
    for (const other of byId("spans").children) other.setAttribute("aria-pressed", other === button);
    for (const one of state.charts.values()) one.show(SPANS[span]);
    draw();
  });
}

addEventListener("resize", () => { if (state.peers) picture(); });
setInterval(draw, 1000);
connect();
