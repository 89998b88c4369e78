/** What a command gets besides its arguments. */
export interface Session {
  /** A command that can stop in order when it is interrupted takes that over; else the process ends at once. */
  onInterrupt(stop: () => void): void;
  /** What the process exits with when the command is through; 0 unless said. */
  setExitCode(code: number): void;
}
