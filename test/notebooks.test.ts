import { describe, expect, it } from 'vitest';
// @ts-expect-error: a plain script
import { notebooks, printedBy, readNotebook, shownIn } from '../scripts/notebooks.mjs';

describe.each(notebooks() as string[])('%s', (file) => {
  it('prints what it shows', () => {
    const notebook = readNotebook(file);
    expect(shownIn(notebook).join('').length).toBeGreaterThan(0);
    expect(printedBy(notebook)).toEqual(shownIn(notebook));
  });
});
