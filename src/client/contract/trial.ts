import { Cpu, Program, Simulator } from '../../engine/index.js';
import { NETEM_OFF, Network } from '../../network/index.js';
import { ClientProgram } from '../client-program.js';
import type { ClientConfig } from '../config.js';
import type { EtcdClient } from '../etcd-client.js';
import type { PickerPolicy } from '../policy.js';
import { guarded, type Surroundings } from './guard.js';
import { type Health, StandInMembers } from './members.js';
import { RuleBroken, type Violation } from './rules.js';

/** What happens to whom, and when. */
export interface Happening {
  readonly atSec: number;
  readonly member: string;
  readonly becomes: Health | 'leader';
}

export interface Plan {
  readonly name: string;
  readonly members: readonly string[];
  readonly happenings: readonly Happening[];
}

export interface TrialOptions {
  readonly policy: PickerPolicy;
  readonly options: Readonly<Record<string, unknown>>;
  readonly plan: Plan;
  readonly seed: string;
  /** Around each call of the policy, besides the trial's own. */
  readonly surroundings?: Surroundings | undefined;
}

export interface Trial {
  readonly violation: Violation | undefined;
  /** Endpoint by endpoint. */
  readonly picks: string;
}

const CLIENTS = 2;
const CALL_EVERY_US = 25_000;
const PATIENCE_US = 20_000_000;
const RECOVERY_US = 30_000_000;
const CALM_US = 5_000_000;

/** A client as etcd's defaults make it; calls end after 20 s, and connections that died silently are noticed. */
const CLIENT: Omit<ClientConfig, 'balancer'> = {
  requestTimeoutUs: PATIENCE_US,
  tlsRoundTrips: 0,
  retry: { attempts: 100, backoffUs: 25_000, jitterRatio: 0.1 },
  loopCpuUs: 0,
  callCpuUs: 0,
  connectCpu: { kind: 'constant', valueUs: 200 },
  dialTimeoutUs: 20_000_000,
  keepaliveTimeUs: 10_000_000,
  keepaliveTimeoutUs: 3_000_000,
};

/** Lets two clients work with the policy while things happen to the members; ends at the first rule that is broken. */
export function runTrial({ policy, options, plan, seed, surroundings }: TrialOptions): Trial {
  const simulator = new Simulator(seed);
  const network = new Network(simulator, {
    baseLatency: { kind: 'constant', valueUs: 500 },
    zoneLatencyUs: {},
    links: {},
  });
  for (const name of ['client', ...plan.members]) network.addHost({ name, egress: NETEM_OFF });
  const members = new StandInMembers(simulator, network, plan.members);
  const picks: string[] = [];
  const asked = new Map<string, number>();
  const caged = guarded(policy, {
    enter: (doing) => surroundings?.enter(doing),
    leave: () => surroundings?.leave(),
    asked: (endpoint) => asked.set(endpoint, (asked.get(endpoint) ?? 0) + 1),
    picked: (_call, result) => picks.push(result.kind === 'complete' ? result.subconnection.endpoint : result.kind),
  });
  const program = new ClientProgram(
    'trial',
    simulator,
    network,
    'client',
    new Program(new Cpu(simulator, 4)),
    plan.members.map((name) => ({ name, host: name })),
    { ...CLIENT, balancer: { name: policy.name, options } },
    () => caged,
  );
  const last = Math.max(0, ...plan.happenings.map(({ atSec }) => atSec));
  const calmFromUs = last * 1_000_000 + RECOVERY_US;
  const endUs = calmFromUs + CALM_US;
  const traffic = new Traffic(simulator, members, { calmFromUs, lastCallUs: endUs - 1_000_000 });
  try {
    for (const { atSec, member, becomes } of plan.happenings) {
      const happen = () => (becomes === 'leader' ? members.moveLeader(member) : members.change(member, becomes));
      simulator.scheduleAt(atSec * 1_000_000, happen, undefined);
    }
    for (let i = 0; i < CLIENTS; i++) traffic.start(program.newClient(`client${i + 1}`), i);
    simulator.run(endUs);
    traffic.judge();
    for (const [endpoint, count] of asked) {
      if (count > endUs / 1e6 + 5) {
        throw new RuleBroken({ rule: 'B12', text: `${endpoint} was asked ${count} times in ${endUs / 1e6} s` });
      }
    }
    return { violation: undefined, picks: picks.join(' ') };
  } catch (error) {
    if (!(error instanceof RuleBroken)) throw error;
    const { rule, text } = error.violation;
    return { violation: { rule, text: `${text}, ${plan.name}` }, picks: picks.join(' ') };
  }
}

/** Reads and writes at a steady rate, and a watch a client. */
class Traffic {
  private readonly simulator: Simulator;
  private readonly members: StandInMembers;
  private readonly calmFromUs: number;
  private readonly lastCallUs: number;
  private readonly calmOpen = new Set<string>();
  private readonly watched: string[] = [];
  private calls = 0;

  constructor(
    simulator: Simulator,
    members: StandInMembers,
    { calmFromUs, lastCallUs }: { readonly calmFromUs: number; readonly lastCallUs: number },
  ) {
    this.simulator = simulator;
    this.members = members;
    this.calmFromUs = calmFromUs;
    this.lastCallUs = lastCallUs;
  }

  start(client: EtcdClient, place: number): void {
    const { simulator } = this;
    const key = `watched by ${client.name}`;
    this.watched.push(key);
    client.watch({ key }, { events: () => {} });
    const next = (): void => {
      if (simulator.nowUs > this.lastCallUs) return;
      this.call(client);
      simulator.schedule(CALL_EVERY_US, next, undefined);
    };
    simulator.schedule(place * 1000, next, undefined);
  }

  /** At the end: every call of the last seconds has succeeded, every watch is open. */
  judge(): void {
    const [open] = this.calmOpen;
    if (open !== undefined) {
      throw new RuleBroken({ rule: 'B7', text: 'a call sent 30 s after the last fault has no answer after a second' });
    }
    const gone = this.watched.find((key) => !this.members.isWatched(key));
    if (gone !== undefined) throw new RuleBroken({ rule: 'B14', text: `no member has a watch of the key "${gone}"` });
  }

  private call(client: EtcdClient): void {
    const { simulator } = this;
    const number = this.calls++;
    const key = `key${number}`;
    const startUs = simulator.nowUs;
    const calm = startUs >= this.calmFromUs;
    if (calm) this.calmOpen.add(key);
    const request =
      number % 2 === 0 ? ({ kind: 'range', key } as const) : ({ kind: 'put', key, value: VALUE } as const);
    client.request(request, (outcome) => {
      if (outcome.kind !== 'error') {
        this.calmOpen.delete(key);
        return;
      }
      if (calm) {
        throw new RuleBroken({ rule: 'B7', text: `${outcome.text} for a call sent 30 s after the last fault` });
      }
      const never = outcome.code === 'DeadlineExceeded' && !this.members.arrived.has(key);
      if (never && this.members.someWellSince(startUs)) {
        throw new RuleBroken({ rule: 'B6', text: `a call sent at ${startUs / 1000} ms reached no member` });
      }
    });
  }
}

const VALUE = { sizeBytes: 100, text: 'v' } as const;
