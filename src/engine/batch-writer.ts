import { Fifo } from './fifo.js';
import type { Program } from './program.js';

interface Waiting<Frame> {
  readonly frame: Frame;
  readonly bytes: number;
  readonly costUs: number;
}

/**
 * What stands behind one outgoing connection: it encodes all that waits for it, writes that in one go, and looks again.
 *
 * So a frame that finds it idle pays for waking it and for the system call; under load many share that. What the bytes' way
 * out takes keeps the writer busy, while they are under way already.
 *
 * Model: which part of a byte's cost comes before it leaves, and which after, is measured from outside.
 * Source: gRPC's loopy writer; etcd rafthttp/stream.go (streamWriter.run flushes when nothing more waits).
 */
export class BatchWriter<Frame> {
  private readonly waiting = new Fifo<Waiting<Frame>>();
  private busy = false;
  /** How many of `waiting` are being written. */
  private batch = 0;
  private readonly program: Program;
  private readonly wakeUs: number;
  private readonly write: (frame: Frame, bytes: number) => void;
  private readonly outUsPerByte: number;
  private readonly next: boolean;
  private readonly onWritten = (): void => this.written();
  private readonly onOut = (): void => this.goOn();

  /**
   * @param wakeUs CPU time of one round, whatever its size
   * @param options.outUsPerByte CPU time of a byte's way out, once it is written
   * @param options.next it is woken ahead of the line (`Program.runNext`)
   */
  constructor(
    program: Program,
    wakeUs: number,
    write: (frame: Frame, bytes: number) => void,
    { outUsPerByte = 0, next = false } = {},
  ) {
    this.program = program;
    this.wakeUs = wakeUs;
    this.write = write;
    this.outUsPerByte = outUsPerByte;
    this.next = next;
  }

  get length(): number {
    return this.waiting.length;
  }

  /** @param costUs CPU time of encoding it */
  push(frame: Frame, bytes: number, costUs: number): void {
    this.waiting.push({ frame, bytes, costUs });
    if (!this.busy) this.begin();
  }

  /** The connection is gone, and with it all that waited. */
  clear(): void {
    this.waiting.drain();
    this.batch = 0;
  }

  private begin(): void {
    this.busy = true;
    this.batch = this.waiting.length;
    let costUs = this.wakeUs;
    for (let i = 0; i < this.batch; i++) costUs += this.waiting.at(i).costUs;
    if (this.next) this.program.runNext(costUs, this.onWritten, undefined);
    else this.program.run(costUs, this.onWritten, undefined);
  }

  private written(): void {
    let outBytes = 0;
    for (; this.batch > 0; this.batch--) {
      const { frame, bytes } = this.waiting.shift()!;
      this.write(frame, bytes);
      outBytes += bytes;
    }
    if (this.outUsPerByte === 0) this.goOn();
    else this.program.run(this.outUsPerByte * outBytes, this.onOut, undefined);
  }

  private goOn(): void {
    if (this.waiting.length > 0) this.begin();
    else this.busy = false;
  }
}
