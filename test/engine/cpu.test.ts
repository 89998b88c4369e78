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
    simulator.run();
    expect(done).toEqual([
      ['a', 100],
      ['c', 150],
      ['d', 160],
      ['b', 300],
    ]);
    expect([cpu.busyUs, program.busyUs, cpu.idleCore]).toEqual([460, 460, true]);
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

  test('what is woken next goes before what stands in line, the latest first', () => {
    const { simulator, program, done, note } = host(2);
    for (const name of ['a', 'b', 'c']) program.run(100, note, name);
    program.runNext(10, note, 'first woken');
    program.runNext(10, note, 'last woken');
    simulator.run();
    expect(done.map(([name]) => name)).toEqual(['a', 'b', 'last woken', 'first woken', 'c']);
  });

  test('each core has room for one that is woken next: the oldest goes to the end of the line', () => {
    const { simulator, program, done, note } = host(1);
    for (const name of ['a', 'b']) program.run(100, note, name);
    program.runNext(10, note, 'first woken');
    program.runNext(10, note, 'last woken');
    simulator.run();
    expect(done.map(([name]) => name)).toEqual(['a', 'last woken', 'b', 'first woken']);
  });

  test('what is woken next dies with its program, and waits while that is stopped', () => {
    const { simulator, program, done, note } = host(1);
    program.pause();
    program.runNext(10, note, 'held');
    simulator.run(1000);
    expect(done).toEqual([]);
    program.resume();
    simulator.run(2000);
    expect(done).toEqual([['held', 1010]]);
    program.runNext(10, note, 'lost');
    program.kill();
    simulator.run();
    expect(done).toHaveLength(1);
  });

  test.each([
    [0, 1],
    [-1, 1],
    [1, 0],
  ])('%d cores of speed %d are refused', (cores, speed) => {
    expect(() => host(cores, speed)).toThrow(InvariantError);
  });
});

describe('goroutines of one program', () => {
  test('a long one lets what is new go first every 10 ms', () => {
    const { simulator, program, done, note } = host(1);
    program.run(25_000, note, 'long');
    simulator.schedule(1000, () => program.run(100, note, 'new'), undefined);
    simulator.run();
    expect(done).toEqual([
      ['new', 10_100],
      ['long', 25_100],
    ]);
  });

  test('two long ones take turns, and newcomers pass both', () => {
    const { simulator, program, done, note } = host(1);
    program.run(30_000, note, 'a');
    program.run(20_000, note, 'b');
    // At 25 ms a has had a slice, b one, and a has the core again.
    simulator.schedule(25_000, () => program.run(10, note, 'new'), undefined);
    simulator.run();
    expect(done).toEqual([
      ['new', 30_010],
      ['b', 40_010],
      ['a', 50_010],
    ]);
  });
});

