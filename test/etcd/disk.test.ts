import { describe, expect, test } from 'vitest';
import { Cpu, Simulator } from '../../src/engine/index.js';
import type { DiskConfig } from '../../src/etcd/index.js';
import { Disk } from '../../src/etcd/index.js';

const AS_IT_IS = { factor: 1, extraUs: 0 };

/** A disk whose flushes take 1 ms, and when which of them was over, ms. */
function disk({ cores = 1, ...config }: Partial<DiskConfig> & { readonly cores?: number } = {}) {
  const simulator = new Simulator('disk');
  const cpu = new Cpu(simulator, cores);
  const full: DiskConfig = {
    fsync: { kind: 'constant', valueUs: 1000 },
    syncUs: 0,
    kernelUs: 0,
    writeBytesPerSec: 0,
    ...config,
  };
  const over: [string, number][] = [];
  const made = new Disk(simulator, cpu, full, simulator.streams.stream('flush'));
  const flush = (name: string, bytes = 0, slowdown = AS_IT_IS): void =>
    made.flush(bytes, slowdown, () => over.push([name, simulator.nowUs / 1000]));
  const at = (ms: number, name: string): void => simulator.scheduleAt(ms * 1000, () => flush(name), undefined);
  return { simulator, cpu, over, flush, at };
}

describe('a disk', () => {
  test('makes one flush at a time; those that are asked for meanwhile share the next', () => {
    const { simulator, over, at } = disk();
    at(0, 'a');
    at(0.2, 'b');
    at(0.7, 'c');
    at(5, 'd');
    simulator.run();
    expect(over).toEqual([
      ['a', 1],
      ['b', 2],
      ['c', 2],
      ['d', 6],
    ]);
  });

  test('has a queue for each core of its machine', () => {
    const { simulator, over, at } = disk({ cores: 2 });
    at(0, 'a');
    at(0.4, 'b');
    at(0.6, 'c');
    simulator.run();
    expect(over).toEqual([
      ['a', 1],
      ['b', 1.4],
      ['c', 2],
    ]);
  });

  test('writes what is flushed together at its rate, and is as slow as the slowest who asked', () => {
    const { simulator, over, flush } = disk({ writeBytesPerSec: 1e6 });
    flush('first', 500);
    flush('b', 1000);
    flush('slow', 1000, { factor: 3, extraUs: 500 });
    simulator.run();
    expect(over).toEqual([
      ['first', 1.5],
      ['b', 1.5 + 2 + 3.5],
      ['slow', 1.5 + 2 + 3.5],
    ]);
  });

  test("takes its machine's CPU time, but none of a quota", () => {
    for (const [cores, busyUs] of [
      [1, 300],
      [0.3, 0],
    ] as const) {
      const { simulator, cpu, flush } = disk({ cores, kernelUs: 300 });
      flush('a');
      simulator.run();
      expect(cpu.busyUs).toBe(busyUs);
    }
  });
});
