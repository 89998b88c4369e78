import type { Outcome } from '../api/index.js';
import { type Program, type Sampler, type Simulator, sampler } from '../engine/index.js';
import type { NetworkApi } from '../network/types.js';
import { Channel } from './channel.js';
import type { BalancerConfig, ClientConfig } from './config.js';
import { EtcdClient, type Operation } from './etcd-client.js';
import type { ChannelMemory, PickerPolicy, PolicyEnv } from './policy.js';
import { Subconnection, type SubconnectionEnv } from './subconnection.js';

/** An endpoint as its client knows it: a member's name, and the host it runs on. */
export interface Endpoint {
  readonly name: string;
  readonly host: string;
}

/**
 * A program that uses etcd (an apiserver): it runs on one host and opens clients, which share what their policy shares.
 */
export class ClientProgram {
  readonly name: string;
  readonly program: Program;
  private readonly simulator: Simulator;
  private readonly network: NetworkApi;
  private readonly host: string;
  private readonly endpoints: readonly Endpoint[];
  private readonly config: ClientConfig;
  private readonly policyNamed: (name: string) => PickerPolicy;
  private readonly finished: ((operation: Operation) => void) | undefined;
  private readonly panicked: ((program: string, text: string) => void) | undefined;
  private dead = false;
  private readonly connectCpuUs: Sampler;
  private readonly shared = new Map<string, unknown>();
  private readonly channels: Channel[] = [];
  private readonly probes = new Map<string, Channel>();
  private readonly listening: ((endpoint: string) => void)[] = [];

  constructor(
    name: string,
    simulator: Simulator,
    network: NetworkApi,
    host: string,
    program: Program,
    endpoints: readonly Endpoint[],
    config: ClientConfig,
    policyNamed: (name: string) => PickerPolicy,
    finished?: (operation: Operation) => void,
    panicked?: (program: string, text: string) => void,
  ) {
    this.name = name;
    this.simulator = simulator;
    this.network = network;
    this.host = host;
    this.program = program;
    this.endpoints = endpoints;
    this.config = config;
    this.connectCpuUs = sampler(config.connectCpu, simulator.streams.stream(`client/${name}/connect`));
    this.policyNamed = policyNamed;
    this.finished = finished;
    this.panicked = panicked;
  }

  /**
   * Opens a client with a channel of its own.
   *
   * @param clientName unique in the run; names its random streams
   * @param balancer another one than the program's
   */
  newClient(clientName: string, balancer = this.config.balancer): EtcdClient {
    const name = `${this.name}/${clientName}`;
    const policy = this.policyNamed(balancer.name);
    const env = this.policyEnv(`client/${name}`, balancer.options);
    const shared = (): unknown => this.sharedBy(policy, balancer);
    let memory: object | undefined;
    const { remember } = policy;
    const channel = new Channel(
      this.endpoints.map((endpoint) => endpoint.name),
      (changed) => this.endpoints.map((endpoint) => this.subconnection(endpoint, name, changed)),
      (ready) => policy.newPicker(ready, env, shared(), memory),
      {
        clock: this.simulator,
        ...(remember === undefined
          ? {}
          : {
              remember: (control) => {
                memory = remember.call(policy, control, env, shared());
                return memory as ChannelMemory | undefined;
              },
            }),
      },
    );
    if (this.dead) channel.close();
    this.channels.push(channel);
    return new EtcdClient(name, this.simulator, this.program, channel, this.config, this.finished);
  }

  /** A datagram has come that names an endpoint: policies that listen hear of it. */
  notify(endpoint: string): void {
    this.program.run(this.config.loopCpuUs, this.heard, endpoint);
  }

  private readonly heard = (endpoint: string): void => {
    if (this.dead) return;
    for (const hear of this.listening) hear(endpoint);
  };

  private sharedBy(policy: PickerPolicy, { name, options }: BalancerConfig): unknown {
    const key = JSON.stringify([name, options]);
    if (!this.shared.has(key)) {
      this.shared.set(key, policy.shared?.(this.policyEnv(`client/${this.name}/${name}`, options)));
    }
    return this.shared.get(key);
  }

  private panic(text: string): void {
    if (this.dead) return;
    this.dead = true;
    for (const channel of this.channels) channel.close();
    for (const channel of this.probes.values()) channel.close();
    this.panicked?.(this.name, text);
  }

  private subconnection(
    endpoint: Endpoint,
    owner: string,
    changed: (subconnection?: Subconnection) => void,
  ): Subconnection {
    const { tlsRoundTrips, dialTimeoutUs, keepaliveTimeUs, keepaliveTimeoutUs } = this.config;
    const env: SubconnectionEnv = {
      simulator: this.simulator,
      network: this.network,
      localHost: this.host,
      tlsRoundTrips,
      dialTimeoutUs,
      keepaliveTimeUs,
      keepaliveTimeoutUs,
      backoff: this.simulator.streams.stream(`client/${owner}/${endpoint.name}/backoff`),
      connectCpuUs: this.connectCpuUs,
      program: this.program,
      loopCpuUs: this.config.loopCpuUs,
      byteCpuUs: this.config.byteCpuUs ?? 0,
      changed: () => changed(subconnection),
    };
    const subconnection = new Subconnection(endpoint.name, endpoint.host, env);
    return subconnection;
  }

  private policyEnv(prefix: string, options: Readonly<Record<string, unknown>>): PolicyEnv {
    const { simulator } = this;
    return {
      get nowUs() {
        return simulator.nowUs;
      },
      endpoints: this.endpoints.map((endpoint) => endpoint.name),
      options,
      stream: (purpose) => simulator.streams.stream(`${prefix}/${purpose}`),
      after: (delayUs, run) => simulator.schedule(delayUs, run, undefined),
      askStatus: (endpoint, timeoutUs, done) => this.askStatus(endpoint, timeoutUs, done),
      onNotice: (hear) => this.listening.push(hear),
      repick: () => {
        for (const channel of this.channels) channel.repick();
      },
      panic: (text) => this.panic(text),
    };
  }

  /** Over a connection of its own to that endpoint, which stays open between questions. */
  private askStatus(endpointName: string, timeoutUs: number, done: (outcome: Outcome) => void): void {
    let channel = this.probes.get(endpointName);
    if (this.dead) return;
    if (channel === undefined) {
      const endpoint = this.endpoints.find(({ name }) => name === endpointName)!;
      channel = new Channel(
        [endpointName],
        (changed) => [this.subconnection(endpoint, `${this.name}/status`, changed)],
        (ready) => ({ pick: () => ({ kind: 'complete', subconnection: ready[0]! }) }),
      );
      this.probes.set(endpointName, channel);
      channel.connect();
    }
    const asked = channel;
    let over = false;
    const id = asked.call({ kind: 'status' }, this.simulator.nowUs + timeoutUs, (outcome) => {
      if (over) return;
      over = true;
      done(outcome);
    });
    this.simulator.schedule(
      timeoutUs,
      () => {
        if (over) return;
        over = true;
        asked.cancel(id);
      },
      undefined,
    );
  }
}
