import {
  ETCD_ERRORS,
  isMutation,
  type MoveLeaderRequest,
  type Outcome,
  outcomeBytes,
  type RangeRequest,
  type Request,
  requestBytes,
  type TxnRequest,
} from '../api/index.js';
import type { Simulator } from '../engine/index.js';
import { SLOW_APPLY_US } from './applier.js';
import type { CpuCosts, RaftSettings } from './config.js';
import type { MemberProcess } from './member-process.js';
import type { MemberMetrics } from './metrics.js';
import type { Command, Done } from './proposal.js';
import { checkTxn, withHeader } from './storage/index.js';

/** Unary calls: mutations become proposals, reads go through the read loop, the rest is answered here. */
export class CallHandler {
  private readonly process: MemberProcess;
  private readonly simulator: Simulator;
  private readonly costs: CpuCosts;
  private readonly settings: RaftSettings;
  private readonly metrics: MemberMetrics;
  private nextLeaseId: number;

  constructor(process: MemberProcess, simulator: Simulator) {
    this.process = process;
    this.simulator = simulator;
    this.costs = process.member.config.cpu;
    this.settings = process.member.config.raft;
    this.metrics = process.member.metrics;
    this.nextLeaseId = process.member.firstNumber + process.member.id;
  }

  call(request: Request, deadlineUs: number, done: Done): void {
    if (isMutation(request)) {
      this.mutate(request, deadlineUs, done);
      return;
    }
    switch (request.kind) {
      case 'range':
      case 'txn':
        this.read(request, done);
        return;
      case 'status':
        done({
          kind: 'status',
          header: this.process.header(),
          leader: this.process.leaderName,
          raftIndex: this.process.driver.raw.commitIndex,
          raftAppliedIndex: this.process.applier.appliedIndex,
        });
        return;
      case 'move-leader':
        this.moveLeader(request, deadlineUs, done);
        return;
      case 'lease-keep-alive':
        this.process.leaseRenewals.renew(request.leaseId, deadlineUs, (result) =>
          done(
            typeof result === 'number'
              ? { kind: 'lease', header: this.process.header(), leaseId: request.leaseId, ttlSec: result }
              : result,
          ),
        );
        return;
      case 'lease-time-to-live': {
        const remainingUs = this.process.lessor.remainingUs(request.leaseId, this.simulator.nowUs);
        const ttlSec = remainingUs === undefined ? -1 : Math.floor(remainingUs / 1e6);
        done({ kind: 'lease', header: this.process.header(), leaseId: request.leaseId, ttlSec });
        return;
      }
    }
  }

  private mutate(request: Request, deadlineUs: number, done: Done): void {
    let command: Command;
    if (request.kind === 'lease-grant') {
      // Unique without chance: members count in steps of 1024 from their own id.
      if (!request.leaseId) this.nextLeaseId += 1024;
      const leaseId = request.leaseId || this.nextLeaseId;
      command = { kind: 'lease-grant', leaseId, ttlSec: request.ttlSec };
    } else {
      command = request as Command;
      if (command.kind === 'txn') {
        const error = checkTxn(command);
        if (error !== undefined) {
          done(error);
          return;
        }
      }
    }
    this.process.proposals.propose(command, requestBytes(request), deadlineUs, done);
  }

  private read(request: RangeRequest | TxnRequest, done: Done): void {
    const startUs = this.simulator.nowUs;
    const serializable =
      request.kind === 'range' ? request.serializable : request.success.concat(request.failure).every(isSerializable);
    const begin = (): void => {
      const outcome = this.serve(request);
      const { rangeUs, byteUs, keyUs, linearizableUs } = this.costs;
      const keys = outcome.kind === 'range' ? outcome.kvs.length : 1;
      const waitUs = serializable ? 0 : linearizableUs;
      const costUs = rangeUs + waitUs + keyUs * keys + byteUs * outcomeBytes(outcome);
      this.process.program.run(
        costUs,
        () => {
          // etcd's clock for a slow read includes the wait for ReadIndex.
          if (this.simulator.nowUs - startUs > SLOW_APPLY_US) this.metrics.slowApply.add();
          done(outcome);
        },
        undefined,
      );
    };
    const serve = (): void => this.process.backend.whenFree(begin);
    if (serializable || !this.process.decisions.confirmsReads(this.process.leads)) {
      serve();
      return;
    }
    this.process.reads.read((error) => {
      if (error === undefined) serve();
      else done(error);
    });
  }

  private serve(request: RangeRequest | TxnRequest): Outcome {
    const { metrics } = this;
    if (request.kind === 'range') {
      metrics.rangeTotal.add();
      const result = this.process.store.range(request);
      return result.kind === 'error' ? result : withHeader(result, this.process.header());
    }
    metrics.txnTotal.add();
    const { response } = this.process.store.apply(request);
    return response.kind === 'error' ? response : withHeader(response, this.process.header());
  }

  private moveLeader({ target }: MoveLeaderRequest, deadlineUs: number, done: Done): void {
    const to = this.process.addresses.find(({ name }) => name === target);
    if (!this.process.leads || to === undefined) {
      done(this.process.leads ? ETCD_ERRORS.badLeaderTransferee : ETCD_ERRORS.notLeader);
      return;
    }
    this.process.driver.raw.transferLeader(to.id);
    this.process.driver.kick();
    // etcd looks once a heartbeat interval whether the transferee leads, for as long as its caller waits.
    const look = (): void => {
      if (this.process.lead === to.id) done({ kind: 'move-leader', header: this.process.header() });
      else if (this.simulator.nowUs >= deadlineUs) done(ETCD_ERRORS.timeoutLeaderTransfer);
      else this.simulator.schedule(this.settings.heartbeatIntervalUs, wake, undefined);
    };
    const wake = (): void => this.process.program.run(0, look, undefined);
    look();
  }
}

function isSerializable(operation: { readonly kind: string; readonly serializable?: boolean }): boolean {
  return operation.kind === 'range' && operation.serializable === true;
}
