import type { Request } from './request.js';
import type { Outcome } from './response.js';
import { outcomeBytes, requestBytes, watchRequestBytes, watchResponseBytes } from './sizes.js';
import type { WatchRequest, WatchResponse } from './watch.js';

/**
 * What travels on a client connection (HTTP/2 frames of gRPC, as far as they matter here).
 *
 * `id` is the HTTP/2 stream: one a call, and one for each open watch stream.
 */
export type ClientFrame =
  | { readonly kind: 'call'; readonly id: number; readonly request: Request; readonly deadlineUs: number }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'watch-open'; readonly id: number }
  | { readonly kind: 'watch-send'; readonly id: number; readonly message: WatchRequest }
  | { readonly kind: 'watch-close'; readonly id: number }
  | { readonly kind: 'ping'; readonly id: number };

export type ServerFrame =
  | { readonly kind: 'answer'; readonly id: number; readonly outcome: Outcome }
  | { readonly kind: 'watch-message'; readonly id: number; readonly message: WatchResponse }
  /** The member ended the watch stream. */
  | { readonly kind: 'watch-closed'; readonly id: number; readonly text: string }
  | { readonly kind: 'pong'; readonly id: number }
  /** The server closes this connection in good order; new calls must go elsewhere. */
  | { readonly kind: 'goaway'; readonly id: number };

/** HTTP/2 HEADERS and DATA frame overhead with gRPC's 5-byte prefix, headers mostly indexed by HPACK. */
const CALL_OVERHEAD = 80;
const ANSWER_OVERHEAD = 60;
const DATA_OVERHEAD = 14;
const PING_BYTES = 17;

/** Bytes that a frame takes on its connection, TCP and IP headers left out. */
export function clientFrameBytes(frame: ClientFrame): number {
  switch (frame.kind) {
    case 'call':
      return CALL_OVERHEAD + requestBytes(frame.request);
    case 'watch-open':
      return CALL_OVERHEAD;
    case 'watch-send':
      return DATA_OVERHEAD + watchRequestBytes(frame.message);
    case 'cancel':
    case 'watch-close':
      return 13;
    case 'ping':
      return PING_BYTES;
  }
}

export function serverFrameBytes(frame: ServerFrame): number {
  switch (frame.kind) {
    case 'answer':
      return ANSWER_OVERHEAD + outcomeBytes(frame.outcome);
    case 'watch-message':
      return DATA_OVERHEAD + watchResponseBytes(frame.message);
    case 'watch-closed':
      return ANSWER_OVERHEAD + frame.text.length;
    case 'pong':
    case 'goaway':
      return PING_BYTES;
  }
}
