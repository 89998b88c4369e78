import type { SequentialModel } from './sequential-model.js';

/** What a register holds before the first write. */
export const NIL = 'nil';

/**
 * One operation on a register; values as they are written in the history, `nil` = nothing.
 *
 * A read has its answer in `value`. A compare-and-set took place (`swapped`), or may have (`unknown`).
 */
export type RegisterOperation =
  | { readonly kind: 'read'; readonly value: string }
  | { readonly kind: 'write'; readonly value: string }
  | { readonly kind: 'cas'; readonly expected: string; readonly value: string };

/** A register with read, write and compare-and-set. The state is the value. */
export const registerModel: SequentialModel<RegisterOperation, string> = {
  initial: NIL,
  step(state, op) {
    switch (op.kind) {
      case 'read':
        return op.value === state ? state : undefined;
      case 'write':
        return op.value;
      case 'cas':
        return op.expected === state ? op.value : undefined;
    }
  },
  stateKey: (state) => state,
  inputKey: describeRegisterInput,
  isReadOnly: (op) => op.kind === 'read',
};

/** `write 3`, `cas 1 -> 2`, `read`. */
export function describeRegisterInput(op: RegisterOperation): string {
  if (op.kind === 'cas') return `cas ${op.expected} -> ${op.value}`;
  return op.kind === 'write' ? `write ${op.value}` : 'read';
}
