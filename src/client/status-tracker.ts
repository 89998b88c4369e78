import type { Stream } from '../engine/index.js';
import type { LeaderHint } from './leader-tracker.js';
import { DOUBTFUL, LEAST_INTERVAL_US } from './leader-tracker.js';
import type { CallEnd, PolicyEnv } from './policy.js';

const STATUS_TIMEOUT_US = 5_000_000;
/** Rounds in calm are up to this share further apart, so that clients do not ask together. */
const REFRESH_JITTER = 0.1;

/** One endpoint's answer to a round: who it says leads. */
interface Answer {
  readonly endpoint: string;
  readonly leader: string | undefined;
}

/**
 * Who leads, from status answers alone, as the balancer that was proposed to etcd does it before headers name the leader.
 *
 * A round asks all endpoints and is over when each has answered or 5 s have passed: one that hangs holds the rest up. A
 * leader is believed if all who answered name it and it does so itself. A failure of the leader drops the hint, gives the
 * round under way up, and brings the next one within the rediscovery time, at a random moment; otherwise it comes after the
 * refresh time. Source: etcd pull request 22328.
 */
export class StatusTracker implements LeaderHint {
  leader: string | undefined;
  private readonly env: PolicyEnv;
  private readonly rediscoveryUs: number;
  private readonly refreshUs: number;
  private readonly draws: Stream;
  /** When the present hint was published: what was sent before says nothing about it. */
  private hintSinceUs = 0;
  /** Everybody's answers so far to the round under way. */
  private round: readonly Answer[] | undefined;
  private askedUs = Number.NEGATIVE_INFINITY;
  /** Which of its timers counts: a later one replaces it. */
  private timer = 0;
  private dueUs = 0;
  private promptly = false;

  constructor(env: PolicyEnv, rediscoveryUs: number, refreshUs: number) {
    this.env = env;
    this.rediscoveryUs = rediscoveryUs;
    this.refreshUs = refreshUs;
    this.draws = env.stream('rounds');
    this.schedulePromptly();
  }

  disconnected(endpoint: string): void {
    if (endpoint === this.leader) this.invalidate();
  }

  heard({ call, endpoint, placedUs, outcome }: CallEnd): void {
    if (!call.mutation || outcome.kind !== 'error' || !DOUBTFUL.has(outcome.code)) return;
    if (endpoint === this.leader && placedUs >= this.hintSinceUs) this.invalidate();
  }

  private invalidate(): void {
    this.leader = undefined;
    this.round = undefined;
    if (!this.promptly) this.schedulePromptly();
  }

  private schedulePromptly(): void {
    const waitUs = Math.max(
      this.draws.uniform() * this.rediscoveryUs,
      this.askedUs + LEAST_INTERVAL_US - this.env.nowUs,
    );
    // A round that is due sooner anyway will do.
    if (this.dueUs <= this.env.nowUs || this.env.nowUs + waitUs < this.dueUs) this.schedule(waitUs);
    this.promptly = true;
  }

  private schedule(waitUs: number): void {
    const delayUs = Math.round(waitUs);
    this.dueUs = this.env.nowUs + delayUs;
    const timer = ++this.timer;
    this.env.after(delayUs, () => {
      if (timer === this.timer) this.ask();
    });
  }

  private ask(): void {
    this.promptly = false;
    this.askedUs = this.env.nowUs;
    const { endpoints } = this.env;
    const answers: Answer[] = [];
    this.round = answers;
    let open = endpoints.length;
    const end = (): void => {
      if (this.round === answers) this.publish(answers);
    };
    for (const endpoint of endpoints) {
      this.env.askStatus(endpoint, STATUS_TIMEOUT_US, (outcome) => {
        if (outcome.kind === 'status') answers.push({ endpoint, leader: outcome.leader });
        if (--open === 0) end();
      });
    }
    this.env.after(STATUS_TIMEOUT_US, end);
    this.schedule(this.refreshUs * (1 + REFRESH_JITTER * this.draws.uniform()));
  }

  private publish(answers: readonly Answer[]): void {
    this.round = undefined;
    this.leader = agreedLeader(answers);
    this.hintSinceUs = this.env.nowUs;
  }
}

/** Whom all who answered name, if it is among them. */
function agreedLeader(answers: readonly Answer[]): string | undefined {
  const leader = answers[0]?.leader;
  const agreed = answers.every((each) => each.leader === leader) && answers.some(({ endpoint }) => endpoint === leader);
  return agreed ? leader : undefined;
}
