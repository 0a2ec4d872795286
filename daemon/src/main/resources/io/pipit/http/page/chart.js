// One series over time: what it was, from the node's history, and what comes.

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 1000;
const HEIGHT = 100;

/** Stretches of time that are asked for, each with its lowest and its highest reading. */
const STRETCHES = 240;

/** Points kept at the most; beyond that they are thinned to two of each stretch again. */
const POINTS_MAX = 4 * STRETCHES;

/** A chart of less time than this says nothing, seconds. */
const SECONDS_MIN = 30;

const UNITS = { Cel: "°C", "%RH": "%", "%": "%", "/": "", count: "", ug: "µg", "ug/m3": "µg/m³", Ohm: "Ω", "m/s2": "m/s²", deg: "°" };
const BYTES = ["B", "KiB", "MiB", "GiB", "TiB"];

/** A value with its unit, as people read it. */
export function text(value, unit) {
  if (unit === "B") {
    const power = Math.min(BYTES.length - 1, Math.max(0, Math.floor(Math.log2(Math.abs(value) || 1) / 10)));
    return `${figures(value / 1024 ** power)} ${BYTES[power]}`;
  }
  if (unit === "s" && value >= 120) {
    const days = Math.floor(value / 86400);
    const hours = Math.floor(value / 3600) % 24;
    const minutes = Math.floor(value / 60) % 60;
    return days > 0 ? `${days} d ${hours} h` : hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min`;
  }
  const shown = Object.hasOwn(UNITS, unit) ? UNITS[unit] : unit;
  return shown ? `${figures(value)} ${shown}` : figures(value);
}

/** Four figures, fewer where they are zeros. */
function figures(value) {
  const size = Math.abs(value);
  return size >= 1e9 || (size < 1e-4 && size > 0)
    ? value.toExponential(2)
    : String(size >= 1000 ? Math.round(value) : Number(value.toPrecision(4)));
}

/** Seconds since 1970 as the time of day, with the day where that isn't clear. */
export function clock(seconds, span) {
  const options = span > 86400 ? { weekday: "short", hour: "2-digit", minute: "2-digit" }
    : span > 600 ? { hour: "2-digit", minute: "2-digit" }
      : { hour: "2-digit", minute: "2-digit", second: "2-digit" };
  return new Date(seconds * 1000).toLocaleString([], { hourCycle: "h23", ...options });
}

/** Of each of so many stretches the lowest and the highest. */
function thin(points, stretches) {
  const first = points[0].time;
  const each = (points.at(-1).time - first) / stretches || 1;
  const left = [];
  for (let i = 0; i < points.length;) {
    const end = first + (Math.floor((points[i].time - first) / each) + 1) * each;
    let low = points[i];
    let high = points[i];
    do {
      if (points[i].value < low.value) low = points[i];
      if (points[i].value > high.value) high = points[i];
      i++;
    } while (i < points.length && points[i].time < end);
    left.push(...(low === high ? [low] : low.time < high.time ? [low, high] : [high, low]));
  }
  return left;
}

function make(parent, name, attributes = {}) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  parent.append(made);
  return made;
}

function put(parent, name, className = "") {
  const made = document.createElement(name);
  made.className = className;
  parent.append(made);
  return made;
}

export class Chart {
  /** A chart of `sensor/quantity` that asks `ask(from)` for what was. */
  constructor(name, ask) {
    this.ask = ask;
    this.points = [];
    this.unit = "";
    /** How long a stretch of what was asked for is, seconds. */
    this.stretch = 0;
    this.visible = false;
    this.loading = null;
    this.loaded = false;
    this.note = "";
    this.element = document.createElement("figure");
    const caption = put(this.element, "figcaption");
    put(caption, "h3").textContent = name;
    this.value = put(caption, "output");
    this.plot = put(this.element, "div", "plot");
    const svg = make(this.plot, "svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": name });
    this.under = make(svg, "path", { class: "under" });
    this.line = make(svg, "path");
    this.at = make(svg, "path", { class: "at" });
    const axis = put(this.element, "div", "axis");
    this.begin = put(axis, "span");
    this.range = put(axis, "span");
    this.end = put(axis, "span");
    this.pointer = null;
    this.plot.addEventListener("pointermove", event => this.point(event));
    this.plot.addEventListener("pointerdown", event => this.point(event));
    this.plot.addEventListener("pointerleave", () => this.point(null));
  }

  /** What is to be shown: so many seconds. What was is asked for when it is first seen. */
  show(seconds) {
    if (this.seconds !== seconds) {
      this.seconds = seconds;
      this.reload();
    }
  }

  reload() {
    this.loaded = false;
    this.loading = null;
  }

  /** One more reading. */
  add(time, value, unit) {
    const last = this.points.at(-1);
    this.unit = unit;
    if (last && time <= last.time) return;
    this.points.push({ time, value });
    if (this.points.length > POINTS_MAX) this.points = thin(this.points, STRETCHES);
  }

  async load(now) {
    if (this.loaded || this.loading) return;
    const asked = {};
    this.loading = asked;
    let was = [];
    let note = "";
    try {
      const from = now - this.seconds;
      was = await this.ask(from, STRETCHES);
      // Where there is only little of that time, that little is what is to be seen.
      const began = (was[0]?.time ?? from) - this.seconds / STRETCHES;
      const little = began - from > this.seconds / 2;
      if (little) was = await this.ask(began, STRETCHES);
      this.stretch = (now - (little ? began : from)) / STRETCHES;
    } catch (error) {
      note = error.message;
    }
    // Another span may have been chosen meanwhile.
    if (this.loading !== asked) return;
    this.loading = null;
    this.loaded = true;
    this.note = note;
    const until = was.at(-1)?.time ?? -Infinity;
    this.points = was.concat(this.points.filter(point => point.time > until));
    if (was.length) this.unit = was.at(-1).unit;
  }

  point(event) {
    const box = this.plot.getBoundingClientRect();
    this.pointer = event ? (event.clientX - box.left) / box.width : null;
    this.draw(this.drawnAt);
  }

  /** Draws it, `now` at its right edge. */
  draw(now) {
    this.drawnAt = now;
    const earliest = now - this.seconds;
    let gone = this.points.findIndex(point => point.time >= earliest);
    if (gone < 0) gone = Math.max(0, this.points.length - 1);
    // The one before the left edge is where the line comes from.
    if (gone > 1) this.points.splice(0, gone - 1);
    const points = this.points;
    if (points.length === 0) {
      this.range.textContent = this.note || (this.loaded ? "nothing in this time" : "");
      return;
    }
    const last = points.at(-1);
    const to = Math.max(now, last.time);
    // While there is little, that little is what is to be seen.
    const from = Math.max(earliest, Math.min(points[0].time, to - SECONDS_MIN));
    let low = Infinity;
    let high = -Infinity;
    for (const point of points) {
      low = Math.min(low, point.value);
      high = Math.max(high, point.value);
    }
    const room = high > low ? (high - low) * 0.08 : Math.abs(high) * 0.01 || 1;
    const x = time => ((time - from) / (to - from) * WIDTH).toFixed(1);
    const y = value => (HEIGHT - (value - low + room) / (high - low + 2 * room) * HEIGHT).toFixed(1);
    const steps = points.every(point => point.value === 0 || point.value === 1);
    const longest = this.longest(points);
    let line = "";
    let under = "";
    let begun = null;
    points.forEach((point, i) => {
      const here = `${x(point.time)} ${y(point.value)}`;
      const before = points[i - 1];
      if (!before || (!steps && point.time - before.time > longest)) {
        if (begun) under += `V${HEIGHT}H${x(begun.time)}Z`;
        line += `M${here}h0`;
        under += `M${x(point.time)} ${HEIGHT}L${here}`;
        begun = point;
      } else {
        const next = steps ? `H${x(point.time)}V${y(point.value)}` : `L${here}`;
        line += next;
        under += next;
      }
    });
    const end = steps ? `H${x(to)}` : "";
    this.line.setAttribute("d", line + end);
    this.under.setAttribute("d", `${under}${end}V${HEIGHT}H${x(begun.time)}Z`);
    this.begin.textContent = clock(from, to - from);
    this.end.textContent = clock(to, to - from);
    this.range.textContent = this.note || (low === high ? "" : `${text(low, this.unit)} – ${text(high, this.unit)}`);
    this.mark(points, x, from + (this.pointer ?? 0) * (to - from));
  }

  /** Longer without a reading than this is a gap in the line: more than thinning leaves out. */
  longest(points) {
    const apart = [];
    for (let i = Math.max(1, points.length - 50); i < points.length; i++) apart.push(points[i].time - points[i - 1].time);
    apart.sort((a, b) => a - b);
    return Math.max(3 * this.stretch, 8 * (apart[apart.length >> 1] ?? 0));
  }

  /** What it was where the pointer is, otherwise what it is. */
  mark(points, x, time) {
    let shown = points.at(-1);
    if (this.pointer === null) {
      this.at.setAttribute("d", "");
      this.value.textContent = text(shown.value, this.unit);
      return;
    }
    for (const point of points) {
      if (Math.abs(point.time - time) < Math.abs(shown.time - time)) shown = point;
    }
    this.at.setAttribute("d", `M${x(shown.time)} 0V${HEIGHT}`);
    this.value.textContent = `${clock(shown.time, this.seconds > 86400 ? this.seconds : 0)}  ${text(shown.value, this.unit)}`;
  }
}
