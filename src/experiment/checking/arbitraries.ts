import type fc from 'fast-check';
import {
  ASKS,
  type Ask,
  type CheckSettings,
  type FaultStep,
  MOMENTS,
  ROLES,
  type Schedule,
  type Step,
  type Target,
} from './schedule.js';

type FastCheck = typeof fc;

/** What schedules may be made of. */
export interface Universe {
  /** Fixed settings; the rest is drawn. */
  readonly settings?: Partial<CheckSettings>;
  /** Names of the faults to draw from; left out: all. */
  readonly actions?: readonly string[];
  /** Kinds of asks to draw from; left out: all. */
  readonly asks?: readonly Ask[];
  /** Every other schedule keeps most of these steps, and adds some drawn ones. */
  readonly sketch?: readonly Step[];
}

/** What an action needs to be told, and how long it usually lasts. */
const ACTIONS: Readonly<
  Record<string, { weight: number; options?: Readonly<Record<string, readonly (string | number)[]>> }>
> = {
  crash: { weight: 6 },
  'torn-write': { weight: 2 },
  pause: { weight: 3 },
  partition: { weight: 6, options: { direction: ['both', 'in', 'out'], from: ['peers', 'peers', 'all'] } },
  'cut-link': { weight: 3, options: { direction: ['both', 'in', 'out'] } },
  'message-loss': { weight: 3, options: { ratio: [0.1, 0.3, 0.6] } },
  'message-duplication': { weight: 3, options: { ratio: [0.2, 0.5], delay: [50_000, 300_000, 1_000_000] } },
  'message-reordering': { weight: 4, options: { ratio: [0.2, 0.5], delay: [50_000, 300_000, 1_500_000] } },
  'slow-disk': { weight: 2, options: { extra: [20_000, 200_000, 800_000] } },
  'failing-disk': { weight: 1 },
  'clock-drift': { weight: 1, options: { rate: [0.5, 0.9, 1.2, 2] } },
  'egress-delay': { weight: 1, options: { delay: [50_000, 300_000] } },
  'move-leader': { weight: 4 },
  'change-members': { weight: 5, options: { change: ['remove', 'add', 'remove', 'replace'] } },
};

/** Names of the faults that schedules draw. */
export const CHECKED_FAULTS: readonly string[] = Object.keys(ACTIONS);

/**
 * Schedules, from those of one quiet member to those of seven in all kinds of trouble.
 *
 * Faults are aimed by state: at who leads, led, lags or campaigns, and at moments of the protocol.
 */
export function schedules(fc: FastCheck, universe: Universe = {}): fc.Arbitrary<Schedule> {
  const { actions = CHECKED_FAULTS, asks = ASKS } = universe;
  const settings: fc.Arbitrary<CheckSettings> = fc
    .record({
      voters: weighted(fc, [
        [8, 3],
        [3, 5],
        [1, 1],
        [1, 2],
        [2, 4],
        [1, 7],
      ]),
      spares: weighted(fc, [
        [3, 0],
        [1, 1],
      ]),
      clients: fc.constantFrom(1, 2, 2, 3),
      tickMs: fc.constant(100),
      electionTicks: fc.constantFrom(3, 5, 10),
      preVote: fc.boolean(),
      checkQuorum: weighted(fc, [
        [3, true],
        [1, false],
      ]),
      snapshotCount: weighted(fc, [
        [3, 10_000],
        [1, 3],
        [1, 8],
      ]),
      catchUpEntries: fc.constantFrom(1, 4),
      maxInflight: fc.constantFrom(512, 2),
      maxMessageBytes: fc.constantFrom(1_048_576, 1_048_576, 1),
      delayMs: fc.constantFrom(0, 1, 10),
      jitterMs: fc.constantFrom(0, 0, 1, 8),
      fsyncMs: weighted(fc, [
        [3, 1],
        [1, 20],
        [1, 60],
      ]),
      balancer: fc.constantFrom('round-robin', 'round-robin', 'random', 'pick-first'),
      requestTimeoutMs: fc.constantFrom(800, 2000),
    })
    .map((drawn) => ({ ...drawn, jitterMs: Math.min(drawn.delayMs, drawn.jitterMs), ...universe.settings }));
  return fc
    .record({
      seed: fc.integer({ min: 1, max: 1_000_000_000 }),
      settings,
      runMs: fc.constantFrom(1500, 3000, 6000),
      asked: fc.array(
        fc.record({
          kind: fc.constant('client' as const),
          atMs: fc.integer({ min: 0, max: 6000 }),
          client: fc.integer({ min: 0, max: 2 }),
          ask: fc.oneof(...asks.map((ask) => ({ arbitrary: fc.constant(ask), weight: ASK_WEIGHTS[ask] }))),
          key: fc.constantFrom(0, 0, 1, 2),
        }),
        { minLength: 2, maxLength: 40, size: 'max' },
      ),
      faults: fc.array(faultStep(fc, actions), { minLength: 0, maxLength: 8, size: 'max' }),
      // What two operators do at once, and a crash or cut right behind it.
      together: fc.array(fc.tuple(faultStep(fc, actions), faultStep(fc, actions), fc.nat({ max: 60 })), {
        minLength: 0,
        maxLength: 2,
      }),
    })
    .map(({ seed, settings: drawn, runMs, asked, faults, together }) => ({
      seed,
      settings: drawn,
      runMs,
      steps: fitted([...asked, ...faults, ...together.flatMap(joined)], drawn, runMs),
    }));
}

