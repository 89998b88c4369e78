import type { Request, Value } from '../api/index.js';
import { invariant, type Stream, type Streams } from '../engine/index.js';
import type { OperationMix, OperationName } from './config.js';

const NAMES: readonly OperationName[] = ['put', 'txn', 'lget', 'sget', 'delete'];

/** All keys of the synthetic workloads begin with this. */
export const KEY_PREFIX = 'key';

export interface DrawnOperation {
  readonly name: OperationName;
  readonly request: Request;
  /** The written value's text, which nothing else writes; '' for an operation that writes none. */
  readonly text: string;
}

/** Draws operations from a mix. What an operation is depends on how many were drawn before it, and on nothing else. */
export class OperationSource {
  private readonly mix: OperationMix;
  private readonly stream: Stream;
  private readonly choices: readonly { readonly name: OperationName; readonly upTo: number }[];
  private readonly only: OperationName | undefined;
  private readonly owner: string;
  private readonly keys = new Map<number, string>();
  private drawn = 0;

  /** @param owner unique in the run; names the stream, and is part of every value written */
  constructor(streams: Streams, owner: string, mix: OperationMix) {
    this.mix = mix;
    this.owner = owner;
    this.stream = streams.stream(`workload/${owner}/operations`);
    const total = NAMES.reduce((sum, name) => sum + (mix.weights[name] ?? 0), 0);
    invariant(total > 0, 'an operation mix needs a weight above 0', { weights: mix.weights });
    let upTo = 0;
    const choices: { name: OperationName; upTo: number }[] = [];
    for (const name of NAMES) {
      const weight = mix.weights[name] ?? 0;
      upTo += weight / total;
      if (weight > 0) choices.push({ name, upTo });
    }
    this.choices = choices;
    this.only = choices.length === 1 ? choices[0]!.name : undefined;
  }

  next(): DrawnOperation {
    const name = this.only ?? this.drawName();
    const key = this.key(this.stream.below(this.mix.keySpace));
    const number = ++this.drawn;
    switch (name) {
      case 'lget':
        return { name, request: { kind: 'range', key }, text: '' };
      case 'sget':
        return { name, request: { kind: 'range', key, serializable: true }, text: '' };
      case 'delete':
        return { name, request: { kind: 'delete-range', key }, text: '' };
      case 'put': {
        const value = this.value(key, number);
        return { name, request: { kind: 'put', key, value }, text: value.text };
      }
      case 'txn': {
        const value = this.value(key, number);
        const request: Request = {
          kind: 'txn',
          compares: [{ key, target: 'mod', result: '=', operand: 0 }],
          success: [{ kind: 'put', key, value }],
          failure: [],
        };
        return { name, request, text: value.text };
      }
    }
  }

  /** The same key is the same string object: stores find it without comparing letters. */
  private key(number: number): string {
    let key = this.keys.get(number);
    if (key === undefined) {
      key = KEY_PREFIX + String(number).padStart(this.mix.keyBytes - KEY_PREFIX.length, '0');
      this.keys.set(number, key);
    }
    return key;
  }

  private value(key: string, number: number): Value {
    return { text: `${key}#${this.owner}${number}`, sizeBytes: this.mix.valueBytes };
  }

  private drawName(): OperationName {
    const draw = this.stream.uniform();
    return (this.choices.find(({ upTo }) => draw < upTo) ?? this.choices[this.choices.length - 1]!).name;
  }
}
