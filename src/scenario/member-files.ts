import type { ClusterFile } from './cluster-schema.js';

export type MemberFile = Exclude<Extract<ClusterFile['members'], readonly unknown[]>[number], string>;

/** The members as maps, `members: 3` written out. */
export function memberFiles(cluster: ClusterFile | undefined): readonly MemberFile[] {
  const members = cluster?.members ?? 3;
  if (typeof members === 'number') return Array.from({ length: members }, (_, i) => ({ name: `m${i + 1}` }));
  return members.map((member) => (typeof member === 'string' ? { name: member } : member));
}
