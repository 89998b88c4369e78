import { BareCluster, type BareSettings } from './bare-cluster.js';
import { ableToLead, connectedDigraphs, type Digraph, describeEdges, undirected } from './digraphs.js';

/** What becomes of a cluster whose links are those of one graph, with one setting. */
export interface AtlasRow {
  readonly graph: string;
  readonly members: number;
  /** `1-2 1>3`: both ways, one way. */
  readonly edges: string;
  /** Members that could lead: they hear and are heard by a majority, themselves counted. */
  readonly ableToLead: readonly number[];
  readonly preVote: boolean;
  readonly checkQuorum: boolean;
  readonly runs: number;
  /** Runs in which one leader stood to the end, and was of use all the while. */
  readonly stableRuns: number;
  /** Who led before the links were cut, where every run ended so. */
  readonly stableFrom: readonly number[];
  /** Until that leader led, s, of those runs: mean and longest; undefined without one. */
  readonly settledMeanSec: number | undefined;
  readonly settledMaxSec: number | undefined;
  /** Share of the writes that at least one member could carry out within a second: what a client has that tries all. */
  readonly availability: number;
  /** Share of all writes, asked of every member alike. */
  readonly share: number;
  /** Terms begun in a minute, mean. */
  readonly termsPerMin: number;
}

export interface AtlasOptions {
  readonly seed: string;
  /** How many members the graphs have. */
  readonly sizes: readonly number[];
  /** Runs with each member as the leader to begin with. */
  readonly replications: number;
  readonly progress?: (done: number, total: number) => void;
  readonly stop?: () => boolean;
}

export const SETTINGS: readonly BareSettings[] = [
  { preVote: false, checkQuorum: false },
  { preVote: false, checkQuorum: true },
  { preVote: true, checkQuorum: false },
  { preVote: true, checkQuorum: true },
];

/**
 * Two members that reach only one of three, each another: without PreVote their campaigns never let a leader be.
 * Source: Howard and Abraham, "Raft does not guarantee liveness in the face of network faults", 2020.
 */
export const PARTIAL_PARTITION: Digraph = {
  ...undirected('5-partial', 5, [
    [1, 2],
    [1, 3],
    [2, 3],
    [2, 4],
    [3, 5],
  ]),
  // One of the outer two that led and never hears of its end disturbs nobody, where CheckQuorum does not tell it.
  leaders: [1, 2, 3],
};

/** After the links were cut. Stable is who leads through the second half. */
const RUN_US = 300_000_000;
const WATCHED_US = RUN_US / 2;
/** A leader that has been of use for so long while no term began stays: nobody is left who would disturb it. */
const QUIET_US = 30_000_000;
const HEALTHY_US = 3_000_000;
const WRITE_EVERY_US = 500_000;
const PATIENCE_US = 1_000_000;

/** Every connected directed graph of these sizes with every setting, and the partial partition of five. */
export function livenessAtlas(options: AtlasOptions): AtlasRow[] {
  const graphs = [...options.sizes.flatMap(connectedDigraphs), PARTIAL_PARTITION];
  const rows: AtlasRow[] = [];
  for (const graph of graphs) {
    for (const settings of SETTINGS) {
      if (options.stop?.()) return rows;
      rows.push(rowOf(graph, settings, options));
      options.progress?.(rows.length, graphs.length * SETTINGS.length);
    }
  }
  return rows;
}

export function rowOf(
  graph: Digraph,
  settings: BareSettings,
  options: Pick<AtlasOptions, 'seed' | 'replications'>,
): AtlasRow {
  const runs: RunFigures[] = [];
  const stableFrom: number[] = [];
  for (const leader of graph.leaders ?? Array.from({ length: graph.members }, (_, i) => i + 1)) {
    const own = Array.from({ length: options.replications }, (_, i) =>
      runOnce(graph, settings, leader - 1, `${options.seed}/${graph.name}/${leader}/${i}`),
    );
    runs.push(...own);
    if (own.every(({ settledUs }) => settledUs !== undefined)) stableFrom.push(leader);
  }
  const settled = runs.flatMap(({ settledUs }) => (settledUs === undefined ? [] : [settledUs / 1e6]));
  const mean = (of: (run: RunFigures) => number): number => runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
  return {
    graph: graph.name,
    members: graph.members,
    edges: describeEdges(graph),
    ableToLead: ableToLead(graph),
    ...settings,
    runs: runs.length,
    stableRuns: settled.length,
    stableFrom,
    settledMeanSec: settled.length === 0 ? undefined : settled.reduce((sum, sec) => sum + sec, 0) / settled.length,
    settledMaxSec: settled.length === 0 ? undefined : settled.reduce((most, sec) => Math.max(most, sec), 0),
    availability: mean(({ availability }) => availability),
    share: mean(({ share }) => share),
    termsPerMin: mean((run) => run.termsPerMin),
  };
}

