import ts from 'typescript';
import { roomOf } from './imports.js';
import { type Finding, finding, nodesOf, parse, type Source } from './source.js';

/** STYLE §2: rooms that run inside a simulation. */
const SIMULATED = new Set([
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
]);

/** Names of the surroundings: the machine's time, chance, output, languages, and its garbage collector's moods. */
const GLOBALS = new Set([
  'Date',
  'performance',
  'crypto',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
  'queueMicrotask',
  'requestAnimationFrame',
  'Promise',
  'process',
  'console',
  'Intl',
  'Temporal',
  'globalThis',
  'window',
  'WeakRef',
  'FinalizationRegistry',
]);

/** What IEEE 754 fixes exactly, and what works on whole numbers. All else of Math may differ in the last digit. */
const EXACT_MATH = new Set([
  'abs',
  'ceil',
  'clz32',
  'floor',
  'fround',
  'imul',
  'max',
  'min',
  'round',
  'sign',
  'sqrt',
  'trunc',
  'E',
  'LN10',
  'LN2',
  'LOG10E',
  'LOG2E',
  'PI',
  'SQRT1_2',
  'SQRT2',
]);

const LANGUAGE_DEPENDENT = new Set([
  'localeCompare',
  'toLocaleString',
  'toLocaleDateString',
  'toLocaleTimeString',
  'toLocaleLowerCase',
  'toLocaleUpperCase',
]);

/** True where the bans hold. */
export function isSimulated(path: string): boolean {
  return SIMULATED.has(roomOf(path)) && !path.startsWith('src/forecast/training/');
}

/** What would make a run differ from machine to machine or from time to time. Comments and texts do not count. */
export function indeterminacies(source: Source): Finding[] {
  const file = parse(source);
  const declared = declarationsOf(file);
  const findings: Finding[] = [];
  const isGlobal = (node: ts.Node, name: string): boolean =>
    ts.isIdentifier(node) && node.text === name && isReference(node) && !isDeclared(node, declared);
  for (const node of nodesOf(file)) {
    if (ts.isIdentifier(node) && GLOBALS.has(node.text) && isGlobal(node, node.text)) {
      findings.push(finding(file, node, node.text));
    } else if (isGlobal(node, 'Math')) {
      const member = memberTaken(node);
      if (member === undefined || !EXACT_MATH.has(member)) findings.push(finding(file, node, `Math.${member ?? '?'}`));
    } else if (ts.isPropertyAccessExpression(node) && LANGUAGE_DEPENDENT.has(node.name.text)) {
      findings.push(finding(file, node.name, node.name.text));
    } else if (node.kind === ts.SyntaxKind.AsyncKeyword) {
      findings.push(finding(file, node, 'async'));
    } else if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier !== undefined)) {
      findings.push(finding(file, node, 'await'));
    } else if (isInexactPower(node)) {
      findings.push(finding(file, node, '** with a base other than 2'));
    }
  }
  return findings;
}

/** `x ** y` is Math.pow; powers of two are exact in every engine. */
function isInexactPower(node: ts.Node): boolean {
  if (!ts.isBinaryExpression(node)) return false;
  const operator = node.operatorToken.kind;
  if (operator === ts.SyntaxKind.AsteriskAsteriskEqualsToken) return true;
  return operator === ts.SyntaxKind.AsteriskAsteriskToken && node.left.getText() !== '2';
}

/** `exp` of `Math.exp`; undefined if Math is used in any other way, as in `const { exp } = Math`. */
function memberTaken(math: ts.Node): string | undefined {
  const { parent } = math;
  return ts.isPropertyAccessExpression(parent) && parent.expression === math ? parent.name.text : undefined;
}

/** False for what only bears the name: a member after a dot, a key. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name !== node;
  if (ts.isQualifiedName(parent)) return parent.right !== node;
  if (ts.isBindingElement(parent)) return parent.propertyName !== node;
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent)) return false;
  const hasKey =
    ts.isPropertyAssignment(parent) ||
    ts.isPropertySignature(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isMethodDeclaration(parent) ||
    ts.isMethodSignature(parent) ||
    ts.isAccessor(parent);
  return !(hasKey && parent.name === node);
}

/** Where each name is declared: the nodes within which it means the file's own thing. */
function declarationsOf(file: ts.SourceFile): Map<string, ts.Node[]> {
  const scopes = new Map<string, ts.Node[]>();
  const add = (name: ts.Node | undefined, scope: ts.Node): void => {
    if (name !== undefined && ts.isIdentifier(name)) scopes.set(name.text, [...(scopes.get(name.text) ?? []), scope]);
  };
  for (const node of nodesOf(file)) {
    if (ts.isParameter(node)) add(node.name, node.parent);
    else if (ts.isVariableDeclaration(node) || ts.isBindingElement(node)) add(node.name, scopeAround(node));
    else if (ts.isImportClause(node) || ts.isImportSpecifier(node) || ts.isNamespaceImport(node)) add(node.name, file);
    else if (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)) add(node.name, scopeAround(node.parent));
    else if (ts.isTypeAliasDeclaration(node) || ts.isInterfaceDeclaration(node))
      add(node.name, scopeAround(node.parent));
    else if (ts.isTypeParameterDeclaration(node)) add(node.name, node.parent);
  }
  return scopes;
}

function scopeAround(node: ts.Node): ts.Node {
  let scope = node;
  while (
    !ts.isBlock(scope) &&
    !ts.isSourceFile(scope) &&
    !ts.isFunctionLike(scope) &&
    !ts.isForStatement(scope) &&
    !ts.isForOfStatement(scope) &&
    !ts.isCatchClause(scope)
  ) {
    scope = scope.parent;
  }
  return scope;
}

function isDeclared(node: ts.Identifier, declared: ReadonlyMap<string, readonly ts.Node[]>): boolean {
  const scopes = declared.get(node.text) ?? [];
  for (let around: ts.Node | undefined = node; around !== undefined; around = around.parent) {
    if (scopes.includes(around)) return true;
  }
  return false;
}
