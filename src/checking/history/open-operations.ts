import type { TimedOperation } from './sequential-model.js';

/** An operation's beginning or its end. */
interface Edge {
  readonly operation: number;
  readonly time: number;
  readonly isReturn: boolean;
}

const NONE = -1;

/**
 * Which operations are open at an edge of the history. One cursor, which moves both ways.
 *
 * Open operations with a known end form a doubly linked list, so that a move costs the same whatever is open. Those
 * without a known end stay open for ever and are only counted, by class: the operations with equal input.
 */
export class OpenOperations<Op> {
  /** Class of each operation without a known end; -1 for the others. */
  readonly classOf: Int32Array;
  /** How many of each class have been invoked; the classes with any come first. */
  readonly available: number[] = [];
  /** Members of each class in the order of their invocation. */
  readonly membersOf: number[][] = [];
  activeClasses = 0;
  private readonly edges: readonly Edge[];
  private readonly nextOpen: Int32Array;
  private readonly previousOpen: Int32Array;
  private last = NONE;
  private first = NONE;
  private position = 0;

  constructor(operations: readonly TimedOperation<Op>[], inputKey: (op: Op) => string) {
    const edges: Edge[] = [];
    operations.forEach(({ invoked, returned }, operation) => {
      edges.push({ operation, time: invoked, isReturn: false });
      if (returned !== Number.POSITIVE_INFINITY) edges.push({ operation, time: returned, isReturn: true });
    });
    // At one instant invocations come first: what only touches is concurrent.
    edges.sort((a, b) => a.time - b.time || Number(a.isReturn) - Number(b.isReturn) || a.operation - b.operation);
    this.edges = edges;
    this.nextOpen = new Int32Array(operations.length).fill(NONE);
    this.previousOpen = new Int32Array(operations.length).fill(NONE);
    this.classOf = new Int32Array(operations.length).fill(NONE);
    const classes = new Map<string, number>();
    for (const { operation, isReturn } of edges) {
      const { op, returned } = operations[operation]!;
      if (isReturn || returned !== Number.POSITIVE_INFINITY) continue;
      const key = inputKey(op);
      let id = classes.get(key);
      if (id === undefined) {
        id = classes.size;
        classes.set(key, id);
        this.available.push(0);
        this.membersOf.push([]);
      }
      this.classOf[operation] = id;
      this.membersOf[id]!.push(operation);
    }
  }

  /** Edges in all; an edge number is 0 .. edgeCount - 1. */
  get edgeCount(): number {
    return this.edges.length;
  }

  /** The operation that ends at this edge, or -1 if one begins there. */
  returningAt(edge: number): number {
    const { operation, isReturn } = this.edges[edge]!;
    return isReturn ? operation : NONE;
  }

  timeAt(edge: number): number {
    return this.edges[edge]!.time;
  }

  /** Makes open what is open just before this edge. */
  moveTo(edge: number): void {
    while (this.position < edge) this.pass(this.edges[this.position++]!);
    while (this.position > edge) this.unpass(this.edges[--this.position]!);
  }

  /** Open operations with a known end, by invocation: the first, and the one after another; -1 = no more. */
  firstOpen(): number {
    return this.first;
  }

  openAfter(operation: number): number {
    return this.nextOpen[operation]!;
  }

  private pass({ operation, isReturn }: Edge): void {
    if (isReturn) this.unlink(operation);
    else if (this.classOf[operation] !== NONE) this.count(this.classOf[operation]!, 1);
    else this.append(operation);
  }

  private unpass({ operation, isReturn }: Edge): void {
    if (isReturn) this.relink(operation);
    else if (this.classOf[operation] !== NONE) this.count(this.classOf[operation]!, -1);
    else this.unlink(operation);
  }

  /** Classes are numbered by their first invocation, so the active ones are a prefix. */
  private count(id: number, by: number): void {
    this.available[id]! += by;
    if (by > 0 && id === this.activeClasses) this.activeClasses++;
    if (by < 0 && this.available[id] === 0) this.activeClasses--;
  }

  private append(operation: number): void {
    this.previousOpen[operation] = this.last;
    this.nextOpen[operation] = NONE;
    if (this.last === NONE) this.first = operation;
    else this.nextOpen[this.last] = operation;
    this.last = operation;
  }

  private unlink(operation: number): void {
    const previous = this.previousOpen[operation]!;
    const next = this.nextOpen[operation]!;
    if (previous === NONE) this.first = next;
    else this.nextOpen[previous] = next;
    if (next === NONE) this.last = previous;
    else this.previousOpen[next] = previous;
  }

  /** Undoes `unlink`: the neighbours are still known, as moves are undone in reverse order. */
  private relink(operation: number): void {
    const previous = this.previousOpen[operation]!;
    const next = this.nextOpen[operation]!;
    if (previous === NONE) this.first = operation;
    else this.nextOpen[previous] = operation;
    if (next === NONE) this.last = operation;
    else this.previousOpen[next] = operation;
  }
}
