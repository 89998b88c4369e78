import type { Heartbeat } from './surroundings.js';

/** What a plug-in can be busy with; its place in this list crosses threads. */
const DOING = [
  'nothing',
  'loading',
  'shared',
  'remember',
  'start',
  'stateChanged',
  'newPicker',
  'pick',
  'ended',
  'a timer',
  'a status answer',
  'a notice',
  'a handler',
  'CPU work',
  'a dial',
  'an answer',
  'a watch',
  'the end',
  'strike',
  'undo',
  'before',
  'after',
] as const;

const BEATS = 0;
const BUSY_WITH = 1;
/** Place of the file among those that are watched, from 1. */
const WHOSE = 2;
/** Which rule it breaks who never returns. */
const RULE = 3;
const RULES = ['P4', 'B5'] as const;

/** A life sign in shared memory: written by a thread that runs plug-ins, read by the one that watches it. */
export class Pulse implements Heartbeat {
  readonly memory: SharedArrayBuffer;
  private readonly cells: Int32Array;

  constructor(memory = new SharedArrayBuffer(16)) {
    this.memory = memory;
    this.cells = new Int32Array(memory);
  }

  get beats(): number {
    return Atomics.load(this.cells, BEATS);
  }

  /** What the plug-in is busy with; undefined: nothing that anybody said. */
  get busyWith(): string | undefined {
    const place = Atomics.load(this.cells, BUSY_WITH);
    return place === 0 ? undefined : DOING[place];
  }

  /** Something has moved on. */
  beat(): void {
    Atomics.add(this.cells, BEATS, 1);
  }

  /** Place among the watched files of the one whose code runs; undefined: not known. */
  get whose(): number | undefined {
    const place = Atomics.load(this.cells, WHOSE);
    return place === 0 ? undefined : place - 1;
  }

  /** The rule that asks of what runs to return. */
  get rule(): (typeof RULES)[number] {
    return RULES[Atomics.load(this.cells, RULE)]!;
  }

  /** @param whose place of the plug-in's file among those that are watched, and whether it is a balancer */
  begin(
    doing: string,
    { file, isBalancer = false }: { readonly file?: number; readonly isBalancer?: boolean } = {},
  ): void {
    this.beat();
    Atomics.store(this.cells, WHOSE, file === undefined ? 0 : file + 1);
    Atomics.store(this.cells, RULE, isBalancer ? 1 : 0);
    Atomics.store(this.cells, BUSY_WITH, Math.max(0, (DOING as readonly string[]).indexOf(doing)));
  }

  end(): void {
    Atomics.store(this.cells, BUSY_WITH, 0);
    Atomics.store(this.cells, WHOSE, 0);
    Atomics.store(this.cells, RULE, 0);
    this.beat();
  }
}
