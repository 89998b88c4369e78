import type { Simulator, Stream } from '../engine/index.js';
import type { Message } from '../raft/types.js';

/** What is done to the raft messages that a member sends. Ratios 0..1, each message by itself. */
export interface DisturbanceConfig {
  readonly lossRatio: number;
  readonly duplicateRatio: number;
  /** How many come late, and how late at most, µs: later ones overtake them. */
  readonly reorderRatio: number;
  readonly maxDelayUs: number;
}

export const UNDISTURBED: DisturbanceConfig = { lossRatio: 0, duplicateRatio: 0, reorderRatio: 0, maxDelayUs: 0 };

/**
 * Loses, doubles and delays raft messages between raft and the transport.
 *
 * Raft asks no order and no delivery of its network; TCP gives both as long as a connection stands, so that what raft
 * must bear hardly ever happens to it. etcd's transport drops what finds its buffer full, and sends over two streams.
 */
export class MessageDisturbance {
  config: DisturbanceConfig = UNDISTURBED;
  private readonly simulator: Simulator;
  private readonly streamName: string;
  private readonly deliver: (message: Message) => void;
  private draws: Stream | undefined;

  /** @param streamName of the random stream, made when the first disturbance needs it */
  constructor(simulator: Simulator, streamName: string, deliver: (message: Message) => void) {
    this.simulator = simulator;
    this.streamName = streamName;
    this.deliver = deliver;
  }

  send(message: Message): void {
    if (this.config === UNDISTURBED) {
      this.deliver(message);
      return;
    }
    this.draws ??= this.simulator.streams.stream(this.streamName);
    const { lossRatio, duplicateRatio, reorderRatio, maxDelayUs } = this.config;
    // A snapshot has a connection of its own, and a lost one is reported: raft sends no other before.
    if (message.type !== 'MsgSnap' && this.draws.chance(lossRatio)) return;
    // A proposal that came twice would be applied twice: raft leaves that to its user, and etcd's transport does not do it.
    const copies = message.type !== 'MsgProp' && this.draws.chance(duplicateRatio) ? 2 : 1;
    for (let i = 0; i < copies; i++) {
      const isLate = i > 0 ? maxDelayUs > 0 : this.draws.chance(reorderRatio) && maxDelayUs > 0;
      if (isLate) this.simulator.schedule(this.draws.below(maxDelayUs), this.deliver, message);
      else this.deliver(message);
    }
  }
}
