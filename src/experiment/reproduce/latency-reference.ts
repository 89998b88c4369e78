/**
 * Measured on etcd 3.4.23 (Debian), clientv3 3.4, three members, egress delay D on every member: one request in flight, ms.
 * `watch_event`: from the start of a write to the event; its target says who was written to and who watched.
 */
export interface LatencyRow {
  readonly op: string;
  readonly target: string;
  readonly delayMs: number;
  readonly minMs: number;
  readonly medianMs: number;
  readonly meanMs: number;
  readonly p95Ms: number;
}

export type Target = 'leader' | 'follower' | 'rr';

type Figures = readonly [delayMs: number, minMs: number, medianMs: number, meanMs: number, p95Ms: number];

const MEASURED: readonly (readonly [op: string, target: string, ...figures: Figures[]])[] = [
  [
    'lget',
    'follower',
    [0, 1.13, 1.531, 1.566, 1.878],
    [15, 77.291, 77.796, 78.757, 80.268],
    [45, 227.182, 227.849, 228.012, 229.617],
  ],
  [
    'lget',
    'leader',
    [0, 0.59, 0.807, 0.816, 1.043],
    [15, 46.42, 46.748, 47.005, 48.838],
    [45, 136.223, 136.772, 136.907, 138.267],
  ],
  [
    'lget',
    'rr',
    [0, 0.701, 1.461, 1.475, 1.898],
    [15, 46.695, 77.491, 67.709, 79.234],
    [45, 136.458, 227.399, 197.661, 228.511],
  ],
  [
    'put',
    'follower',
    [0, 1.934, 3.137, 3.445, 6.247],
    [15, 77.965, 79.323, 80.999, 87.6],
    [45, 228.33, 230.153, 251.565, 259.462],
  ],
  [
    'put',
    'leader',
    [0, 2.159, 3.262, 4.442, 8.863],
    [15, 46.995, 48.601, 50.445, 59.116],
    [45, 137.361, 139.567, 142.066, 158.671],
  ],
  [
    'put',
    'rr',
    [0, 1.779, 2.871, 3.419, 6.1],
    [15, 47.404, 78.239, 69.749, 84.833],
    [45, 137.262, 228.787, 216.074, 332.596],
  ],
  [
    'sget',
    'follower',
    [0, 0.302, 0.496, 0.517, 0.707],
    [15, 15.644, 15.99, 16.287, 17.061],
    [45, 45.539, 45.785, 45.837, 46.294],
  ],
  [
    'sget',
    'leader',
    [0, 0.303, 0.487, 0.528, 0.729],
    [15, 15.536, 16.029, 16.049, 16.39],
    [45, 45.595, 45.901, 45.963, 46.545],
  ],
  [
    'sget',
    'rr',
    [0, 0.388, 0.572, 0.595, 0.807],
    [15, 15.711, 16.103, 16.281, 17.038],
    [45, 45.585, 45.895, 45.971, 46.512],
  ],
  [
    'txn',
    'follower',
    [0, 2.596, 3.489, 3.946, 6.739],
    [15, 78.221, 79.362, 80.987, 86.239],
    [45, 227.853, 229.859, 231.086, 242.334],
  ],
  [
    'txn',
    'leader',
    [0, 1.459, 2.643, 3.072, 4.445],
    [15, 47.079, 48.078, 49.575, 56.826],
    [45, 137.172, 138.291, 139.777, 146.973],
  ],
  [
    'txn',
    'rr',
    [0, 2.445, 3.444, 3.98, 8.275],
    [15, 47.616, 78.639, 69.366, 82.401],
    [45, 137.524, 229.341, 202.153, 237.085],
  ],
  [
    'watch_event',
    'write_follower_watch_leader',
    [0, 2.081, 7.402, 7.873, 14.324],
    [15, 62.547, 63.541, 64.055, 67.035],
    [45, 182.723, 184.05, 187.648, 209.703],
  ],
  [
    'watch_event',
    'write_follower_watch_other_follower',
    [0, 2.559, 7.658, 8.232, 14.92],
    [15, 77.698, 78.925, 79.482, 82.444],
    [45, 228.049, 229.238, 232.875, 254.862],
  ],
  [
    'watch_event',
    'write_follower_watch_same_follower',
    [0, 2.56, 7.716, 8.056, 14.324],
    [15, 77.82, 79.047, 79.618, 83.161],
    [45, 228.177, 229.647, 233.13, 254.648],
  ],
  [
    'watch_event',
    'write_leader_watch_follower',
    [0, 2.586, 6.434, 6.952, 12.447],
    [15, 63.103, 64.232, 65.159, 68.83],
    [45, 182.767, 183.834, 185.537, 197.889],
  ],
  [
    'watch_event',
    'write_leader_watch_follower2',
    [0, 2.773, 6.323, 6.86, 12.838],
    [15, 63.137, 64.096, 65.071, 68.965],
    [45, 182.771, 183.906, 185.568, 197.79],
  ],
  [
    'watch_event',
    'write_leader_watch_leader',
    [0, 2.319, 6.392, 6.902, 12.963],
    [15, 47.792, 48.909, 49.543, 52.893],
    [45, 137.546, 138.447, 140.152, 152.935],
  ],
];

export const LATENCY_SEQUENTIAL: readonly LatencyRow[] = MEASURED.flatMap(([op, target, ...figures]) =>
  figures.map(([delayMs, minMs, medianMs, meanMs, p95Ms]) => ({ op, target, delayMs, minMs, medianMs, meanMs, p95Ms })),
);

/** The same with egress delays of 5, 20 and 50 ms at members 1, 2 and 3; member 1 leads. `endpoint`: the member asked. */
export const LATENCY_ASYMMETRIC = [
  { op: 'lget', target: 'follower', endpoint: '2', medianMs: 72.7, meanMs: 72.8 },
  { op: 'lget', target: 'follower', endpoint: '3', medianMs: 133.1, meanMs: 133.3 },
  { op: 'lget', target: 'leader', endpoint: '1', medianMs: 32.0, meanMs: 32.1 },
  { op: 'lget', target: 'rr', endpoint: 'rr', medianMs: 72.4, meanMs: 78.9 },
  { op: 'put', target: 'follower', endpoint: '2', medianMs: 74.7, meanMs: 76.3 },
  { op: 'put', target: 'follower', endpoint: '3', medianMs: 133.8, meanMs: 135.1 },
  { op: 'put', target: 'leader', endpoint: '1', medianMs: 36.4, meanMs: 36.8 },
  { op: 'put', target: 'rr', endpoint: 'rr', medianMs: 77.0, meanMs: 82.5 },
  { op: 'txn', target: 'follower', endpoint: '2', medianMs: 74.9, meanMs: 76.0 },
  { op: 'txn', target: 'follower', endpoint: '3', medianMs: 134.1, meanMs: 135.6 },
  { op: 'txn', target: 'leader', endpoint: '1', medianMs: 34.3, meanMs: 35.3 },
  { op: 'txn', target: 'rr', endpoint: 'rr', medianMs: 75.3, meanMs: 84.1 },
] as const;
