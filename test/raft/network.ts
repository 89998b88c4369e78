import type { MemberId, Message, MessageType, RaftConfig } from '../../src/raft/types.js';
import { id, type Start, TestNode } from './test-node.js';

/** Members joined by a FIFO that a test can cut. */
export class Network {
  readonly nodes = new Map<MemberId, TestNode>();
  private readonly cuts = new Set<string>();
  private readonly ignored = new Set<MessageType>();
  private queue: Message[] = [];
  /** Sees each message before it is delivered; false drops it. */
  filter: (message: Message) => boolean = () => true;

  /** Members 1 to `size`, all of them voters unless `start` says otherwise. */
  constructor(size: number, start: Start = {}, overrides: Partial<RaftConfig> = {}) {
    const voters = Array.from({ length: size }, (_, i) => i + 1);
    for (const number of voters) this.nodes.set(id(number), new TestNode(number, { voters, ...start }, overrides));
  }

  node(number: number): TestNode {
    return this.nodes.get(id(number))!;
  }

  /** Takes the place of a member, or joins. */
  place(node: TestNode): void {
    this.nodes.set(node.raw.id, node);
  }

  /** Member `number` campaigns and all comes to rest; returns the member. */
  elect(number: number): TestNode {
    this.node(number).raw.campaign();
    this.settle();
    return this.node(number);
  }

  send(...messages: Message[]): void {
    this.queue.push(...messages);
    this.settle();
  }

  /** Handles Readys and delivers messages until nothing is left. */
  settle(): void {
    for (;;) {
      for (const node of this.nodes.values()) this.queue.push(...node.drain());
      const arrived = this.queue;
      this.queue = [];
      if (arrived.length === 0) return;
      for (const each of arrived) this.deliver(each);
    }
  }

  private deliver(each: Message): void {
    if (this.ignored.has(each.type) || this.cuts.has(`${each.from}-${each.to}`) || !this.filter(each)) return;
    this.nodes.get(each.to)?.raw.step(each);
  }

  tickAll(count: number): void {
    for (let i = 0; i < count; i++) {
      for (const node of this.nodes.values()) node.tick();
      this.settle();
    }
  }

  cut(one: number, other: number): void {
    this.cuts.add(`${one}-${other}`).add(`${other}-${one}`);
  }

  isolate(number: number): void {
    for (const other of this.nodes.keys()) if (other !== number) this.cut(number, other);
  }

  ignore(type: MessageType): void {
    this.ignored.add(type);
  }

  recover(): void {
    this.cuts.clear();
    this.ignored.clear();
    this.filter = () => true;
  }
}
