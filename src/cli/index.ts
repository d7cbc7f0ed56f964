#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { collectorUsage } from './collector-options.js';
import { runCollector } from './run-collector.js';

const usage = `npx usertoken <command> [options]

Commands
  collector   a local server that answers like the Algolia Insights API and shows what it was sent

  --help      this text; after a command, the command's options
  --version   the version of usertoken`;

/** A mistake in what was typed; any other error is told without the usage. */
function isMistake(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return error instanceof RangeError || String(code).startsWith('ERR_PARSE_ARGS');
}

async function main([command, ...args]: readonly string[]): Promise<void> {
  if (command === undefined || command === '--help' || command === '-h') {
    console.log(usage);
  } else if (command === '--version') {
    console.log(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version);
  } else if (command === 'collector') {
    await runCollector(args);
  } else {
    throw new RangeError(`there is no command '${command}'`);
  }
}

const args = process.argv.slice(2);
try {
  await main(args);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  const help = args[0] === 'collector' ? collectorUsage : usage;
  console.error(isMistake(error) ? `usertoken: ${message}\n\n${help}` : `usertoken: ${message}`);
  process.exitCode = isMistake(error) ? 2 : 1;
}
