import { posix } from 'node:path';
import ts from 'typescript';
import { type Finding, finding, nodesOf, parse, type Source } from './source.js';

/** What a room may import of another. */
type Access =
  | 'anything'
  /** Types from anywhere in it. */
  | 'types'
  /** Types, and values from its config.ts or an index.ts, where its lists of names are. */
  | 'config and names';

type Allowed = Readonly<Record<string, Access>>;

function rooms(access: Access, ...names: readonly string[]): Allowed {
  return Object.fromEntries(names.map((name) => [name, access]));
}

const BELOW_SCENARIO = [
  'engine',
  'metrics',
  'raft',
  'api',
  'network',
  'etcd',
  'client',
  'workload',
  'faults',
  'checking',
  'forecast',
];

/** DESIGN §1. `index` is src/index.ts. */
const IMPORT_TABLE: Readonly<Record<string, Allowed>> = {
  engine: {},
  raft: {},
  api: {},
  metrics: {},
  network: rooms('anything', 'engine'),
  etcd: rooms('anything', 'engine', 'raft', 'api', 'network', 'metrics'),
  client: rooms('anything', 'engine', 'api', 'network', 'metrics'),
  workload: rooms('anything', 'engine', 'api', 'client', 'metrics'),
  faults: rooms('anything', 'engine', 'network', 'etcd'),
  checking: rooms('anything', 'engine', 'api', 'raft', 'etcd'),
  forecast: rooms('anything', 'engine', 'api', 'metrics', 'network', 'client'),
  scenario: rooms('config and names', ...BELOW_SCENARIO),
  experiment: rooms('anything', ...BELOW_SCENARIO, 'scenario'),
  report: { ...rooms('anything', 'api', 'metrics'), ...rooms('types', 'experiment', 'checking') },
  cli: rooms('anything', 'scenario', 'experiment', 'report', 'checking', 'forecast'),
  index: rooms('anything', ...BELOW_SCENARIO, 'scenario', 'experiment', 'report'),
};

/** Rooms that run unchanged in a browser, and the packages they may use. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  engine: ['seedrandom'],
  metrics: [],
  raft: [],
  api: [],
  network: [],
  etcd: [],
  client: [],
  workload: [],
  faults: [],
  checking: [],
};

const WITHOUT_NODE = new Set([...Object.keys(PACKAGES), 'forecast']);

/** Files of the user's own come in here, and nowhere else. */
const LOADS_PLUG_INS = new Set(['src/experiment/plug-ins/load.ts']);

/** The room of a path below src/, `index` for src/index.ts. */
export function roomOf(path: string): string {
  const [first = '', ...rest] = path.replace(/^src\//, '').split('/');
  return rest.length === 0 ? first.replace(/\.ts$/, '') : first;
}

/** Imports that the table does not allow. */
export function forbiddenImports(source: Source): Finding[] {
  const file = parse(source);
  const room = roomOf(source.path);
  const allowed = IMPORT_TABLE[room];
  if (allowed === undefined) return [`${source.path}:1: no room ${room} in the import table`];
  const findings: Finding[] = [];
  for (const node of nodesOf(file)) {
    const imported = importOf(node);
    if (imported === undefined) continue;
    const { specifier, typesOnly } = imported;
    if (specifier === undefined && LOADS_PLUG_INS.has(source.path)) continue;
    if (specifier === undefined) findings.push(finding(file, node, 'import of what only the run knows'));
    else if (!specifier.startsWith('.')) {
      const objection = objectionToPackage(source.path, room, specifier);
      if (objection !== undefined) findings.push(finding(file, node, objection));
    } else {
      const target = posix.join(posix.dirname(source.path), specifier);
      const other = roomOf(target.replace(/\.js$/, '.ts'));
      if (!target.startsWith('src/')) findings.push(finding(file, node, `${room} imports ${target}, outside src`));
      else if (other !== room && !admits(allowed[other], specifier, typesOnly)) {
        findings.push(finding(file, node, `${room} imports ${typesOnly ? 'types' : 'values'} of ${specifier}`));
      }
    }
  }
  return findings;
}

function admits(access: Access | undefined, specifier: string, typesOnly: boolean): boolean {
  if (access === undefined) return false;
  if (access === 'anything' || typesOnly) return true;
  return access === 'config and names' && /\/(config|index)\.js$/.test(specifier);
}

function objectionToPackage(path: string, room: string, specifier: string): string | undefined {
  const training = path.startsWith('src/forecast/training/');
  if (specifier.startsWith('node:')) {
    return WITHOUT_NODE.has(room) && !training ? `${room} imports ${specifier}` : undefined;
  }
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  const packages = PACKAGES[room];
  return packages === undefined || packages.includes(name) ? undefined : `${room} imports the package ${name}`;
}

interface Imported {
  /** Undefined if it is not a literal. */
  readonly specifier: string | undefined;
  readonly typesOnly: boolean;
}

function importOf(node: ts.Node): Imported | undefined {
  if (ts.isImportDeclaration(node)) {
    const { importClause } = node;
    return {
      specifier: literal(node.moduleSpecifier),
      typesOnly: importClause !== undefined && bindsTypes(importClause),
    };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    const { exportClause } = node;
    const named = exportClause !== undefined && ts.isNamedExports(exportClause) ? exportClause.elements : undefined;
    const typesOnly = node.isTypeOnly || (named?.every((element) => element.isTypeOnly) ?? false);
    return { specifier: literal(node.moduleSpecifier), typesOnly };
  }
  if (ts.isImportTypeNode(node)) {
    const specifier = ts.isLiteralTypeNode(node.argument) ? literal(node.argument.literal) : undefined;
    return { specifier, typesOnly: !node.isTypeOf };
  }
  if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
    return { specifier: literal(node.moduleReference.expression), typesOnly: node.isTypeOnly };
  }
  if (ts.isCallExpression(node)) {
    const { expression } = node;
    const calls =
      expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(expression) && expression.text === 'require');
    if (calls) return { specifier: literal(node.arguments[0]), typesOnly: false };
  }
  return undefined;
}

function bindsTypes(clause: ts.ImportClause): boolean {
  if (clause.isTypeOnly) return true;
  const { name, namedBindings } = clause;
  if (name !== undefined || namedBindings === undefined || !ts.isNamedImports(namedBindings)) return false;
  return namedBindings.elements.every((element) => element.isTypeOnly);
}

function literal(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined;
}
