import { describe, expect, it } from 'vitest';
import { parseScenario, type ResolvedScenario } from '../../src/scenario/index.js';
import { LINK_PROFILES, ZONE_MATRICES } from '../../src/scenario/places.js';

function resolved(network: string): ResolvedScenario {
  const text = `name: t\ndescription: t\nnetwork: ${network}\nworkload: { kind: idle }\nstop: { after: 1s }\n`;
  const parsed = parseScenario(text, 't.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.scenario;
}

describe('matrices of zones', () => {
  it('name every pair once, and hold for both ways', () => {
    for (const matrix of Object.values(ZONE_MATRICES)) {
      const zones = new Set([...Object.keys(matrix), ...Object.values(matrix).flatMap((row) => Object.keys(row))]);
      const pairs = Object.entries(matrix).flatMap(([from, row]) =>
        Object.keys(row).map((to) => [from, to].sort().join(' ')),
      );
      expect(new Set(pairs).size).toBe(pairs.length);
      expect(pairs).toHaveLength((zones.size * (zones.size - 1)) / 2);
    }
  });

  it('are named by a scenario', () => {
    const { network } = resolved(
      '{ zones: { rtt: aws-regions, of: { m1: us-east-1, m2: eu-west-1, client1: us-west-2 } } }',
    );
    expect(network.config.zoneLatencyUs['us-east-1']!['eu-west-1']).toBe(40_275);
    expect(network.config.zoneLatencyUs['eu-west-1']!['us-east-1']).toBe(40_275);
    expect(network.hosts.map(({ zone }) => zone)).toEqual(['us-east-1', 'eu-west-1', undefined, 'us-west-2']);
  });

  it('refuse a zone and a matrix that are not there', () => {
    for (const [rtt, zone] of [
      ['aws-regions', 'us-north-1'],
      ['aws-region', 'us-east-1'],
    ]) {
      const text = `name: t\ndescription: t\nnetwork: { zones: { rtt: ${rtt}, of: { m1: ${zone} } } }\nworkload: { kind: idle }\n`;
      expect(parseScenario(text, 't.yaml').ok).toBe(false);
    }
  });
});

describe('interfaces', () => {
  it("have a speed by kind of host, and a single host's own goes before it", () => {
    const { network } = resolved(
      '{ members: { line-rate: 1gbit }, clients: { line-rate: 10gbit }, hosts: { m2: { line-rate: 100mbit } } }',
    );
    expect(network.hosts.map(({ lineRateBitsPerSec }) => lineRateBitsPerSec)).toEqual([1e9, 1e8, 1e9, 1e10]);
    expect(resolved('{}').network.hosts.map(({ lineRateBitsPerSec }) => lineRateBitsPerSec)).toEqual(
      Array(4).fill(undefined),
    );
  });

  it('take packets of so many segments, or as their connections size them', () => {
    for (const [written, segments] of [
      ['{}', 1],
      ['{ segment-offload: 44 }', 44],
      ['{ segment-offload: auto }', 'auto'],
    ] as const) {
      expect(resolved(written).network.config.segmentsPerPacket).toBe(segments);
    }
    for (const wrong of ['45', '0', 'on']) {
      const text = `name: t\ndescription: t\nnetwork: { segment-offload: ${wrong} }\nworkload: { kind: idle }\nstop: { after: 1s }\n`;
      expect(parseScenario(text, 't.yaml').ok).toBe(false);
    }
  });
});

describe('link profiles', () => {
  it.each(Object.keys(LINK_PROFILES))('%s is a sound discipline', (profile) => {
    const { egress } = resolved(`{ clients: { egress: { profile: ${profile} } } }`).network.hosts.at(-1)!;
    expect(egress.delayUs).toBe(LINK_PROFILES[profile]!.delayUs);
    expect(egress.jitterUs).toBeLessThanOrEqual(egress.delayUs);
    expect(egress.lossRatio).toBeLessThan(0.05);
  });

  it('give way to what stands beside them', () => {
    const { egress } = resolved('{ clients: { egress: { profile: lte, jitter: 2ms, loss: 0 } } }').network.hosts.at(
      -1,
    )!;
    expect(egress).toMatchObject({ delayUs: 35_000, jitterUs: 2000, lossRatio: 0 });
  });
});
