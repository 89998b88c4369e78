import type { LogLevel } from '../../../src/raft/types.js';

const LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL', 'NONE'] as const;
export type OutputLevel = (typeof LEVELS)[number];

export function parseLevel(text: string): OutputLevel | undefined {
  return LEVELS.find((level) => level === text.toUpperCase());
}

/** What a case prints: the harness's own text and the library's log lines; nothing at all at level NONE. */
export class Output {
  level: OutputLevel = 'DEBUG';
  private text = '';

  write(text: string): void {
    if (this.level !== 'NONE') this.text += text;
  }

  writeLine(text: string): void {
    this.write(`${text}\n`);
  }

  log(level: LogLevel, line: string): void {
    if (LEVELS.indexOf(level) >= LEVELS.indexOf(this.level)) this.writeLine(`${level} ${line}`);
  }

  /** What `print` writes goes out with each line two spaces in. */
  indented(print: () => void): void {
    const outer = this.text;
    this.text = '';
    try {
      print();
    } finally {
      const inner = this.text.replace(/\n$/, '');
      this.text = outer;
      if (inner !== '') for (const line of inner.split('\n')) this.write(`  ${line}\n`);
    }
  }

  take(): string {
    const { text } = this;
    this.text = '';
    return text;
  }
}
