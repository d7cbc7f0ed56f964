import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { entries, external, scriptTag } from '../../scripts/entries.mjs';

const { devtools, ...others } = entries;

/** The modules that an entry brings along. */
async function modulesOf(entry: string) {
  const { metafile } = await build({
    absWorkingDir: fileURLToPath(new URL('../..', import.meta.url)),
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    external,
    logLevel: 'silent',
  });
  return Object.keys(metafile.inputs).filter((path) => path.startsWith('src/devtools/'));
}

test.each([...Object.values(others), scriptTag.source])('%s contains nothing of the devtools', async (entry) => {
  expect(await modulesOf(entry)).toEqual([]);
});

test('the devtools would be found', async () => {
  expect(await modulesOf(devtools)).toContain('src/devtools/panel.ts');
});
