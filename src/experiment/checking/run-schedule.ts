import {
  acknowledgedEvents,
  certaintyOf,
  type InvariantEvent,
  invariants,
  judgeEtcdHistory,
  judgeLeases,
  judgeLiveness,
  judgeSessions,
  judgeWatches,
  type MemberRestart,
  type OperationHistory,
  type Violation,
  ViolationError,
} from '../../checking/index.js';
import type { Mutant } from '../../checking/mutants/index.js';
import { InvariantError } from '../../engine/index.js';
import type { DriverTracer, Member, MessageObserver } from '../../etcd/index.js';
import type { MemberId } from '../../raft/types.js';
import type { ResolvedScenario } from '../../scenario/config.js';
import { Cluster, policyNamed } from '../cluster.js';
import type { PlugInUse } from '../plug-ins/index.js';
import { CheckClients } from './check-clients.js';
import { checkScenario } from './check-scenario.js';
import { CoverageMeter, type RunCoverage } from './coverage.js';
import { Disturbances } from './disturbances.js';
import { someoneCanWin } from './electable.js';
import { StepMonitor } from './monitor.js';
import { mutatedPolicy } from './mutated-policy.js';
import type { Schedule } from './schedule.js';
import type { TraceSink } from './trace.js';

/** How long a cluster that is left alone may take to be whole again. */
export const QUIET_US = 30_000_000;
/** A client learns after its keepalive's time and timeout, 15 s, that nobody holds its watch any more. */
const WATCH_QUIET_US = 60_000_000;
/** How long the members have to find a first leader. */
const START_US = 20_000_000;
const LOOK_US = 100_000;

export interface CheckedRun {
  /** What was violated first; undefined: nothing. */
  readonly violation: Violation | undefined;
  readonly coverage: RunCoverage;
  readonly history: OperationHistory;
  /** Events that the simulator ran. */
  readonly events: number;
}

export interface CheckRunOptions {
  readonly mutant?: Mutant | undefined;
  /** What the settings do not say comes from here. */
  readonly base?: ResolvedScenario | undefined;
  readonly trace?: TraceSink | undefined;
  /** Invariants and balancers besides those that ship. */
  readonly plugIns?: (() => PlugInUse) | undefined;
  /** Hears every step of every member's raft. @param nowUs tells the time */
  readonly raft?: ((nowUs: () => number) => DriverTracer) | undefined;
}

/**
 * Runs one schedule on whole members, and judges it: the invariants at every step, the history and liveness at its end.
 *
 * @throws whatever is our own bug: only violated properties and members that contradict themselves are a result
 */
export function runSchedule(schedule: Schedule, options: CheckRunOptions = {}): CheckedRun {
  return new CheckRun(schedule, options).run();
}

class CheckRun {
  private readonly schedule: Schedule;
  private readonly options: CheckRunOptions;
  private readonly plugIns: PlugInUse | undefined;
  private readonly cluster: Cluster;
  private readonly monitor: StepMonitor;
  private readonly coverage = new CoverageMeter();
  private readonly clients: CheckClients;
  private readonly disturbances: Disturbances;
  private readonly restarts: MemberRestart[] = [];
  private readonly leaderChangesUs: number[] = [];
  private started = false;

  constructor(schedule: Schedule, options: CheckRunOptions) {
    this.schedule = schedule;
    this.options = options;
    const { settings, seed } = schedule;
    const { mutant, trace } = options;
    const nameOf = (id: MemberId): string => this.cluster.members[id - 1]!.name;
    const nowUs = (): number => this.cluster.simulator.nowUs;
    this.plugIns = options.plugIns?.();
    const watched = [...invariants, ...(this.plugIns?.invariants ?? [])];
    this.monitor = new StepMonitor(watched, nameOf, nowUs, (event) => this.heard(event));
    const messages: MessageObserver | undefined =
      trace === undefined
        ? undefined
        : {
            sent: (member, message) => trace.sent(nowUs(), member, message),
            received: (member, message) => trace.received(nowUs(), member, message),
          };
    const conduct = mutant?.conduct?.();
    this.cluster = new Cluster(checkScenario(settings, options.base), `check/${seed}`, {
      steps: this.monitor,
      ...(messages === undefined ? {} : { messages }),
      ...(options.raft === undefined ? {} : { raft: options.raft(nowUs) }),
      ...conduct,
      ...(mutant?.client === undefined
        ? { policyNamed: (name) => this.plugIns?.balancer(name) ?? policyNamed(name) }
        : { policyNamed: mutatedPolicy(mutant.client) }),
      initialVoters: Array.from({ length: settings.voters }, (_, i) => (i + 1) as MemberId),
    });
    const { simulator, programs } = this.cluster;
    this.plugIns?.beatWith(simulator);
    this.clients = new CheckClients(
      simulator,
      programs.map((program) => program.newClient('c')),
    );
    this.disturbances = new Disturbances(this.cluster, (text, member, action) => {
      this.coverage.struck(action);
      trace?.noted(nowUs(), text, member);
    });
  }

