import type { ChannelControl, ChannelMemory, PickableSubconnection, PickerPolicy, PolicyEnv } from '../policy.js';
import { durationOption, numberOption } from './options.js';

/**
 * gRPC's outlier detection around another policy: a member that fails much more than the others is left out for a while.
 *
 * Two judgements an interval: failures above a percentage, and a success rate far below the mean. A member put out comes
 * back after `base-ejection` times how often it has been put out lately.
 *
 * Source: gRPC A50. Its defaults ask for five members and 50 or 100 calls an interval, which no etcd client sees; here
 * they are 3 members and 10 calls. With three members the success rate can never lie 1.9 deviations below the mean (the
 * most is 1.42), so that only the percentage puts one out.
 *
 * @param children the policies that it may be put around
 */
export function outlierDetectionAround(children: () => readonly PickerPolicy[]): PickerPolicy<Around, Watchman> {
  return {
    name: 'outlier-detection',
    summary: 'another policy, without the members that fail far more often than the others (gRPC A50)',
    options: {
      child: 'name of the policy around which it stands (default round-robin)',
      interval: 'time between two judgements (default 10s)',
      'base-ejection': 'how long a member is out the first time (default 30s)',
      'max-ejection': 'how long at most (default 5m)',
      'max-ejected': 'share of the members that may be out, but at least one (default 0.1)',
      'minimum-hosts': 'with fewer members there is no judgement (default 3; A50: 5)',
      'request-volume': 'a member with fewer calls in an interval is not judged (default 10; A50: 50 and 100)',
      'failure-threshold': 'share of failures above which a member is put out (default 0.85)',
      'deviation-factor': 'deviations below the mean success rate at which it is put out (default 1.9)',
    },
    shared(env) {
      const name = String(env.options['child'] ?? 'round-robin');
      const policy = children().find((each) => each.name === name);
      if (policy === undefined) throw new RangeError(`child: no policy ${name}`);
      const childEnv = withoutOptions(env);
      return { policy, shared: policy.shared?.(childEnv) };
    },
    remember: (channel, env, around) => new Watchman(channel, env, around),
    newPicker(ready, env, around, watchman) {
      const kept = watchman.kept(ready);
      const picker = around.policy.newPicker(kept, withoutOptions(env), around.shared, watchman.child);
      return {
        pick: (call) => picker.pick(call),
        ended(end) {
          watchman.count(end.endpoint, end.outcome.kind !== 'error');
          picker.ended?.(end);
        },
      };
    },
  };
}

interface Around {
  readonly policy: PickerPolicy;
  readonly shared: unknown;
}

/** The policy inside has its own defaults. */
function withoutOptions(env: PolicyEnv): PolicyEnv {
  const inner: PolicyEnv = Object.create(env, { options: { value: {} } });
  return inner;
}

interface Counted {
  readonly endpoint: string;
  successes: number;
  failures: number;
  ejectedUs: number | undefined;
  multiplier: number;
}

class Watchman implements ChannelMemory {
  readonly child: (object & ChannelMemory) | undefined;
  readonly start?: () => void;
  private readonly channel: ChannelControl;
  private readonly env: PolicyEnv;
  private readonly members: readonly Counted[];

  constructor(channel: ChannelControl, env: PolicyEnv, { policy, shared }: Around) {
    this.channel = channel;
    this.env = env;
    this.members = env.endpoints.map((endpoint) => ({
      endpoint,
      successes: 0,
      failures: 0,
      ejectedUs: undefined,
      multiplier: 0,
    }));
    this.child = policy.remember?.(channel, withoutOptions(env), shared);
    const child = this.child;
    if (child?.start !== undefined) this.start = () => child.start!();
    this.wait();
  }

  stateChanged(subconnection: PickableSubconnection): void {
    this.child?.stateChanged?.(subconnection);
  }

  /** Those that are not put out; all, if none is left. */
  kept(ready: readonly PickableSubconnection[]): readonly PickableSubconnection[] {
    const kept = ready.filter(({ endpoint }) => this.of(endpoint).ejectedUs === undefined);
    return kept.length > 0 ? kept : ready;
  }

  count(endpoint: string, success: boolean): void {
    if (success) this.of(endpoint).successes++;
    else this.of(endpoint).failures++;
  }

  private of(endpoint: string): Counted {
    return this.members.find((member) => member.endpoint === endpoint)!;
  }

  private wait(): void {
    this.env.after(durationOption(this.env.options, 'interval', 10_000_000), () => {
      this.judge();
      this.wait();
    });
  }

  private judge(): void {
    const { options, nowUs } = this.env;
    const before = this.out();
    const volume = numberOption(options, 'request-volume', 10);
    const judged = this.members.filter(({ successes, failures }) => successes + failures >= volume);
    if (judged.length >= numberOption(options, 'minimum-hosts', 3)) this.bySuccessRate(judged);
    if (this.members.length >= numberOption(options, 'minimum-hosts', 3)) this.byFailures(judged);
    for (const member of this.members) {
      member.successes = 0;
      member.failures = 0;
      if (member.ejectedUs === undefined) member.multiplier = Math.max(0, member.multiplier - 1);
      else if (nowUs >= member.ejectedUs + this.termUs(member)) member.ejectedUs = undefined;
    }
    if (this.out() !== before) this.channel.renewPicker();
  }

  private bySuccessRate(judged: readonly Counted[]): void {
    const rates = judged.map(successRate);
    const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
    const variance = rates.reduce((sum, rate) => sum + (rate - mean) * (rate - mean), 0) / rates.length;
    const least = mean - Math.sqrt(variance) * numberOption(this.env.options, 'deviation-factor', 1.9);
    for (const member of judged) if (successRate(member) < least) this.eject(member);
  }

  private byFailures(judged: readonly Counted[]): void {
    const threshold = numberOption(this.env.options, 'failure-threshold', 0.85);
    for (const member of judged) if (1 - successRate(member) > threshold) this.eject(member);
  }

  private eject(member: Counted): void {
    if (member.ejectedUs !== undefined) return;
    const out = this.members.filter(({ ejectedUs }) => ejectedUs !== undefined).length;
    if (out > 0 && out + 1 > this.members.length * numberOption(this.env.options, 'max-ejected', 0.1)) return;
    member.ejectedUs = this.env.nowUs;
    member.multiplier++;
  }

  private termUs({ multiplier }: Counted): number {
    const baseUs = durationOption(this.env.options, 'base-ejection', 30_000_000);
    const mostUs = Math.max(baseUs, durationOption(this.env.options, 'max-ejection', 300_000_000));
    return Math.min(baseUs * multiplier, mostUs);
  }

  private out(): string {
    return this.members
      .filter(({ ejectedUs }) => ejectedUs !== undefined)
      .map(({ endpoint }) => endpoint)
      .join(' ');
  }
}

function successRate({ successes, failures }: Counted): number {
  return successes / (successes + failures);
}
