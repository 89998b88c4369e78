import type { Invariant } from '../../checking/invariants/invariant.js';
import { shapeProblem } from '../../client/contract/index.js';
import type { PickerPolicy } from '../../client/index.js';
import type { Fault } from '../../faults/index.js';
import type { Workload } from '../../workload/index.js';

export type PlugInKind = 'balancer' | 'workload' | 'fault' | 'invariant';

/** What a file gave: one object of one kind. */
export type PlugIn =
  | { readonly kind: 'balancer'; readonly file: string; readonly object: PickerPolicy }
  | { readonly kind: 'workload'; readonly file: string; readonly object: Workload<Options> }
  | { readonly kind: 'fault'; readonly file: string; readonly object: Fault }
  | { readonly kind: 'invariant'; readonly file: string; readonly object: Invariant };

type Options = Readonly<Record<string, unknown>>;

/** What a person and a scenario's check need to know of a plug-in; crosses threads. */
export interface PlugInDescription {
  readonly kind: PlugInKind;
  readonly file: string;
  readonly name: string;
  readonly summary: string;
  readonly options: Readonly<Record<string, string>>;
}

/** A plug-in that cannot be used: bad input, told with its file. */
export class PlugInError extends Error {
  override readonly name = 'PlugInError';
  readonly file: string;
  /** With the rule that it breaks, where there is one. */
  readonly problem: string;

  constructor(file: string, problem: string) {
    super(`${file}: ${problem}`);
    this.file = file;
    this.problem = problem;
  }
}

/** Which kind of plug-in an object is, by the function that only that kind has. */
export function recognise(file: string, object: unknown): PlugIn {
  if (typeof object !== 'object' || object === null) {
    throw new PlugInError(file, '[P1] expected it to export one object: a balancer, workload, fault or invariant');
  }
  const has = (member: string): boolean => typeof (object as Readonly<Record<string, unknown>>)[member] === 'function';
  if ('newPicker' in object) {
    const violation = shapeProblem(object);
    if (violation !== undefined) throw new PlugInError(file, `[${violation.rule}] ${violation.text}`);
    return { kind: 'balancer', file, object: object as PickerPolicy };
  }
  if (has('strike')) {
    checkTexts(file, object, ['name', 'summary']);
    return { kind: 'fault', file, object: object as Fault };
  }
  if (has('start') && 'kind' in object) {
    checkTexts(file, object, ['kind', 'summary']);
    return { kind: 'workload', file, object: object as Workload<Options> };
  }
  if (has('start') && 'property' in object) {
    checkTexts(file, object, ['property', 'meaning']);
    return { kind: 'invariant', file, object: object as Invariant };
  }
  throw new PlugInError(
    file,
    '[P1] its object is of no kind: a balancer has newPicker, a workload kind and start, a fault strike, an invariant property and start',
  );
}

function checkTexts(file: string, object: object, members: readonly string[]): void {
  for (const member of members) {
    const text = (object as Readonly<Record<string, unknown>>)[member];
    if (typeof text !== 'string' || text === '') throw new PlugInError(file, `[P1] has no ${member}, expected a text`);
  }
}

/** What scenarios, reports and messages call it. */
export function nameOf(plugIn: PlugIn): string {
  switch (plugIn.kind) {
    case 'balancer':
    case 'fault':
      return plugIn.object.name;
    case 'workload':
      return plugIn.object.kind;
    case 'invariant':
      return plugIn.object.property;
  }
}

export function description(plugIn: PlugIn): PlugInDescription {
  const { kind, file, object } = plugIn;
  const summary = 'meaning' in object ? object.meaning : object.summary;
  const options = 'options' in object ? { ...object.options } : {};
  return { kind, file, name: nameOf(plugIn), summary, options };
}
