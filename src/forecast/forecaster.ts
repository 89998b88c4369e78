import { type BalancerConfig, type ClientConfig, ClientProgram, type EtcdClient } from '../client/index.js';
import type { Program, Simulator } from '../engine/index.js';
import type { NetworkApi } from '../network/types.js';
import { type Classifier, classify } from './classifier.js';
import { callsForMove, type MoveOn, type Reading, ratesBetween, type State } from './features.js';
import { MemberOutlook } from './member-outlook.js';
import { Scraper } from './scraper.js';

export interface ForecasterOptions {
  readonly intervalUs: number;
  /** Verdicts in a row that call for a move before leadership moves. */
  readonly hysteresis: number;
  /** Least time between two moves, µs. */
  readonly cooldownUs: number;
  readonly choose: 'next' | 'best';
  readonly moveOn: MoveOn;
}

export interface ForecasterEnv {
  readonly simulator: Simulator;
  readonly network: NetworkApi;
  /** Where it runs, and on what cores. */
  readonly host: string;
  readonly program: Program;
  /** In the order of their ids. */
  readonly members: readonly { readonly name: string; readonly host: string }[];
  readonly client: ClientConfig;
  readonly policyNamed: ConstructorParameters<typeof ClientProgram>[7];
  /** Hosts of the clients that are told, and how. */
  readonly listeners: readonly { readonly host: string; readonly tell: (endpoint: string) => void }[];
  /** Hears of every verdict. */
  readonly judged: (member: string, state: State) => void;
  readonly note: (text: string) => void;
}

/** What judges: a model that reads the counters, or an oracle that is asked for the member's true state. */
export type Judge =
  | { readonly kind: 'model'; readonly classifier: Classifier }
  | { readonly kind: 'oracle'; readonly stateOf: (member: string) => State };

export interface ForecasterCounts {
  scrapes: number;
  failedScrapes: number;
  moves: number;
  failedMoves: number;
}

const ROUND_ROBIN: BalancerConfig = { name: 'round-robin', options: {} };
const IS_LEADER = 'etcd_server_is_leader';
/** An endpoint's name in a UDP packet. */
const NOTICE_BYTES = 64;

/**
 * The thesis's loop: every interval scrape, classify the leader, on delay (class 1 or 3) hand leadership over and tell the
 * clients who leads now; else tell them that all stays as it is.
 *
 * A member is taken for the leader because its own counters say so. Nothing is known of one whose scrape fails, and then
 * nothing is done. Source: the thesis, §6.4.2.
 */
export class Forecaster {
  readonly counts: ForecasterCounts = { scrapes: 0, failedScrapes: 0, moves: 0, failedMoves: 0 };
  private readonly env: ForecasterEnv;
  private readonly options: ForecasterOptions;
  private readonly judge: Judge;
  private readonly watched: readonly Watched[];
  private alarms = 0;
  private lastMoveUs = Number.NEGATIVE_INFINITY;
  private moving = false;

  constructor(env: ForecasterEnv, options: ForecasterOptions, judge: Judge) {
    this.env = env;
    this.options = options;
    this.judge = judge;
    this.watched = env.members.map((member) => ({
      ...member,
      scraper: new Scraper(env.simulator, env.network, {
        from: env.host,
        to: member.host,
        timeoutUs: options.intervalUs,
      }),
      operator: operatorOf(env, member),
      outlook: new MemberOutlook(),
      last: undefined,
    }));
  }

  start(): void {
    this.round();
  }

  private readonly round = (): void => {
    const { simulator } = this.env;
    const atUs = simulator.nowUs;
    for (const member of this.watched) {
      member.scraper.scrape((values) => {
        this.counts.scrapes++;
        member.outlook.scraped(simulator.nowUs - atUs, values);
        if (values === undefined) this.counts.failedScrapes++;
        else this.answered(member, { atUs, values });
      });
    }
    simulator.schedule(this.options.intervalUs, this.round, undefined);
  };

  private answered(member: Watched, reading: Reading): void {
    const before = member.last;
    if (before !== undefined && before.atUs > reading.atUs) return;
    member.last = reading;
    if (reading.values.get(IS_LEADER) !== 1) return;
    const state = this.stateOf(member.name, before, reading);
    if (state === undefined || !callsForMove(state, this.options.moveOn)) {
      this.alarms = 0;
      this.tell(member.name);
      return;
    }
    this.alarms++;
    const { hysteresis, cooldownUs } = this.options;
    if (this.alarms < hysteresis || this.env.simulator.nowUs - this.lastMoveUs < cooldownUs) this.tell(member.name);
    else this.move(member);
  }

  /** Undefined where two readings cannot be compared: the member was started anew, or this is the first. */
  private stateOf(member: string, before: Reading | undefined, after: Reading): State | undefined {
    const { judge } = this;
    let state: State;
    if (judge.kind === 'oracle') state = judge.stateOf(member);
    else {
      const features = before === undefined ? undefined : ratesBetween(before, after);
      if (features === undefined) return undefined;
      state = classify(judge.classifier, features);
    }
    this.env.judged(member, state);
    return state;
  }

  private move(from: Watched): void {
    const { env, counts } = this;
    const to = this.successorOf(from);
    if (this.moving || to === undefined) return;
    this.moving = true;
    this.alarms = 0;
    this.lastMoveUs = env.simulator.nowUs;
    counts.moves++;
    env.note(`forecast: ${from.name} is in trouble, leadership goes to ${to.name}`);
    from.operator.request(
      { kind: 'move-leader', target: to.name },
      (outcome) => {
        this.moving = false;
        if (outcome.kind === 'error') {
          counts.failedMoves++;
          env.note(`forecast: ${to.name} does not take over: ${outcome.text}`);
        } else this.tell(to.name);
      },
      this.options.intervalUs,
    );
  }

  private successorOf(from: Watched): Watched | undefined {
    const { watched, judge, options } = this;
    const at = watched.indexOf(from);
    const others = [...watched.slice(at + 1), ...watched.slice(0, at)];
    if (judge.kind === 'oracle') {
      // One in no trouble at all, else one that would not be left at once; with none, it stays where it is.
      const free = others.find(({ name }) => judge.stateOf(name) === 0);
      return free ?? others.find(({ name }) => !callsForMove(judge.stateOf(name), options.moveOn));
    }
    if (options.choose === 'next') return others[0];
    let best: Watched | undefined;
    for (const other of others) {
      if (best === undefined || other.outlook.predictedUs < best.outlook.predictedUs) best = other;
    }
    return best;
  }

  private tell(endpoint: string): void {
    const { network, host, listeners } = this.env;
    for (const listener of listeners) {
      network.datagram(host, listener.host, NOTICE_BYTES, () => listener.tell(endpoint));
    }
  }
}

interface Watched {
  readonly name: string;
  readonly host: string;
  readonly scraper: Scraper;
  readonly operator: EtcdClient;
  readonly outlook: MemberOutlook;
  last: Reading | undefined;
}

/** A client of that one member alone: MoveLeader is for the leader itself. */
function operatorOf(env: ForecasterEnv, member: { readonly name: string; readonly host: string }): EtcdClient {
  const { simulator, network, host, program, client, policyNamed } = env;
  const endpoint = { name: member.name, host: member.host };
  const config = { ...client, balancer: ROUND_ROBIN };
  return new ClientProgram(
    `forecaster/${member.name}`,
    simulator,
    network,
    host,
    program,
    [endpoint],
    config,
    policyNamed,
  ).newClient('operator');
}
