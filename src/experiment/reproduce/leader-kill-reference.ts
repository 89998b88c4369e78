/**
 * etcd 3.4.23, PreVote off, heartbeat 100 ms, election timeout 1 s: times after kill -9 of the leader, ms.
 *
 * The members' logs are there for 8 of the 14 kills without delay, and for all with it.
 */
export const ELECTIONS = [
  { delay: '0ms', timesMs: [1113, 1649, 1457, 1105, 1561, 1179, 1715, 1625], votes: { split: 0, of: 8 } },
  {
    delay: '45ms',
    timesMs: [1672, 2824, 1122, 1238, 1553, 2024, 1140, 1037, 2008, 1785, 2218, 1703, 1591, 1259],
    votes: { split: 3, of: 14 },
  },
] as const;

/** When a poll of the survivors' status first showed a leader, and how much later than the log that was, on average. */
export const LEADER_SEEN = [
  {
    delay: '0ms',
    timesMs: [1215, 2557, 2800, 1054, 2037, 1543, 1125, 1654, 1463, 1108, 1564, 1183, 1721, 1632],
    seenLaterMs: 6,
  },
  {
    delay: '45ms',
    timesMs: [1760, 2918, 1318, 1385, 1618, 2220, 1253, 1135, 2073, 1994, 2441, 1867, 1698, 1415],
    seenLaterMs: 137,
  },
] as const;

/** When a put started after the kill, one every 50 ms, first succeeded. */
export const FIRST_PROBES = [
  {
    delay: '0ms',
    timesMs: [1213, 2565, 2792, 1053, 2041, 1575, 1156, 1664, 1480, 1143, 1580, 1188, 1748, 1652],
  },
  {
    delay: '45ms',
    timesMs: [1902, 3064, 1353, 1470, 1853, 2272, 1381, 1267, 2278, 2016, 2449, 1935, 1825, 1498],
  },
] as const;

/** From the leader's own log to that success, in the runs that have both. */
export const FROM_ELECTION_TO_PUT = [
  { delay: '0ms', medianMs: 25, minMs: 9, maxMs: 43 },
  { delay: '45ms', medianMs: 233, minMs: 230, maxMs: 300 },
] as const;

/** Sequential clients whose put was lost with the dead leader, so that its timeout of 5 s passed. */
export const LOST_TIMEOUTS = { lost: 22, of: 28 } as const;
