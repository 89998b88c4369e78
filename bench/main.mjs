// npm run bench -- [NAME]: runs one benchmark, or all of them. Each is a module that exports run().

const NAMES = ['engine', 'e2e', 'raft'];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !NAMES.includes(name));
if (unknown.length > 0) {
  console.error(`error: no benchmark ${unknown.join(', ')}; there are ${NAMES.join(', ')}`);
  process.exit(2);
}
for (const name of wanted.length > 0 ? wanted : NAMES) {
  const { run } = await import(`./${name}.mjs`);
  await run();
}
