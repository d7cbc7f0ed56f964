#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { collectorUsage } from './collector-options.js';
import { migrateUsage } from './migrate/migrate-options.js';
import { runCollector } from './run-collector.js';

const usage = `npx usertoken <command> [options]

Commands
  collector   a local server that answers like the Algolia Insights API and shows the events it gets
  migrate     replaces search-insights by usertoken in your files

  --help      this text; after a command, the command's options
  --version   the version of usertoken`;

/** A mistake in what was typed. The usage is printed for nothing else. */
function isMistake(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return error instanceof RangeError || String(code).startsWith('ERR_PARSE_ARGS');
}

const version = (): string => JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;

async function main([command, ...args]: readonly string[]): Promise<void> {
  if (command === undefined || command === '--help' || command === '-h') {
    console.log(usage);
  } else if (command === '--version') {
    console.log(version());
  } else if (command === 'collector') {
    await runCollector(args);
  } else if (command === 'migrate') {
    // Its parser is larger than all the rest.
    const { runMigrate } = await import('./migrate/run-migrate.js');
    await runMigrate(args, version());
  } else {
    throw new RangeError(`there is no command '${command}'. Use collector or migrate.`);
  }
}

const args = process.argv.slice(2);
try {
  await main(args);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  const usages: Readonly<Record<string, string>> = { collector: collectorUsage, migrate: migrateUsage };
  const help = usages[args[0] ?? ''] ?? usage;
  console.error(isMistake(error) ? `usertoken: ${message}\n\n${help}` : `usertoken: ${message}`);
  process.exitCode = isMistake(error) ? 2 : 1;
}
