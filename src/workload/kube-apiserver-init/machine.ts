import {
  type DurationDistribution,
  type Process,
  type Program,
  type Sampler,
  type Simulator,
  sampler,
  wait,
} from '../../engine/index.js';
import { CPU } from './timing.js';

const STREAMS = 'workload/kube-apiserver-init';

/** One program of the control plane on its cores: its work, and its own random numbers. */
export class Machine {
  readonly name: string;
  readonly simulator: Simulator;
  private readonly program: Program;
  private readonly cpuScale: number;

  /** @param name unique in the run; names the random streams */
  constructor(name: string, simulator: Simulator, program: Program, cpuScale: number) {
    this.name = name;
    this.simulator = simulator;
    this.program = program;
    this.cpuScale = cpuScale;
  }

  /** Spends CPU time of the program's cores. */
  work(costUs: number): Process {
    return wait<void>((done) => this.program.run(costUs * this.cpuScale, done, undefined));
  }

  /** As `work`, for a caller that is no process. */
  workThen(costUs: number, run: () => void): void {
    this.program.run(costUs * this.cpuScale, run, undefined);
  }

  /** Several pieces of work at once that nobody waits for. */
  burst({ pieces, pieceUs }: { readonly pieces: number; readonly pieceUs: number }): void {
    for (let i = 0; i < pieces; i++) this.workThen(pieceUs, () => {});
  }

  /** CPU work of one kind: each call draws and spends one. `owner` names who does it, for a stream of its own. */
  worker(kind: keyof typeof CPU, owner: string): () => Process {
    const draw = this.sampler(CPU[kind], `${owner}/${kind}`);
    return () => this.work(draw());
  }

  sampler(of: DurationDistribution, purpose: string): Sampler {
    return sampler(of, this.simulator.streams.stream(`${STREAMS}/${this.name}/${purpose}`));
  }

  shuffled<T>(items: readonly T[], purpose: string): T[] {
    return this.simulator.streams.stream(`${STREAMS}/${this.name}/${purpose}`).shuffled(items);
  }
}
