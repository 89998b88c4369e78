import type { WatchEvent } from './key-value.js';
import type { ResponseHeader } from './response.js';

/** WatchCreateRequest. `startRevision` 0 or absent = from now on. */
export interface WatchCreateRequest {
  readonly watchId: number;
  readonly key: string;
  readonly rangeEnd?: string;
  readonly startRevision?: number;
  readonly previousKv?: boolean;
  readonly progressNotify?: boolean;
}

/** What a client sends on an open watch stream. */
export type WatchRequest =
  | { readonly kind: 'watch-create'; readonly create: WatchCreateRequest }
  | { readonly kind: 'watch-cancel'; readonly watchId: number }
  | { readonly kind: 'watch-progress' };

/** What a member sends on a watch stream. A batch of events has one or more whole revisions. */
export type WatchResponse =
  | { readonly kind: 'watch-created'; readonly watchId: number; readonly header: ResponseHeader }
  | {
      readonly kind: 'watch-canceled';
      readonly watchId: number;
      readonly header: ResponseHeader;
      /** Set when the start revision had been compacted: the lowest revision that is left. */
      readonly compactRevision: number;
      readonly reason: string;
    }
  | {
      readonly kind: 'watch-events';
      readonly watchId: number;
      readonly header: ResponseHeader;
      readonly events: readonly WatchEvent[];
    }
  /** No event up to header.revision is outstanding. `watchId` -1: true of all watches on the stream. */
  | { readonly kind: 'watch-progress'; readonly watchId: number; readonly header: ResponseHeader };
