/**
 * The numbers of Linux's TCP that the model uses.
 *
 * Model: segments of 1448 bytes, as many of them to a packet as the network says. With segmentation offload netem really sees
 * up to 64 KiB as one packet, and sizes vary.
 */

/** Payload of a full segment on Ethernet: 1500 - 20 (IP) - 32 (TCP with timestamps). */
export const SEGMENT_BYTES = 1448;
/** Ethernet, IP and TCP headers: what netem's rate counts besides the payload. */
export const HEADER_BYTES = 66;
/** RFC 6928. */
export const INITIAL_WINDOW_BYTES = 10 * SEGMENT_BYTES;
/** Model: the receiver's window never limits below this; it stands for tcp_rmem's default maximum of 6 MiB, half of it payload. */
export const MAX_WINDOW_BYTES = 3 * 1024 * 1024;
export const MIN_RTO_US = 200_000;
export const MAX_RTO_US = 120_000_000;
/** What tcp_retries2 = 15 means for an RTO of 200 ms: (2^10 - 1) * 0.2 s + 6 * 120 s. */
export const BREAK_AFTER_US = 924_600_000;
export const SYN_RTO_US = 1_000_000;
export const SYN_RETRIES = 6;
/** Segments acknowledged behind a hole before it counts as lost. */
export const DUPLICATE_THRESHOLD = 3;
/** Between processes on the same host, one way. */
export const LOOPBACK_US = 15;

/** How many packets of at most `packetBytes` a message of that size takes, at least one. */
export function packetsOf(sizeBytes: number, packetBytes = SEGMENT_BYTES): number {
  return sizeBytes <= packetBytes ? 1 : Math.ceil(sizeBytes / packetBytes);
}

/** Linux's retransmission timeout, µs: srtt + max(200 ms, 4 * mean deviation). The floor is on the variance, not the sum. */
export function rtoUs(srttUs: number, deviationUs: number): number {
  const spread = 4 * deviationUs;
  const rto = srttUs + Math.max(spread, MIN_RTO_US);
  return rto > MAX_RTO_US ? MAX_RTO_US : Math.round(rto);
}
