import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Classifier, readModel } from '../../forecast/classifier.js';
import { BadModel } from '../../forecast/model-error.js';

/** The same place from src/ and from dist/. */
const SHIPPED = fileURLToPath(new URL('../../../models/', import.meta.url));

/** A classifier that is never wrong: it knows what faults do to every member. */
export const ORACLE = 'oracle';

export const DEFAULT_MODEL = 'recorded-xgboost';

/** Names of the models that ship, sorted. */
export function shippedModels(): string[] {
  if (!existsSync(SHIPPED)) return [];
  return readdirSync(SHIPPED)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

/** What is wrong with the classifier of that name; undefined if nothing is. The oracle is one. */
export function modelProblem(name: string): string | undefined {
  if (name === ORACLE) return undefined;
  try {
    loadModel(name, [ORACLE]);
    return undefined;
  } catch (error) {
    if (error instanceof BadModel) return error.message;
    throw error;
  }
}

/**
 * A model by the name of one that ships, or by its file.
 *
 * @param others names that are fine where it is asked for, and no models
 * @throws BadModel if there is none, or it is no model
 */
export function loadModel(name: string, others: readonly string[] = []): Classifier {
  const isFile = name.endsWith('.json');
  const shipped = shippedModels();
  if (!isFile && !shipped.includes(name)) {
    throw new BadModel(`no model "${name}"; expected ${[...shipped, ...others].join(', ')} or a file.json`);
  }
  let text: string;
  try {
    text = readFileSync(isFile ? name : `${SHIPPED}${name}.json`, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const found = code === 'ENOENT' ? 'no such file' : (error as Error).message;
    throw new BadModel(`${name}: expected a model, found ${found}`);
  }
  return readModel(text, isFile ? name : `${name}.json`);
}
