import { EXIT } from './failure.js';

/** What a command gets besides its arguments. */
export interface Session {
  /** Ctrl-C (or SIGTERM) asks for an orderly end. A command that can stop in order takes this over. */
  onInterrupt(stop: () => void): void;
  /** What the process exits with when the command is through. */
  setExitCode(code: number): void;
}

/** The process's own session: the first interrupt asks, the second ends. */
export function startSession(): Session {
  let stop: (() => void) | undefined;
  const interrupt = () => {
    if (stop === undefined) process.exit(EXIT.interrupted);
    process.exitCode = EXIT.interrupted;
    const orderly = stop;
    stop = undefined;
    orderly();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return {
    onInterrupt(taken) {
      stop = taken;
    },
    setExitCode(code) {
      process.exitCode = code;
    },
  };
}
