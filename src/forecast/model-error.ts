/** A model file, or what it was given, is not what it must be. The text says which, where, and what was expected. */
export class BadModel extends Error {
  override readonly name = 'BadModel';
}

/** A value inside a model file, by path, with checks that name the place. */
export class ModelNode {
  readonly path: string;
  private readonly value: unknown;

  constructor(value: unknown, path: string) {
    this.value = value;
    this.path = path;
  }

  field(name: string): ModelNode {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.wrong('an object');
    if (!Object.hasOwn(value as object, name)) throw new BadModel(`${this.path}.${name}: missing`);
    return new ModelNode((value as Record<string, unknown>)[name], `${this.path}.${name}`);
  }

  has(name: string): boolean {
    const { value } = this;
    return typeof value === 'object' && value !== null && Object.hasOwn(value, name);
  }

  items(): ModelNode[] {
    const { value } = this;
    if (!Array.isArray(value)) this.wrong('a list');
    return (value as unknown[]).map((item, i) => new ModelNode(item, `${this.path}[${i}]`));
  }

  /** A finite number; XGBoost writes its parameters as texts. */
  number(): number {
    const { value } = this;
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isFinite(number)) this.wrong('a finite number');
    return number as number;
  }

  numbers(length?: number): number[] {
    const numbers = this.items().map((item) => item.number());
    if (length !== undefined && numbers.length !== length) {
      throw new BadModel(`${this.path}: expected ${length} numbers, found ${numbers.length}`);
    }
    return numbers;
  }

  text(): string {
    const { value } = this;
    if (typeof value !== 'string') this.wrong('a text');
    return value as string;
  }

  wrong(expected: string): never {
    const text = JSON.stringify(this.value) ?? 'nothing';
    const found = text.length > 40 ? `${text.slice(0, 40)}...` : text;
    throw new BadModel(`${this.path}: expected ${expected}, found ${found}`);
  }
}
