import { runConformance } from './command.js';

process.exitCode = runConformance(process.argv.slice(2), {
  out: (line) => console.log(line),
  err: (line) => console.error(line),
});
