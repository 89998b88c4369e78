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
] as const;

const BEATS = 0;
const BUSY_WITH = 1;

/** A life sign in shared memory: written by a thread that runs plug-ins, read by the one that watches it. */
export class Pulse implements Heartbeat {
  readonly memory: SharedArrayBuffer;
  private readonly cells: Int32Array;

  constructor(memory = new SharedArrayBuffer(8)) {
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

  begin(doing: string): void {
    this.beat();
    Atomics.store(this.cells, BUSY_WITH, Math.max(0, (DOING as readonly string[]).indexOf(doing)));
  }

  end(): void {
    Atomics.store(this.cells, BUSY_WITH, 0);
    this.beat();
  }
}
