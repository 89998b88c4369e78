import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkPolicy } from '../../src/client/contract/index.js';
import { surroundings } from '../../src/experiment/plug-ins/surroundings.js';

/*
 * What docs/writing-a-balancer.md shows works as it says.
 */

const page = readFileSync(fileURLToPath(new URL('../../docs/writing-a-balancer.md', import.meta.url)), 'utf8');

/** The page's indented blocks, without their indentation. */
const blocks = [...page.matchAll(/(?:^ {4}.*\n|^\n(?= {4}))+/gm)].map(([text]) => text.replace(/^ {4}/gm, '').trim());

function blockWith(words: string): string {
  const found = blocks.find((block) => block.includes(words));
  if (found === undefined) throw new Error(`no block with ${words}`);
  return found;
}

function policyOf(members: string): unknown {
  return new Function(`return { name: 'mine', summary: 'of the page', ${members} };`)();
}

const settings = { randomPlans: 1, surroundings: surroundings() };

function broken(policy: unknown): readonly string[] {
  return checkPolicy(policy, settings)
    .filter(({ status }) => status === 'broken')
    .map(({ rule }) => rule);
}

describe('the walk-through', () => {
  it('begins with a policy that keeps all rules', () => {
    const text = blockWith('export default')
      .replace(/^\/\*\*.*\n/, '')
      .replace('export default', 'return');
    expect(broken(new Function(text)())).toEqual([]);
  });

  it('draws from a stream', () => {
    expect(broken(policyOf(blockWith("env.stream('ties')")))).toEqual([]);
  });

  it('shows what Math.random does', () => {
    const members = blockWith("env.stream('ties')").replace(
      'draws.pickFrom(best)',
      'best[Math.floor(Math.random() * best.length)]',
    );
    expect(broken(policyOf(members))).toEqual(['B9']);
  });

  it('learns from answers, and says what happens without the last resort', () => {
    const members = blockWith('badUntilUs');
    expect(broken(policyOf(members))).toEqual([]);
    expect(broken(policyOf(members.replace('good.length > 0 ? good : ready', 'good')))).toEqual(['B4']);
    expect(page).toContain('`check` shows you: rule B4');
  });
});
