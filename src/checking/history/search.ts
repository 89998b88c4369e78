import { OpenOperations } from './open-operations.js';
import type { SequentialModel, TimedOperation } from './sequential-model.js';

/** How a search ends. Operations are named by their position in the list given. */
export type SearchResult =
  | { readonly kind: 'linearizable'; readonly order: readonly number[]; readonly steps: number }
  | {
      readonly kind: 'not-linearizable';
      /** No order reaches beyond the return of this operation ... */
      readonly stuckAt: number;
      /** ... which is at this time. */
      readonly time: number;
      /** Configurations looked at. */
      readonly steps: number;
    }
  /** The limit was reached first. */
  | { readonly kind: 'undecided' };

/** Which operations took effect already, as a list from the last one back. */
interface Trail {
  readonly operation: number;
  readonly before: Trail | undefined;
}

/** A state that can be reached, and how much of the history it has taken in. */
interface Configuration<State> {
  readonly state: State;
  /** Open operations with a known end that have taken effect, ascending. */
  readonly done: readonly number[];
  /** How many of each class of operations without a known end have taken effect; a shorter list ends in zeros. */
  readonly used: readonly number[];
  readonly trail: Trail | undefined;
}

/** What is left to try before one return. */
interface Frame<State> {
  readonly edge: number;
  /** Not looked at yet; first in, first out, so that short chains come first. */
  readonly queue: Configuration<State>[];
  head: number;
  /** The returning operation has taken effect in these: ready to go on behind the edge. */
  readonly ready: Configuration<State>[];
  nextReady: number;
}

/** Configurations looked at before a search gives up: some seconds of work. */
export const DEFAULT_SEARCH_LIMIT = 2_000_000;

/** What trying one operation in one configuration counts, next to the configuration itself. */
const TRIAL_COST = 0.1;

/**
 * Looks for an order of the operations that agrees with real time and in which the model gives every answer.
 *
 * Just-in-time linearization: operations take effect only when one that returns needs it, so an early stuck point is the
 * earliest possible. States met before are not tried again. Three rules keep histories with many lost answers small:
 * a read that fits takes effect at once, as it changes nothing for the others; operations without an answer are counted
 * by their input instead of named; and of two configurations that differ in those only, the one that used fewer stands
 * for both, since what is unused may still come or never.
 * Source: Wing & Gong 1993; Lowe, "Testing for linearizability", 2017.
 */
export function search<Op, State>(
  operations: readonly TimedOperation<Op>[],
  model: SequentialModel<Op, State>,
  limit = DEFAULT_SEARCH_LIMIT,
): SearchResult {
  // Sorted, open operations and lists of them ascend alike.
  const sorted = operations.map((_, i) => i).sort((a, b) => operations[a]!.invoked - operations[b]!.invoked || a - b);
  const result = new Search(
    sorted.map((i) => operations[i]!),
    model,
    limit,
  ).run();
  switch (result.kind) {
    case 'linearizable':
      return { ...result, order: result.order.map((i) => sorted[i]!) };
    case 'not-linearizable':
      return { ...result, stuckAt: sorted[result.stuckAt]! };
    case 'undecided':
      return result;
  }
}

class Search<Op, State> {
  private readonly operations: readonly TimedOperation<Op>[];
  private readonly model: SequentialModel<Op, State>;
  private readonly open: OpenOperations<Op>;
  private readonly limit: number;
  /** Classes of operations without a known end, in the order in which they are tried. */
  private readonly classes: readonly number[];
  private steps = 0;
  /** By edge, then by state and done operations: what was used in each configuration met there. */
  private readonly met = new Map<number, Map<string, (readonly number[])[]>>();
  private readonly frames: Frame<State>[] = [];
  private deepestEdge = -1;

  constructor(operations: readonly TimedOperation<Op>[], model: SequentialModel<Op, State>, limit: number) {
    this.operations = operations;
    this.model = model;
    this.limit = limit;
    this.open = new OpenOperations(operations, (op) => model.inputKey(op));
    const deadlines = this.open.membersOf.map(([first]) => model.deadline?.(operations[first!]!.op) ?? 0);
    this.classes = deadlines.map((_, id) => id).sort((a, b) => deadlines[a]! - deadlines[b]! || a - b);
  }

  run(): SearchResult {
    let edge = 0;
    let current: Configuration<State> | undefined = { state: this.model.initial, done: [], used: [], trail: undefined };
    for (;;) {
      if (current !== undefined) {
        const reached = this.advance(edge, current);
        if (reached.edge === this.open.edgeCount)
          return { kind: 'linearizable', order: orderOf(reached.trail), steps: this.steps };
        this.enter(reached.edge, reached);
      }
      if (this.steps > this.limit) return { kind: 'undecided' };
      const frame = this.frames.at(-1);
      if (frame === undefined) return this.stuck();
      current = this.nextBehind(frame);
      edge = frame.edge;
      // A frame with nothing left need not wait for what comes of its last configuration.
      if (isExhausted(frame)) this.frames.pop();
    }
  }

  /** Goes on to the next return of an operation that has not taken effect yet, or to the end. */
  private advance(edge: number, configuration: Configuration<State>): Configuration<State> & { readonly edge: number } {
    const { open } = this;
    let current = configuration;
    for (; edge < open.edgeCount; edge++) {
      const returning = open.returningAt(edge);
      if (returning < 0) continue;
      if (!current.done.includes(returning)) {
        open.moveTo(edge);
        current = this.absorb(current);
        if (!current.done.includes(returning)) break;
      }
      current = { ...current, done: current.done.filter((operation) => operation !== returning) };
    }
    return { ...current, edge };
  }

