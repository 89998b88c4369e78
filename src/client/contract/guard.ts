import type {
  CallEnd,
  ChannelControl,
  ChannelMemory,
  PickableSubconnection,
  Picker,
  PickerPolicy,
  PickInfo,
  PickResult,
  PolicyEnv,
} from '../policy.js';
import { RuleBroken, type RuleId } from './rules.js';
import { describe } from './shape.js';

/** Calls of its env that a policy may make before it returns. */
const STEP_BUDGET = 10_000;
const MOST_TIMERS = 50;
/** Calls of a policy at one virtual instant: beyond, it keeps time from going on by its own timers. */
const MOST_AT_ONCE = 1_000_000;

/** What the guard tells, and asks to be done, around each call of the policy. */
export interface Surroundings {
  /** The policy begins to run: `doing` names its function. */
  enter(doing: string): void;
  leave(): void;
  /** A status question to that endpoint. */
  asked?(endpoint: string): void;
  /** A pick was made. */
  picked?(call: PickInfo, result: PickResult): void;
}

/**
 * The policy in a cage: whatever it does against rules B2 to B5, B10, B11 and B13 throws RuleBroken, with the virtual time.
 *
 * It behaves as the policy itself otherwise.
 */
export function guarded(policy: PickerPolicy, surroundings: Surroundings): PickerPolicy {
  const cage = new Cage(policy, surroundings);
  return {
    name: policy.name,
    summary: policy.summary,
    ...(policy.options === undefined ? {} : { options: policy.options }),
    ...(policy.exceptions === undefined ? {} : { exceptions: policy.exceptions }),
    ...(policy.shared === undefined ? {} : { shared: (env) => cage.shared(env) }),
    ...(policy.remember === undefined
      ? {}
      : { remember: (channel, env, shared) => cage.remember(channel, env, shared) }),
    newPicker: (ready, env, shared, memory) => cage.newPicker(ready, env, shared, memory),
  };
}

/** The policy's memory inside the guard's. */
interface CagedMemory extends ChannelMemory {
  readonly inner: object | undefined;
}

class Cage {
  private readonly policy: PickerPolicy;
  private readonly surroundings: Surroundings;
  private depth = 0;
  private steps = 0;
  private doing = '';
  private lastUs = -1;
  private callsAtOnce = 0;
  private readonly envs = new Map<PolicyEnv, PolicyEnv>();
  /** Views of subconnections by what they show, and the other way. */
  private readonly views = new WeakMap<PickableSubconnection, PickableSubconnection>();
  private readonly own = new WeakMap<PickableSubconnection, PickableSubconnection>();

  constructor(policy: PickerPolicy, surroundings: Surroundings) {
    this.policy = policy;
    this.surroundings = surroundings;
  }

  shared(env: PolicyEnv): unknown {
    return this.run('shared', env, () => this.policy.shared!(this.caged(env)));
  }

  remember(channel: ChannelControl, env: PolicyEnv, shared: unknown): CagedMemory {
    const inner = this.run('remember', env, () =>
      this.policy.remember!(this.cagedControl(channel, env), this.caged(env), shared),
    );
    if (inner !== undefined && (typeof inner !== 'object' || inner === null)) {
      this.broken('B2', env, `remember gave ${describe(inner)}, expected an object`);
    }
    const memory = inner as ChannelMemory | undefined;
    return {
      inner,
      ...(memory?.start === undefined ? {} : { start: () => this.run('start', env, () => memory.start!()) }),
      ...(memory?.stateChanged === undefined
        ? {}
        : {
            stateChanged: (subconnection) =>
              this.run('stateChanged', env, () => memory.stateChanged!(this.view(subconnection))),
          }),
    };
  }

  newPicker(
    ready: readonly PickableSubconnection[],
    env: PolicyEnv,
    shared: unknown,
    memory: object | undefined,
  ): Picker {
    const views = Object.freeze(ready.map((subconnection) => this.view(subconnection)));
    const inner = (memory as CagedMemory | undefined)?.inner;
    const picker = this.run('newPicker', env, () => this.policy.newPicker(views, this.caged(env), shared, inner));
    if (typeof picker !== 'object' || picker === null || typeof picker.pick !== 'function') {
      this.broken('B2', env, `newPicker gave ${describe(picker)}, expected an object with a pick`);
    }
    return {
      pick: (call) => {
        const result = this.run('pick', env, () => picker.pick(Object.freeze(call)));
        return this.checked(result, ready, env, call);
      },
      ...(typeof picker.ended === 'function'
        ? { ended: (end: CallEnd) => this.run('ended', env, () => picker.ended!(Object.freeze(end))) }
        : {}),
    };
  }

  private checked(
    result: PickResult,
    ready: readonly PickableSubconnection[],
    env: PolicyEnv,
    call: PickInfo,
  ): PickResult {
    if (typeof result !== 'object' || result === null) {
      this.broken('B2', env, `pick gave ${describe(result)}`);
    }
    switch (result.kind) {
      case 'complete': {
        const view = result.subconnection;
        if (typeof view !== 'object' || view === null) {
          this.broken('B2', env, `pick completed with ${describe(view)} for a subconnection`);
        }
        const own = this.own.get(view);
        if (own === undefined || !ready.includes(own)) {
          this.broken('B3', env, `pick gave ${String(view.endpoint)}, which is not among the ready`);
        }
        if (own.state !== 'READY') this.broken('B3', env, `pick gave ${own.endpoint}, which is ${own.state}`);
        const placed: PickResult = { kind: 'complete', subconnection: own };
        this.surroundings.picked?.(call, placed);
        return placed;
      }
      case 'queue':
        this.surroundings.picked?.(call, result);
        return result;
      case 'transient-failure':
      case 'drop':
        if (typeof result.error?.text !== 'string' || typeof result.error?.code !== 'string') {
          this.broken('B2', env, `pick gave ${result.kind} without an error of a code and a text`);
        }
        this.surroundings.picked?.(call, result);
        return result;
      default:
        this.broken('B2', env, `pick gave the kind ${describe((result as { kind?: unknown }).kind)}`);
    }
  }

