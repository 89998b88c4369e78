import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HistoryError, judgeRegisters, readHistory, readJepsenLog } from '../../../src/checking/index.js';

const folder = join(process.env['ETCDSIM_REFERENCE'] ?? '', 'histories');
const hasReference = process.env['ETCDSIM_REFERENCE'] !== undefined && existsSync(join(folder, 'verdicts.csv'));

describe.skipIf(!hasReference)('recorded histories of etcd', () => {
  const verdicts = hasReference ? readFileSync(join(folder, 'verdicts.csv'), 'utf8').trim().split('\n').slice(1) : [];

  it.each(verdicts)('%s', (row) => {
    const [file, linearizable] = row.split(',');
    const history = readHistory(readFileSync(join(folder, file!), 'utf8'), file);
    expect(history.format).toBe('jepsen');
    if (history.format !== 'jepsen') return;
    const { verdict, explanation } = judgeRegisters(history.records);
    expect(verdict).toBe(linearizable === 'true' ? 'linearizable' : 'not-linearizable');
    if (explanation !== undefined) expect(explanation.operations.length).toBeGreaterThan(0);
  });
});

describe('a Jepsen log', () => {
  it('leaves out what failed and reads without an answer; the rest of the lost may come any time', () => {
    const lines = [
      '# a comment',
      'INFO  jepsen.util - :nemesis\t:info\t:start\tnil',
      'INFO  jepsen.util - 0   :invoke :write  3',
      'INFO  jepsen.util - 1   :invoke :cas    [3 4]',
      'INFO  jepsen.util - 2   :invoke :read   nil',
      'INFO  jepsen.util - 1   :fail   :cas    [3 4]',
      'INFO  jepsen.util - 2   :info   :read   :timed-out',
      'INFO  jepsen.util - 0   :info   :write  :timed-out',
      'INFO  jepsen.util - 4   :invoke :write  "a b"',
      '',
    ];
    expect(readJepsenLog(lines.join('\n'))).toEqual([
      { client: '0', key: '', op: { kind: 'write', value: '3' }, invoked: 3, returned: Number.POSITIVE_INFINITY },
      { client: '4', key: '', op: { kind: 'write', value: '"a b"' }, invoked: 9, returned: Number.POSITIVE_INFINITY },
    ]);
  });

  it('says all that is wrong, by line', () => {
    const lines = [
      '0 :invoke :write 3',
      '0 :invoke :write 4',
      '1 :ok :read 3',
      'what is this?',
      '2 :invoke :cas 5',
      '0 :ok :read 3',
      '3 :invoke :append 3',
    ];
    expect(() => readJepsenLog(lines.join('\n'), 'bad.log')).toThrow(HistoryError);
    try {
      readJepsenLog(lines.join('\n'), 'bad.log');
    } catch (error) {
      expect((error as HistoryError).message.split('\n')).toEqual([
        'bad.log:2: process 0 invokes again; its operation of line 1 is open',
        'bad.log:3: :ok :read of process 1, which has nothing open',
        'bad.log:4: expected "process :type :read|:write|:cas value", found "what is this?"',
        'bad.log:5: :cas cannot have the value "5"',
        'bad.log:6: :ok :read of process 0, which has a :write open',
        'bad.log:7: expected "process :type :read|:write|:cas value", found "3 :invoke :append 3"',
      ]);
    }
  });
});
