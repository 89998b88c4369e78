/**
 * The numbers of Linux's TCP that the model uses.
 *
 * Model: segments of 1448 bytes, as many of them to a packet as the network says (`segment-offload`).
 */

/** Payload of a full segment on Ethernet: 1500 - 20 (IP) - 32 (TCP with timestamps). */
export const SEGMENT_BYTES = 1448;
/** Ethernet, IP and TCP headers: what netem's rate counts besides the payload. */
export const HEADER_BYTES = 66;
/** What a segment takes on an Ethernet wire besides its payload: those, checksum, preamble and gap. */
export const WIRE_OVERHEAD_BYTES = HEADER_BYTES + 24;
/** What Linux sizes a packet to at least, where there is as much (tcp_min_tso_segs). */
export const MIN_OFFLOAD_SEGMENTS = 2;
/** The largest packet before segmentation offload cuts it up: 64 KiB, in whole segments. */
export const MAX_OFFLOAD_SEGMENTS = 44;
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

/** Payload of a full packet; with sizes of their own, of the largest. */
export function packetBytesOf(segmentsPerPacket: number | 'auto'): number {
  return SEGMENT_BYTES * (segmentsPerPacket === 'auto' ? MAX_OFFLOAD_SEGMENTS : segmentsPerPacket);
}

/**
 * Payload of a new packet where the kernel sizes it: what the connection sends in 1/1024 s at its pacing rate, 2 segments at least.
 *
 * Source: Linux 5.15, tcp_update_pacing_rate (2 windows a round trip in slow start, 1.2 after), tcp_tso_autosize, and
 * tcp_tso_win_divisor, which keeps a packet below a third of the window.
 */
export function autosizedBytes(cwndBytes: number, ssthreshBytes: number, srttUs: number): number {
  const ratio = cwndBytes < ssthreshBytes / 2 ? 2 : 1.2;
  const bytes = Math.min((ratio * cwndBytes * 1e6) / 1024 / srttUs, cwndBytes / 3);
  const segments = Math.min(Math.max(Math.floor(bytes / SEGMENT_BYTES), MIN_OFFLOAD_SEGMENTS), MAX_OFFLOAD_SEGMENTS);
  return segments * SEGMENT_BYTES;
}

/** Linux's retransmission timeout, µs: srtt + max(200 ms, 4 * mean deviation). The floor is on the variance, not the sum. */
export function rtoUs(srttUs: number, deviationUs: number): number {
  const spread = 4 * deviationUs;
  const rto = srttUs + Math.max(spread, MIN_RTO_US);
  return rto > MAX_RTO_US ? MAX_RTO_US : Math.round(rto);
}
