import { describe, expect, test } from 'vitest';
import { describeMessage, describeReady, quoteData } from '../../src/raft/describe.js';
import { message, TestNode } from './test-node.js';

describe('showing things to people', () => {
  // As Go's %q writes each of them.
  test.each([
    ['plain text', '"plain text"'],
    ['"quoted" \\', '"\\"quoted\\" \\\\"'],
    ['\u0007\b\f\n\r\t\v', '"\\a\\b\\f\\n\\r\\t\\v"'],
    ['\u0000\u001b\u007f', '"\\x00\\x1b\\x7f"'],
    ['é ✓ 😀 e\u0301', '"é ✓ 😀 e\u0301"'],
    ['\u00a0\u200b\u2028\ufeff', '"\\u00a0\\u200b\\u2028\\ufeff"'],
    ['\u{e0001}', '"\\U000e0001"'],
    [undefined, '""'],
    [17, '"17"'],
  ])('data %j is %s', (data, text) => {
    expect(quoteData(data)).toBe(text);
  });

  test('a read shows its context as etcd does: as an entry in messages, in bytes in a Ready', () => {
    const node = new TestNode(1, { voters: [1] });
    node.lead();
    node.drain();
    node.raw.readIndex('ab');
    expect(describeReady(node.raw.ready())).toBe('Ready MustSync=false:\nReadStates [{1 [97 98]}]\n');

    for (const type of ['MsgReadIndex', 'MsgReadIndexResp'] as const) {
      expect(describeMessage(message(type, 2, 1, { term: 0, index: 3, context: 'ab' }))).toBe(
        `2->1 ${type} Term:0 Log:0/3 Entries:[0/0 EntryNormal "ab"]`,
      );
    }
  });

  test('nobody has the number 0, a member its number in hexadecimal', () => {
    expect(describeMessage(message('MsgHeartbeat', 0, 255, { term: 1 }))).toBe('None->ff MsgHeartbeat Term:1 Log:0/0');
  });
});
