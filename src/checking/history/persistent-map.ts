/** What a `PersistentMap` holds: values that know their key and a number that stands for their content. */
export interface Fingerprinted {
  readonly key: string;
  /** 32 bits each; equal for equal entries, and two entries that differ hardly ever have both equal. */
  readonly high: number;
  readonly low: number;
}

interface Node<V extends Fingerprinted> {
  readonly value: V;
  readonly priority: number;
  readonly left: Node<V> | undefined;
  readonly right: Node<V> | undefined;
  /** Sums over the subtree, so that the whole map has a fingerprint at once. */
  readonly high: number;
  readonly low: number;
}

/**
 * A sorted map that never changes: `set` and `delete` give a new one that shares almost all with the old, O(log n).
 *
 * A treap whose priorities are hashes of the keys: equal content has equal shape, whatever its history.
 */
export class PersistentMap<V extends Fingerprinted> {
  private readonly root: Node<V> | undefined;

  constructor(root?: Node<V>) {
    this.root = root;
  }

  get(key: string): V | undefined {
    let node = this.root;
    while (node !== undefined && node.value.key !== key) node = key < node.value.key ? node.left : node.right;
    return node?.value;
  }

  set(value: V): PersistentMap<V> {
    return new PersistentMap(insert(this.root, value, textHash(value.key)));
  }

  delete(key: string): PersistentMap<V> {
    return new PersistentMap(remove(this.root, key));
  }

  /** Values with `start` <= key < `end` in order; `end` undefined = to the last. */
  scan(start: string, end: string | undefined, visit: (value: V) => void): void {
    scan(this.root, start, end, visit);
  }

  /** Stands for the whole content. */
  get fingerprint(): string {
    return this.root === undefined ? '' : `${this.root.high.toString(36)}.${this.root.low.toString(36)}`;
  }
}

/** FNV-1a over UTF-16 units, with a last mix so that neighbours differ in the high bits too. */
export function textHash(text: string, basis = 0x811c9dc5): number {
  let hash = basis | 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

function node<V extends Fingerprinted>(
  value: V,
  priority: number,
  left: Node<V> | undefined,
  right: Node<V> | undefined,
): Node<V> {
  const high = (value.high + (left?.high ?? 0) + (right?.high ?? 0)) | 0;
  const low = (value.low + (left?.low ?? 0) + (right?.low ?? 0)) | 0;
  return { value, priority, left, right, high, low };
}

function insert<V extends Fingerprinted>(at: Node<V> | undefined, value: V, priority: number): Node<V> {
  if (at === undefined) return node(value, priority, undefined, undefined);
  const own = at.value;
  if (value.key === own.key) return node(value, at.priority, at.left, at.right);
  if (value.key < own.key) {
    const left = insert(at.left, value, priority);
    if (!isAbove(left, at)) return node(own, at.priority, left, at.right);
    return node(left.value, left.priority, left.left, node(own, at.priority, left.right, at.right));
  }
  const right = insert(at.right, value, priority);
  if (!isAbove(right, at)) return node(own, at.priority, at.left, right);
  return node(right.value, right.priority, node(own, at.priority, at.left, right.left), right.right);
}

function remove<V extends Fingerprinted>(at: Node<V> | undefined, key: string): Node<V> | undefined {
  if (at === undefined) return undefined;
  if (key === at.value.key) return merge(at.left, at.right);
  return key < at.value.key
    ? node(at.value, at.priority, remove(at.left, key), at.right)
    : node(at.value, at.priority, at.left, remove(at.right, key));
}

function merge<V extends Fingerprinted>(left: Node<V> | undefined, right: Node<V> | undefined): Node<V> | undefined {
  if (left === undefined) return right;
  if (right === undefined) return left;
  return isAbove(left, right)
    ? node(left.value, left.priority, left.left, merge(left.right, right))
    : node(right.value, right.priority, merge(left, right.left), right.right);
}

/** A total order: keys decide between equal priorities. */
function isAbove<V extends Fingerprinted>(a: Node<V>, b: Node<V>): boolean {
  return a.priority > b.priority || (a.priority === b.priority && a.value.key < b.value.key);
}

function scan<V extends Fingerprinted>(
  at: Node<V> | undefined,
  start: string,
  end: string | undefined,
  visit: (value: V) => void,
): void {
  if (at === undefined) return;
  const { key } = at.value;
  if (start <= key) scan(at.left, start, end, visit);
  const isBelowEnd = end === undefined || key < end;
  if (start <= key && isBelowEnd) visit(at.value);
  if (isBelowEnd) scan(at.right, start, end, visit);
}
