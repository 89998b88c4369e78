/**
 * Which members hear which: `edges[i][j]`: messages from member i reach member j. The diagonal is true.
 */
export interface Digraph {
  /** As in the tables: members, and a number among the graphs of that many; or a name. */
  readonly name: string;
  readonly members: number;
  readonly edges: readonly (readonly boolean[])[];
  /** Who may lead before the links are cut, counted from 1; left out: each in turn. */
  readonly leaders?: readonly number[];
}

/**
 * Every directed graph of so many members that hangs together, one of each shape.
 *
 * Counted up to isomorphism: two graphs that differ by the members' names alone are one. Hanging together is meant weakly:
 * nobody is without any link, counted in either direction, to the rest. 13 of 3 members, 199 of 4.
 * Source: OEIS A003085.
 */
export function connectedDigraphs(members: number): Digraph[] {
  const pairs = orderedPairs(members);
  const relabelings = permutations(members).map((to) => pairs.map(([i, j]) => indexOf(pairs, to[i]!, to[j]!)));
  const graphs: Digraph[] = [];
  for (let set = 0; set < 2 ** pairs.length; set++) {
    if (!isSmallest(set, relabelings)) continue;
    const edges = edgesOf(pairs, set, members);
    if (!isConnected(edges)) continue;
    graphs.push({ name: `${members}-${graphs.length + 1}`, members, edges });
  }
  return graphs;
}

/** Links in both directions between these pairs, counted from 1. */
export function undirected(name: string, members: number, pairs: readonly (readonly [number, number])[]): Digraph {
  const edges = Array.from({ length: members }, (_, i) => Array.from({ length: members }, (_, j) => i === j));
  for (const [a, b] of pairs) {
    edges[a - 1]![b - 1] = true;
    edges[b - 1]![a - 1] = true;
  }
  return { name, members, edges };
}

/** `1-2 1>3`: both ways, one way. */
export function describeEdges({ members, edges }: Digraph): string {
  const words: string[] = [];
  for (let i = 0; i < members; i++) {
    for (let j = i + 1; j < members; j++) {
      if (edges[i]![j] && edges[j]![i]) words.push(`${i + 1}-${j + 1}`);
      else if (edges[i]![j]) words.push(`${i + 1}>${j + 1}`);
      else if (edges[j]![i]) words.push(`${j + 1}>${i + 1}`);
    }
  }
  return words.join(' ');
}

/** Members, counted from 1, that hear and are heard by enough others to lead. */
export function ableToLead({ members, edges }: Digraph): number[] {
  const majority = Math.floor(members / 2) + 1;
  const able: number[] = [];
  for (let i = 0; i < members; i++) {
    let peers = 0;
    for (let j = 0; j < members; j++) if (edges[i]![j] && edges[j]![i]) peers++;
    if (peers >= majority) able.push(i + 1);
  }
  return able;
}

type Pair = readonly [number, number];

function orderedPairs(members: number): Pair[] {
  const pairs: Pair[] = [];
  for (let i = 0; i < members; i++) for (let j = 0; j < members; j++) if (i !== j) pairs.push([i, j]);
  return pairs;
}

function indexOf(pairs: readonly Pair[], i: number, j: number): number {
  return pairs.findIndex(([from, to]) => from === i && to === j);
}

/** A graph is a set of pairs, as bits; of all its names the smallest number stands for it. */
function isSmallest(set: number, relabelings: readonly (readonly number[])[]): boolean {
  return relabelings.every((relabeling) => {
    let renamed = 0;
    for (let bit = 0; bit < relabeling.length; bit++) if ((set >> bit) & 1) renamed |= 1 << relabeling[bit]!;
    return renamed >= set;
  });
}

function edgesOf(pairs: readonly Pair[], set: number, members: number): boolean[][] {
  const edges = Array.from({ length: members }, (_, i) => Array.from({ length: members }, (_, j) => i === j));
  pairs.forEach(([i, j], bit) => {
    if ((set >> bit) & 1) edges[i]![j] = true;
  });
  return edges;
}

function isConnected(edges: readonly (readonly boolean[])[]): boolean {
  const reached = new Set([0]);
  const open = [0];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (let next = 0; next < edges.length; next++) {
      if (reached.has(next) || !(edges[at]![next] || edges[next]![at])) continue;
      reached.add(next);
      open.push(next);
    }
  }
  return reached.size === edges.length;
}

function permutations(count: number): number[][] {
  if (count === 0) return [[]];
  return permutations(count - 1).flatMap((shorter) =>
    Array.from({ length: count }, (_, place) => [...shorter.slice(0, place), count - 1, ...shorter.slice(place)]),
  );
}
