import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Classifier, readModel } from '../../forecast/classifier.js';
import { BadModel } from '../../forecast/model-error.js';

/** The same place from src/ and from dist/. */
const SHIPPED = fileURLToPath(new URL('../../../models/', import.meta.url));

export const DEFAULT_MODEL = 'recorded-xgboost';

/** Names of the models that ship, sorted. */
export function shippedModels(): string[] {
  if (!existsSync(SHIPPED)) return [];
  return readdirSync(SHIPPED)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

/**
 * A model by the name of one that ships, or by its file.
 *
 * @throws BadModel if there is none, or it is no model
 */
export function loadModel(name: string): Classifier {
  const isFile = name.endsWith('.json');
  if (!isFile && !shippedModels().includes(name)) {
    throw new BadModel(
      `no model "${name}"; those that ship: ${shippedModels().join(', ')}, oracle; or name a file.json`,
    );
  }
  let text: string;
  try {
    text = readFileSync(isFile ? name : `${SHIPPED}${name}.json`, 'utf8');
  } catch (error) {
    throw new BadModel(`${name}: cannot be read: ${(error as Error).message}`);
  }
  return readModel(text, isFile ? name : `${name}.json`);
}
