/** A bar on stderr while something long runs; nothing where stderr is no terminal. */
export interface Progress {
  update(done: number, total: number): void;
  stop(): void;
}

const SILENT: Progress = { update() {}, stop() {} };

/** @param what is counted: `cells` */
export async function startProgress(what: string): Promise<Progress> {
  if (process.stderr.isTTY !== true) return SILENT;
  const { default: progress } = await import('cli-progress');
  const bar = new progress.SingleBar({
    format: `{bar} {value}/{total} ${what}, {eta_formatted} left`,
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    barCompleteChar: '#',
    barIncompleteChar: '.',
    barsize: 30,
  });
  let started = false;
  return {
    update(done, total) {
      if (!started) bar.start(total, done);
      else bar.update(done);
      started = true;
      bar.setTotal(total);
    },
    stop() {
      if (started) bar.stop();
    },
  };
}
