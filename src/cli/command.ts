import { Command } from '@commander-js/extra-typings';
import { UsageError } from './failure.js';

/** Thrown by commander after it has said what there was to say (help, or what is wrong). */
export { CommanderError } from '@commander-js/extra-typings';

/** A command whose complaints read like ours, and which throws instead of exiting. */
export function newCommand<const Name extends string>(name: Name) {
  return new Command(name)
    .exitOverride()
    .showHelpAfterError(false)
    .configureOutput({
      outputError(text, write) {
        write(text.replace(/\n\(Did you mean (.*)\?\)/s, '\nhint: did you mean $1?'));
      },
    });
}

/** Refuses what only makes sense beside another option. */
export function requireBeside(flag: string, given: boolean, other: string, otherGiven: boolean): void {
  if (given && !otherGiven) throw new UsageError(`${flag} needs ${other}`);
}