  /** What the policy sees of a subconnection: to be read, not to be written, and with nothing else on it. */
  private view(subconnection: PickableSubconnection): PickableSubconnection {
    let view = this.views.get(subconnection);
    if (view === undefined) {
      view = Object.freeze({
        endpoint: subconnection.endpoint,
        get state() {
          return subconnection.state;
        },
        get inFlight() {
          return subconnection.inFlight;
        },
      });
      this.views.set(subconnection, view);
      this.own.set(view, subconnection);
    }
    return view;
  }

  private cagedControl(channel: ChannelControl, env: PolicyEnv): ChannelControl {
    return Object.freeze({
      subconnections: Object.freeze(channel.subconnections.map((each) => this.view(each))),
      connect: (endpoint: string) => {
        this.step(env);
        this.known(endpoint, env, 'connect');
        channel.connect(endpoint);
      },
      disconnect: (endpoint: string) => {
        this.step(env);
        this.known(endpoint, env, 'disconnect');
        channel.disconnect(endpoint);
      },
      renewPicker: () => {
        this.step(env);
        channel.renewPicker();
      },
    });
  }

  private caged(env: PolicyEnv): PolicyEnv {
    let caged = this.envs.get(env);
    if (caged === undefined) {
      caged = this.newCaged(env);
      this.envs.set(env, caged);
    }
    return caged;
  }

  private newCaged(env: PolicyEnv): PolicyEnv {
    let timers = 0;
    const step = () => this.step(env);
    return Object.freeze({
      get nowUs() {
        step();
        return env.nowUs;
      },
      endpoints: Object.freeze([...env.endpoints]),
      options: Object.freeze({ ...env.options }),
      stream: (purpose: string) => {
        step();
        return env.stream(purpose);
      },
      after: (delayUs: number, run: () => void) => {
        step();
        if (!Number.isSafeInteger(delayUs) || delayUs < 0 || typeof run !== 'function') {
          this.broken('B2', env, `after(${describe(delayUs)}, ...): expected whole µs, >= 0, and a function`);
        }
        if (++timers > MOST_TIMERS) this.broken('B13', env, `${timers} timers wait`);
        env.after(delayUs, () => {
          timers--;
          this.run('a timer', env, run);
        });
      },
      askStatus: (endpoint: string, timeoutUs: number, done: (outcome: never) => void) => {
        step();
        this.known(endpoint, env, 'askStatus');
        this.surroundings.asked?.(endpoint);
        env.askStatus(endpoint, timeoutUs, (outcome) => this.run('a status answer', env, () => done(outcome as never)));
      },
      ...(env.onNotice === undefined
        ? {}
        : {
            onNotice: (hear: (endpoint: string) => void) => {
              step();
              env.onNotice!((endpoint) => this.run('a notice', env, () => hear(endpoint)));
            },
          }),
      repick: () => {
        step();
        env.repick();
      },
      panic: (text: string) => env.panic(text),
    }) as PolicyEnv;
  }

  private known(endpoint: string, env: PolicyEnv, doing: string): void {
    if (!env.endpoints.includes(endpoint)) this.broken('B11', env, `${doing}(${describe(endpoint)})`);
  }

  private step(env: PolicyEnv): void {
    if (this.depth > 0 && ++this.steps > STEP_BUDGET) {
      this.broken('B5', env, `${this.doing} did not return within ${STEP_BUDGET} steps`);
    }
  }

  /** Runs the policy's code. What it sets off in the channel may run more of it inside. */
  private run<T>(doing: string, env: PolicyEnv, work: () => T): T {
    this.countAt(env.nowUs, doing, env);
    if (this.depth++ === 0) this.steps = 0;
    this.doing = doing;
    this.surroundings.enter(doing);
    try {
      return work();
    } catch (error) {
      if (error instanceof RuleBroken) throw error;
      const { name, message } = error instanceof Error ? error : { name: 'thrown', message: describe(error) };
      const rule: RuleId = FROZEN.test(message) ? 'B10' : name === 'Forbidden' ? 'B9' : 'B4';
      this.broken(rule, env, `${doing} threw ${name}: ${message}`);
    } finally {
      this.depth--;
      this.surroundings.leave();
    }
  }

  private countAt(nowUs: number, doing: string, env: PolicyEnv): void {
    if (nowUs !== this.lastUs) {
      this.lastUs = nowUs;
      this.callsAtOnce = 0;
    }
    if (++this.callsAtOnce > MOST_AT_ONCE)
      this.broken('B5', env, `${doing} was called ${MOST_AT_ONCE} times at one instant`);
  }

  private broken(rule: RuleId, env: PolicyEnv, text: string): never {
    throw new RuleBroken({ rule, text: `${text} (at ${env.nowUs / 1000} ms)` });
  }
}

/** V8's and SpiderMonkey's words for a write to what is frozen. */
const FROZEN = /read only property|read-only|object is not extensible|only a getter|Cannot delete property/;