  run(): CheckedRun {
    let violation: Violation | undefined;
    try {
      this.live();
      violation = this.judge();
    } catch (error) {
      violation = violationOf(this.plugIns?.blame(error) ?? error, this.cluster.simulator.nowUs);
    }
    this.clients.close();
    this.coverage.operations = this.clients.operations.length;
    return {
      violation,
      coverage: this.coverage.result(),
      history: { operations: this.clients.operations, watches: this.clients.watches },
      events: this.cluster.simulator.eventCount,
    };
  }

  private heard(event: InvariantEvent): void {
    this.options.trace?.heard(event);
    this.coverage.heard(event, this.cluster.members);
    if (event.kind === 'restart') this.restarts.push({ member: event.member, atUs: event.atUs });
    if (event.kind === 'became-leader') this.leaderChangesUs.push(event.atUs);
    if (this.started) this.disturbances.heard(event);
  }

  private live(): void {
    const { schedule, cluster, clients, disturbances } = this;
    const { simulator, members } = cluster;
    for (const member of members) member.start();
    while (simulator.nowUs < START_US && !isSettled(cluster, schedule.settings.voters)) {
      simulator.run(simulator.nowUs + LOOK_US);
    }
    this.started = true;
    for (const step of schedule.steps) {
      if (step.kind === 'fault') disturbances.schedule(step);
      else simulator.schedule(step.atMs * 1000, () => clients.ask(step), undefined);
    }
    this.runUntil(simulator.nowUs + schedule.runMs * 1000);
    this.runUntil(clients.busyUntilUs);
    this.options.trace?.noted(simulator.nowUs, 'everything is healed', undefined);
    disturbances.heal();
    this.healedUs = simulator.nowUs;
    this.waitUntil(() => this.isWhole());
  }

  private healedUs = 0;
  private unserved: readonly number[] = [];
  private lastRevision = 0;

  private judge(): Violation | undefined {
    const { clients, cluster } = this;
    const { simulator } = cluster;
    const isAlive = this.hasQuorum();
    if (isAlive) {
      const waiting = new Set<number>();
      for (let i = 0; i < this.schedule.settings.clients; i++) {
        waiting.add(i);
        clients.insist(i, (revision) => {
          waiting.delete(i);
          this.lastRevision = Math.max(this.lastRevision, revision);
        });
      }
      this.waitUntil(() => waiting.size === 0 && this.isWhole() && !this.counting().some((member) => member.isJoint));
      if (this.counting().length === this.cluster.members.length) {
        this.waitUntil(() => this.watchesAreThrough(), WATCH_QUIET_US);
      }
      this.unserved = [...waiting];
    }
    const judgesLiveness = isAlive && this.canHaveLeader();
    const { operations, watches } = clients;
    const verdict = judgeEtcdHistory(operations, { limit: SEARCH_LIMIT });
    if (verdict.explanation !== undefined && !this.isDoubtful(verdict.explanation.property)) {
      const { property, reason, operations: told } = verdict.explanation;
      const last = told.reduce((latest, { returned }) => Math.max(latest, returned), 0);
      const words = told.map(({ client, asked, answer }) => `${client}: ${asked} -> ${answer}`).join('; ');
      return { property, atUs: last, member: '', text: `${reason}: ${words}` };
    }
    const found = [
      ...judgeSessions(operations, this.restarts),
      ...judgeWatches(watches, acknowledgedEvents(operations)),
      ...judgeLeases(operations, {
        graceUs: LEASE_GRACE_US,
        leaderChangesUs: [...this.leaderChangesUs, this.healedUs],
        driftRatio: 0.01,
      }),
      ...(judgesLiveness ? this.judgeLiveness() : []),
    ];
    return found[0] ?? (judgesLiveness ? this.judgeService(simulator.nowUs) : undefined);
  }

  /** Writes without an answer may have happened in another order than the one that such a read is held against. */
  private isDoubtful(property: string): boolean {
    return property === 'Serializable Reads' && this.clients.operations.some((each) => certaintyOf(each) === 'unknown');
  }

  private judgeLiveness(): Violation[] {
    const { simulator } = this.cluster;
    const members = this.counting().map((member) => ({
      name: member.name,
      isUp: member.up,
      role: member.role,
      term: member.term,
      leader: member.leader,
      commitIndex: member.commitIndex,
      appliedIndex: member.appliedIndex,
    }));
    return judgeLiveness(
      { endUs: simulator.nowUs, healedUs: this.healedUs, members, openOperations: this.clients.openOperations },
      { quietUs: QUIET_US },
    );
  }

