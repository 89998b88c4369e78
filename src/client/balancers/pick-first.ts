import type { ChannelControl, ChannelMemory, PickableSubconnection, PickerPolicy, PolicyEnv } from '../policy.js';
import { flagOption } from './options.js';
import { QUEUE } from './pick-results.js';

/**
 * gRPC's default: one connection, to the first endpoint of the list that can be had, and all calls on it.
 *
 * When it breaks the list is tried again from its beginning.
 *
 * Source: grpc/doc/load-balancing.md, gRPC A62 (shuffling).
 *
 * Model: endpoints are tried one after another, not overlapping by 250 ms (A61, happy eyeballs).
 */
export const pickFirst: PickerPolicy<undefined, FirstInList> = {
  name: 'pick-first',
  summary: "all calls to the first endpoint of the list that can be had (gRPC's default)",
  options: { shuffle: 'each client shuffles its list once (default false)' },
  remember: (channel, env) => new FirstInList(channel, env),
  newPicker(_ready, _env, _shared, memory) {
    return {
      pick() {
        const { chosen } = memory;
        return chosen?.state === 'READY' ? { kind: 'complete', subconnection: chosen } : QUEUE;
      },
    };
  },
};

class FirstInList implements ChannelMemory {
  chosen: PickableSubconnection | undefined;
  private readonly channel: ChannelControl;
  private readonly list: readonly string[];
  /** Place in the list of the endpoint that is being tried. */
  private trying = 0;

  constructor(channel: ChannelControl, env: PolicyEnv) {
    this.channel = channel;
    this.list = flagOption(env.options, 'shuffle', false)
      ? env.stream('shuffle').shuffled(env.endpoints)
      : env.endpoints;
  }

  start(): void {
    this.trying = 0;
    this.channel.connect(this.list[0]!);
  }

  stateChanged(subconnection: PickableSubconnection): void {
    const { endpoint, state } = subconnection;
    if (subconnection === this.chosen) {
      if (state === 'READY') return;
      this.chosen = undefined;
      // What is dialled again of itself would come out of turn.
      this.channel.disconnect(endpoint);
      this.start();
    } else if (state === 'READY' && this.chosen === undefined) {
      this.chosen = subconnection;
      for (const other of this.list) if (other !== endpoint) this.channel.disconnect(other);
    } else if (state === 'TRANSIENT_FAILURE' && endpoint === this.list[this.trying]) {
      // At the end of the list all have failed, and each is tried again after its own back-off.
      if (this.trying + 1 < this.list.length) this.channel.connect(this.list[++this.trying]!);
    }
  }
}
