import { type Process, wait } from '../../engine/index.js';

/** Something that happens once; whoever waits for it goes on then, and at once if it has happened. */
export class Signal {
  private happened = false;
  private waiting: (() => void)[] = [];

  get fired(): boolean {
    return this.happened;
  }

  readonly fire = (): void => {
    if (this.happened) return;
    this.happened = true;
    const waiting = this.waiting;
    this.waiting = [];
    for (const goOn of waiting) goOn();
  };

  whenFired(run: () => void): void {
    if (this.happened) run();
    else this.waiting.push(run);
  }

  wait(): Process {
    return wait<void>((done) => this.whenFired(done));
  }
}
