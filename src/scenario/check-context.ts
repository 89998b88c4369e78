import type { Choices } from './choices.js';
import type { Problem } from './issues.js';
import { type MemberFile, memberFiles } from './member-files.js';
import { nearest } from './nearest.js';
import type { Path } from './path.js';
import { clientHostNames, MONITOR_HOST } from './resolve-network.js';
import type { FaultFile, ScenarioFile } from './schema.js';

/** What of a scenario is in shape: a section that is not is left out, or has lost the keys that are not. */
export type SoundFile = Omit<Partial<ScenarioFile>, 'faults'> & {
  /** By place in the file's list; undefined where one is out of shape. */
  readonly faults?: readonly (FaultFile | undefined)[] | undefined;
};

/** What the checks of meaning look at, and where they say what they found. */
export interface CheckContext {
  readonly file: SoundFile;
  readonly choices: Choices;
  /** Undefined where the file does not say soundly which there are. */
  readonly members: readonly MemberFile[] | undefined;
  /** Hosts of members and of clients. */
  readonly hosts: readonly string[] | undefined;
  /** What is found instead of a recording; undefined: nobody can tell here. */
  readonly recordingProblem: ((path: string) => string | undefined) | undefined;
  /** What is wrong with a classifier; undefined: nobody can tell here. */
  readonly modelProblem: ((name: string) => string | undefined) | undefined;
  /** Whether what a path (`cluster`, `cluster.members`) leads to is out of shape. */
  isBroken(path: string): boolean;
  add(problem: Problem): void;
}

export function checkContext(
  file: SoundFile,
  options: {
    readonly choices: Choices;
    readonly broken: ReadonlySet<string>;
    readonly recordingProblem: ((path: string) => string | undefined) | undefined;
    readonly modelProblem: ((name: string) => string | undefined) | undefined;
  },
  problems: Problem[],
): CheckContext {
  const isBroken = (path: string) => options.broken.has(path.split('.')[0]!) || options.broken.has(path);
  const members = isBroken('cluster.members') ? undefined : memberFiles(file.cluster);
  const clients =
    isBroken('cluster.topology') || isBroken('cluster.apiservers')
      ? undefined
      : clientHostNames({
          topology: file.cluster?.topology ?? 'external',
          apiservers: file.cluster?.apiservers ?? 1,
        });
  return {
    file,
    choices: options.choices,
    recordingProblem: options.recordingProblem,
    modelProblem: options.modelProblem,
    members,
    hosts: members && clients && [...members.map((member) => member.name), ...clients, MONITOR_HOST],
    isBroken,
    add: (problem) => problems.push(problem),
  };
}

/** "no member "m9"; did you mean m1?", or nothing if the name is known. */
export function checkName(
  { add }: CheckContext,
  {
    path,
    name,
    what,
    known,
    atKey,
  }: { path: Path; name: string; what: string; known: readonly string[]; atKey?: boolean },
): boolean {
  if (known.includes(name)) return true;
  const close = nearest(name, known);
  const names = [...new Set(known)].join(', ');
  add({
    path,
    ...(atKey ? { atKey } : {}),
    message: `no ${what} "${name}"; expected one of ${names}`,
    expected: `one of ${names}`,
    found: name,
    hint: close === undefined ? WHERE_LISTED[what] : `did you mean ${close}?`,
  });
  return false;
}

const WHERE_LISTED: Readonly<Record<string, string>> = {
  balancer: 'etcdsim list balancers says what each does',
  fault: 'etcdsim list faults says what each does',
};
