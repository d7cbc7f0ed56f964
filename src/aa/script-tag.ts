import { pageWindow } from '../adapters/platform.js';
import { AlgoliaAnalytics } from './algolia-analytics.js';
import type { AmdDefine, CommonJsModule, RequestFunction, ScriptLibrary, SnippetGlobals } from './insights.types.js';
import { processQueue, takeOver } from './process-queue.js';

declare const exports: unknown;
declare const module: CommonJsModule;
declare const define: AmdDefine;

const page = pageWindow() as (Window & SnippetGlobals) | undefined;

function createInsightsClient(requestFn?: RequestFunction): AlgoliaAnalytics {
  const instance = new AlgoliaAnalytics({ requestFn });
  if (page) processQueue.call(instance, page);
  return instance;
}

/** The names under which snippets have put their functions in the page. The last snippet has set the pointer; those before it
 * are known by having the same text. */
function snippetNames({ AlgoliaAnalyticsObject: pointer = 'aa' }: SnippetGlobals): string[] {
  function textOf(name: string): string {
    // Getters of the window are not touched.
    const { value } = Object(Object.getOwnPropertyDescriptor(page, name));
    return typeof value === 'function' ? String(value).split(name).join('').replace(/\s/g, '') : '';
  }
  const text = textOf(pointer);
  return text.includes('queue') ? Object.keys(page!).filter((name) => name !== pointer && textOf(name) === text) : [];
}

function start(): ScriptLibrary {
  const others = page ? snippetNames(page) : [];
  // Without a snippet the function is `aa`, which is where UI libraries look.
  if (page) page.AlgoliaAnalyticsObject ??= 'aa';
  const library: ScriptLibrary = { __esModule: true, createInsightsClient, default: createInsightsClient() };
  for (const name of others) takeOver(new AlgoliaAnalytics(), page!, name);
  if (page) page.AlgoliaAnalytics ??= library;
  return library;
}

const library = start();
/** RequireJS marks the scripts that it loads. One that a page loads by a tag may not define a module without name there. */
const script = page?.document.currentScript;
if (typeof exports === 'object' && typeof module === 'object') module.exports = library;
else if (typeof define === 'function' && define.amd && (!script || script.hasAttribute('data-requiremodule'))) {
  define(library);
}
