import type { KeyValue } from '../../api/index.js';
import { type Process, sleep, spawn } from '../../engine/index.js';
import type { Apiserver } from './apiserver.js';
import {
  DANGLING_BYTES,
  FLOW_SCHEMAS,
  type FlowSchema,
  MANDATORY_FLOW_SCHEMAS,
  MANDATORY_PRIORITY_LEVELS,
  PRIORITY_LEVELS,
} from './objects.js';
import { TIMERS_US } from './timing.js';

const SCHEMAS = 'flowschemas';
const LEVELS = 'prioritylevelconfigurations';

/** Creates the flow schemas and priority levels, one request after another; their statuses follow by themselves. */
export function* bootstrapFlowControl(apiserver: Apiserver): Process {
  const think = apiserver.machine.worker('hook', 'flow-control');
  const create = (client: string, name: string, valueBytes: number) =>
    apiserver.create(client, { key: `/registry/${client}/${name}`, valueBytes });
  const ensure = function* (client: string, name: string, valueBytes: number): Process {
    yield* think();
    if ((yield* apiserver.get(client, `/registry/${client}/${name}`)) !== undefined) return;
    yield* think();
    yield* create(client, name, valueBytes);
  };

  new StatusWriter(apiserver).start();
  // The mandatory level `exempt` says whether this is a new cluster.
  const isNew = (yield* apiserver.get(LEVELS, `/registry/${LEVELS}/exempt`)) === undefined;
  if (isNew) {
    for (const { name, valueBytes } of FLOW_SCHEMAS) {
      yield* think();
      yield* create(SCHEMAS, name, valueBytes);
    }
    for (const [name, valueBytes] of PRIORITY_LEVELS) {
      yield* think();
      yield* create(LEVELS, name, valueBytes);
    }
  }
  for (const { name, valueBytes } of MANDATORY_FLOW_SCHEMAS) yield* ensure(SCHEMAS, name, valueBytes);
  for (const [name, valueBytes] of MANDATORY_PRIORITY_LEVELS) yield* ensure(LEVELS, name, valueBytes);
}

/** Looks after the mandatory objects once a minute, for ever. */
export function* keepFlowControl(apiserver: Apiserver): Process {
  const think = apiserver.machine.worker('hook', 'flow-control/keep');
  for (;;) {
    yield* sleep(apiserver.machine.simulator, TIMERS_US.bootstrapCheck);
    for (const { name } of MANDATORY_FLOW_SCHEMAS) {
      yield* apiserver.get(SCHEMAS, `/registry/${SCHEMAS}/${name}`);
      yield* think();
    }
    for (const [name] of MANDATORY_PRIORITY_LEVELS) {
      yield* apiserver.get(LEVELS, `/registry/${LEVELS}/${name}`);
      yield* think();
    }
  }
}

/**
 * Writes into each flow schema's status whether its priority level is missing, as the watches tell: one write at a time.
 *
 * A schema is written when it appears, and again when its level does, unless that came first.
 */
class StatusWriter {
  private readonly apiserver: Apiserver;
  private readonly think: () => Process;
  private readonly schemas: ReadonlyMap<string, FlowSchema>;
  private readonly seen = new Map<string, KeyValue>();
  private readonly levels = new Set<string>();
  private readonly written = new Map<string, boolean>();
  private readonly waiting: string[] = [];
  private working = false;

  constructor(apiserver: Apiserver) {
    this.apiserver = apiserver;
    this.think = apiserver.machine.worker('hook', 'flow-control/status');
    this.schemas = new Map([...FLOW_SCHEMAS, ...MANDATORY_FLOW_SCHEMAS].map((schema) => [schema.name, schema]));
  }

  start(): void {
    this.apiserver.listen(SCHEMAS, ({ kv }) => {
      const name = kv.key.slice(`/registry/${SCHEMAS}/`.length);
      this.seen.set(name, kv);
      if (kv.version === 1) this.add(name);
    });
    this.apiserver.listen(LEVELS, ({ kv }) => {
      const level = kv.key.slice(`/registry/${LEVELS}/`.length);
      this.levels.add(level);
      for (const { name, priorityLevel } of this.schemas.values()) {
        if (priorityLevel === level && this.seen.has(name)) this.add(name);
      }
    });
  }

  private add(name: string): void {
    if (!this.waiting.includes(name)) this.waiting.push(name);
    if (this.working) return;
    this.working = true;
    spawn(this.work());
  }

  private *work(): Process {
    for (let name = this.waiting.shift(); name !== undefined; name = this.waiting.shift()) {
      const schema = this.schemas.get(name);
      if (schema === undefined) continue;
      yield* this.think();
      const dangling = !this.levels.has(schema.priorityLevel);
      if (this.written.get(name) === dangling) continue;
      this.written.set(name, dangling);
      const valueBytes = schema.statusBytes - (dangling ? 0 : DANGLING_BYTES);
      yield* this.apiserver.update(SCHEMAS, `/registry/${SCHEMAS}/${name}`, this.seen.get(name), valueBytes);
    }
    this.working = false;
  }
}
