import { MIN_RTO_US, rtoUs } from './tcp.js';

/** Linux's TCP_TIMEOUT_MIN, two timer ticks of 4 ms: the least that a tail loss probe waits beyond two round trips. */
const PROBE_FLOOR_US = 8_000;

/**
 * A retransmission timeout on a path that loses nothing, because the way has suddenly become longer.
 *
 * The kernel first sends a tail loss probe. When the timeout strikes after it, the kernel takes everything under way for
 * lost, shrinks the window to one segment, sends the oldest again and waits: new data goes out only when the first
 * acknowledgement arrives, which shows that nothing was lost (F-RTO) and undoes the rest. A stream of small messages
 * thus falls silent from the timeout until a round trip after the step.
 * Source: RFC 6298, RFC 5682, RFC 8985 §7; Linux tcp_schedule_loss_probe, tcp_enter_loss.
 *
 * Model: the probe and the retransmitted segment, which the receiver drops, take no room on the way.
 */
export class SpuriousTimeout {
  private srttUs: number;
  private deviationUs = 0;
  /** Of the episode under way, or of the last one. */
  private probeUs = 0;
  private headTimeoutUs = 0;
  private waitUs = 0;
  private probeFloorUs = 0;
  private untilUs = 0;

  /** @param rttUs of the handshake */
  constructor(rttUs: number) {
    this.srttUs = rttUs;
  }

  /** When something that is ready at `nowUs` may leave. */
  silentUntil(nowUs: number): number {
    return nowUs < this.untilUs && nowUs >= this.probeUs + this.waitUs ? this.untilUs : nowUs;
  }

  /** Something left at `nowUs`, and its acknowledgement comes at `ackUs`. */
  sent(nowUs: number, ackUs: number): void {
    if (nowUs < this.untilUs) {
      // More data puts the probe off, but a second segment under way also makes it impatient.
      if (nowUs < this.probeUs) this.probeUs = Math.min(nowUs + this.probeFloorUs, this.headTimeoutUs);
      return;
    }
    const rttUs = ackUs - nowUs;
    const timeoutUs = rtoUs(this.srttUs, this.deviationUs);
    if (rttUs > timeoutUs) {
      this.waitUs = timeoutUs;
      this.headTimeoutUs = nowUs + timeoutUs;
      this.probeFloorUs = Math.round(2 * this.srttUs) + PROBE_FLOOR_US;
      // A segment alone may be waiting for a delayed acknowledgement: the probe gives it time.
      this.probeUs = Math.min(nowUs + Math.round(2 * this.srttUs) + MIN_RTO_US, this.headTimeoutUs);
      this.untilUs = ackUs;
    }
    const differenceUs = rttUs - this.srttUs;
    this.srttUs += differenceUs / 8;
    this.deviationUs += (Math.abs(differenceUs) - this.deviationUs) / 4;
  }
}
