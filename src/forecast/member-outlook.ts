const FSYNC_SECONDS = 'etcd_disk_wal_fsync_duration_seconds_sum';
const FSYNCS = 'etcd_disk_wal_fsync_duration_seconds_count';
/** Weight of the newest scrape: three of them make most of the prediction. */
const NEWEST = 0.5;

/**
 * What a member's network and disk are likely to take next: smoothed durations of its scrapes and of its fsyncs.
 *
 * The thesis's future work (§7.2): the new leader is the one with the lowest predicted network and disk latency.
 */
export class MemberOutlook {
  private networkUs = Number.NaN;
  private diskUs = Number.NaN;
  private seconds = 0;
  private fsyncs = 0;

  /** @param values undefined if the scrape failed after `tookUs`: the member is at least that slow */
  scraped(tookUs: number, values: ReadonlyMap<string, number> | undefined): void {
    this.networkUs = smooth(this.networkUs, tookUs);
    if (values === undefined) return;
    const seconds = values.get(FSYNC_SECONDS) ?? 0;
    const fsyncs = values.get(FSYNCS) ?? 0;
    if (fsyncs > this.fsyncs)
      this.diskUs = smooth(this.diskUs, ((seconds - this.seconds) / (fsyncs - this.fsyncs)) * 1e6);
    this.seconds = seconds;
    this.fsyncs = fsyncs;
  }

  /** Infinite for a member that nothing has been heard of. */
  get predictedUs(): number {
    if (Number.isNaN(this.networkUs)) return Number.POSITIVE_INFINITY;
    return this.networkUs + (Number.isNaN(this.diskUs) ? 0 : this.diskUs);
  }
}

function smooth(before: number, now: number): number {
  return Number.isNaN(before) ? now : before + NEWEST * (now - before);
}
