import { CLIENT_ERRORS, isMutation, type Outcome, type Request } from '../api/index.js';
import type { ChannelControl, ChannelMemory, Picker, PickInfo } from './policy.js';
import type { StreamHandlers, Subconnection } from './subconnection.js';

/** A call or stream that waits for a picker that can place it. */
interface Queued {
  readonly id: number;
  readonly info: PickInfo;
  readonly start: (subconnection: Subconnection, picker: Picker) => void;
  readonly refuse: (outcome: Outcome & { kind: 'error' }) => void;
}

/** A call under way, and where. */
interface Placed {
  readonly info: PickInfo;
  readonly subconnection: Subconnection;
  readonly picker: Picker;
  readonly placedUs: number;
}

/** What a channel needs besides its picker, for policies that want more than to choose among the ready. */
export interface ChannelOptions {
  /** Without it calls are placed at time 0. */
  readonly clock?: { readonly nowUs: number };
  /** Makes the policy's memory of this channel. */
  readonly remember?: (control: ChannelControl) => ChannelMemory | undefined;
}

/**
 * gRPC's client channel: a subconnection to every endpoint, and a picker that places each call.
 *
 * Calls and streams wait until one can be had: while none is ready they stand in line, up to their deadline.
 *
 * Source: clientv3 options.go (defaultWaitForReady), grpc-go clientconn.go, picker_wrapper.go, balancer/base.
 */
export class Channel {
  readonly endpoints: readonly string[];
  private readonly subconnections: readonly Subconnection[];
  private readonly newPicker: (ready: readonly Subconnection[]) => Picker;
  private picker: Picker | undefined;
  private readyKey = '';
  private queue: Queued[] = [];
  private waitingForReady: (() => void)[] = [];
  private readonly placed = new Map<number, Placed>();
  private readonly clock: { readonly nowUs: number };
  private readonly remember: ChannelOptions['remember'];
  private memory: ChannelMemory | undefined;
  private nextId = 1;
  private connecting = false;
  private closed = false;

  /**
   * @param makeSubconnections is given what to call when one changes its state
   * @param newPicker the policy's, over the ready subconnections in endpoint order (never empty)
   */
  constructor(
    endpoints: readonly string[],
    makeSubconnections: (changed: (subconnection?: Subconnection) => void) => readonly Subconnection[],
    newPicker: (ready: readonly Subconnection[]) => Picker,
    { clock = { nowUs: 0 }, remember }: ChannelOptions = {},
  ) {
    this.endpoints = endpoints;
    this.newPicker = newPicker;
    this.clock = clock;
    this.remember = remember;
    this.subconnections = makeSubconnections((subconnection) => this.stateChanged(subconnection));
  }

  connect(): void {
    if (this.connecting) return;
    this.connecting = true;
    this.memory = this.remember?.(this.control());
    if (this.memory?.start !== undefined) this.memory.start();
    else for (const subconnection of this.subconnections) subconnection.connect();
  }

  whenReady(up: () => void): void {
    if (this.picker !== undefined) up();
    else this.waitingForReady.push(up);
  }

  /** Sends a unary call where the picker says. @returns an id for `cancel` */
  call(request: Request, deadlineUs: number, done: (outcome: Outcome) => void): number {
    const id = this.nextId++;
    const info: PickInfo = { kind: request.kind, mutation: isMutation(request) };
    this.place({
      id,
      info,
      start: (subconnection, picker) => {
        const placed: Placed = { info, subconnection, picker, placedUs: this.clock.nowUs };
        this.placed.set(id, placed);
        subconnection.call({ kind: 'call', id, request, deadlineUs }, (outcome) => {
          this.placed.delete(id);
          if (picker.ended !== undefined) tell(placed, outcome);
          done(outcome);
        });
      },
      refuse: done,
    });
    return id;
  }

  /** Gives a call up. @param outcome what its caller is told, which the policy hears of too */
  cancel(id: number, outcome: Outcome = CLIENT_ERRORS.canceled): void {
    const placed = this.placed.get(id);
    if (placed === undefined) {
      this.queue = this.queue.filter((queued) => queued.id !== id);
      return;
    }
    placed.subconnection.cancel(id);
    this.placed.delete(id);
    if (placed.picker.ended !== undefined) tell(placed, outcome);
  }

  /** Opens a watch stream where the picker says, now or as soon as one can be placed. */
  openStream(handlers: StreamHandlers, opened: (subconnection: Subconnection, id: number) => void): void {
    const id = this.nextId++;
    this.place({
      id,
      info: { kind: 'watch', mutation: false },
      start: (subconnection) => {
        subconnection.openStream(id, handlers);
        opened(subconnection, id);
      },
      refuse: ({ text }) => handlers.ended(text),
    });
  }

  /** Picks again for what waits. */
  repick(): void {
    if (this.queue.length === 0) return;
    const queue = this.queue;
    this.queue = [];
    for (const queued of queue) this.place(queued);
  }

  close(): void {
    this.closed = true;
    for (const subconnection of this.subconnections) subconnection.shutdown();
    this.picker = undefined;
    const queue = this.queue;
    this.queue = [];
    for (const queued of queue) queued.refuse(CLIENT_ERRORS.canceled);
  }

  private place(queued: Queued): void {
    if (this.closed) {
      queued.refuse(CLIENT_ERRORS.canceled);
      return;
    }
    if (this.picker === undefined) {
      this.queue.push(queued);
      return;
    }
    const result = this.picker.pick(queued.info);
    switch (result.kind) {
      case 'complete': {
        const subconnection = result.subconnection as Subconnection;
        if (subconnection.state === 'READY') queued.start(subconnection, this.picker);
        else this.queue.push(queued);
        return;
      }
      // clientv3's calls wait for ready (grpc.WaitForReady), so that a failure that may pass does not end them.
      case 'queue':
      case 'transient-failure':
        this.queue.push(queued);
        return;
      case 'drop':
        queued.refuse(result.error);
        return;
    }
  }

  private control(): ChannelControl {
    const { subconnections } = this;
    const named = (endpoint: string): Subconnection => {
      const found = subconnections.find((subconnection) => subconnection.endpoint === endpoint);
      if (found === undefined) throw new RangeError(`no endpoint ${endpoint}`);
      return found;
    };
    return {
      subconnections,
      connect: (endpoint) => named(endpoint).connect(),
      disconnect: (endpoint) => named(endpoint).disconnect(),
      renewPicker: () => {
        if (this.closed || this.picker === undefined) return;
        this.picker = this.newPicker(this.subconnections.filter(({ state }) => state === 'READY'));
        this.repick();
      },
    };
  }

  private stateChanged(subconnection?: Subconnection): void {
    if (this.closed) return;
    if (subconnection !== undefined) this.memory?.stateChanged?.(subconnection);
    const ready = this.subconnections.filter(({ state }) => state === 'READY');
    const readyKey = ready.map(({ endpoint }) => endpoint).join(' ');
    if (readyKey !== this.readyKey) {
      this.readyKey = readyKey;
      this.picker = ready.length === 0 ? undefined : this.newPicker(ready);
    }
    this.repick();
    if (this.picker === undefined || this.waitingForReady.length === 0) return;
    const waiting = this.waitingForReady;
    this.waitingForReady = [];
    for (const up of waiting) up();
  }
}

function tell({ info, subconnection, picker, placedUs }: Placed, outcome: Outcome): void {
  picker.ended!({ call: info, endpoint: subconnection.endpoint, placedUs, outcome });
}
