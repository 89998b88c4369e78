import { readFileSync } from 'node:fs';
import { EXIT, UsageError } from '../failure.js';
import { print, say } from '../output.js';
import type { Session } from '../session.js';

/** `etcdsim check --history FILE`: whether a recorded history is linearizable. */
export async function checkHistory(session: Session, path: string, format: 'table' | 'json'): Promise<void> {
  const { explanationText, HistoryError, judgeHistory, readHistory } = await import('../../checking/index.js');
  const content = readFileSync(path, 'utf8');
  let judgement: ReturnType<typeof judgeHistory>;
  try {
    judgement = judgeHistory(readHistory(content, path));
  } catch (error) {
    if (error instanceof HistoryError) throw new UsageError(error.message);
    throw error;
  }
  const { verdict, operations, partitions, explanation, time, violations } = judgement;
  if (verdict === 'not-linearizable' || violations.length > 0) session.setExitCode(EXIT.checkFailed);
  if (format === 'json') {
    const { toJson } = await import('../../report/json.js');
    await print(toJson({ verdict, operations, partitions, explanation, violations }));
    return;
  }
  const lines = [`${verdict}: ${operations} operations on ${partitions} ${partitions === 1 ? 'object' : 'objects'}`];
  if (explanation !== undefined) lines.push(explanationText(explanation, time));
  const { violationText } = await import('../../checking/index.js');
  for (const violation of violations) lines.push(violationText(violation));
  await print(`${lines.join('\n')}\n`);
  if (verdict === 'undecided') {
    say('hint: the search reached its limit before it found an order or a contradiction');
    session.setExitCode(EXIT.checkFailed);
  }
}