  /** After the quiet time every client has had a write acknowledged, and every watch has seen it. */
  private judgeService(atUs: number): Violation | undefined {
    const [client] = this.unserved;
    // pick-first stays with a member that it reaches, be that out of the cluster or cut off: that is known of it.
    const isPinned =
      this.schedule.settings.balancer === 'pick-first' && this.counting().length < this.cluster.members.length;
    if (client !== undefined && !isPinned) {
      const name = `apiserver${client + 1}/c`;
      return {
        property: 'Every Client Gets Through',
        atUs,
        member: name,
        text: `${name} has had no write acknowledged in ${QUIET_US / 1e6} s though a quorum is there`,
      };
    }
    const joint = this.counting().find((member) => member.isJoint);
    if (joint !== undefined) {
      const text = `${joint.name} is still in a joint configuration`;
      return { property: 'A Change Ends', atUs, member: joint.name, text };
    }
    // A watch may live on a member that is out of the cluster, or cut off: it hears nothing there, as in etcd.
    if (this.watchesAreThrough() || this.counting().length < this.cluster.members.length) return undefined;
    const late = `a watch has not seen revision ${this.lastRevision} in ${WATCH_QUIET_US / 1e6} s`;
    return { property: 'Watch Reliable', atUs, member: '', text: late };
  }

  private watchesAreThrough(): boolean {
    return this.clients.watches.every(({ observations }) => {
      const last = observations.at(-1);
      if (last === undefined || last.kind === 'canceled') return last !== undefined;
      return last.kind === 'created' ? last.revision >= this.lastRevision : revisionSeen(last) >= this.lastRevision;
    });
  }

  private waitUntil(done: () => boolean, quietUs = QUIET_US): void {
    const { simulator } = this.cluster;
    const untilUs = simulator.nowUs + quietUs;
    while (simulator.nowUs < untilUs && !done()) {
      // An operator keeps those going whose votes somebody still needs: also one that knows itself to be removed.
      const needed = new Set(this.counting().flatMap((member) => [member.id, ...(member.up ? member.electors : [])]));
      for (const member of this.cluster.members) {
        if (!member.up && needed.has(member.id) && !this.disturbances.holds(member)) member.start();
      }
      this.runUntil(simulator.nowUs + LOOK_US);
    }
  }

  /** @throws RunawayError if it does not come to an end */
  private runUntil(untilUs: number): void {
    const { simulator } = this.cluster;
    while (simulator.nowUs < untilUs) {
      simulator.run(Math.min(untilUs, simulator.nowUs + LOOK_US));
      if (simulator.eventCount > MOST_EVENTS) throw new RunawayError('no end');
    }
  }

  /** The members that must work: those of the configuration that no lasting fault holds. */
  private counting(): readonly Member[] {
    const voters = this.voters();
    return this.cluster.members.filter((member) => voters.includes(member.id) && !this.disturbances.holds(member));
  }

  private voters(): readonly MemberId[] {
    const { members } = this.cluster;
    const furthest = [...members].sort((a, b) => b.appliedIndex - a.appliedIndex)[0]!;
    return furthest.voters;
  }

  private hasQuorum(): boolean {
    return 2 * this.counting().length > this.voters().length;
  }

  /** False where operators have brought about, by changes of membership, that no vote can give one. */
  private canHaveLeader(): boolean {
    const { steps, settings } = this.schedule;
    const changes = steps.some((step) => step.kind === 'fault' && step.action === 'change-members');
    if (!changes) return true;
    // With neither nobody tells a leader that a removed member has raised the term of one of its followers.
    if (!settings.preVote && !settings.checkQuorum) return false;
    if (this.counting().some(({ role }) => role === 'leader')) return true;
    const running = this.cluster.members.filter((member) => member.up && !this.disturbances.holds(member));
    return someoneCanWin(running, settings.preVote);
  }

  private isWhole(): boolean {
    const members = this.counting();
    const term = members.reduce((highest, member) => Math.max(highest, member.term), 0);
    const leader = members.find((member) => member.role === 'leader' && member.term === term);
    if (leader === undefined || this.clients.openOperations.length > 0) return false;
    return members.every(
      (member) => member.up && member.leader === leader.name && member.appliedIndex === leader.commitIndex,
    );
  }
}

/** Orders tried of one history; beyond, it stays undecided and passes. */
const SEARCH_LIMIT = 3_000;
/** More than any sound run needs: beyond, members only keep each other busy. */
const MOST_EVENTS = 400_000;

class RunawayError extends Error {}

/** Half a second until the lessor looks, three until it looks again, and an election. */
const LEASE_GRACE_US = 6_000_000;

function revisionSeen(observation: { readonly revision?: number; readonly fromRevision?: number }): number {
  return observation.revision ?? observation.fromRevision ?? 0;
}

function isSettled({ leader, members }: Cluster, voters: number): boolean {
  if (leader === undefined || leader.commitIndex === 0) return false;
  return members.slice(0, voters).every((member) => member.leader === leader.name);
}

/** A violated property, or a member that found itself in a state that it must not be in: etcd panics there. */
function violationOf(error: unknown, atUs: number): Violation {
  if (error instanceof ViolationError) return error.violation;
  if (error instanceof RunawayError) {
    return { property: 'No Livelock', atUs, member: '', text: `more than ${MOST_EVENTS} events in one run` };
  }
  if (isContradiction(error)) {
    return { property: 'No Panic', atUs, member: '', text: error.message.split('\n')[0]! };
  }
  throw error;
}

function isContradiction(error: unknown): error is Error {
  return error instanceof InvariantError || (error instanceof Error && error.name === 'InvariantError');
}
