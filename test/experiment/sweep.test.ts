import { describe, expect, it } from 'vitest';
import { type CellResult, InvalidScenario, runSweep, SweepAborted } from '../../src/experiment/index.js';
import { cellsOf, summarise } from '../../src/experiment/sweep.js';
import { PUTS } from './scenarios.js';

const options = { text: PUTS, fileName: 'puts.yaml', jobs: 1, version: 'test' };

describe('a sweep', () => {
  it('visits every combination, the first axis slowest', () => {
    const cells = cellsOf([
      { path: 'a', values: ['1', '2'] },
      { path: 'b', values: ['x', 'y'] },
    ]);
    expect(cells.map(({ a, b }) => `${a}${b}`)).toEqual(['1x', '1y', '2x', '2y']);
    expect(cellsOf([])).toEqual([{}]);
  });

  it('gives the same rows with one and with two workers', async () => {
    const [one, two] = await Promise.all([runSweep(options), runSweep({ ...options, jobs: 2 })]);
    expect(one.cells).toHaveLength(4);
    expect(JSON.stringify(two)).toBe(JSON.stringify(one));
    const latency = one.rows.filter(({ metric }) => metric === 'put_latency_mean');
    expect(latency.map(({ cell, n }) => [cell['network.members.egress.delay'], n])).toEqual([
      ['0ms', 2],
      ['5ms', 2],
    ]);
    expect(latency[1]!.mean - latency[0]!.mean).toBeGreaterThan(20);
  });

  it('uses the same random numbers in the same replication of every cell, and others in the next', async () => {
    const axes = [{ path: 'client.balancer', values: ['round-robin', 'pick-leader'] }];
    const text = PUTS.replace('operations: put', 'operations: { put: 1, sget: 1 }');
    const { cells } = await runSweep({ ...options, text, axes });
    const puts = (cell: Partial<Record<string, string>>, replication: number) =>
      cells.find(
        (each) => each.replication === replication && Object.entries(cell).every(([path, v]) => each.cell[path] === v),
      )!.metrics['put_latency_count']!.value;
    for (const delay of ['0ms', '5ms']) {
      const cell = { 'network.members.egress.delay': delay };
      for (const replication of [0, 1]) {
        expect(puts({ ...cell, 'client.balancer': 'round-robin' }, replication)).toBe(
          puts({ ...cell, 'client.balancer': 'pick-leader' }, replication),
        );
      }
      expect(puts(cell, 0)).not.toBe(puts(cell, 1));
    }
  });

  it('runs only its shard, and the shards together are the whole', async () => {
    const whole = await runSweep(options);
    const parts: CellResult[] = [];
    for (const index of [1, 2, 3]) {
      const { cells } = await runSweep({ ...options, shard: { index, of: 3 } });
      expect(cells.length).toBeGreaterThan(0);
      parts.push(...cells);
    }
    expect(parts.sort((a, b) => a.index - b.index)).toEqual(whole.cells);
  });

  it('does not run again what is done already, and ends with the same rows', async () => {
    const whole = await runSweep(options);
    const seen: number[] = [];
    const resumed = await runSweep({
      ...options,
      completed: whole.cells.slice(0, 3),
      onCell: ({ index }) => seen.push(index),
    });
    expect(seen).toEqual([3]);
    expect(resumed).toEqual(whole);
  });

  it('stops at its signal, having reported what it did', async () => {
    const controller = new AbortController();
    const seen: CellResult[] = [];
    const sweep = runSweep({
      ...options,
      signal: controller.signal,
      onCell: (cell) => {
        seen.push(cell);
        if (seen.length === 2) controller.abort();
      },
    });
    await expect(sweep).rejects.toBeInstanceOf(SweepAborted);
    expect(seen.map(({ index }) => index)).toEqual([0, 1]);
  });

  it('refuses a scenario that does not parse, with all that is wrong', async () => {
    const text = `${PUTS}\nclint: {}\n`;
    await expect(runSweep({ ...options, text })).rejects.toSatisfy(
      (error) => error instanceof InvalidScenario && error.errors.length === 1,
    );
  });

  it('counts what a replication does not mention as none, and leaves other quantities out', () => {
    const result = (index: number, metrics: CellResult['metrics']): CellResult => ({
      index,
      cell: {},
      replication: index,
      metrics,
    });
    const rows = summarise([
      result(0, { errors: { value: 4, unit: 'count' }, time: { value: 2, unit: 's' } }),
      result(1, {}),
    ]);
    expect(rows.map(({ metric, mean, n }) => [metric, mean, n])).toEqual([
      ['errors', 2, 2],
      ['time', 2, 1],
    ]);
  });
});
