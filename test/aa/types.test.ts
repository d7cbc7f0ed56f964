import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import ts from 'typescript';
import { expect, it, onTestFinished } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** Errors in files, and in all declarations that they reach: none are skipped but those of the platform.
 * @param insights Where `search-insights` leads, by the compiler's `paths`. */
function errorsIn(files: Readonly<Record<string, string>>, insights: string): string[] {
  const folder = mkdtempSync(join(root, 'node_modules/.types-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const paths = Object.entries(files).map(([name, code]) => {
    const path = join(folder, name);
    writeFileSync(path, code);
    return path;
  });
  const program = ts.createProgram(paths, {
    ...{ strict: true, skipLibCheck: false, skipDefaultLibCheck: true, noEmit: true, types: [], esModuleInterop: true },
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    paths: { 'search-insights': [insights] },
  });
  return ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ messageText, file }) =>
        `${file && basename(file.fileName)}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
}

const original = join(root, 'node_modules/search-insights/index-browser.d.ts');
const own = join(root, 'src/aa/index.ts');

/** What shops write against the types of search-insights. */
const shop = `
import aa, { AlgoliaAnalytics, createInsightsClient, getFunctionalInterface, LocalStorage, processQueue } from 'search-insights';
import type * as insights from 'search-insights';

const event: insights.InsightsEvent = { eventType: 'view', eventName: 'Seen', index: 'products', objectIDs: ['a'] };
const record: Record<string, unknown> = event;
const method: insights.ViewedObjectIDs = aa;
const client: insights.InsightsClient = createInsightsClient(async (url, data) => (await fetch(url)).ok && !!data.events);
type Params<Name extends keyof insights.InsightsMethodMap> = insights.InsightsMethodMap[Name][0];
const params: Params<'setUserToken'> = ['visitor'];

aa('init', { appId: 'app', apiKey: 'key', useCookie: true, partial: true });
aa('getUserToken', null, (err) => console.error(err.message));
aa('getUserToken', {}, (err, token) => [err, token?.toString()]);
aa('onUserTokenChange', (token) => token, { immediate: true });
aa('onUserTokenChange');
aa('setUserToken', ...params);
aa('setAuthenticatedUserToken', undefined);
aa('sendEvents', [event], { headers: { 'X-Algolia-Application-Id': 'app' }, inferQueryID: true }).then((isSent) => !isSent);
method('viewedObjectIDs', { eventName: 'Seen', index: 'products', objectIDs: ['a'] }, { inferQueryID: true });
const version: string | undefined = client.version ?? window.AlgoliaAnalyticsObject;
const instance = new AlgoliaAnalytics({ requestFn: async () => true });
processQueue.call(instance, window);
getFunctionalInterface(instance)('getVersion', (version) => version.length);
LocalStorage.set('key', { a: 1 });
const kept = LocalStorage.get<{ a: number }>('key')?.a;
LocalStorage.store = window.localStorage;
export { record, version, kept };
`;

/** UI libraries that have search-insights in their declarations. */
const libraries = `
import aa from 'search-insights';
import type { InsightsClient as OfInstantSearch, InsightsEvent } from 'instantsearch.js';
import type { InsightsProps } from 'instantsearch.js/es/middlewares/createInsightsMiddleware';
import type { InsightsClient as OfAutocomplete } from '@algolia/autocomplete-plugin-algolia-insights/dist/esm/types';

const props: InsightsProps = { insightsClient: aa };
const clients: [OfInstantSearch, OfAutocomplete] = [aa, aa];
export { props, clients };
export type { InsightsEvent };
`;

// A06
it('a shop’s file and the declarations of UI libraries have the errors they have with search-insights, and the file none', () => {
  const files = { 'shop.ts': shop, 'libraries.ts': libraries };
  const errors = errorsIn(files, own);
  expect(errors).toEqual(errorsIn(files, original));
  expect(errors.filter((error) => /^(shop|libraries)/.test(error))).toEqual([]);
}, 120_000);
