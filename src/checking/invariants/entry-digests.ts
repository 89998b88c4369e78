import type { Entry } from '../../raft/types.js';
import type { EntryMark } from './event.js';

/**
 * Numbers that stand for the content of entries.
 *
 * Members pass entries on by reference and change none, so one object is one content. The empty entries of leaders have
 * no object; they are told apart by their term.
 */
export class EntryDigests {
  private readonly known = new WeakMap<object, number>();
  private next = 1;

  mark(entry: Entry): EntryMark {
    return { index: entry.index, term: entry.term, digest: this.digestOf(entry) };
  }

  private digestOf(entry: Entry): number {
    const content = entry.confChange ?? entry.data;
    if (content === undefined || content === null) return 0;
    if (typeof content !== 'object') return textDigest(String(content));
    let digest = this.known.get(content);
    if (digest === undefined) {
      digest = this.next++;
      this.known.set(content, digest);
    }
    return digest;
  }
}

/** Negative, so that it is no number of an object. FNV-1a. */
function textDigest(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return -1 - (hash >>> 0);
}