describe('programs that share cores', () => {
  /** Keeps a program busy with pieces of `pieceUs`. */
  function keepBusy(program: Program, pieceUs: number): void {
    const again = (): void => program.run(pieceUs, again, undefined);
    again();
  }

  test('count their own time', () => {
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

  test('get the same share, however much each has to do', () => {
    const { simulator, cpu, program } = host(1);
    const other = new Program(cpu);
    for (let i = 0; i < 50; i++) keepBusy(program, 40);
    keepBusy(other, 7000);
    simulator.run(1_000_000);
    expect(program.busyUs / 1_000_000).toBeCloseTo(0.5, 1);
    expect(other.busyUs / 1_000_000).toBeCloseTo(0.5, 1);
  });

  test('are served by the thread, of which a program has as many as cores at most', () => {
    const { simulator, cpu, program } = host(2);
    const other = new Program(cpu);
    keepBusy(program, 100);
    for (let i = 0; i < 4; i++) keepBusy(other, 100);
    simulator.run(1_000_000);
    // Three threads on two cores.
    expect(program.busyUs / 1_000_000).toBeCloseTo(2 / 3, 1);
    expect(other.busyUs / 1_000_000).toBeCloseTo(4 / 3, 1);
    expect(cpu.busyUs).toBeGreaterThan(1_990_000);
  });

  test('one that has slept gets a core at the end of a piece of work, past the others in line', () => {
    const { simulator, cpu, program, done, note } = host(1);
    const sleeper = new Program(cpu);
    for (let i = 0; i < 100; i++) keepBusy(program, 50);
    simulator.schedule(100_020, () => sleeper.run(30, note, 'woken'), undefined);
    simulator.run(200_000);
    expect(done).toEqual([['woken', 100_080]]);
  });

  test('but a sleep is not saved up: it goes on among equals', () => {
    const { simulator, cpu, program } = host(1);
    const sleeper = new Program(cpu);
    keepBusy(program, 50);
    simulator.schedule(1_000_000, () => keepBusy(sleeper, 50), undefined);
    simulator.run(1_100_000);
    expect(sleeper.busyUs).toBeGreaterThan(50_000);
    expect(sleeper.busyUs).toBeLessThan(60_000);
  });

  test('hold a core for 3 ms on end where nobody else is far behind', () => {
    const { simulator, cpu, program, done, note } = host(1);
    const other = new Program(cpu);
    for (let i = 0; i < 4; i++) program.run(1000, note, `a${i}`);
    for (let i = 0; i < 2; i++) other.run(1000, note, `b${i}`);
    simulator.run();
    expect(done.map(([name]) => name)).toEqual(['a0', 'a1', 'a2', 'b0', 'b1', 'a3']);
  });

  test('a stint ends in the middle of a long piece, which goes on first when its program is next', () => {
    const { simulator, cpu, program, done, note } = host(1);
    const other = new Program(cpu);
    program.run(5000, note, 'long');
    program.run(10, note, 'short');
    other.run(100, note, 'other');
    simulator.run();
    expect(done).toEqual([
      ['other', 3100],
      ['long', 5100],
      ['short', 5110],
    ]);
  });
});

describe('idle threads', () => {
  const wakeUp = { afterUs: 5000, costUs: 200, spinUs: 100 };

  test('look for work a while, on a core that nobody wants: that counts, and delays nothing', () => {
    const { simulator, cpu, done, note } = host(2);
    const program = new Program(cpu, wakeUp);
    program.run(10, note, 'a');
    simulator.schedule(50, () => program.run(10, note, 'b'), undefined);
    simulator.schedule(1060, () => program.run(10, note, 'c'), undefined);
    simulator.run();
    expect(done).toEqual([
      ['a', 10],
      ['b', 60],
      ['c', 1070],
    ]);
    // 40 us between the first two, and no more than 100 us after.
    expect(program.busyUs).toBe(30 + 40 + 100);
  });

  test('do not where all cores are taken', () => {
    const { simulator, cpu, note } = host(1);
    const program = new Program(cpu, wakeUp);
    const other = new Program(cpu);
    program.run(10, note, 'a');
    other.run(2000, note, 'other');
    simulator.schedule(1000, () => program.run(10, note, 'b'), undefined);
    simulator.run();
    expect(program.busyUs).toBe(20);
  });

  test('do not under a quota', () => {
    const { simulator, cpu, note } = host(0.5);
    const program = new Program(cpu, wakeUp);
    program.run(10, note, 'a');
    simulator.schedule(1000, () => program.run(10, note, 'b'), undefined);
    simulator.run();
    expect(program.busyUs).toBe(20);
  });

  test('a program that has slept pays for waking up', () => {
    const { simulator, cpu, done, note } = host(1);
    const program = new Program(cpu, wakeUp);
    simulator.schedule(6000, () => program.run(10, note, 'a'), undefined);
    simulator.run();
    expect(done).toEqual([['a', 6210]]);
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
    expect([done, program.alive, cpu.idleCore]).toEqual([[['other', 3100]], false, true]);
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
