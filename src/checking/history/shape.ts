/** What a JSON value must look like: it gives each thing that is wrong, as `path: what was expected`. */
export type Shape = (value: unknown, path: string) => string[];

/** Fields by name; those whose name ends in `?` may be left out. Others than these are allowed. */
export function object(fields: Readonly<Record<string, Shape>>): Shape {
  return (value, path) => {
    if (!isObject(value)) return [wrong(path, 'an object', value)];
    return Object.entries(fields).flatMap(([name, shape]) => {
      const isOptional = name.endsWith('?');
      const field = isOptional ? name.slice(0, -1) : name;
      const own = value[field];
      if (own === undefined) return isOptional ? [] : [`${path}.${field}: missing`];
      return shape(own, `${path}.${field}`);
    });
  };
}

/** An object whose `kind` picks one of the shapes. */
export function oneOf(kinds: Readonly<Record<string, Shape>>): Shape {
  return (value, path) => {
    if (!isObject(value)) return [wrong(path, 'an object', value)];
    const kind = value['kind'];
    const shape = typeof kind === 'string' && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
    return shape === undefined
      ? [wrong(`${path}.kind`, `one of ${Object.keys(kinds).join(', ')}`, kind)]
      : shape(value, path);
  };
}

export function list(element: Shape): Shape {
  return (value, path) =>
    Array.isArray(value) ? value.flatMap((one, i) => element(one, `${path}[${i}]`)) : [wrong(path, 'a list', value)];
}

export function words(...allowed: readonly string[]): Shape {
  return (value, path) =>
    typeof value === 'string' && allowed.includes(value) ? [] : [wrong(path, `one of ${allowed.join(', ')}`, value)];
}

export const text: Shape = (value, path) => (typeof value === 'string' ? [] : [wrong(path, 'a text', value)]);

export const flag: Shape = (value, path) => (typeof value === 'boolean' ? [] : [wrong(path, 'true or false', value)]);

/** A whole number >= 0. */
export const count: Shape = (value, path) =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? [] : [wrong(path, 'a whole number >= 0', value)];

export const number: Shape = (value, path) =>
  typeof value === 'number' && Number.isFinite(value) ? [] : [wrong(path, 'a number', value)];

export const numberOrText: Shape = (value, path) =>
  typeof value === 'string' ? [] : number(value, path).map(() => wrong(path, 'a number or a text', value));

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(path: string, expected: string, found: unknown): string {
  const text = found === undefined ? 'nothing' : JSON.stringify(found);
  return `${path}: expected ${expected}, found ${text.length > 60 ? `${text.slice(0, 60)}...` : text}`;
}
