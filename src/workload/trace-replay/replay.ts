import type { Outcome } from '../../api/index.js';
import { prefixRangeEnd } from '../../api/index.js';
import type { EtcdClient } from '../../client/index.js';
import type { WorkloadEnv } from '../workload.js';
import type { ReplayedPoll, ReplayPlan } from './dependencies.js';
import { CONTROLLER_LIMIT, RateLimitClock } from './rate-limit.js';
import { type RecordedRequest, requestOf } from './recorded-request.js';

/** What a replay tells of each request. */
export interface ReplayEvents {
  ended(request: RecordedRequest, startUs: number, outcome: Outcome | undefined): void;
}

/** Sends a plan's requests from the first program, each when what it waits for has happened. */
export class Replay {
  private readonly env: WorkloadEnv;
  private readonly plan: ReplayPlan;
  private readonly events: ReplayEvents;
  private readonly clients = new Map<number, EtcdClient>();
  private readonly modRevisions = new Map<string, number>();
  private readonly limit = new RateLimitClock(CONTROLLER_LIMIT);
  private readonly done: boolean[];
  /** By index: how many ends are missing, and who waits for this one's end or start. */
  private readonly missing: number[];
  private readonly afterEnd: RecordedRequest[][];
  private readonly afterStart: RecordedRequest[][];

  constructor(env: WorkloadEnv, plan: ReplayPlan, events: ReplayEvents) {
    this.env = env;
    this.plan = plan;
    this.events = events;
    this.done = plan.requests.map(() => false);
    this.missing = plan.requests.map(() => 0);
    this.afterEnd = plan.requests.map(() => []);
    this.afterStart = plan.requests.map(() => []);
  }

  start(): void {
    const { requests, dependencies } = this.plan;
    for (const request of requests) {
      const dependency = dependencies[request.index];
      if (dependency === undefined) continue;
      const { ends, timerFrom } = dependency;
      this.missing[request.index] = ends.length + (timerFrom === undefined ? 0 : 1);
      for (const end of ends) this.afterEnd[end.index]!.push(request);
      if (timerFrom !== undefined) this.afterStart[timerFrom.index]!.push(request);
    }
    for (const request of requests) {
      if (dependencies[request.index] !== undefined && this.missing[request.index] === 0) this.ready(request);
    }
  }

  /** All that a request waits for has happened: it thinks, and goes. */
  private ready(request: RecordedRequest): void {
    const { simulator } = this.env;
    const { thinkUs, limited } = this.plan.dependencies[request.index]!;
    simulator.schedule(
      thinkUs,
      () => {
        const atUs = limited ? this.limit.take(simulator.nowUs) : simulator.nowUs;
        simulator.schedule(atUs - simulator.nowUs, () => this.send(request), undefined);
      },
      undefined,
    );
  }

  private send(request: RecordedRequest): void {
    const startUs = this.env.simulator.nowUs;
    for (const waiting of this.afterStart[request.index]!) {
      // A timer's time is all of its think time; it may still wait for its client's dial.
      if (--this.missing[waiting.index]! === 0) this.ready(waiting);
    }
    this.perform(request, (outcome) => {
      this.events.ended(request, startUs, outcome);
      this.done[request.index] = true;
      for (const waiting of this.afterEnd[request.index]!) {
        if (--this.missing[waiting.index]! === 0) this.ready(waiting);
      }
      const poll = this.plan.polls.find(({ first }) => first.index === request.index);
      if (poll !== undefined) this.keepPolling(poll, this.env.simulator.nowUs);
    });
  }

  /** Ticks from the first answer on; those that fall into a request in flight are lost. */
  private keepPolling(poll: ReplayedPoll, tickUs: number): void {
    const { simulator } = this.env;
    if (poll.until === undefined || this.done[poll.until.index]) return;
    const missed = Math.floor((simulator.nowUs - tickUs) / poll.periodUs);
    const nextUs = tickUs + (missed + 1) * poll.periodUs;
    simulator.scheduleAt(
      nextUs,
      () => {
        const startUs = simulator.nowUs;
        this.perform(poll.first, (outcome) => {
          this.events.ended(poll.first, startUs, outcome);
          this.keepPolling(poll, nextUs);
        });
      },
      undefined,
    );
  }

  private perform(recorded: RecordedRequest, ended: (outcome: Outcome | undefined) => void): void {
    const { record, kind } = recorded;
    const client = this.client(record.c);
    const key = record.key ?? '';
    if (kind === 'dial') {
      client.dial(() => ended(undefined));
      return;
    }
    if (kind === 'watch') {
      // Its revision was the recording's; the replay watches from now on.
      const rangeEnd = record.pfx ? { rangeEnd: prefixRangeEnd(key) } : {};
      client.watch({ key, ...rangeEnd }, { events: () => {} });
      ended(undefined);
      return;
    }
    const text = `${key}#${recorded.index}`;
    const request = requestOf(recorded, (of) => this.modRevisions.get(of) ?? 0, text)!;
    client.request(request, (outcome) => {
      if (outcome.kind === 'txn' && outcome.succeeded) this.modRevisions.set(key, outcome.header.revision);
      ended(outcome);
    });
  }

  private client(number: number): EtcdClient {
    let client = this.clients.get(number);
    if (client === undefined) {
      client = this.env.programs[0]!.newClient(`trace-replay/c${number}`);
      this.clients.set(number, client);
    }
    return client;
  }
}
