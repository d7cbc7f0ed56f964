import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { EngineName } from './engine.types.js';

/** What ran in an engine. */
export interface EngineRecord {
  readonly engine: EngineName;
  readonly version: string;
  /** Whether every test of the suite ran and passed. */
  readonly isComplete: boolean;
  /** Per topic. */
  readonly topics: Readonly<Record<string, { readonly tests: number; readonly assertions: number }>>;
}

/** Where the records of the last run are, one file an engine. */
export const recordsFolder = fileURLToPath(new URL('../../../.tmp/engines/', import.meta.url));

/** Keeps a record for `npm run docs:support`. */
export function writeRecord(record: EngineRecord): void {
  mkdirSync(recordsFolder, { recursive: true });
  writeFileSync(`${recordsFolder}${record.engine}.json`, `${JSON.stringify(record, undefined, 2)}\n`);
}