  private enter(edge: number, configuration: Configuration<State>): void {
    if (edge > this.deepestEdge) this.deepestEdge = edge;
    // Nothing can come back to here while no other way is open.
    if (this.frames.length > 0 && this.isMet(edge, configuration)) return;
    this.frames.push({ edge, queue: [configuration], head: 0, ready: [], nextReady: 0 });
  }

  /** The next configuration in which the frame's operation has returned, or undefined if this frame needs more time. */
  private nextBehind(frame: Frame<State>): Configuration<State> | undefined {
    while (frame.nextReady === frame.ready.length && frame.head < frame.queue.length && this.steps <= this.limit) {
      this.open.moveTo(frame.edge);
      this.expand(frame, frame.queue[frame.head++]!);
    }
    return frame.ready[frame.nextReady++];
  }

  /** Lets each open operation take effect next. */
  private expand(frame: Frame<State>, configuration: Configuration<State>): void {
    const { open, model, operations } = this;
    const returning = open.returningAt(frame.edge);
    const next: Configuration<State>[] = [];
    this.steps++;
    this.tryNext(next, configuration, returning);
    const { done } = configuration;
    let i = 0;
    for (let other = open.firstOpen(); other >= 0; other = open.openAfter(other)) {
      // Both lists ascend.
      while (i < done.length && done[i]! < other) i++;
      if (done[i] === other || other === returning || model.isReadOnly(operations[other]!.op)) continue;
      this.tryNext(next, configuration, other);
    }
    if (model.admitsUnknown?.(configuration.state) !== false) {
      for (const id of this.classes) {
        if (id >= open.activeClasses) continue;
        const used = configuration.used[id] ?? 0;
        if (used < open.available[id]!) this.tryNext(next, configuration, open.membersOf[id]![used]!);
      }
    }
    // Nothing can come back to the one way there is.
    const isOnly = next.length === 1 && this.frames.length === 1 && isExhausted(frame);
    for (const one of next) {
      if (one.done.includes(returning)) frame.ready.push(one);
      else if (isOnly || !this.isMet(frame.edge, one)) frame.queue.push(one);
    }
  }

  private tryNext(into: Configuration<State>[], configuration: Configuration<State>, operation: number): void {
    this.steps += TRIAL_COST;
    const state = this.model.step(configuration.state, this.operations[operation]!.op);
    if (state === undefined) return;
    const id = this.open.classOf[operation]!;
    into.push(
      this.absorb({
        state,
        done: id < 0 ? insert(configuration.done, operation) : configuration.done,
        used: id < 0 ? configuration.used : increment(configuration.used, id),
        trail: { operation, before: configuration.trail },
      }),
    );
  }

  /** Lets every open read that fits take effect. */
  private absorb(configuration: Configuration<State>): Configuration<State> {
    const { open, model, operations } = this;
    let { done, trail } = configuration;
    let i = 0;
    for (let operation = open.firstOpen(); operation >= 0; operation = open.openAfter(operation)) {
      while (i < done.length && done[i]! < operation) i++;
      const { op } = operations[operation]!;
      if (done[i] === operation || !model.isReadOnly(op)) continue;
      if (model.step(configuration.state, op) === undefined) continue;
      done = insert(done, operation);
      trail = { operation, before: trail };
    }
    return done === configuration.done ? configuration : { ...configuration, done, trail };
  }

  /** Whether a configuration as good was met at this edge; if not, this one is from now on. */
  private isMet(edge: number, { state, done, used }: Configuration<State>): boolean {
    let here = this.met.get(edge);
    if (here === undefined) {
      here = new Map();
      this.met.set(edge, here);
    }
    const key = `${this.model.stateKey(state)}|${done.join(' ')}`;
    const met = here.get(key);
    if (met === undefined) {
      here.set(key, [used]);
      return false;
    }
    if (met.some((other) => isWithin(other, used))) return true;
    const rest = met.filter((other) => !isWithin(used, other));
    rest.push(used);
    here.set(key, rest);
    return false;
  }

  private stuck(): SearchResult {
    const { open, deepestEdge, steps } = this;
    return { kind: 'not-linearizable', stuckAt: open.returningAt(deepestEdge), time: open.timeAt(deepestEdge), steps };
  }
}

function isExhausted(frame: Frame<unknown>): boolean {
  return frame.nextReady >= frame.ready.length && frame.head === frame.queue.length;
}

function orderOf(trail: Trail | undefined): number[] {
  const order: number[] = [];
  for (let step = trail; step !== undefined; step = step.before) order.push(step.operation);
  return order.reverse();
}

function isWithin(small: readonly number[], large: readonly number[]): boolean {
  for (let id = 0; id < small.length; id++) if (small[id]! > (large[id] ?? 0)) return false;
  return true;
}

function increment(used: readonly number[], id: number): number[] {
  const next = used.slice();
  while (next.length <= id) next.push(0);
  next[id]!++;
  return next;
}

/** The list is short: no more than what is open at once. */
function insert(ascending: readonly number[], operation: number): number[] {
  const next = ascending.slice();
  let i = next.length;
  next.push(operation);
  for (; i > 0 && next[i - 1]! > operation; i--) next[i] = next[i - 1]!;
  next[i] = operation;
  return next;
}
