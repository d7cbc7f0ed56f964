// npm start: builds the library, plays the story in the terminal, then serves the demo page.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const usage = `npm start -- [options]

Plays a short story against a local collector that answers like the Insights API,
then serves a page to try the same things by hand.

  --port N   port of the page and the collector, 1 to 65535 (default 4280)
  --once     play the story and end
  --help     this text`;

const inRoot = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** @throws Error whose message says what is wrong with the arguments. */
function readArguments() {
  const { values } = parseArgs({
    options: { port: { type: 'string' }, once: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  const port = values.port ?? '4280';
  if (!/^\d+$/.test(port) || Number(port) < 1 || Number(port) > 65_535) {
    throw new Error(`--port must be a whole number from 1 to 65535, not '${port}'`);
  }
  return { ...values, port: Number(port) };
}

/** The time of the newest file in these folders, in milliseconds. */
async function newest(...folders) {
  const times = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(inRoot(folder), { recursive: true });
      const stats = await Promise.all(names.map((name) => stat(`${inRoot(folder)}/${name}`)));
      return stats.map(({ mtimeMs }) => mtimeMs);
    }),
  );
  return Math.max(...times.flat());
}

/** Whether dist/ was built after the last change. The declarations for CommonJS are what a build writes last. */
async function isBuilt() {
  const built = await stat(inRoot('dist/testing.d.cts')).catch(() => undefined);
  return built !== undefined && built.mtimeMs > (await newest('machines', 'src', 'scripts'));
}

async function buildLibrary(signal) {
  if (await isBuilt()) return;
  console.log('Building the library …');
  const child = spawn(process.execPath, [inRoot('scripts/build.mjs')], { stdio: 'inherit', signal });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error('the build failed');
}

async function main({ port, once: endsAfterStory }) {
  const ending = new AbortController();
  let collector;
  async function end() {
    ending.abort();
    await collector?.close();
    process.exit(0);
  }
  process.once('SIGINT', end);
  process.once('SIGTERM', end);

  try {
    await buildLibrary(ending.signal);
    const { createUserToken } = await import('usertoken');
    const { createCollector } = await import('usertoken/testing');
    const machines = await import('usertoken/machines');
    const { demoPages } = await import('./server.mjs');
    const { playStory } = await import('./story.mjs');
    const { eventTable } = await import('./table.mjs');

    collector = await createCollector({ port, fallback: await demoPages(() => collector, machines) });
    if (collector.portTaken) console.log(`Port ${port} is taken; port ${collector.port} is used instead.`);

    console.log('\nA visitor comes to the shop:\n');
    const { events } = await playStory({ createUserToken, collector, say: (line) => console.log(line) });
    console.log(`\nWhat the collector received:\n\n${eventTable(events)}\n`);

    if (endsAfterStory) return await collector.close();
    console.log(`The page to try it by hand: ${collector.origin}/  (Ctrl-C ends)`);
  } catch (error) {
    // What breaks off because we end is not worth a word.
    if (ending.signal.aborted) return;
    await collector?.close();
    throw error;
  }
}

try {
  const given = readArguments();
  if (given.help) console.log(usage);
  else {
    await main(given).catch((error) => {
      console.error(`The demo could not run: ${error.message}`);
      process.exitCode = 1;
    });
  }
} catch (error) {
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
