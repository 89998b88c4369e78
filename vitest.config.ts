import { defineConfig } from 'vitest/config';

// A busy machine may take its time; what hangs fails all the same.
export default defineConfig({ test: { testTimeout: 120_000, hookTimeout: 120_000 } });
