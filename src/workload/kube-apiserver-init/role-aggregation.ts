import type { KeyValue } from '../../api/index.js';
import { type Process, spawn } from '../../engine/index.js';
import type { Apiserver } from './apiserver.js';
import type { Machine } from './machine.js';
import { AGGREGATED_ROLE_BYTES, AGGREGATED_ROLES } from './rbac-objects.js';

/** Whose rules flow on into whose. */
const FEEDS: Readonly<Record<string, string>> = { view: 'edit', edit: 'admin' };

/** Collects the rules of the roles `admin`, `edit` and `view`: a role that has changed, as the watch tells, changes the next. */
export class RoleAggregation {
  private readonly apiserver: Apiserver;
  private readonly think: () => Process;
  private readonly seen = new Map<string, KeyValue>();
  private readonly writes = new Map<string, number>();
  private readonly busy = new Set<string>();
  private readonly changed = new Set<string>();
  private active = false;

  constructor(apiserver: Apiserver, machine: Machine) {
    this.apiserver = apiserver;
    this.think = machine.worker('controllerServer', 'role-aggregation');
    apiserver.listen('clusterroles', ({ kv }) => {
      const role = kv.key.slice('/registry/clusterroles/'.length);
      if (AGGREGATED_ROLE_BYTES[role] === undefined) return;
      this.seen.set(role, kv);
      const fed = FEEDS[role];
      if (this.active && fed !== undefined) this.sync(fed);
    });
  }

  start(): void {
    this.active = true;
    for (const role of AGGREGATED_ROLES) this.sync(role);
  }

  private sync(role: string): void {
    this.changed.add(role);
    if (this.busy.has(role)) return;
    this.busy.add(role);
    spawn(this.work(role));
  }

  private *work(role: string): Process {
    while (this.changed.delete(role)) {
      yield* this.think();
      const done = this.writes.get(role) ?? 0;
      const valueBytes = AGGREGATED_ROLE_BYTES[role]?.[done];
      // All its rules are in: an event that tells nothing new is not written.
      if (valueBytes === undefined) continue;
      this.writes.set(role, done + 1);
      yield* this.apiserver.update('clusterroles', `/registry/clusterroles/${role}`, this.seen.get(role), valueBytes);
    }
    this.busy.delete(role);
  }
}
