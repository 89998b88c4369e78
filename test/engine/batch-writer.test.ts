import { describe, expect, test } from 'vitest';
import { BatchWriter, Cpu, Program, Simulator } from '../../src/engine/index.js';

function writer(options?: { outUsPerByte?: number; next?: boolean }) {
  const simulator = new Simulator(1);
  const program = new Program(new Cpu(simulator, 1));
  const written: [string, number][] = [];
  const note = (frame: string): void => void written.push([frame, simulator.nowUs]);
  return { simulator, program, written, note, writer: new BatchWriter<string>(program, 10, note, options) };
}

describe('a batch writer', () => {
  test('encodes all that waits and writes it in one go', () => {
    const { simulator, writer: own, written } = writer();
    own.push('a', 100, 5);
    own.push('b', 100, 5);
    own.push('c', 100, 5);
    simulator.run();
    expect(written).toEqual([
      ['a', 15],
      ['b', 35],
      ['c', 35],
    ]);
  });

  test("is busy with the bytes' way out, while they are under way already", () => {
    const { simulator, program, writer: own, written } = writer({ outUsPerByte: 0.5 });
    own.push('a', 100, 0);
    own.push('b', 40, 0);
    simulator.run();
    expect(written).toEqual([
      ['a', 10],
      ['b', 70],
    ]);
    expect(program.busyUs).toBe(10 + 50 + 10 + 20);
  });

  test('waits in line, unless it is woken next', () => {
    const inLine = writer();
    const next = writer({ next: true });
    for (const { program, note, writer: own, simulator } of [inLine, next]) {
      program.run(100, note, 'running');
      program.run(100, note, 'in line');
      own.push('frame', 1, 0);
      simulator.run();
    }
    expect(inLine.written.map(([frame]) => frame)).toEqual(['running', 'in line', 'frame']);
    expect(next.written.map(([frame]) => frame)).toEqual(['running', 'frame', 'in line']);
  });

  test('cleared, it writes nothing more, and goes on with what comes later', () => {
    const { simulator, writer: own, written } = writer();
    own.push('lost', 1, 0);
    own.clear();
    simulator.run();
    own.push('kept', 1, 0);
    simulator.run();
    expect(written.map(([frame]) => frame)).toEqual(['kept']);
  });
});
