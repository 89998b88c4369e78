import type { ClientFrame, WatchEvent, WatchResponse } from '../api/index.js';
import { Fifo, type Program, type Simulator } from '../engine/index.js';
import type { Channel } from './channel.js';
import type { Subconnection } from './subconnection.js';

export interface WatchOptions {
  readonly key: string;
  readonly rangeEnd?: string;
  /** 0 or absent = from now on. */
  readonly startRevision?: number;
  readonly previousKv?: boolean;
  readonly progressNotify?: boolean;
}

export interface WatchHandlers {
  readonly created?: (revision: number) => void;
  readonly events: (events: readonly WatchEvent[], revision: number) => void;
  readonly progress?: (revision: number) => void;
  /** The watch is over: its start revision had been compacted. */
  readonly canceled?: (compactRevision: number) => void;
}

interface Watch {
  readonly id: number;
  readonly options: WatchOptions;
  readonly handlers: WatchHandlers;
  /** First revision that has not been seen; 0 until one is known. */
  nextRevision: number;
}

/** clientv3 opens a broken stream again at once; if that breaks too before a message came, after ever longer waits. */
const RESUME_BACKOFF = { firstUs: 1000, growth: 1.25, maxUs: 100_000 };

/**
 * A client's watch stream: all its watches share one, opened where the picker says; it stays there.
 *
 * After a break the stream is opened anew, elsewhere if the picker says so, and every watch goes on behind the last
 * revision that it saw. Source: etcd clientv3/watch.go.
 */
export class WatchStream {
  private readonly watches = new Map<number, Watch>();
  private readonly simulator: Simulator;
  private readonly program: Program;
  private readonly channel: Channel;
  private readonly eventCpuUs: number;
  /** Messages in order, whichever core is done with its work first. */
  private readonly arrived = new Fifo<{ readonly streamId: number; readonly message: WatchResponse }>();
  private subconnection: Subconnection | undefined;
  private streamId = 0;
  private opening = false;
  private backoffUs = 0;
  private nextWatchId = 1;

  constructor(simulator: Simulator, program: Program, channel: Channel, eventCpuUs: number) {
    this.simulator = simulator;
    this.program = program;
    this.channel = channel;
    this.eventCpuUs = eventCpuUs;
  }

  add(options: WatchOptions, handlers: WatchHandlers): { cancel(): void } {
    const watch: Watch = { id: this.nextWatchId++, options, handlers, nextRevision: options.startRevision ?? 0 };
    this.watches.set(watch.id, watch);
    if (this.subconnection !== undefined) this.create(watch);
    else this.open();
    return { cancel: () => this.cancel(watch) };
  }

  private readonly open = (): void => {
    if (this.opening || this.subconnection !== undefined || this.watches.size === 0) return;
    this.opening = true;
    this.channel.openStream(
      {
        message: (message) => {
          this.backoffUs = 0;
          this.arrived.push({ streamId: this.streamId, message });
          this.program.run(this.eventCpuUs, this.receiveNext, undefined);
        },
        ended: () => this.broken(),
      },
      (subconnection, id) => {
        this.opening = false;
        this.subconnection = subconnection;
        this.streamId = id;
        for (const watch of this.watches.values()) this.create(watch);
      },
    );
  };

  private broken(): void {
    this.opening = false;
    this.subconnection = undefined;
    // What has arrived and is not taken in yet will come again.
    this.streamId = 0;
    this.simulator.schedule(Math.round(this.backoffUs), this.open, undefined);
    const { firstUs, growth, maxUs } = RESUME_BACKOFF;
    this.backoffUs = Math.min(maxUs, Math.max(firstUs, this.backoffUs * growth));
  }

  private create(watch: Watch): void {
    const { key, rangeEnd, previousKv, progressNotify } = watch.options;
    this.send({
      kind: 'watch-create',
      create: {
        watchId: watch.id,
        key,
        ...(rangeEnd === undefined ? {} : { rangeEnd }),
        startRevision: watch.nextRevision,
        previousKv: previousKv ?? false,
        progressNotify: progressNotify ?? false,
      },
    });
  }

  private cancel(watch: Watch): void {
    if (this.watches.delete(watch.id)) this.send({ kind: 'watch-cancel', watchId: watch.id });
  }

  private send(message: (ClientFrame & { kind: 'watch-send' })['message']): void {
    this.subconnection?.send({ kind: 'watch-send', id: this.streamId, message });
  }

  private readonly receiveNext = (): void => {
    const { streamId, message } = this.arrived.shift()!;
    if (streamId === this.streamId) this.receive(message);
  };

  private receive(message: WatchResponse): void {
    if (message.kind === 'watch-progress' && message.watchId === -1) {
      for (const watch of this.watches.values()) this.progress(watch, message.header.revision);
      return;
    }
    const watch = this.watches.get(message.watchId);
    if (watch === undefined) return;
    switch (message.kind) {
      case 'watch-created':
        // From now on means from the revision at which the watch was made: a resumed watch must not skip any.
        if (watch.nextRevision === 0) watch.nextRevision = message.header.revision + 1;
        watch.handlers.created?.(message.header.revision);
        return;
      case 'watch-events':
        watch.nextRevision = message.events[message.events.length - 1]!.kv.modRevision + 1;
        watch.handlers.events(message.events, message.header.revision);
        return;
      case 'watch-progress':
        this.progress(watch, message.header.revision);
        return;
      case 'watch-canceled':
        this.watches.delete(watch.id);
        watch.handlers.canceled?.(message.compactRevision);
        return;
    }
  }

  private progress(watch: Watch, revision: number): void {
    if (revision >= watch.nextRevision) watch.nextRevision = revision + 1;
    watch.handlers.progress?.(revision);
  }
}
