// The event queue under the hold model: n events pending; a hold pops the earliest and schedules one at an exponential
// increment. CPU time, best of several rounds. Increments are drawn beforehand, for all alike.
//
// ids: the queue alone, an event is a handler's id. messages: through the Simulator, with a fresh message object an event.
// plain-heap: what one would write first, a binary heap of objects with closures; the reference for the ratios.
// plain-heap/messages: the same, where each closure delivers a fresh message object.

import { EventQueue } from '../dist/engine/event-queue.js';
import { Simulator } from '../dist/engine/simulator.js';
import { Stream } from '../dist/engine/streams.js';

const SIZES = [10, 100, 1000, 10_000, 100_000];
const HOLDS = 400_000;
const WARM_UP_HOLDS = 100_000;
const ROUNDS = 7;
const MEAN_INCREMENT_US = 1000;
const INCREMENTS = 2 ** 16;

export function run() {
  const draws = new Stream('bench');
  const increments = Float64Array.from(
    { length: INCREMENTS },
    () => 1 + Math.round(MEAN_INCREMENT_US * draws.exponential()),
  );
  const contenders = {
    'plain-heap': plainHeap,
    'plain-heap/messages': plainHeapOfMessages,
    'ours/ids': ids,
    'ours/messages': messages,
  };
  // Kept to the end: with the last queue of a kind dies the code that V8 has optimised for it, and a round would then
  // time the compiler.
  const kept = [];
  for (const n of SIZES) {
    const best = {};
    const holds = Object.entries(contenders).map(([name, prepare]) => [name, prepare(n, increments)]);
    kept.push(holds);
    for (const [, hold] of holds) hold(Math.max(n * 2, WARM_UP_HOLDS));
    // Round by round, so that a slow moment of the machine meets all of them.
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, hold] of holds) {
        globalThis.gc?.();
        const before = process.cpuUsage();
        hold(HOLDS);
        const { user, system } = process.cpuUsage(before);
        best[name] = Math.min(best[name] ?? Number.POSITIVE_INFINITY, ((user + system) * 1000) / HOLDS);
      }
    }
    for (const [name, nsPerHold] of Object.entries(best)) {
      const reference = best[name === 'ours/messages' ? 'plain-heap/messages' : 'plain-heap'];
      const ratio = (reference / nsPerHold).toFixed(2);
      console.log(`hold ${name} n=${n} cpu_ns/hold=${nsPerHold.toFixed(1)} ratio=${ratio}`);
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

function plainHeapOfMessages(n, increments) {
  const heap = new PlainHeap();
  let place = 0;
  let nowUs = 0;
  let left = 0;
  const schedule = (message) => {
    const time = nowUs + increments[place++ & (INCREMENTS - 1)];
    heap.push({ time, sequence: heap.sequence++, run: () => handle(message) });
  };
  const handle = (message) => {
    left--;
    schedule({ from: message.to, to: message.from, term: left });
  };
  for (let i = 0; i < n; i++) schedule({ from: i, to: i + 1, term: 0 });
  return (holds) => {
    left = holds;
    while (left > 0) {
      const event = heap.pop();
      nowUs = event.time;
      event.run();
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