const ASK_WEIGHTS: Readonly<Record<Ask, number>> = {
  put: 10,
  get: 7,
  delete: 2,
  'stale-get': 1,
  'get-all': 2,
  create: 2,
  watch: 1,
  rewatch: 1,
  compact: 1,
  lease: 1,
  'idle-lease': 1,
};

function faultStep(fc: FastCheck, actions: readonly string[]): fc.Arbitrary<FaultStep> {
  const members = Array.from({ length: 7 }, (_, i): Target => `m${i + 1}`);
  const target = fc.oneof(
    { arbitrary: fc.constantFrom<Target>(...ROLES, 'leader', 'leader', 'follower'), weight: 3 },
    { arbitrary: fc.constantFrom<Target>(...members.slice(0, 3), ...members), weight: 1 },
  );
  return fc
    .record({
      action: fc.oneof(
        ...actions.map((action) => ({ arbitrary: fc.constant(action), weight: ACTIONS[action]?.weight ?? 1 })),
      ),
      atMs: fc.integer({ min: 0, max: 6000 }),
      after: fc.option(fc.record({ step: fc.constantFrom(...MOMENTS), count: fc.integer({ min: 1, max: 12 }) }), {
        nil: undefined,
        freq: 2,
      }),
      target,
      forMs: fc.constantFrom(0, 5, 50, 300, 1200, 3000),
      choice: fc.nat({ max: 1000 }),
      lasting: weighted(fc, [
        [19, false],
        [1, true],
      ]),
    })
    .map(({ action, atMs, after, target: aim, forMs, choice, lasting }) => ({
      kind: 'fault' as const,
      // After a moment of the protocol things happen within a few round trips.
      atMs: after === undefined ? atMs : atMs % 40,
      ...(after === undefined ? {} : { after }),
      action,
      target: aim,
      forMs,
      options: optionsOf(action, choice),
      ...(lasting && (action === 'crash' || action === 'partition') ? { lasting: true } : {}),
    }));
}

/** The second strikes at the moment of the first, or a little later. */
function joined([first, second, laterMs]: [FaultStep, FaultStep, number]): FaultStep[] {
  const { after: _after, ...timed } = second;
  const atMs = first.atMs + (laterMs > 30 ? 0 : laterMs);
  return [first, { ...timed, atMs, ...(first.after === undefined ? {} : { after: first.after }) }];
}

function optionsOf(action: string, choice: number): Record<string, string | number> {
  let left = choice;
  const options: Record<string, string | number> = {};
  for (const [name, values] of Object.entries(ACTIONS[action]?.options ?? {})) {
    options[name] = values[left % values.length]!;
    left = Math.floor(left / values.length);
  }
  return options;
}

/** Within the run, among the clients and members that there are, in the order of time. */
export function fitted(steps: readonly Step[], { clients, voters, spares }: CheckSettings, runMs: number): Step[] {
  const members = voters + spares;
  // What is left after a removal may not be enough without one more.
  const changes = steps.some((step) => step.kind === 'fault' && step.action === 'change-members');
  let lastingLeft = voters >= 3 && !changes ? 1 : 0;
  return steps
    .map((step): Step => {
      const atMs = step.kind === 'fault' && step.after !== undefined ? step.atMs : step.atMs % runMs;
      if (step.kind === 'client') return { ...step, atMs, client: step.client % clients };
      const number = /^m(\d+)$/.exec(step.target)?.[1];
      const target: Target = number === undefined ? step.target : `m${((Number(number) - 1) % members) + 1}`;
      const { lasting, ...healing } = step;
      const stays = lasting === true && lastingLeft-- > 0;
      return { ...healing, atMs, target, ...(stays ? { lasting: true } : {}) };
    })
    .sort((a, b) => a.atMs - b.atMs);
}

function weighted<T>(fc: FastCheck, choices: readonly (readonly [number, T])[]): fc.Arbitrary<T> {
  return fc.oneof(...choices.map(([weight, value]) => ({ arbitrary: fc.constant(value), weight })));
}
