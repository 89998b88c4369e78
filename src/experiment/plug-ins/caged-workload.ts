import type { Request } from '../../api/index.js';
import { describe } from '../../client/contract/index.js';
import type { ClientProgram, EtcdClient } from '../../client/index.js';
import type { Workload, WorkloadEnv } from '../../workload/index.js';
import type { PlugInCage } from './cage.js';
import { cagedProgram, cagedSimulator, callable } from './caged-simulator.js';
import { requestProblem } from './request-shape.js';

type Options = Readonly<Record<string, unknown>>;

/** The workload in its cage: all of its code runs there, and what it asks for is looked at before it is done. */
export function cagedWorkload(workload: Workload<Options>, cage: PlugInCage): Workload<Options> {
  return {
    kind: workload.kind,
    summary: workload.summary,
    start(env, options) {
      const caged = cagedEnv(env, cage);
      const given: unknown = cage.run('start', () => workload.start(caged, options));
      if (given !== undefined) {
        const hint = typeof (given as { then?: unknown }).then === 'function' ? '; virtual time does not wait' : '';
        cage.broken('P2', `start gave ${describe(given)}, expected nothing${hint}`);
      }
    },
  };
}

function cagedEnv(env: WorkloadEnv, cage: PlugInCage): WorkloadEnv {
  const figure = (tell: WorkloadEnv['observe'], doing: string): WorkloadEnv['observe'] => {
    return (metric, unit, value) => {
      if (typeof metric !== 'string' || typeof unit !== 'string' || metric === '') {
        cage.broken('P2', `${doing}(${describe(metric)}, ${describe(unit)}, ...): expected a name and a unit`);
      }
      if (!Number.isFinite(value)) cage.broken('P2', `${doing}('${metric}', ...): expected a number, found ${value}`);
      tell(metric, unit, value);
    };
  };
  return {
    simulator: cagedSimulator(env.simulator, cage),
    programs: env.programs.map((program) => cagedClientProgram(program, cage)),
    newProgram: (apiserverIndex) => {
      if (env.programs[apiserverIndex] === undefined) {
        cage.broken('P2', `newProgram(${describe(apiserverIndex)}): there are ${env.programs.length} apiservers`);
      }
      return cagedProgram(env.newProgram(apiserverIndex), cage);
    },
    observe: figure(env.observe, 'observe'),
    report: figure(env.report, 'report'),
    note: (text) => {
      if (typeof text !== 'string') cage.broken('P2', `note(${describe(text)}): expected a text`);
      env.note(text);
    },
    atEnd: (run) => {
      callable(run, "atEnd's", cage);
      env.atEnd(() => cage.run('the end', run));
    },
    done: () => env.done(),
  };
}

function cagedClientProgram(program: ClientProgram, cage: PlugInCage): ClientProgram {
  const caged: Pick<ClientProgram, 'name' | 'program' | 'newClient' | 'notify'> = {
    name: program.name,
    program: cagedProgram(program.program, cage),
    newClient: (clientName, balancer) => {
      if (typeof clientName !== 'string') cage.broken('P2', `newClient(${describe(clientName)}): expected a name`);
      return cagedClient(program.newClient(clientName, balancer), cage);
    },
    notify: (endpoint) => program.notify(endpoint),
  };
  return caged as ClientProgram;
}

function cagedClient(client: EtcdClient, cage: PlugInCage): EtcdClient {
  const caged: Pick<EtcdClient, keyof EtcdClient> = {
    name: client.name,
    dial: (up) => {
      callable(up, "dial's", cage);
      client.dial(() => cage.run('a dial', up));
    },
    request: (request: Request, done, timeoutUs) => {
      const problem = requestProblem(request);
      if (problem !== undefined) cage.broken('P2', problem);
      callable(done, "a request's", cage);
      if (timeoutUs !== undefined && !(Number.isSafeInteger(timeoutUs) && timeoutUs >= 0)) {
        cage.broken('P2', `a request's timeout is ${describe(timeoutUs)}, expected whole µs`);
      }
      client.request(request, (outcome) => cage.run('an answer', () => done(outcome)), timeoutUs);
    },
    watch: (options, handlers) => {
      const { created, events, progress, canceled } = handlers;
      callable(events, "a watch's events", cage);
      return client.watch(options, {
        events: (...what) => cage.run('a watch', () => events(...what)),
        ...(created && { created: (revision) => cage.run('a watch', () => created(revision)) }),
        ...(progress && { progress: (revision) => cage.run('a watch', () => progress(revision)) }),
        ...(canceled && { canceled: (revision) => cage.run('a watch', () => canceled(revision)) }),
      });
    },
    close: () => client.close(),
  };
  return caged as EtcdClient;
}
