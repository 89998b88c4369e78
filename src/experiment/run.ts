import type { Invariant } from '../checking/index.js';
import type { Operation } from '../client/index.js';
import { invariant } from '../engine/index.js';
import type { Member } from '../etcd/index.js';
import { type Fault, faults, scheduleFaults } from '../faults/index.js';
import type { MetricRegistry } from '../metrics/index.js';
import type { MemberId } from '../raft/types.js';
import type { ResolvedScenario } from '../scenario/config.js';
import { type Workload, type WorkloadEnv, workloads } from '../workload/index.js';
import { AcknowledgedWrites } from './acknowledged-writes.js';
import { Aftermath } from './aftermath.js';
import { StepMonitor } from './checking/monitor.js';
import { Cluster, policyNamed } from './cluster.js';
import { startForecastLoop } from './forecast/loop.js';
import { overloadFor } from './forecast/overload.js';
import { Troubles } from './forecast/troubles.js';
import { Measurements } from './measurements.js';
import type { PlugInUse } from './plug-ins/index.js';
import { RequestRates } from './request-rates.js';
import type { RunResult } from './result.js';
import { settle } from './settle.js';
import { TlaTrace } from './tla/tla-trace.js';
import { requestCount, TrafficMeter } from './traffic.js';

export interface RunOptions {
  /** Which of a scenario's replications, from 0; each has streams of its own. */
  readonly replication: number;
  /** The scenario file's content after `--set`, for the manifest. */
  readonly document: unknown;
  /** Of etcdsim, for the manifest. */
  readonly version: string;
  /** Keeps every operation for `RunOutput.history`. */
  readonly history?: boolean;
  /** Writes down what etcd-io/raft's TLA+ trace specification checks. */
  readonly tla?: boolean;
  /** What the scenario may name besides what ships. */
  readonly plugIns?: PlugInUse;
}

export interface RunOutput {
  readonly result: RunResult;
  /** Each member's metrics under etcd's names, of its last process. */
  readonly registries: readonly { readonly member: string; readonly registry: MetricRegistry }[];
  /** Empty unless asked for. */
  readonly history: readonly Operation[];
  /** Events that the simulator ran. */
  readonly events: number;
  /** Undefined unless asked for. */
  readonly tla: TlaTrace | undefined;
}

/**
 * Runs one replication of a scenario to its end.
 *
 * The cluster comes up first; times of the result count from the start of the workload.
 *
 * @throws InvariantError if the simulator or a member contradicts itself; PlugInError if a plug-in breaks its rules;
 *   ViolationError if an invariant of the user's own does not hold;
 *   UntraceableError with `tla`, if the run does what that specification cannot take
 */
export function runScenario(scenario: ResolvedScenario, options: RunOptions): RunOutput {
  try {
    return run(scenario, options);
  } catch (error) {
    throw options.plugIns?.blame(error) ?? error;
  }
}

