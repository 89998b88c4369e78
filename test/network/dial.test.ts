import { describe, expect, test } from 'vitest';
import type { CloseReason, Port } from '../../src/network/index.js';
import { BASE_US, type End, setting } from './setting.js';

type World = ReturnType<typeof setting>;

interface Outcome {
  readonly atUs: number;
  readonly reason: CloseReason | 'opened';
  readonly end?: End;
}

/** Dials from a to b and runs until it is decided. */
function dial(
  { simulator, network }: World,
  { roundTrips = 2, timeoutUs = 20_000_000, to = 'b', port = 'client' as Port } = {},
): () => Outcome | undefined {
  let outcome: Outcome | undefined;
  const startUs = simulator.nowUs;
  const decide = (reason: Outcome['reason'], end?: End): void => {
    expect(outcome).toBeUndefined();
    const atUs = simulator.nowUs - startUs;
    outcome = end === undefined ? { atUs, reason } : { atUs, reason, end };
  };
  network.dial<unknown, unknown>({
    from: 'a',
    to,
    port,
    roundTrips,
    timeoutUs,
    opened: (end) => decide('opened', end),
    failed: (reason) => decide(reason),
  });
  return () => outcome;
}

function listening(hosts: Parameters<typeof setting>[0]): World & { readonly accepted: End[] } {
  const world = setting(hosts);
  const accepted: End[] = [];
  world.network.listen('b', 'client', (end) => accepted.push(end as unknown as End));
  return { ...world, accepted };
}

const RTT_US = 10_000 + 20_000 + 2 * BASE_US;
const FAR = { a: { delayUs: 10_000 }, b: { delayUs: 20_000 } };

describe('a dial', () => {
  test.each([1, 2, 3, 4])('takes %i round trips when told so', (roundTrips) => {
    const world = listening(FAR);
    const outcome = dial(world, { roundTrips });
    world.simulator.run();
    expect(outcome()).toMatchObject({ reason: 'opened', atUs: roundTrips * RTT_US });
    expect(world.accepted).toHaveLength(1);
  });

  test('is refused where nobody listens, after one round trip', () => {
    const world = listening(FAR);
    const elsewhere = dial(world, { port: 'peer' });
    world.simulator.run();
    expect(elsewhere()).toEqual({ reason: 'refused', atUs: RTT_US });
    world.network.listen('b', 'client', undefined);
    const stopped = dial(world);
    world.simulator.run();
    expect(stopped()).toEqual({ reason: 'refused', atUs: RTT_US });
  });

  test('to a host that is not there is told so at once', () => {
    const world = listening(FAR);
    const outcome = dial(world, { to: 'nowhere' });
    expect(outcome()).toBeUndefined();
    world.simulator.run();
    expect(outcome()).toEqual({ reason: 'unreachable', atUs: 0 });
  });

  test('repeats its SYN after 1, 3, 7 seconds', () => {
    const world = listening(FAR);
    world.network.block('a', 'b');
    const outcome = dial(world);
    world.simulator.schedule(2_000_000, () => world.network.unblock('a', 'b'), undefined);
    world.simulator.run();
    expect(outcome()).toMatchObject({ reason: 'opened', atUs: 3_000_000 + 2 * RTT_US });
  });

  test('repeats when the answer gets lost, and opens once', () => {
    const world = listening(FAR);
    world.network.block('b', 'a');
    const outcome = dial(world, { roundTrips: 1 });
    world.simulator.schedule(500_000, () => world.network.unblock('b', 'a'), undefined);
    world.simulator.run();
    expect(outcome()).toMatchObject({ reason: 'opened', atUs: 1_000_000 + RTT_US });
    expect(world.accepted).toHaveLength(1);
  });

  test('gives up when its time is over, or TCP does', () => {
    const world = listening(FAR);
    world.network.block('a', 'b');
    const short = dial(world, { timeoutUs: 5_000_000 });
    const long = dial(world, { timeoutUs: 1e12 });
    world.simulator.run();
    expect(short()).toEqual({ reason: 'timed-out', atUs: 5_000_000 });
    // tcp_syn_retries = 6: 1 + 2 + ... + 64 s
    expect(long()).toEqual({ reason: 'timed-out', atUs: 127_000_000 });
    expect(world.simulator.pendingCount).toBe(0);
  });

  test('to a host without power hears nothing', () => {
    const world = listening(FAR);
    world.network.silenceHost('b');
    const outcome = dial(world, { timeoutUs: 3_000_000 });
    world.simulator.run();
    expect(outcome()).toEqual({ reason: 'timed-out', atUs: 3_000_000 });
  });

  test('notices that the server was restarted in between', () => {
    const world = listening(FAR);
    const outcome = dial(world, { roundTrips: 3 });
    world.simulator.schedule(
      RTT_US + 1000,
      () => {
        world.network.resetHost('b');
        world.network.listen('b', 'client', () => {});
      },
      undefined,
    );
    world.simulator.run();
    expect(outcome()).toEqual({ reason: 'reset', atUs: 2 * RTT_US });
  });

  test('of a process that dies is forgotten', () => {
    const world = listening(FAR);
    const outcome = dial(world);
    world.simulator.schedule(1000, () => world.network.resetHost('a'), undefined);
    world.simulator.run();
    expect(outcome()).toBeUndefined();
  });

  test('what the server says first comes behind the answer to the dial', () => {
    const world = setting(FAR);
    world.network.listen('b', 'client', (end) => {
      (end as unknown as End).send('hello', 50);
    });
    const heard: unknown[] = [];
    world.network.dial<unknown, unknown>({
      from: 'a',
      to: 'b',
      port: 'client',
      roundTrips: 2,
      timeoutUs: 1e7,
      opened: (end) => {
        heard.push('opened');
        end.onMessage = (message) => heard.push(message);
      },
      failed: (reason) => heard.push(reason),
    });
    world.simulator.run();
    expect(heard).toEqual(['opened', 'hello']);
  });
});
