import { once } from 'node:events';

/** Thrown by nobody's mistake: whoever reads our output has gone away. */
export class ReaderGone extends Error {
  override readonly name = 'ReaderGone';
}

/** Prints data on stdout and waits until it is taken. */
export async function print(text: string): Promise<void> {
  if (process.stdout.destroyed) throw new ReaderGone();
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

/** Says something beside the data, on stderr. */
export function say(text: string): void {
  process.stderr.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** Colour on a terminal, unless NO_COLOR says no (https://no-color.org); FORCE_COLOR says yes. */
export function wantsColor(stream: { readonly isTTY?: boolean } = process.stdout): boolean {
  if (process.env['NO_COLOR']) return false;
  if (process.env['FORCE_COLOR'] && process.env['FORCE_COLOR'] !== '0') return true;
  return stream.isTTY === true && process.env['TERM'] !== 'dumb';
}
