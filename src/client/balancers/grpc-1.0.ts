import type { ErrorResponse } from '../../api/index.js';
import type { ChannelMemory, PickableSubconnection, PickerPolicy } from '../policy.js';
import { QUEUE } from './pick-results.js';

interface Pin extends ChannelMemory {
  pinned: PickableSubconnection | undefined;
  ready: readonly PickableSubconnection[];
}

/**
 * clientv3 up to 3.1: connected to every endpoint, but all calls go to one, drawn at random.
 *
 * Another is drawn when the pinned one's connection breaks, or when it answers with an error that may pass. A call that the
 * client itself gave up says nothing to it: a member that is up, but cut off from the others, keeps its pin.
 *
 * Source: etcd docs, learning/client-architecture (clientv3-grpc1.0); clientv3 3.1 balancer.go, isHaltErr.
 */
export const grpc10: PickerPolicy<undefined, Pin> = {
  name: 'grpc-1.0',
  summary: 'connected to all, all calls to one drawn at random; on an error another is drawn (clientv3 3.1)',
  remember: () => ({ pinned: undefined, ready: [] }),
  newPicker(ready, env, _shared, pin) {
    const draws = env.stream('pin');
    pin.ready = ready;
    if (pin.pinned === undefined || !ready.includes(pin.pinned)) pin.pinned = draws.pickFrom(ready);
    return {
      pick() {
        const { pinned } = pin;
        return pinned?.state === 'READY' ? { kind: 'complete', subconnection: pinned } : QUEUE;
      },
      ended({ endpoint, outcome }) {
        if (outcome.kind !== 'error' || !mayPass(outcome) || pin.pinned?.endpoint !== endpoint) return;
        const others = pin.ready.filter((subconnection) => subconnection !== pin.pinned);
        if (others.length > 0) pin.pinned = draws.pickFrom(others);
      },
    };
  },
};

function mayPass({ code }: ErrorResponse): boolean {
  return code === 'Unavailable' || code === 'Internal';
}
