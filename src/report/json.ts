/** JSON as it is printed and written: two blanks of indent, a newline at the end. Keys keep their order. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
