// The event queue under the hold model: n events pending; a hold pops the earliest and schedules one at an exponential
// increment. CPU time, best of several rounds.
//
// ids: the queue alone, an event is a handler's id. messages: through the Simulator, with a fresh message object an event.
// plain-heap: what one would write first, a binary heap of objects with closures; the reference for the ratios.

import { EventQueue } from '../dist/engine/event-queue.js';
import { Simulator } from '../dist/engine/simulator.js';
import { Stream } from '../dist/engine/streams.js';

const SIZES = [10, 100, 1000, 10_000, 100_000];
const HOLDS = 400_000;
const ROUNDS = 7;
const MEAN_INCREMENT_US = 1000;
const INCREMENTS = 2 ** 16;

export function run() {
  const draws = new Stream('bench');
  const increments = Float64Array.from(
    { length: INCREMENTS },
    () => 1 + Math.round(MEAN_INCREMENT_US * draws.exponential()),
  );
  const contenders = { 'plain-heap': plainHeap, ids: ids, messages: messages };
  for (const n of SIZES) {
    const best = {};
    // Round by round, so that a slow moment of the machine meets all of them.
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, prepare] of Object.entries(contenders)) {
        const hold = prepare(n, increments);
        hold(n * 2);
        globalThis.gc?.();
        const before = process.cpuUsage();
        hold(HOLDS);
        const { user, system } = process.cpuUsage(before);
        best[name] = Math.min(best[name] ?? Number.POSITIVE_INFINITY, ((user + system) * 1000) / HOLDS);
      }
    }
    const plain = best['plain-heap'];
    console.log(`hold plain-heap n=${n} cpu_ns/hold=${plain.toFixed(1)} ratio=1.00`);
    for (const name of ['ids', 'messages']) {
      console.log(
        `hold ours/${name} n=${n} cpu_ns/hold=${best[name].toFixed(1)} ratio=${(plain / best[name]).toFixed(2)}`,
      );
    }
  }
}

function ids(n, increments) {
  const queue = new EventQueue();
  let place = 0;
  for (let i = 0; i < n; i++) queue.push(increments[place++ & (INCREMENTS - 1)], i);
  return (holds) => {
    for (let i = 0; i < holds; i++) {
      const nowUs = queue.nextTimeUs;
      const id = queue.pop();
      queue.push(nowUs + increments[place++ & (INCREMENTS - 1)], id);
    }
  };
}

function messages(n, increments) {
  const simulator = new Simulator('bench');
  let place = 0;
  let left = 0;
  const handle = (message) => {
    if (--left === 0) simulator.stop();
    simulator.schedule(increments[place++ & (INCREMENTS - 1)], handle, {
      from: message.to,
      to: message.from,
      term: left,
    });
  };
  for (let i = 0; i < n; i++)
    simulator.schedule(increments[place++ & (INCREMENTS - 1)], handle, { from: i, to: i + 1, term: 0 });
  return (holds) => {
    left = holds;
    simulator.run();
  };
}

function plainHeap(n, increments) {
  const heap = new PlainHeap();
  let place = 0;
  let nowUs = 0;
  let ran = 0;
  const schedule = () => {
    heap.push({ time: nowUs + increments[place++ & (INCREMENTS - 1)], sequence: heap.sequence++, run: () => ran++ });
  };
  for (let i = 0; i < n; i++) schedule();
  return (holds) => {
    for (let i = 0; i < holds; i++) {
      const event = heap.pop();
      nowUs = event.time;
      event.run();
      schedule();
    }
  };
}

class PlainHeap {
  items = [];
  sequence = 0;

  push(event) {
    const { items } = this;
    items.push(event);
    let i = items.length - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(items[i], items[parent])) return;
      [items[i], items[parent]] = [items[parent], items[i]];
      i = parent;
    }
  }

  pop() {
    const { items } = this;
    const top = items[0];
    const last = items.pop();
    if (items.length === 0) return top;
    items[0] = last;
    let i = 0;
    for (;;) {
      const left = 2 * i + 1;
      if (left >= items.length) return top;
      const right = left + 1;
      const least = right < items.length && before(items[right], items[left]) ? right : left;
      if (!before(items[least], items[i])) return top;
      [items[i], items[least]] = [items[least], items[i]];
      i = least;
    }
  }
}

function before(a, b) {
  return a.time < b.time || (a.time === b.time && a.sequence < b.sequence);
}