interface RunFigures {
  readonly settledUs: number | undefined;
  readonly availability: number;
  readonly share: number;
  readonly termsPerMin: number;
}

/** A healthy cluster that `leader` leads; then only the graph's links are left. */
function runOnce(graph: Digraph, settings: BareSettings, leader: number, seed: string): RunFigures {
  const cluster = new BareCluster(graph.members, settings, `atlas/${seed}`);
  const { simulator, nodes } = cluster;
  while (nodes[leader]!.state !== 'StateLeader') {
    cluster.campaign(leader);
    simulator.run(simulator.nowUs + HEALTHY_US);
  }
  cluster.cut(graph);
  const startUs = simulator.nowUs;
  const startTerm = highestTerm(cluster);
  const reign = new Reign();
  let atUs = 0;
  let newestUs = 0;
  let newest = startTerm;
  while (atUs < RUN_US) {
    for (let member = 0; member < graph.members; member++) cluster.write(member);
    simulator.run(startUs + atUs + WRITE_EVERY_US);
    reign.look(cluster, atUs);
    atUs += WRITE_EVERY_US;
    const term = highestTerm(cluster);
    if (term > newest) newestUs = atUs;
    newest = term;
    if (atUs - QUIET_US >= newestUs && reign.sinceUs(atUs - QUIET_US) !== undefined) break;
  }
  simulator.run(simulator.nowUs + PATIENCE_US);
  return {
    settledUs: reign.sinceUs(Math.min(atUs, RUN_US - WATCHED_US)),
    ...served(cluster, graph.members, atUs),
    termsPerMin: (newest - startTerm) / (RUN_US / 60e6),
  };
}

/** Shares of the writes of a whole run; one that was broken off, since nothing changed any more, goes on as it ended. */
function served({ writes }: BareCluster, members: number, endUs: number): { availability: number; share: number } {
  const done = writes.map(({ atUs, appliedUs }) => appliedUs !== undefined && appliedUs - atUs <= PATIENCE_US);
  const rounds = endUs / WRITE_EVERY_US;
  const roundDone = Array.from({ length: rounds }, (_, i) => done.slice(i * members, (i + 1) * members));
  const wholeRun = (of: (round: readonly boolean[]) => number): number => {
    const values = roundDone.map(of);
    const tail = values.slice(-QUIET_US / WRITE_EVERY_US);
    const rest = (RUN_US - endUs) / WRITE_EVERY_US;
    return (sum(values) + (rest * sum(tail)) / tail.length) / (rounds + rest);
  };
  return {
    availability: wholeRun((round) => Number(round.includes(true))),
    share: wholeRun((round) => round.filter(Boolean).length / members),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function highestTerm({ nodes }: BareCluster): number {
  return nodes.reduce((highest, { term }) => Math.max(highest, term), 0);
}

/** Who leads and is of use: its commit index has moved since it was last looked at. */
class Reign {
  private key = '';
  private commitIndex = 0;
  private beganUs: number | undefined;

  look({ nodes }: BareCluster, atUs: number): void {
    let ruler: BareCluster['nodes'][number] | undefined;
    for (const node of nodes) {
      if (node.state === 'StateLeader' && (ruler === undefined || node.term > ruler.term)) ruler = node;
    }
    const key = ruler === undefined ? '' : `${ruler.id}/${ruler.term}`;
    const isUseful = ruler !== undefined && ruler.commitIndex > (key === this.key ? this.commitIndex : 0);
    if (!isUseful) this.beganUs = undefined;
    else if (key !== this.key || this.beganUs === undefined) this.beganUs = atUs;
    this.key = key;
    this.commitIndex = ruler?.commitIndex ?? 0;
  }

  /** When the last reign began, if that was by `latestUs`. */
  sinceUs(latestUs: number): number | undefined {
    return this.beganUs !== undefined && this.beganUs <= latestUs ? this.beganUs : undefined;
  }
}
