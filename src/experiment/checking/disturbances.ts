import type { InvariantEvent } from '../../checking/index.js';
import { invariant } from '../../engine/index.js';
import type { Member } from '../../etcd/index.js';
import { type FaultEnv, faults } from '../../faults/index.js';
import type { Cluster } from '../cluster.js';
import type { FaultStep, MomentKind, Target } from './schedule.js';

/** Lets the faults of a schedule strike, and heals them all in the end. */
export class Disturbances {
  private readonly cluster: Cluster;
  private readonly env: FaultEnv;
  private readonly note: (text: string, member: string, action: string) => void;
  private readonly waiting: { readonly step: FaultStep; left: number }[] = [];
  private readonly undos = new Set<() => void>();
  private readonly held = new Set<Member>();
  private readonly lasting: (() => void)[] = [];
  private lastLeader: Member | undefined;
  private healed = false;

  /** @param note hears of every fault that strikes: in words, whom, and its name */
  constructor(cluster: Cluster, note: (text: string, member: string, action: string) => void) {
    const { simulator, network, members, clientHosts } = cluster;
    this.cluster = cluster;
    this.env = { simulator, network, members, clientHosts };
    this.note = note;
  }

  schedule(step: FaultStep): void {
    if (step.after !== undefined) this.waiting.push({ step, left: step.after.count });
    else this.cluster.simulator.schedule(step.atMs * 1000, () => this.strike(step, undefined), undefined);
  }

  /** A member took a step: some faults wait for that. */
  heard(event: InvariantEvent): void {
    if (event.kind === 'became-leader') this.lastLeader = this.named(event.member);
    if (this.waiting.length === 0) return;
    for (const waiting of this.waiting) {
      if (waiting.left === 0 || waiting.step.after!.step !== (event.kind as MomentKind) || --waiting.left > 0) continue;
      // Not now: the member is in the middle of something.
      const strike = (): void => this.strike(waiting.step, this.named(event.member));
      this.cluster.simulator.schedule(waiting.step.atMs * 1000, strike, undefined);
    }
  }

  /** Ends all faults but the lasting ones, and starts whoever is down. */
  heal(): void {
    this.healed = true;
    for (const undo of [...this.undos]) undo();
    this.undos.clear();
    // What ended just now may have mended links that a lasting partition holds too.
    for (const again of this.lasting) again();
    const voters = this.voters();
    for (const member of this.cluster.members) {
      if (!member.up && voters.includes(member.id) && !this.held.has(member)) member.start();
    }
  }

  /** Whether a lasting fault keeps that member from work. */
  holds(member: Member): boolean {
    return this.held.has(member);
  }

  private voters(): readonly Member['id'][] {
    const members = [...this.cluster.members].sort((a, b) => b.appliedIndex - a.appliedIndex);
    return members[0]!.voters;
  }

  private strike(step: FaultStep, subject: Member | undefined): void {
    if (this.healed) return;
    const { action, forMs, lasting } = step;
    const target = this.resolve(step, subject);
    if (target === undefined) return;
    const fault = faults.find(({ name }) => name === action);
    invariant(fault !== undefined, 'a schedule must name faults that exist', { action });
    const options = lasting && action === 'partition' ? { direction: 'both', from: 'peers' } : step.options;
    this.note(`${action} ${target.name}`, target.name, action);
    const undo = fault.strike(this.env, target, options);
    if (lasting) {
      this.held.add(target);
      this.lasting.push(() => void fault.strike(this.env, target, options));
      return;
    }
    if (undo === undefined) return;
    // A change of members stays unless it is said how long.
    if (action === 'change-members' && forMs === 0) return;
    const end = (): void => {
      if (!this.undos.delete(end)) return;
      undo();
    };
    this.undos.add(end);
    if (forMs > 0) this.cluster.simulator.schedule(forMs * 1000, end, undefined);
  }

  private resolve({ action, target, options }: FaultStep, subject: Member | undefined): Member | undefined {
    const { members } = this.cluster;
    const found = this.byRole(target, subject);
    if (action === 'move-leader' && found?.role === 'leader') return members.find(({ role }) => role === 'follower');
    if (action !== 'change-members' || found === undefined) return found;
    const voters = this.cluster.leader?.voters ?? [];
    const isAdded = options['change'] === 'add';
    if (voters.includes(found.id) !== isAdded) return found;
    return members.find(({ id }) => voters.includes(id) !== isAdded);
  }

  private byRole(target: Target, subject: Member | undefined): Member | undefined {
    const { members, leader } = this.cluster;
    const first = (role: string): Member | undefined => members.find((member) => member.role === role);
    switch (target) {
      case 'leader':
        return leader;
      case 'old-leader': {
        const stale = members.find((member) => member.role === 'leader' && member !== leader);
        return stale ?? (this.lastLeader === leader ? undefined : this.lastLeader);
      }
      case 'follower':
        return first('follower');
      case 'laggard':
        return [...members].sort((a, b) => a.commitIndex - b.commitIndex)[0];
      case 'candidate':
        return first('candidate') ?? first('pre-candidate');
      case 'subject':
        return subject ?? leader;
      default:
        return this.named(target);
    }
  }

  private named(name: string): Member | undefined {
    return this.cluster.members.find((member) => member.name === name);
  }
}
