import { describe, expect, test } from 'vitest';
import { BASE_US, connect, setting } from './setting.js';

describe('a connection on a clean path', () => {
  test('a message takes the base latency and the sender egress, and one event', () => {
    const world = setting({ a: { delayUs: 15_000 }, b: { delayUs: 30_000 } });
    const { dialling, accepting } = connect(world);
    const { simulator } = world;
    const openedUs = simulator.nowUs;
    expect(openedUs).toBe(2 * (15_000 + 30_000 + 2 * BASE_US));
    const heard: [string, number][] = [];
    accepting.onMessage = (message) => {
      heard.push([`b ${String(message)}`, simulator.nowUs - openedUs]);
      accepting.send('pong', 100);
    };
    dialling.onMessage = (message) => heard.push([`a ${String(message)}`, simulator.nowUs - openedUs]);
    const before = simulator.eventCount;
    expect(dialling.send('ping', 100)).toBe(true);
    simulator.run();
    expect(heard).toEqual([
      ['b ping', 15_000 + BASE_US],
      ['a pong', 45_000 + 2 * BASE_US],
    ]);
    expect(simulator.eventCount - before).toBe(2);
  });
});
