import type { StatusCode } from '../api/index.js';
import type { CallEnd, PolicyEnv } from './policy.js';

const STATUS_TIMEOUT_US = 2_000_000;
/** However many answers raise a doubt, members are asked no more often than this. */
export const LEAST_INTERVAL_US = 1_000_000;

/** What an answer of the leader says when it may lead no more. */
export const DOUBTFUL: ReadonlySet<StatusCode> = new Set(['Unavailable', 'DeadlineExceeded', 'FailedPrecondition']);

/** Somebody who keeps track of the leader for a program. */
export interface LeaderHint {
  /** Endpoint of the leader; undefined while none is known. */
  readonly leader: string | undefined;
  /** A channel has lost its connection to that endpoint. */
  disconnected(endpoint: string): void;
  /** A call has ended. */
  heard(end: CallEnd): void;
}

export interface TrackerSettings {
  /** Between two rounds of questions while no leader is known, µs. */
  readonly rediscoveryUs: number;
  /** The same while one is known, µs. */
  readonly refreshUs: number;
  readonly fenced: boolean;
}

/** A round of questions, and the generation whose questions they are. */
interface Round {
  generation: number;
}

/**
 * Who leads, as far as a client can tell: from status answers and from the headers of all answers.
 *
 * Generations are the fence: one begins whenever the hint changes or is dropped, and what was asked in an earlier one is
 * not believed. Within one, the higher term wins, since a deposed leader may not know yet.
 */
export class LeaderTracker implements LeaderHint {
  /** Endpoint of the leader; undefined while none is known. */
  leader: string | undefined;
  private readonly env: PolicyEnv;
  private readonly settings: TrackerSettings;
  private term = 0;
  private generation = 0;
  private generationBeganUs = 0;
  private askedUs = 0;
  private willAsk = false;
  /** False from a doubt on until a newer term or a mutation's success has settled it; until then everybody is asked. */
  private sure = false;
  private doubtedTerm = 0;

  constructor(env: PolicyEnv, settings: TrackerSettings) {
    this.env = env;
    this.settings = settings;
    this.ask();
    this.tick();
  }

  /** A channel has lost its connection to that endpoint. */
  disconnected(endpoint: string): void {
    if (endpoint === this.leader) this.doubt();
  }

  /** A call has ended: its header is a hint, and an error of the leader's a reason to ask. */
  heard({ call, endpoint, placedUs, outcome }: CallEnd): void {
    const late = this.settings.fenced && placedUs < this.generationBeganUs;
    if (outcome.kind === 'error') {
      if (!late && call.mutation && endpoint === this.leader && DOUBTFUL.has(outcome.code)) this.doubt();
      return;
    }
    if (call.mutation && endpoint === this.leader) this.sure = true;
    const { leader, raftTerm } = outcome.header;
    if (leader === undefined || leader === this.leader) return;
    if (late || (this.settings.fenced && raftTerm < this.term)) return;
    this.adopt(leader, raftTerm);
  }

  private doubt(): void {
    this.leader = undefined;
    this.sure = false;
    this.doubtedTerm = this.term;
    this.beginGeneration();
    this.askSoon();
  }

  private adopt(leader: string, term: number): void {
    this.leader = leader;
    this.term = term;
    if (term > this.doubtedTerm) this.sure = true;
    this.beginGeneration();
  }

  private beginGeneration(): void {
    this.generation++;
    this.generationBeganUs = this.env.nowUs;
  }

  /** Now, or as soon as it is no nuisance. */
  private askSoon(): void {
    if (this.willAsk) return;
    const waitUs = this.askedUs + LEAST_INTERVAL_US - this.env.nowUs;
    if (waitUs <= 0) {
      this.ask();
      return;
    }
    this.willAsk = true;
    this.env.after(waitUs, () => {
      this.willAsk = false;
      this.ask();
    });
  }

  private ask(): void {
    const round: Round = { generation: this.generation };
    this.askedUs = this.env.nowUs;
    for (const endpoint of this.env.endpoints) {
      this.env.askStatus(endpoint, STATUS_TIMEOUT_US, (outcome) => {
        if (outcome.kind !== 'status') return;
        const { leader, header } = outcome;
        if (leader === undefined || leader === this.leader) return;
        const late = round.generation !== this.generation || header.raftTerm < this.term;
        if (this.settings.fenced && late) return;
        this.adopt(leader, header.raftTerm);
        // The rest of the round is as new as this answer.
        round.generation = this.generation;
      });
    }
  }

  private tick(): void {
    const { rediscoveryUs, refreshUs } = this.settings;
    this.env.after(rediscoveryUs, () => {
      if (this.leader === undefined || !this.sure || this.env.nowUs - this.askedUs >= refreshUs) this.ask();
      this.tick();
    });
  }
}
