import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explanationText, judgeRegisters, type RegisterRecord, readJepsenLog } from '../../../src/checking/index.js';
import { SEEDS, Sometimes } from '../seeds.js';
import { isLinearizableByForce } from './brute-force.js';

type RegisterOp = RegisterRecord['op'];

function replay(sequence: readonly RegisterOp[]): boolean {
  let value = 'nil';
  for (const op of sequence) {
    if (op.kind === 'write') value = op.value;
    else if (op.kind === 'read' ? op.value !== value : op.expected !== value) return false;
    else if (op.kind === 'cas') value = op.value;
  }
  return true;
}

const value = fc.constantFrom('0', '1', '2');
const operation: fc.Arbitrary<RegisterOp> = fc.oneof(
  fc.oneof(value, fc.constant('nil')).map((value) => ({ kind: 'read', value }) as const),
  value.map((value) => ({ kind: 'write', value }) as const),
  fc.tuple(value, value).map(([expected, value]) => ({ kind: 'cas', expected, value }) as const),
);
const record = fc
  .record({ op: operation, invoked: fc.nat(12), takes: fc.nat(6), lost: fc.constantFrom(true, false, false) })
  .map(({ op, invoked, takes, lost }): RegisterRecord => {
    const returned = lost && op.kind !== 'read' ? Number.POSITIVE_INFINITY : invoked + takes;
    return { client: '0', key: '', op, invoked, returned };
  });

describe('registers', () => {
  it.each(SEEDS)('are judged as by trying all orders (seed %i)', (seed) => {
    const sometimes = new Sometimes('linearizable', 'not linearizable', 'one operation to blame', 'three to blame');
    fc.assert(
      fc.property(fc.array(record, { maxLength: 7, size: 'max' }), (records) => {
        const expected = isLinearizableByForce(records, replay);
        const { verdict, explanation } = judgeRegisters(records);
        expect(verdict).toBe(expected ? 'linearizable' : 'not-linearizable');
        sometimes.saw(expected ? 'linearizable' : 'not linearizable');
        if (explanation === undefined) return;
        const blamed = records.filter(({ op, invoked, returned }) =>
          explanation.operations.some((one) => one.invoked === invoked && one.returned === returned && says(one, op)),
        );
        // What is blamed contradicts itself, whatever the others did.
        expect(isLinearizableByForce(blamed, replay)).toBe(false);
        sometimes.saw('one operation to blame', explanation.operations.length === 1);
        sometimes.saw('three to blame', explanation.operations.length === 3);
      }),
      { seed, numRuns: 1500 },
    );
    expect(sometimes.missing()).toEqual([]);
  });

  it('explains a stale read by the three operations that matter', () => {
    const records = readJepsenLog(
      [
        'INFO  jepsen.util - 0\t:invoke\t:write\t1',
        'INFO  jepsen.util - 0\t:ok\t:write\t1',
        'INFO  jepsen.util - 1\t:invoke\t:read\tnil',
        'INFO  jepsen.util - 1\t:ok\t:read\t1',
        'INFO  jepsen.util - 0\t:invoke\t:write\t2',
        'INFO  jepsen.util - 0\t:ok\t:write\t2',
        'INFO  jepsen.util - 3\t:invoke\t:cas\t[4 1]',
        'INFO  jepsen.util - 3\t:info\t:cas\t:timed-out',
        'INFO  jepsen.util - 1\t:invoke\t:read\tnil',
        'INFO  jepsen.util - 1\t:ok\t:read\t1',
      ].join('\n'),
    );
    const { explanation } = judgeRegisters(records);
    expect(explanationText(explanation!, 'line')).toBe(
      [
        'violated: Linearizability at line 10',
        '  no order of these 3 operations on the register gives these answers, whatever the others did',
        '  client 0  write 1  -> ok  line 1 to line 2',
        '  client 0  write 2  -> ok  line 5 to line 6',
        '  client 1  read     -> 1   line 9 to line 10',
      ].join('\n'),
    );
  });

  it('keeps registers apart', () => {
    const records = readJepsenLog(
      '0 :invoke :write [x 1]\n0 :ok :write [x 1]\n0 :invoke :read [y nil]\n0 :ok :read [y nil]\n',
    );
    expect(judgeRegisters(records)).toMatchObject({ verdict: 'linearizable', partitions: 2 });
    const cas = readJepsenLog('0 :invoke :cas [y [1 2]]\n0 :ok :cas [y [1 2]]\n');
    expect(judgeRegisters([...records, ...cas]).verdict).toBe('not-linearizable');
  });

  it('copes with many operations without an answer', () => {
    // Forty lost writes and swaps, any of which may have happened at any time: 2^40 ways without the counting.
    const lines: string[] = [];
    for (let i = 0; i < 40; i++) {
      const what = i % 2 === 0 ? `:write\t${i % 5}` : `:cas\t[${i % 5} ${(i * 3) % 5}]`;
      lines.push(`${100 + i}\t:invoke\t${what}`, `${100 + i}\t:info\t${what.split('\t')[0]}\t:timed-out`);
    }
    for (let i = 0; i < 120; i++) lines.push(`0\t:invoke\t:read\tnil`, `0\t:ok\t:read\t${(i * 7) % 5}`);
    // Twenty writes and some swaps cannot give 120 changes.
    expect(judgeRegisters(readJepsenLog(lines.join('\n'))).verdict).toBe('not-linearizable');
    expect(judgeRegisters(readJepsenLog(lines.slice(0, 100).join('\n'))).verdict).toBe('linearizable');
  });

  it('says undecided when the limit is reached', () => {
    const lines: string[] = [];
    for (let i = 0; i < 8; i++) lines.push(`${i} :invoke :write ${i}`);
    for (let i = 0; i < 8; i++) lines.push(`${i} :ok :write ${i}`);
    lines.push('0 :invoke :read nil', '0 :ok :read nil');
    expect(judgeRegisters(readJepsenLog(lines.join('\n')), 20).verdict).toBe('undecided');
    expect(judgeRegisters(readJepsenLog(lines.join('\n'))).verdict).toBe('not-linearizable');
  });
});

function says(one: { readonly asked: string; readonly answer: string }, op: RegisterOp): boolean {
  if (op.kind === 'read') return one.asked === 'read' && one.answer === op.value;
  return one.asked === (op.kind === 'write' ? `write ${op.value}` : `cas ${op.expected} -> ${op.value}`);
}
