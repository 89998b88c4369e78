import { LeaderPoll } from '../leader-poll.js';
import type { PickerPolicy, PolicyEnv } from '../policy.js';
import { durationOption, flagOption } from './options.js';
import { resultsByEndpoint } from './pick-results.js';
import { inMapOrder, rotation } from './round-robin.js';

interface LeaderView {
  readonly leader: string | undefined;
}

const NO_VIEW: LeaderView = { leader: undefined };
/** etcdctl's default command timeout. */
const COMMAND_TIMEOUT_US = 5_000_000;

/**
 * The thesis's policy (§6.3): every call to the leader's subconnection if there is one, else what round robin chooses.
 *
 * Who leads is asked of every endpoint every 5 s, once for all channels of a program; in between the view can be stale.
 *
 * `literal` is the thesis's own code: a poll a picker, which nobody stops when its picker is replaced, and which takes the
 * whole program down when one endpoint gives no answer.
 */
export const pickLeader: PickerPolicy<LeaderView> = {
  name: 'pick-leader',
  summary: "all calls to the leader, found by a status poll every 5 s; round robin while there is none (the thesis's)",
  options: {
    'poll-interval': 'time between two status polls of all endpoints (default 5s)',
    literal: "true: the thesis's own form, a poll a picker, never stopped, and a panic when one fails (default false)",
  },
  shared(env: PolicyEnv): LeaderView {
    if (isLiteral(env)) return NO_VIEW;
    return new LeaderPoll(env, intervalUs(env), () => {});
  },
  newPicker(ready, env, shared) {
    const view = isLiteral(env) ? new LiteralPoll(env, intervalUs(env)) : shared;
    const rotate = rotation(inMapOrder(ready, env.stream('order')));
    const results = resultsByEndpoint(ready);
    return {
      pick() {
        // The rotation moves on even when the leader is taken, as in the thesis's code.
        const fallback = rotate();
        return (view.leader === undefined ? undefined : results.get(view.leader)) ?? fallback;
      },
    };
  },
};

function isLiteral(env: PolicyEnv): boolean {
  return flagOption(env.options, 'literal', false);
}

function intervalUs(env: PolicyEnv): number {
  return durationOption(env.options, 'poll-interval', 5_000_000);
}

/**
 * Source: the thesis's appendix.
 *
 * Model: the polls go over connections that stay open, while `etcdctl` opens one each time.
 */
class LiteralPoll implements LeaderView {
  leader: string | undefined;
  private readonly env: PolicyEnv;
  private readonly intervalUs: number;

  constructor(env: PolicyEnv, intervalUs: number) {
    this.env = env;
    this.intervalUs = intervalUs;
    this.poll();
  }

  private poll(): void {
    const { env } = this;
    for (const endpoint of env.endpoints) {
      let answered = false;
      env.askStatus(endpoint, COMMAND_TIMEOUT_US, (outcome) => {
        answered = true;
        if (outcome.kind !== 'status') env.panic(`endpoint status of ${endpoint}: ${errorText(outcome)}`);
        // Whoever says of itself that it leads; of two the last heard.
        else if (outcome.leader === endpoint) this.leader = endpoint;
      });
      env.after(COMMAND_TIMEOUT_US, () => {
        if (!answered) env.panic(`endpoint status of ${endpoint}: no answer`);
      });
    }
    env.after(this.intervalUs, () => this.poll());
  }
}

function errorText(outcome: { readonly kind: string; readonly text?: string }): string {
  return outcome.text ?? outcome.kind;
}
