import type { KeyValue } from '../../api/index.js';

/** Where a hash stands: two lanes of 32 bits. */
export interface HashState {
  readonly high: number;
  readonly low: number;
}

/** FNV-1a's offset basis and prime; the second lane starts and multiplies otherwise, so that both never collide at once. */
const START: HashState = { high: 0x811c9dc5 | 0, low: 0x1b873593 };
const HIGH_PRIME = 0x01000193;
const LOW_PRIME = 0x85ebca6b;

/** A running hash of all writes in their order: equal on members that applied the same, different otherwise. */
export class RevisionHash {
  private high: number;
  private low: number;

  constructor(state: HashState = START) {
    this.high = state.high;
    this.low = state.low;
  }

  fold(kv: KeyValue): void {
    this.number(kv.modRevision);
    this.number(kv.version);
    this.number(kv.leaseId);
    this.text(kv.key);
    this.text(kv.value.text);
  }

  get state(): HashState {
    return { high: this.high, low: this.low };
  }

  /** The hash as a whole number of 53 bits. */
  get value(): number {
    return (this.high >>> 0) * 0x200000 + (this.low >>> 11);
  }

  /** Lease ids take more than 32 bits: both halves count. */
  private number(value: number): void {
    this.unit(value | 0);
    this.unit(Math.floor(value / 0x100000000) | 0);
  }

  private text(text: string): void {
    // The length first, so that 'ab' + 'c' and 'a' + 'bc' differ.
    this.unit(text.length);
    for (let i = 0; i < text.length; i++) this.unit(text.charCodeAt(i));
  }

  private unit(unit: number): void {
    this.high = Math.imul(this.high ^ unit, HIGH_PRIME);
    const low = Math.imul(this.low ^ unit, LOW_PRIME);
    // Multiplication carries bits upwards only: the shift brings them back down.
    this.low = low ^ (low >>> 15);
  }
}
