import { type Process, spawn } from '../../engine/index.js';
import type { Apiserver } from './apiserver.js';
import type { Machine } from './machine.js';
import { VALUE_BYTES } from './objects.js';
import { TOKEN_WORKERS } from './timing.js';

const PREFIX = '/registry/serviceaccounts/';

/**
 * Gives every new service account a secret with a token, as soon as the watch tells of it: get, create, update.
 *
 * A few accounts at a time; the rest wait in line.
 */
export class TokenController {
  private readonly apiserver: Apiserver;
  private readonly beforeGet: () => Process;
  private readonly beforeSecret: () => Process;
  private readonly beforeUpdate: () => Process;
  private readonly waiting: string[] = [];
  private started = false;
  /** Workers at work. */
  private busy = 0;

  constructor(apiserver: Apiserver, machine: Machine) {
    this.apiserver = apiserver;
    this.beforeGet = machine.worker('tokenGet', 'tokens');
    this.beforeSecret = machine.worker('tokenSecret', 'tokens');
    this.beforeUpdate = machine.worker('tokenUpdate', 'tokens');
    apiserver.listen('serviceaccounts', ({ type, kv }) => {
      if (type !== 'put' || kv.version !== 1) return;
      this.waiting.push(kv.key);
      this.hire();
    });
  }

  start(): void {
    this.started = true;
    this.hire();
  }

  private hire(): void {
    while (this.started && this.busy < TOKEN_WORKERS && this.waiting.length > 0) {
      this.busy++;
      spawn(this.work());
    }
  }

  private *work(): Process {
    for (let key = this.waiting.shift(); key !== undefined; key = this.waiting.shift()) yield* this.giveToken(key);
    this.busy--;
  }

  private *giveToken(key: string): Process {
    const [namespace = '', name = ''] = key.slice(PREFIX.length).split('/');
    yield* this.beforeGet();
    const account = yield* this.apiserver.get('serviceaccounts', key);
    yield* this.beforeSecret();
    const secret = `/registry/secrets/${namespace}/${name}-token-00000`;
    const valueBytes = VALUE_BYTES.tokenSecret(namespace, name);
    yield* this.apiserver.create('secrets', { key: secret, namespace, valueBytes });
    yield* this.beforeUpdate();
    const withSecret = VALUE_BYTES.serviceAccountWithSecret(namespace, name);
    yield* this.apiserver.update('serviceaccounts', key, account, withSecret);
  }
}
