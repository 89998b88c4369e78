// Runs the notebooks' code cells without Jupyter, one after another in one program, and can write down what they print.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const FOLDER = fileURLToPath(new URL('../notebooks/', import.meta.url));
const MARK = '--- end of cell ---';

export function notebooks() {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.ipynb'))
    .sort();
}

export function readNotebook(file) {
  return JSON.parse(readFileSync(join(FOLDER, file), 'utf8'));
}

/** What each code cell prints, in order. */
export function printedBy({ cells }) {
  const code = cells.filter((cell) => cell.cell_type === 'code');
  const source = code.map((cell) => `${cell.source.join('')}\nconsole.log(${JSON.stringify(MARK)});`).join('\n');
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ES2022 };
  const folder = mkdtempSync(join(tmpdir(), 'etcdsim-notebook-'));
  try {
    const program = join(folder, 'cells.mjs');
    writeFileSync(program, ts.transpileModule(source, { compilerOptions }).outputText);
    const printed = execFileSync(process.execPath, [program], { cwd: FOLDER, encoding: 'utf8' });
    return printed.split(`${MARK}\n`).slice(0, -1);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What each code cell of a notebook shows as its output. */
export function shownIn({ cells }) {
  return cells
    .filter((cell) => cell.cell_type === 'code')
    .map((cell) => cell.outputs.flatMap((output) => output.text ?? []).join(''));
}

/** Writes what the cells print into the notebooks, as Jupyter would. */
export function refresh() {
  for (const file of notebooks()) {
    const notebook = readNotebook(file);
    const printed = printedBy(notebook);
    const code = notebook.cells.filter((cell) => cell.cell_type === 'code');
    code.forEach((cell, i) => {
      const lines = printed[i].split(/(?<=\n)/);
      cell.execution_count = i + 1;
      cell.outputs = printed[i] === '' ? [] : [{ name: 'stdout', output_type: 'stream', text: lines }];
    });
    writeFileSync(join(FOLDER, file), `${JSON.stringify(notebook, null, 1)}\n`);
  }
}
