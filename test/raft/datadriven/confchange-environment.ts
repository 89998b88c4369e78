import {
  type ConfChangeError,
  enterJoint,
  leaveJoint,
  type Membership,
  simple,
} from '../../../src/raft/confchange/changer.js';
import { describeConfiguration, EMPTY_CONFIGURATION } from '../../../src/raft/tracker/configuration.js';
import { Inflights } from '../../../src/raft/tracker/inflights.js';
import { CommandError, isOn, parseChanges } from './arguments.js';
import type { Environment } from './runner.js';
import type { Directive } from './script.js';

/** Runs membership changes, one a case, from an empty configuration; the log grows by an entry with each case. */
export class ConfChangeEnvironment implements Environment {
  private membership: Membership = { configuration: EMPTY_CONFIGURATION, progress: new Map() };
  private lastIndex = 0;

  run(directive: Directive): string {
    let result: Membership | string;
    try {
      result = this.change(directive);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      result = error.message;
    } finally {
      this.lastIndex++;
    }
    if (typeof result === 'string') return result;
    this.membership = result;
    const ids = [...result.progress.keys()].sort((a, b) => a - b);
    const lines = ids.map((id) => `${id}: ${result.progress.get(id)!.describe()}\n`);
    return `${describeConfiguration(result.configuration)}\n${lines.join('')}`;
  }

  private change(directive: Directive): Membership | ConfChangeError {
    const context = { lastIndex: this.lastIndex, newInflights: () => new Inflights(10, Number.POSITIVE_INFINITY) };
    const changes = parseChanges(directive.input);
    switch (directive.command) {
      case 'simple':
        return simple(this.membership, context, changes);
      case 'enter-joint':
        return enterJoint(this.membership, context, changes, isOn(directive, 'autoleave'));
      case 'leave-joint':
        if (changes.length > 0) throw new CommandError('this command takes no input');
        return leaveJoint(this.membership, context);
      default:
        throw new CommandError('unknown command');
    }
  }
}
