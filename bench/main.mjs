// npm run bench -- [NAME]...: runs the benchmarks named, or all there are. Each is a module that exports run().

import { existsSync } from 'node:fs';

const NAMES = ['engine', 'raft', 'e2e'];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !NAMES.includes(name));
if (unknown.length > 0) {
  console.error(`error: no benchmark ${unknown.join(', ')}; there are ${NAMES.join(', ')}`);
  process.exit(2);
}
const there = NAMES.filter((name) => existsSync(new URL(`./${name}.mjs`, import.meta.url)));
for (const name of wanted.length > 0 ? wanted : there) {
  const { run } = await import(`./${name}.mjs`);
  await run();
}
