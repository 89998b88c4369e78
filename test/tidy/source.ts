import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** A file of the project as the checks see it. */
export interface Source {
  /** From the project's root, with slashes: `src/raft/log.ts`. */
  readonly path: string;
  readonly text: string;
}

/** What a check found: `src/raft/log.ts:12: Math.random`. */
export type Finding = string;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** All files below a folder of the project whose name ends so; none if there is no such folder. */
export function sourcesBelow(folder: string, endings: readonly string[]): Source[] {
  let names: string[];
  try {
    names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  } catch {
    return [];
  }
  return names
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => endings.some((ending) => name.endsWith(ending)))
    .sort()
    .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(join(ROOT, folder, name), 'utf8') }));
}

/** One file of the project; undefined if it is not there. */
export function sourceAt(path: string): Source | undefined {
  try {
    return { path, text: readFileSync(join(ROOT, path), 'utf8') };
  } catch {
    return undefined;
  }
}

const parsed = new WeakMap<Source, ts.SourceFile>();

/** Its syntax tree; parsed once, which is what takes the checks their time. */
export function parse(source: Source): ts.SourceFile {
  let file = parsed.get(source);
  if (file === undefined) {
    file = ts.createSourceFile(source.path, source.text, ts.ScriptTarget.ES2022, true);
    parsed.set(source, file);
  }
  return file;
}

export function finding(file: ts.SourceFile, node: ts.Node, what: string): Finding {
  const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
  return `${file.fileName}:${line + 1}: ${what}`;
}

/** Every node, parents first. */
export function nodesOf(root: ts.Node): readonly ts.Node[] {
  const nodes: ts.Node[] = [];
  const take = (node: ts.Node): void => {
    nodes.push(node);
    ts.forEachChild(node, take);
  };
  take(root);
  return nodes;
}
