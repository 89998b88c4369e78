import { describe, expect, test } from 'vitest';
import { Cpu, InvariantError, Program, Simulator } from '../../src/engine/index.js';

/** A host's cores and a program on them that notes when what it runs is done. */
function host(cores: number, speed = 1) {
  const simulator = new Simulator(1);
  const cpu = new Cpu(simulator, cores, speed);
  const done: [string, number][] = [];
  const note = (name: string): void => void done.push([name, simulator.nowUs]);
  const program = new Program(cpu);
  return { simulator, cpu, program, done, note };
}

describe('cores', () => {
  test('work waits for a free one, in order', () => {
    const { simulator, cpu, program, done, note } = host(2);
    for (const [name, costUs] of [
      ['a', 100],
      ['b', 300],
      ['c', 50],
      ['d', 10],
    ] as const)
      program.run(costUs, note, name);
    expect(cpu.load).toBe(4);
    simulator.run();
    expect(done).toEqual([
      ['a', 100],
      ['c', 150],
      ['d', 160],
      ['b', 300],
    ]);
    expect([cpu.busyUs, program.busyUs, cpu.load]).toEqual([460, 460, 0]);
  });

  test('a quota below one is a core that is held back once its share of a period is used up', () => {
    const { simulator, program, done, note } = host(0.25);
    program.run(60_000, note, 'work');
    simulator.run();
    // 25 ms of every 100 ms: two whole shares, then 10 ms.
    expect(done).toEqual([['work', 210_000]]);
  });

  test('a quota that is not used up holds nobody back, and is not saved for later', () => {
    const { simulator, program, done, note } = host(0.5);
    simulator.schedule(450_000, () => program.run(60_000, note, 'late'), undefined);
    simulator.run();
    expect(done).toEqual([['late', 510_000]]);
  });

  test('a fraction above one makes each whole core so much faster: no work is lost', () => {
    const { simulator, program, done, note } = host(2.5);
    for (const name of ['a', 'b']) program.run(1000, note, name);
    simulator.run();
    expect(done).toEqual([
      ['a', 800],
      ['b', 800],
    ]);
  });

  test('a fast machine needs less time', () => {
    const { simulator, program, done, note } = host(1, 2);
    program.run(101, note, 'a');
    simulator.run();
    expect(done).toEqual([['a', 51]]);
  });

  test('work that costs nothing still waits its turn', () => {
    const { simulator, program, done, note } = host(1);
    program.run(20, note, 'a');
    program.run(0, note, 'b');
    expect(done).toEqual([]);
    simulator.run();
    expect(done).toEqual([
      ['a', 20],
      ['b', 20],
    ]);
  });

  test.each([
    [0, 1],
    [-1, 1],
    [1, 0],
  ])('%d cores of speed %d are refused', (cores, speed) => {
    expect(() => host(cores, speed)).toThrow(InvariantError);
  });
});

describe('slices', () => {
  test('a long computation lets what is new go first every 3 ms', () => {
    const { simulator, program, done, note } = host(1);
    program.run(10_000, note, 'long');
    simulator.schedule(1000, () => program.run(100, note, 'new'), undefined);
    simulator.run();
    expect(done).toEqual([
      ['new', 3100],
      ['long', 10_100],
    ]);
  });

  test('two long ones take turns, and newcomers pass both', () => {
    const { simulator, program, done, note } = host(1);
    program.run(9000, note, 'a');
    program.run(6000, note, 'b');
    // At 7 ms a has had 6 ms (two slices, b one between) and waits or runs; the newcomer is next after the slice.
    simulator.schedule(7000, () => program.run(10, note, 'new'), undefined);
    simulator.run();
    expect(done).toEqual([
      ['new', 9010],
      ['b', 12_010],
      ['a', 15_010],
    ]);
  });

  test('programs that share a machine share its cores and count their own time', () => {
    const { simulator, cpu, program, done, note } = host(1);
    const other = new Program(cpu);
    program.run(3000, note, 'a');
    other.run(500, note, 'b');
    simulator.run();
    expect(done).toEqual([
      ['a', 3000],
      ['b', 3500],
    ]);
    expect([program.busyUs, other.busyUs, cpu.busyUs]).toEqual([3000, 500, 3500]);
  });
});

describe('a program', () => {
  test('paused holds all it does, resumed does it, in order and once', () => {
    const { simulator, program, done, note } = host(1);
    program.run(100, note, 'running');
    program.run(100, note, 'queued');
    simulator.schedule(50, () => program.pause(), undefined);
    simulator.schedule(60, () => program.run(100, note, 'later'), undefined);
    simulator.run(1000);
    expect([done, program.paused, program.alive]).toEqual([[], true, true]);
    simulator.scheduleAt(5000, () => program.resume(), undefined);
    simulator.run();
    expect(done).toEqual([
      ['running', 5000],
      ['queued', 5100],
      ['later', 5200],
    ]);
    expect(program.paused).toBe(false);
  });

  test('keeps its order over a pause shorter than its queue', () => {
    const { simulator, cpu, program, done, note } = host(1);
    const other = new Program(cpu);
    program.run(4000, note, 'first');
    other.run(1000, note, 'other');
    simulator.schedule(2000, () => program.run(100, note, 'second'), undefined);
    simulator.schedule(2500, () => program.pause(), undefined);
    simulator.schedule(3500, () => program.resume(), undefined);
    simulator.run();
    expect(done).toEqual([
      ['other', 4000],
      ['first', 5000],
      ['second', 5100],
    ]);
  });

  test('paused leaves the core to others', () => {
    const { simulator, cpu, program, done, note } = host(1);
    const other = new Program(cpu);
    program.run(9000, note, 'paused');
    other.run(100, note, 'other');
    simulator.schedule(10, () => program.pause(), undefined);
    simulator.run(20_000);
    expect(done).toEqual([['other', 3100]]);
    program.resume();
    simulator.run();
    // It had 3 of its 9 ms.
    expect(done[1]).toEqual(['paused', 26_000]);
  });

  test('killed forgets what runs, what waits and what comes', () => {
    const { simulator, cpu, program, done, note } = host(1);
    const other = new Program(cpu);
    program.run(5000, note, 'running');
    program.run(100, note, 'queued');
    other.run(100, note, 'other');
    simulator.schedule(10, () => program.kill(), undefined);
    simulator.schedule(20, () => program.run(1, note, 'after'), undefined);
    simulator.run();
    expect([done, program.alive, cpu.load]).toEqual([[['other', 3100]], false, 0]);
  });

  test('killed while paused never comes back', () => {
    const { simulator, program, done, note } = host(1);
    program.pause();
    program.run(10, note, 'held');
    program.kill();
    program.resume();
    simulator.run();
    expect([done, program.alive, program.paused]).toEqual([[], false, false]);
  });
});
