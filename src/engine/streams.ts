import alea from 'seedrandom/lib/alea.js';
import { log } from './elementary.js';
import { invariant } from './invariant.js';

/**
 * The run's random streams, each named after its owner and purpose: `network/m1/egress`.
 *
 * A stream's seed is a hash of the run's seed and the stream's full name, so a new consumer moves nobody else's draws.
 */
export class Streams {
  private readonly byName = new Map<string, Stream>();
  private readonly seed: string;

  constructor(seed: string) {
    this.seed = seed;
  }

  /** The stream of that name; the same object for the same name. */
  stream(name: string): Stream {
    let stream = this.byName.get(name);
    if (stream === undefined) {
      stream = new Stream(hash53(`${this.seed}\u0000${name}`));
      this.byName.set(name, stream);
    }
    return stream;
  }
}

/** One sequence of draws. */
export class Stream {
  private readonly next: () => number;
  private spareNormal = Number.NaN;

  constructor(seed: string) {
    // 53-bit draws: 32-bit ones would cut an exponential's tail at 22 means.
    this.next = alea(seed).double;
  }

  /** Uniform in [0, 1), 53 bits. */
  uniform(): number {
    return this.next();
  }

  /** Uniform whole number in [0, bound). */
  below(bound: number): number {
    invariant(bound >= 1, 'below: needs a bound >= 1', { bound });
    return Math.floor(this.next() * bound);
  }

  /** True with probability `ratio`; draws nothing when the answer is certain. */
  chance(ratio: number): boolean {
    if (ratio <= 0) return false;
    return ratio >= 1 || this.next() < ratio;
  }

  /** Exponential with mean 1. */
  exponential(): number {
    return -log(1 - this.next());
  }

  /** Normal with mean 0 and standard deviation 1 (Marsaglia's polar method). */
  normal(): number {
    if (!Number.isNaN(this.spareNormal)) {
      const spare = this.spareNormal;
      this.spareNormal = Number.NaN;
      return spare;
    }
    for (;;) {
      const x = 2 * this.next() - 1;
      const y = 2 * this.next() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * log(square)) / square);
      this.spareNormal = y * factor;
      return x * factor;
    }
  }

  pickFrom<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** A shuffled copy (Fisher-Yates). */
  shuffled<T>(items: readonly T[]): T[] {
    const copy = items.slice();
    for (let i = copy.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const held = copy[i]!;
      copy[i] = copy[j]!;
      copy[j] = held;
    }
    return copy;
  }
}

/** A 53-bit hash of a text as 14 hex digits (two 32-bit multiply-xor lanes, mixed at the end). */
function hash53(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x9e3779b1);
    b = Math.imul(b ^ unit, 0x5f356495);
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(16).padStart(14, '0');
}
