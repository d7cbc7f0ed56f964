import { resolve } from 'node:path';
import { parse } from 'acorn';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { scriptTag } from '../../scripts/entries.mjs';
import { bundleScriptTag } from '../../scripts/light-build.mjs';
import { cookiesOf, received, useStage } from '../browser/harness.js';
import { snippet } from './support/script-tag.js';

const stage = useStage();
const root = resolve(import.meta.dirname, '../..');
let script: string;
beforeAll(async () => {
  script = await bundleScriptTag();
});

const parsed = (edition: number) => parse(script, { ecmaVersion: edition as 2020 });

/** What browsers have got since Chrome and Edge 80, Firefox 74 and Safari 13.1. */
const newer: Readonly<Record<string, readonly string[]>> = {
  Object: ['hasOwn', 'groupBy'],
  'Array.prototype': ['at', 'findLast', 'findLastIndex', 'toSorted', 'toReversed', 'toSpliced', 'with'],
  'String.prototype': ['at', 'replaceAll', 'isWellFormed', 'toWellFormed'],
  Promise: ['any', 'withResolvers', 'try'],
  Array: ['fromAsync'],
  AbortSignal: ['abort', 'any', 'timeout'],
  'AbortSignal.prototype': ['throwIfAborted', 'reason'],
  'Crypto.prototype': ['randomUUID'],
  URL: ['canParse', 'parse'],
  'Map.prototype': ['getOrInsert'],
  'Set.prototype': ['union', 'difference', 'intersection'],
  Iterator: ['from', 'prototype'],
  window: [
    ...['structuredClone', 'WeakRef', 'FinalizationRegistry', 'AggregateError', 'BroadcastChannel', 'reportError'],
    ...['scheduler', 'navigation', 'cookieStore', 'Iterator', 'CompressionStream', 'TextDecoderStream'],
  ],
  'Navigator.prototype': ['locks', 'userActivation'],
  'Document.prototype': ['prerendering'],
};

/** An event that a page which is gone has left, under its key. */
function left(): [key: string, chunk: string] {
  const event = { eventType: 'view', eventName: 'Seen', index: 'products', objectIDs: ['a'], userToken: 'x' };
  const json = JSON.stringify(event);
  const entry = { id: 'left', json, timestamp: Date.now(), bytes: json.length + 28, suspectFields: [] };
  const chunk = { v: 1, at: Date.now() - 60_000, isFree: true, entries: [entry] };
  return ['usertoken:outbox:app:gone:1', JSON.stringify(chunk)];
}

/** Takes names of an object that a path leads to. */
function remove(names: Readonly<Record<string, readonly string[]>>) {
  for (const [path, gone] of Object.entries(names)) {
    const holder = path.split('.').reduce<unknown>((value, name) => Object(value)[name], window);
    for (const name of gone) if (holder) Reflect.deleteProperty(holder as object, name);
  }
}

// F02, segmentio/analytics-next#548
describe('the oldest browsers that dist/aa.min.js runs in', () => {
  it('parse it: it is written in the edition that is stated', () => {
    expect(() => parsed(scriptTag.edition)).not.toThrow();
  });

  it('are the oldest that parse it, so that a page in an older one stays as it is', () => {
    expect(() => parsed(scriptTag.edition - 1)).toThrow(SyntaxError);
  });

  it('have all that its source uses of the language', () => {
    const program = ts.createProgram([resolve(root, scriptTag.source)], {
      ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noEmit: true },
      ...{ skipLibCheck: true, types: [], isolatedModules: true },
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      lib: [`lib.es${scriptTag.edition}.d.ts`, 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    });
    const newerThanStated = ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))
      .filter((text) => /'lib' compiler option/.test(text));
    expect(newerThanStated).toEqual([]);
  });

  it('run it without anything newer: events arrive, also those that an earlier page left, and a withdrawal erases', async () => {
    const context = await stage.context();
    await context.addInitScript(remove, newer);
    const page = await context.newPage();
    await page.goto(stage.pages.url());
    expect(await page.evaluate('[Object.hasOwn, [].at, window.structuredClone, "".replaceAll]')).toEqual(
      Array(4).fill(undefined),
    );
    const run = async (code: string) => {
      await page.addScriptTag({ content: `${snippet()} ${code}` });
      await page.addScriptTag({ content: script });
    };
    const init = `aa('init', { appId: 'app', apiKey: 'key', host: '${stage.collector.origin}', useCookie: true });`;
    const view = (objectID: string) =>
      `aa('viewedObjectIDs', { eventName: 'Seen', index: 'products', objectIDs: ['${objectID}'] });`;
    // Without Web Locks, which are newer, a page takes over what is half a minute old.
    await page.evaluate(([key, chunk]) => localStorage.setItem(key, chunk), left());
    await run(`${init} ${view('b')}`);
    await stage.collector.waitForEvents(2);
    expect(
      received(stage.collector)
        .map((line) => line.slice(-1))
        .sort(),
    ).toEqual(['a', 'b']);
    await page.evaluate("aa('init', { partial: true, userHasOptedOut: true })");
    expect(await cookiesOf(context)).toEqual({});
    expect(await page.evaluate('localStorage.length')).toBe(0);
  });
});
