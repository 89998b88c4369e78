import type { Counterexample, ReplayedRun } from '../experiment/checking/index.js';
import { writeAll } from './out-files.js';

/** Writes a counterexample with its pictures. @returns the path of the file to replay */
export async function writeCounterexample(
  folder: string,
  name: string,
  counterexample: Counterexample,
  run: ReplayedRun,
): Promise<string> {
  const [{ toJson }, { mermaidText, shivizLog, spaceTimeSvg }] = await Promise.all([
    import('../report/json.js'),
    import('../report/space-time.js'),
  ]);
  await writeAll(folder, {
    [`${name}.json`]: toJson(counterexample),
    [`${name}.svg`]: spaceTimeSvg(run),
    [`${name}.mmd`]: mermaidText(run),
    [`${name}.shiviz.log`]: shivizLog(run),
  });
  return `${folder}/${name}.json`;
}

/** The lines that a person reads, ending in how to see it again. */
export function counterexampleText({ violation, mutant, steps, schedule }: Counterexample, path: string): string {
  const { property, atUs, text } = violation;
  const { voters, spares } = schedule.settings;
  const lines = [
    `violated: ${property} at ${(atUs / 1000).toFixed(3)} ms${mutant === undefined ? '' : ` (mutant ${mutant})`}`,
    `  ${text}`,
    `${voters} members${spares > 0 ? `, ${spares} spare` : ''}, seed ${schedule.seed}, ${steps.length} steps:`,
    ...steps.map((step) => `  ${step}`),
    `replay: etcdsim replay ${path}`,
  ];
  return `${lines.join('\n')}\n`;
}
