import type { NetemConfig } from '../network/types.js';

/*
 * Places: what networks are like elsewhere, for scenarios to name.
 */

/** Round trips between zones, ms: `[from][to]`, each pair once. */
export type ZoneMatrix = Readonly<Record<string, Readonly<Record<string, number>>>>;

export const ZONE_MATRICES: Readonly<Record<string, ZoneMatrix>> = {
  // Mean round trips between ten AWS regions. Source: "Latency Between AWS Global Regions", as tabled in
  // acomputerscientistlearnsaws.blogspot.com/2017/04/aws-regions.html.
  'aws-regions': {
    'us-east-1': {
      'us-west-1': 72.74,
      'us-west-2': 86.98,
      'eu-west-1': 80.55,
      'eu-central-1': 88.66,
      'ap-northeast-1': 145.3,
      'ap-northeast-2': 178.4,
      'ap-southeast-1': 216.7,
      'ap-southeast-2': 230,
      'sa-east-1': 119.5,
    },
    'us-west-1': {
      'us-west-2': 19.46,
      'eu-west-1': 153.2,
      'eu-central-1': 166.6,
      'ap-northeast-1': 102.5,
      'ap-northeast-2': 131.5,
      'ap-southeast-1': 174,
      'ap-southeast-2': 157.5,
      'sa-east-1': 192.7,
    },
    'us-west-2': {
      'eu-west-1': 137,
      'eu-central-1': 159.5,
      'ap-northeast-1': 89.1,
      'ap-northeast-2': 118.3,
      'ap-southeast-1': 161.4,
      'ap-southeast-2': 162.2,
      'sa-east-1': 182.7,
    },
    'eu-west-1': {
      'eu-central-1': 19.56,
      'ap-northeast-1': 212.4,
      'ap-northeast-2': 242.4,
      'ap-southeast-1': 239,
      'ap-southeast-2': 309.6,
      'sa-east-1': 191.3,
    },
    'eu-central-1': {
      'ap-northeast-1': 236.5,
      'ap-northeast-2': 266.2,
      'ap-southeast-1': 325.9,
      'ap-southeast-2': 323.5,
      'sa-east-1': 194.9,
    },
    'ap-northeast-1': { 'ap-northeast-2': 31.44, 'ap-southeast-1': 73.79, 'ap-southeast-2': 103.9, 'sa-east-1': 256.8 },
    'ap-northeast-2': { 'ap-southeast-1': 71.87, 'ap-southeast-2': 134, 'sa-east-1': 286.3 },
    'ap-southeast-1': { 'ap-southeast-2': 175.3, 'sa-east-1': 328.1 },
    'ap-southeast-2': { 'sa-east-1': 322.5 },
  },
};

type Link = Pick<NetemConfig, 'delayUs' | 'jitterUs' | 'delayCorrelation' | 'distribution' | 'lossRatio'>;

/**
 * What leaves a host over a kind of link: one way, so half of the round trips that are published.
 *
 * Model: one figure for a kind of link; real ones vary with load, weather, place and hour far more than these jitters.
 */
export const LINK_PROFILES: Readonly<Record<string, Link>> = {
  // Two switches and a few hundred metres.
  'campus-lan': link({ delayMs: 0.15, jitterMs: 0.03 }),
  // A few ms on the air, and a long tail. Source: Pei et al., WiFi can be the weakest link of round trip network latency
  // in the wild, INFOCOM 2016 (median 3 ms, a tenth above 20 ms).
  wifi: {
    ...link({ delayMs: 2.5, jitterMs: 2, lossRatio: 0.005 }),
    distribution: 'paretonormal',
    delayCorrelation: 0.25,
  },
  // Round trips of some 70 ms. Source: Huang et al., A close examination of performance and power characteristics of 4G
  // LTE networks, MobiSys 2012.
  lte: { ...link({ delayMs: 35, jitterMs: 8, lossRatio: 0.001 }), distribution: 'normal', delayCorrelation: 0.25 },
  // Round trips of some 45 ms, with losses at handovers. Source: Mohan et al., A multifaceted look at Starlink
  // performance, WWW 2024.
  'leo-satellite': { ...link({ delayMs: 22, jitterMs: 5, lossRatio: 0.01 }), distribution: 'normal' },
  // 35 786 km up and down again are 239 ms of light one way; modems and scheduling add the rest.
  'geo-satellite': { ...link({ delayMs: 280, jitterMs: 10, lossRatio: 0.005 }), distribution: 'normal' },
};

function link({
  delayMs,
  jitterMs,
  lossRatio = 0,
}: {
  readonly delayMs: number;
  readonly jitterMs: number;
  readonly lossRatio?: number;
}): Link {
  return {
    delayUs: delayMs * 1000,
    jitterUs: jitterMs * 1000,
    delayCorrelation: 0,
    distribution: 'uniform',
    lossRatio,
  };
}