function run(scenario: ResolvedScenario, options: RunOptions): RunOutput {
  const { plugIns } = options;
  const timeline: { timeMs: number; text: string }[] = [];
  let startUs = 0;
  const note = (text: string): void => {
    timeline.push({ timeMs: (cluster.simulator.nowUs - startUs) / 1000, text });
  };
  const writes = new AcknowledgedWrites();
  const history: Operation[] = [];
  let leaderChanges = 0;
  let started = false;
  const aftermath = new Aftermath(() => cluster.members);
  const watched = plugIns?.invariants ?? [];
  const tla = options.tla ? new TlaTrace(() => cluster.simulator.nowUs) : undefined;
  const cluster: Cluster = new Cluster(scenario, `${scenario.seed}/${options.replication}`, {
    leadership: (member, soft) => {
      if (!started) return;
      aftermath.leadership(simulator.nowUs, member, soft.raftState);
      if (soft.raftState !== 'StateLeader') return;
      leaderChanges++;
      note(`${member.name} leads in term ${member.term}`);
    },
    ...(watched.length === 0 ? {} : { steps: monitorOf(watched, () => cluster) }),
    ...(tla === undefined ? {} : { raft: tla }),
    policyNamed: (name) => plugIns?.balancer(name) ?? policyNamed(name),
    panicked: (program, text) => note(`${program} panics: ${text}`),
    finished: (operation) => {
      writes.finished(operation);
      aftermath.finished(operation);
      if (options.history) history.push(operation);
    },
  });
  const { simulator, members, network } = cluster;
  plugIns?.beatWith(simulator);
  const settled = settle(cluster, scenario.cluster.leader);
  const overload = overloadFor(cluster, scenario);
  started = true;
  startUs = simulator.nowUs;
  note(settled ? `start: ${cluster.leader!.name} leads` : 'start: no leader that all members follow');

  const traffic = new TrafficMeter(members);
  const rates = new RequestRates(simulator, members);
  const busyBefore = members.map((member) => member.cpuBusyUs);
  const walBefore = members.map(walWork);
  const clientsBusy = () => sum(cluster.programs.map(({ program }) => program.busyUs));
  const clientsBusyBefore = clientsBusy();
  const measurements = new Measurements();
  const endings: (() => void)[] = [];
  const env: WorkloadEnv = {
    simulator,
    programs: cluster.programs,
    newProgram: (apiserverIndex) => cluster.newProgram(apiserverIndex),
    observe: measurements.observe,
    report: measurements.report,
    note,
    atEnd: (run) => endings.push(run),
    done: () => {
      if (scenario.stop.whenDone) simulator.stop();
    },
  };
  const troubles = new Troubles();
  const forecast = startForecastLoop(cluster, scenario, troubles, note);
  const faultWatched = (name: string): Fault => {
    const fault = troubles.watching(plugIns?.fault(name) ?? faultNamed(name));
    return {
      ...fault,
      strike(...what) {
        aftermath.strike(simulator.nowUs);
        return fault.strike(...what);
      },
    };
  };
  const faultEnv = { simulator, network, members, clientHosts: cluster.clientHosts, ...overload };
  scheduleFaults(faultEnv, scenario.faults, faultWatched, note);
  const { workload } = scenario;
  if (workload.kind === 'plug-in') {
    const own = plugIns?.workload(workload.name);
    invariant(own !== undefined, 'a scenario must name a workload', { name: workload.name });
    own.start(env, workload.options);
  } else workloadOf(workload.kind).start(env, workload as never);
  simulator.run(startUs + scenario.stop.afterUs);
  for (const end of endings) end();

  const { report } = measurements;
  const summaries = traffic.summaries();
  report('virtual_time', 's', (simulator.nowUs - startUs) / 1e6);
  report('leader_changes', 'count', leaderChanges);
  report('acknowledged_writes', 'count', writes.count);
  aftermath.report(report);
  forecast?.report(report);
  const lost = writes.lost(members);
  report('acknowledged_writes_lost', 'count', lost.length);
  for (const { key, revision } of lost) note(`lost: the acknowledged write of ${key} at revision ${revision}`);
  const requests = summaries.map((summary) => requestCount(summary.requests));
  const all = requests.reduce((sum, count) => sum + count, 0);
  members.forEach((member, i) => {
    if (all > 0) report(`request_share_${member.name}`, 'ratio', requests[i]! / all);
    report(`cpu_${member.name}`, 's', (member.cpuBusyUs - busyBefore[i]!) / 1e6);
    const { entries, fsyncs } = walWork(member);
    const before = walBefore[i]!;
    if (fsyncs > before.fsyncs) {
      report(`entries_per_fsync_${member.name}`, 'ratio', (entries - before.entries) / (fsyncs - before.fsyncs));
    }
  });
  report('cpu_clients', 's', (clientsBusy() - clientsBusyBefore) / 1e6);
  report('peer_sent', 'bytes', sum(summaries.map((summary) => summary.peerSentBytes)));
  return {
    result: {
      metrics: measurements.metrics(),
      members: summaries,
      series: rates.series(),
      timeline,
      manifest: {
        version: options.version,
        scenario: options.document,
        seed: scenario.seed,
        replication: options.replication,
      },
    },
    registries: members.map(({ name, metrics }: Member) => ({ member: name, registry: metrics.registry })),
    history,
    events: simulator.eventCount,
    tla,
  };
}

/** Invariants of the user's own watch every step. */
function monitorOf(invariants: readonly Invariant[], cluster: () => Cluster): StepMonitor {
  const nameOf = (id: MemberId): string => cluster().members[id - 1]!.name;
  return new StepMonitor(invariants, nameOf, () => cluster().simulator.nowUs);
}

/** Entries committed and fsyncs made so far, over restarts. */
function walWork({ incarnations }: Member): { entries: number; fsyncs: number } {
  return {
    entries: sum(incarnations.map((metrics) => metrics.proposalsCommitted.value)),
    fsyncs: sum(incarnations.map((metrics) => metrics.walFsync.count)),
  };
}

function workloadOf(kind: string): Workload<never> {
  const workload = workloads.find((each) => each.kind === kind);
  invariant(workload !== undefined, 'a scenario must name a workload', { kind });
  return workload;
}

function faultNamed(name: string): Fault {
  const fault = faults.find((each) => each.name === name);
  invariant(fault !== undefined, 'a scenario must name faults that exist', { name });
  return fault;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
